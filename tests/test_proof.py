"""The contract tests are right: the tests of a rule fail for every mutant that breaks it, and no variant fails any."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from starlette.types import ASGIApp

from contract_tests import operations
from puffle.contract import operation_key
from tests.operations import MUTANTS, SCHEMA_CHECKS, VARIANTS, Mutant, Variant
from tests.operations.add_leads_to_campaign.variants import ChecksTheLeadsBeforeTheCampaign
from tests.operations.list_leads_in_campaign import OPERATION as LIST_LEADS
from tests.operations.remove_leads_from_campaign.variants import (
    Returns400ForUnknownLeadsOfAnyCampaign,
    Returns404ForUnknownLeadsOfAnyCampaign,
)
from tests.operations.responses import closes_every_connection, compresses_responses
from tests.operations.update_lead_in_campaign import OPERATION as UPDATE
from tests.proving import judged
from tests.running import served
from tests.targets import CONTRACT

pytestmark = pytest.mark.slow

FEW = 1
"""Cases per test, enough for most mutants. The others are judged with the usual number."""
SOME = 3
"""Cases per test for variants. `make proof` judges them with the usual number, and by the tests of all operations."""
WIRE = (closes_every_connection, compresses_responses)
"""Variants that make a difference only on a connection."""
UNDECIDED: dict[object, set[str]] = {
    ChecksTheLeadsBeforeTheCampaign: {"own-campaigns-only"},
    Returns400ForUnknownLeadsOfAnyCampaign: {"draft-only"},
    Returns404ForUnknownLeadsOfAnyCampaign: {"draft-only"},
}
"""Rules that no safe request can verify for a variant, which refuses such a request for another reason first."""

ASSUMED = {rule.id for rule in CONTRACT.rules if rule.assumed}
"""Rules that are only assumed: breaking one is a warning, and fails no other rule."""
LIST = operation_key(LIST_LEADS)
NAMES = {operation.key: name for name, (operation, _) in operations.discover(CONTRACT).items()}
"""The name of the module with an operation's tests, by the operation's key."""

Record = Callable[[str, object], None]


def attempts(mutant: Mutant, by_all: bool) -> list[tuple[tuple[str, ...], int | None]]:
    """Arguments that choose tests, and their number of cases. The next attempt is made if the rule has not failed."""
    # Schemas are checked on every response, whichever test got it. Tests of arbitrary requests get most of them.
    rule = "requests" if mutant.rule in SCHEMA_CHECKS else mutant.rule
    # A rule that operations share is tested for each of them.
    own = ("-m", f'rule(id="{rule}")', "-k", NAMES[mutant.operation])
    if mutant.rule not in SCHEMA_CHECKS:
        return [(() if by_all else own, FEW), (own, None)]
    return [*([] if by_all else [(own, FEW)]), ((), FEW), ((), None)]


def test_names_are_unique() -> None:
    names = [target.name for target in (*MUTANTS, *VARIANTS)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.rule}-{mutant.name}")
def test_mutant_fails_the_tests_of_its_rule(
    mutant: Mutant, record_property: Record, pytestconfig: pytest.Config
) -> None:
    failed: set[str] = set()
    by_all = pytestconfig.getoption("matrix")
    for tests, cases in attempts(mutant, by_all):
        judgement = judged(mutant.app(), "--strict", *tests, cases=cases)
        failed |= judgement.failed
        if mutant.rule in failed:
            break
    record_property("mutant", {"name": mutant.name, "rule": mutant.rule, "failed": sorted(failed)})
    assert mutant.rule in failed, judgement.printed
    assert judgement.exit_code == 1
    if mutant.rule in ASSUMED:
        assert judgement.violated <= set(SCHEMA_CHECKS), judgement.printed
    if by_all and operation_key(UPDATE) == mutant.operation:
        assert_that_it_fails_alone(mutant)


def assert_that_it_fails_alone(mutant: Mutant) -> None:
    """The mutant fails when only its operation is judged: leads are then read by edits of nothing."""
    for tests, cases in attempts(mutant, by_all=False):
        judgement = judged(mutant.app(), "--operations", "updateLeadInCampaign", *tests, cases=cases)
        if mutant.rule in judgement.failed:
            return
    pytest.fail(judgement.printed)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_harmless_variant_passes(variant: Variant, record_property: Record, pytestconfig: pytest.Config) -> None:
    on_wire: contextlib.AbstractContextManager[str | ASGIApp] = contextlib.nullcontext(variant.app())
    by_all = pytestconfig.getoption("matrix")
    # The tests of every operation read leads through the list.
    tests = () if by_all or variant.operation == LIST else ("-k", NAMES[variant.operation])
    with served(variant.app) if variant.difference in WIRE else on_wire as target:
        judgement = judged(target, "--strict", *tests, cases=None if by_all else SOME)
    record_property("variant", {"name": variant.name, "failed": sorted(judgement.failed)})
    undecided = UNDECIDED.get(variant.difference, set())
    assert not judgement.failed, judgement.printed
    assert judgement.not_verified == undecided, judgement.printed
    assert judgement.exit_code == (1 if undecided else 0), judgement.printed
