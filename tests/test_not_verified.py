"""Rules that cannot be verified: a target that refuses every safe request for another reason has not passed."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from mock.sandbox import seed
from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.access import Access
from mock.sandbox.operations.add_leads_to_campaign import AddLeadsToCampaign
from mock.sandbox.operations.update_lead_in_campaign import UpdateLeadInCampaign
from mock.sandbox.store import Campaign
from tests.operations.remove_leads_from_campaign.bases import RefusesUnknownLeads
from tests.proving import judged
from tests.targets import Difference, make_app

pytestmark = pytest.mark.slow

_, BOB = seed.load()
FOREIGN = BOB.campaign("draft").id


class RemovesInAnyStatus(RefusesUnknownLeads):
    """A safe request names no lead of the campaign, and is refused because of that."""

    def require_draft(self, status: str) -> None:
        """Do not look at the status."""


class WorksInAnyWorkspace(Access):
    def find_campaign(self, workspace: str, campaign: str) -> Campaign:
        return super().find_campaign(BOB.name if campaign == FOREIGN else workspace, campaign)


class RemovesInAnyWorkspace(WorksInAnyWorkspace, RefusesUnknownLeads):
    """A safe request names no lead of the campaign."""


class AddsInAnyWorkspace(WorksInAnyWorkspace, AddLeadsToCampaign):
    """A safe request has no lead with an identity, and is refused because of that."""

    def add_leads(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> dict[str, int]:
        self.authenticate(headers.get("authorization", ""))
        if not all(item.get("email") or item.get("linkedin_url") for item in self.parse(body)["prospects"]):
            raise Refusal(400, "prospects: every lead needs an email address or a LinkedIn URL")
        return super().add_leads(campaign_id, headers, body)


class EditsInAnyWorkspace(WorksInAnyWorkspace, UpdateLeadInCampaign):
    """Without a lead of the other workspace, a request names one that is not in the campaign."""


@pytest.mark.parametrize(
    ("difference", "rule", "module"),
    [
        (RemovesInAnyStatus, "draft-only", "remove_leads"),
        (RemovesInAnyWorkspace, "own-campaigns-only", "remove_leads"),
        (AddsInAnyWorkspace, "own-campaigns-only", "add_leads"),
        (EditsInAnyWorkspace, "own-campaigns-only", "update_lead"),
    ],
)
def test_rule_that_no_safe_request_can_verify_is_not_passed(difference: Difference, rule: str, module: str) -> None:
    chosen = ("-m", f'rule(id="{rule}")', "-k", module)
    judgement = judged(make_app(difference), *chosen, cases=2, PUFFLE_FOREIGN_PROSPECT_ID="")
    assert not judgement.failed, judgement.printed
    assert judgement.not_verified == {rule}, judgement.printed


@pytest.mark.parametrize("rule", ["draft-only", "own-campaigns-only"])
def test_rule_is_verified_otherwise(rule: str) -> None:
    judgement = judged(make_app(), "-m", f'rule(id="{rule}")', cases=2, PUFFLE_FOREIGN_PROSPECT_ID="")
    assert judgement.exit_code == 0, judgement.printed
    assert not judgement.not_verified, judgement.printed
