"""The contract tests are right: the tests of a rule fail for every mutant that breaks it, and no variant fails any."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from starlette.types import ASGIApp

from tests.operations import MUTANTS, SCHEMA_CHECKS, VARIANTS, Mutant, Variant
from tests.operations.responses import closes_every_connection, compresses_responses
from tests.proving import judged
from tests.running import served

pytestmark = pytest.mark.slow

FEW = 1
"""Cases per test, enough for most mutants. The others are judged with the usual number."""
SOME = 3
"""Cases per test for variants. `make proof` judges them with the usual number."""
WIRE = (closes_every_connection, compresses_responses)
"""Variants that make a difference only on a connection."""

Record = Callable[[str, object], None]


def attempts(rule: str, by_all: bool) -> list[tuple[tuple[str, ...], int | None]]:
    """Arguments that choose tests, and their number of cases. The next attempt is made if the rule has not failed."""
    if rule not in SCHEMA_CHECKS:
        own = ("-m", f'rule(id="{rule}")')
        return [(() if by_all else own, FEW), (own, None)]
    # Schemas are checked on every response, whichever test got it. Tests of arbitrary requests get most of them.
    return [*([] if by_all else [(("-m", 'rule(id="requests")'), FEW)]), ((), FEW), ((), None)]


def test_names_are_unique() -> None:
    names = [target.name for target in (*MUTANTS, *VARIANTS)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.rule}-{mutant.name}")
def test_mutant_fails_the_tests_of_its_rule(
    mutant: Mutant, record_property: Record, pytestconfig: pytest.Config
) -> None:
    failed: set[str] = set()
    for tests, cases in attempts(mutant.rule, by_all=pytestconfig.getoption("matrix")):
        judgement = judged(mutant.app(), "--strict", *tests, cases=cases)
        failed |= judgement.failed
        if mutant.rule in failed:
            break
    record_property("mutant", {"name": mutant.name, "rule": mutant.rule, "failed": sorted(failed)})
    assert mutant.rule in failed, judgement.printed
    assert judgement.exit_code == 1


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_harmless_variant_passes(variant: Variant, record_property: Record, pytestconfig: pytest.Config) -> None:
    on_wire: contextlib.AbstractContextManager[str | ASGIApp] = contextlib.nullcontext(variant.app())
    with served(variant.app) if variant.difference in WIRE else on_wire as target:
        judgement = judged(target, "--strict", cases=None if pytestconfig.getoption("matrix") else SOME)
    record_property("variant", {"name": variant.name, "failed": sorted(judgement.failed)})
    assert judgement.exit_code == 0, judgement.printed
