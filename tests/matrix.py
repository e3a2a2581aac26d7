"""The matrix that ``make proof`` prints: which rules' tests fail for which mutant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tests.operations import SCHEMA_CHECKS
from tests.targets import CONTRACT

COLUMNS = [*(rule.id for rule in CONTRACT.rules), *SCHEMA_CHECKS]


def matrix(properties: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    """The lines of the matrix.

    Args:
        properties: what the tests in ``test_proof.py`` recorded.
    """
    recorded = list(properties)
    mutants = [found for kind, found in recorded if kind == "mutant"]
    variants = [found for kind, found in recorded if kind == "variant"]
    yield from (f"{number:>4}  {rule}" for number, rule in enumerate(COLUMNS, 1))
    yield ""
    yield "● broken, and its own tests fail   ○ tests of this rule fail, too   ✗ broken, but its own tests pass"
    for rule in COLUMNS:
        own = sorted((found for found in mutants if found["rule"] == rule), key=lambda found: str(found["name"]))
        if own:
            yield ""
            yield f"{rule:<44}" + "".join(f"{number:>3}" for number in range(1, len(COLUMNS) + 1))
            yield from (f"  {found['name']:<42}" + _marks(rule, found["failed"]) for found in own)
    caught = sum(found["rule"] in found["failed"] for found in mutants)
    failed = [found["name"] for found in variants if found["failed"]]
    yield ""
    yield f"{caught} of {len(mutants)} mutants fail the tests of the rule that they break."
    yield f"{len(failed)} of {len(variants)} harmless variants fail{': ' if failed else '.'}{', '.join(failed)}"


def _marks(broken: str, failed: Sequence[str]) -> str:
    def mark(rule: str) -> str:
        if rule == broken:
            return "●" if rule in failed else "✗"
        return "○" if rule in failed else "·"

    return "".join(f"{mark(rule):>3}" for rule in COLUMNS)
