"""Who may edit which lead, broken."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from mock.sandbox import seed
from mock.sandbox.rules import Refusal, Rules
from tests.implementations import FIRST, Row
from tests.mutants.registry import breaks


@breaks("bearer-required")
class TakesAnyKey(Rules):
    def authenticate(self, authorization: str) -> str:
        return super().authenticate("Bearer pk_sandbox_alice" if authorization.startswith("Bearer ") else "")


@breaks("bearer-required")
class TakesNoKey(Rules):
    def authenticate(self, authorization: str) -> str:
        return super().authenticate(authorization or "Bearer pk_sandbox_alice")


@breaks("bearer-required")
class TakesTheKeyUnderAnyScheme(Rules):
    def authenticate(self, authorization: str) -> str:
        return super().authenticate("Bearer " + authorization.rpartition(" ")[2])


@breaks("bearer-required")
class TakesAKeyThatBeginsRight(Rules):
    def authenticate(self, authorization: str) -> str:
        return super().authenticate(authorization[: len("Bearer pk_sandbox_alice")])


@breaks("bearer-required")
class IgnoresCaseInKeys(Rules):
    def authenticate(self, authorization: str) -> str:
        return super().authenticate("Bearer " + authorization.removeprefix("Bearer ").lower() if authorization else "")


@breaks("bearer-required")
class TakesTheKeyAsBasicUser(Rules):
    def authenticate(self, authorization: str) -> str:
        if authorization == "Basic " + base64.b64encode(b"pk_sandbox_alice:").decode():
            authorization = "Bearer pk_sandbox_alice"
        return super().authenticate(authorization)


@breaks("bearer-required")
class LooksAtTheKeyLast(Rules):
    def update_lead(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> Row:
        if not self.store.status("alice", campaign_id) and not self.store.status("bob", campaign_id):
            raise Refusal(404, "Campaign not found.")
        return super().update_lead(campaign_id, headers, body)


@breaks("bearer-required")
class RefusesAKeyWith403(Rules):
    def authenticate(self, authorization: str) -> str:
        try:
            return super().authenticate(authorization)
        except Refusal:
            raise Refusal(403 if authorization else 401, "forbidden") from None


@breaks("bearer-required")
class TakesAnyKeyOfTheRightForm(Rules):
    def authenticate(self, authorization: str) -> str:
        return super().authenticate("Bearer pk_sandbox_alice" if authorization.startswith("Bearer pk_") else "")


@breaks("bearer-required")
class AnswersTheFirstRequestWithoutAKey(Rules):
    def authenticate(self, authorization: str) -> str:
        self.workspace = super().authenticate(authorization) if authorization or not self.workspace else self.workspace
        return self.workspace

    workspace = ""


@breaks("bearer-required")
class IgnoresWhatFollowsTheKey(Rules):
    def authenticate(self, authorization: str) -> str:
        return super().authenticate(" ".join(authorization.split()[:2]))


@breaks("own-campaigns-only")
class ReachesForeignCampaigns(Rules):
    def find_campaign(self, workspace: str, campaign: str) -> str:
        return self.store.status("bob", campaign) or super().find_campaign(workspace, campaign)


@breaks("own-campaigns-only")
class RefusesForeignCampaignsWith403(Rules):
    def find_campaign(self, workspace: str, campaign: str) -> str:
        if self.store.status("bob", campaign):
            raise Refusal(403, "forbidden")
        return super().find_campaign(workspace, campaign)


@breaks("own-campaigns-only")
class RefusesUnknownCampaignsWith400(Rules):
    def find_campaign(self, workspace: str, campaign: str) -> str:
        try:
            return super().find_campaign(workspace, campaign)
        except Refusal as refusal:
            raise Refusal(400, refusal.error) from None


@breaks("draft-only")
class EditsRunningCampaigns(Rules):
    def require_draft(self, status: str) -> None:
        if status != "active":
            super().require_draft(status)


@breaks("draft-only")
class DoesNotNameTheStatus(Rules):
    def require_draft(self, status: str) -> None:
        if status != "draft":
            raise Refusal(400, "The roster is frozen.")


@breaks("draft-only")
class AnswersConflictOutsideDraft(Rules):
    def require_draft(self, status: str) -> None:
        if status != "draft":
            raise Refusal(409, f"The campaign is {status}.")


@breaks("draft-only")
class IgnoresEditsOutsideDraft(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        return super().edit(campaign, lead, fields if self.draft else {})

    def require_draft(self, status: str) -> None:
        self.draft = status == "draft"


@breaks("lead-in-campaign")
class FindsLeadsInAnyCampaign(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        for workspace in seed.load():
            for other in workspace.campaigns:
                if campaign != other.id and any(row["id"] == lead for row in other.leads):
                    campaign = campaign if self.store.lead(campaign, lead) else other.id
        return super().edit(campaign, lead, fields)


@breaks("lead-in-campaign")
class AnswersAnUnknownLeadWith200(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        found = self.store.lead(campaign, lead)
        return super().edit(campaign, lead if found else campaign, fields if found else {})


@breaks("lead-in-campaign")
class AddsUnknownLeads(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        if self.store.lead(campaign, lead) is None:
            return {"id": lead, "campaign_id": campaign, "user_id": campaign, "status": "pending", **fields}
        return super().edit(campaign, lead, fields)


@breaks("lead-in-campaign")
class EditsTheFirstLeadInPlaceOfAForeignOne(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        known = {row["id"] for workspace in seed.load() for other in workspace.campaigns for row in other.leads}
        elsewhere = lead in known and self.store.lead(campaign, lead) is None
        return super().edit(campaign, FIRST if elsewhere else lead, fields)
