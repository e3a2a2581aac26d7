"""Lists are judged alone, too, and are not blamed for what other operations do wrong."""

from __future__ import annotations

import pytest

from mock.sandbox.operations.add_leads_to_campaign import AddLeadsToCampaign
from mock.sandbox.operations.leads import Lead
from mock.sandbox.operations.remove_leads_from_campaign import RemoveLeadsFromCampaign
from mock.sandbox.store import Campaign
from tests.proving import Judgement, judged
from tests.targets import CONTRACT, make_app

pytestmark = pytest.mark.slow

LISTS = next(operation for operation in CONTRACT.operations if operation.method == "GET")
RULES = {rule.id for rule in LISTS.rules}
CHANGES = 'rule(id="lists-changes-at-once")'


def outcome(judgement: Judgement, rule: str) -> str:
    return next(line for line in judgement.stdout.splitlines() if rule in line).partition(rule)[0].strip()


def test_lists_are_judged_without_the_operations_that_change_them() -> None:
    judgement = judged(make_app(), "--operations", LISTS.id, cases=1)
    assert judgement.exit_code == 0, judgement.printed
    assert {rule: outcome(judgement, rule) for rule in RULES} == dict.fromkeys(RULES, "passed") | {
        "lists-changes-at-once": "not verified"
    }


class AddsNothing(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:  # noqa: ARG002
        return len(leads), 0


class RemovesNothing(RemoveLeadsFromCampaign):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:  # noqa: ARG002
        return len(ids)


@pytest.mark.parametrize(
    ("handler", "violated"), [(AddsNothing, "adds-every-lead"), (RemovesNothing, "removes-given-leads")]
)
def test_lists_are_not_blamed_for_other_operations(
    handler: type[AddLeadsToCampaign] | type[RemoveLeadsFromCampaign], violated: str
) -> None:
    judgement = judged(make_app(handler), "-m", CHANGES, cases=1)
    assert judgement.failed == {violated}, judgement.printed
    assert outcome(judgement, "lists-changes-at-once") == "not verified"
