"""Which rule fails: the one that is broken, and no rule whose tests only come across it."""

from __future__ import annotations

import pytest

from tests.operations import MUTANTS, SCHEMA_CHECKS
from tests.operations.add_leads_to_campaign import duplicates
from tests.operations.list_leads_in_campaign import totals
from tests.operations.remove_leads_from_campaign import gone, requests
from tests.operations.update_lead_in_campaign import fields, leads
from tests.proving import judged
from tests.targets import Difference

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("difference", "module"),
    [
        (totals.counts_the_leads_of_the_page, "list_leads"),
        (totals.RemembersTheFirstTotal, "list_leads"),
        (duplicates.MissesDuplicatesWithinTheRequest, "add_leads"),
        (duplicates.KeepsTheLastOfARequest, "add_leads"),
        (fields.ClearsAllOtherFields, "update_lead"),
        (leads.ReturnsTheLeadBeforeTheEdit, "update_lead"),
        (requests.AcceptsNoIds, "remove_leads"),
        (requests.AcceptsAllFalse, "remove_leads"),
        (gone.KeepsTheIdentityTaken, "remove_leads"),
    ],
)
def test_mutant_fails_its_own_rule_alone(difference: Difference, module: str) -> None:
    mutant = next(mutant for mutant in MUTANTS if mutant.difference is difference)
    judgement = judged(mutant.app(), "-k", module, cases=1)
    assert judgement.failed - {*SCHEMA_CHECKS} == {mutant.rule}, judgement.printed
