"""The matrix of ``make proof``: which promises' tests see which mutant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from contract_tests.verdict import SHAPES
from puffle import contract

RULES = [rule for operation in contract.load().operations for rule in operation.rules]
PROMISES = [rule.id for rule in (*RULES, *SHAPES)]


def matrix(properties: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    """The lines of the matrix, from what the tests of mutants and variants have recorded."""
    recorded = list(properties)
    mutants = [found for kind, found in recorded if kind == "mutant"]
    variants = [found for kind, found in recorded if kind == "variant"]
    yield from (f"{number:>4}  {rule}" for number, rule in enumerate(PROMISES, 1))
    yield ""
    yield "● broken and seen by the rule's own tests   ○ seen by another rule's tests too   ✗ not seen by its own"
    for rule in PROMISES:
        own = sorted((found for found in mutants if found["rule"] == rule), key=lambda found: str(found["name"]))
        if own:
            yield ""
            yield f"{rule:<44}" + "".join(f"{number:>3}" for number in range(1, len(PROMISES) + 1))
            yield from (f"  {found['name']:<42}" + _marks(rule, found["broken"]) for found in own)
    caught = sum(found["rule"] in found["broken"] for found in mutants)
    failed = [found["name"] for found in variants if found["broken"]]
    yield ""
    yield f"{caught} of {len(mutants)} mutants caught by the tests of the rule they break."
    yield f"{len(failed)} of {len(variants)} harmless variants failed{': ' if failed else '.'}{', '.join(failed)}"


def _marks(rule: str, broken: Sequence[str]) -> str:
    def mark(promise: str) -> str:
        if promise == rule:
            return "●" if promise in broken else "✗"
        return "○" if promise in broken else "·"

    return "".join(f"{mark(promise):>3}" for promise in PROMISES)
