"""Mutants that edit or return the wrong lead, forget edits, or edit when they refuse to."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import orjson

from mock.sandbox import seed
from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.leads import Lead
from mock.sandbox.operations.update_lead_in_campaign import UpdateLeadInCampaign
from mock.sandbox.store import Store
from puffle.contract import Operation
from tests.operations.registry import breaks
from tests.operations.update_lead_in_campaign.bases import DRAFT, FIRST, NEXT, Body, SeesOtherLeads


@breaks("draft-only")
class IgnoresEditsOutsideDraft(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        return super().edit(campaign, lead, fields if self.draft else {})

    def require_draft(self, status: str) -> None:
        self.draft = status == "draft"


@breaks("lead-in-campaign")
class FindsLeadsInAnyCampaign(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        campaigns = [other.id for workspace in seed.load() for other in workspace.campaigns]
        campaign = next((other for other in campaigns if self.store.lead(other, lead)), campaign)
        return super().edit(campaign, lead, fields)


@breaks("lead-in-campaign")
class Returns200ForAnUnknownLead(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        found = self.store.lead(campaign, lead)
        return super().edit(campaign, lead if found else campaign, fields if found else {})


@breaks("lead-in-campaign")
class AddsUnknownLeads(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        if self.store.lead(campaign, lead) is None:
            return {"id": lead, "campaign_id": campaign, "user_id": campaign, "status": "pending", **fields}
        return super().edit(campaign, lead, fields)


@breaks("lead-in-campaign")
class EditsTheFirstLeadInsteadOfAForeignOne(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        known = {one["id"] for workspace in seed.load() for other in workspace.campaigns for one in other.leads}
        elsewhere = lead in known and self.store.lead(campaign, lead) is None
        return super().edit(campaign, FIRST if elsewhere else lead, fields)


@breaks("answers-edited-row")
class ReturnsTheLeadBeforeTheEdit(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        before = self.store.lead(campaign, lead)
        return before if super().edit(campaign, lead, fields) and before else {}


@breaks("answers-edited-row")
class ReturnsTheIdOfAnotherLead(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        edited = super().edit(campaign, lead, fields)
        return {**edited, "id": NEXT}


@breaks("answers-edited-row")
class AlwaysReturnsTheFirstLead(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        super().edit(campaign, lead, fields)
        return super().edit(campaign, FIRST, {})


@breaks("answers-edited-row")
class ReturnsOnlyTheFieldsThatWereSent(UpdateLeadInCampaign):
    always = ("id", "campaign_id", "user_id", "status", "created_at", "updated_at")

    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        edited = super().edit(campaign, lead, fields)
        return {name: value for name, value in edited.items() if name in fields or name in self.always}


@breaks("remembers-edits")
class ReturnsTheEditWithoutStoringIt(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        return {**super().edit(campaign, lead, {}), **fields}


@breaks("remembers-edits")
class RevertsThePreviousEdit(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        if fields:
            original = {"headline": "I help sales teams reply faster", "position": "Head of Sales"}
            super().edit(campaign, lead, {name: value for name, value in original.items() if name not in fields})
        return super().edit(campaign, lead, fields)


@breaks("remembers-edits")
class ServesReadsFromACache(UpdateLeadInCampaign):
    def __init__(self, operation: Operation, store: Store) -> None:
        super().__init__(operation, store)
        self.cache: dict[str, Lead] = {}

    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        edited = super().edit(campaign, lead, fields)
        return edited if fields else self.cache.setdefault(lead, edited)


@breaks("remembers-edits")
class ServesRepeatedRequestsFromACache(UpdateLeadInCampaign):
    def __init__(self, operation: Operation, store: Store) -> None:
        super().__init__(operation, store)
        self.cache: dict[bytes, Lead] = {}

    def update_lead(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> Lead:
        if b'"updates": {}' in body or not headers.get("authorization"):
            return super().update_lead(campaign_id, headers, body)
        if body not in self.cache:
            self.cache[body] = super().update_lead(campaign_id, headers, body)
        return self.cache[body]


@breaks("remembers-edits")
class LosesEveryTenthEdit(UpdateLeadInCampaign):
    edits = 0

    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        self.edits += bool(fields)
        if self.edits % 10 == 0:
            return {**super().edit(campaign, lead, {}), **fields}
        return super().edit(campaign, lead, fields)


@breaks("touches-one-lead")
class EditsTheWholeCampaign(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        for other in DRAFT.leads:
            super().edit(DRAFT.id, other["id"], fields)
        return super().edit(campaign, lead, fields)


@breaks("touches-one-lead")
class ChangesTheSourceOfTheNextLead(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        if fields and lead != NEXT:
            super().edit(campaign, NEXT, {"source": "edited"})
        return super().edit(campaign, lead, fields)


@breaks("touches-one-lead")
class EditsLeadsWithTheSameLastName(SeesOtherLeads):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        edited, others = super().edit(campaign, lead, {}), self.others(lead) if fields else []
        for other in others:
            if other["last_name"] == edited["last_name"]:
                super().edit(
                    campaign, other["id"], {n: fields[n] for n in fields if n not in ("email", "linkedin_url")}
                )
        return super().edit(campaign, lead, fields)


@breaks("touches-one-lead")
class TakesTheEmailFromTheLeadThatHasIt(SeesOtherLeads):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        for other in self.others(lead) if "email" in fields else ():
            if fields["email"] == other["email"]:
                super().edit(campaign, other["id"], {"email": "duplicate@example.com"})
        return super().edit(campaign, lead, fields)


@breaks("touches-one-lead")
class ChangesTheHeadlineOfTheNextLead(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        if "email" in fields:
            super().edit(campaign, NEXT, {"headline": "Edited"})
        return super().edit(campaign, lead, fields)


@breaks("refusal-changes-nothing")
class StoresTheValidFieldsOfARefusedEdit(UpdateLeadInCampaign):
    def parse(self, body: bytes) -> Body:
        try:
            return super().parse(body)
        except Refusal:
            with contextlib.suppress(ValueError, LookupError, TypeError, AttributeError, Refusal):
                request = orjson.loads(body)
                fields = {name: value for name, value in request["updates"].items() if isinstance(value, str)}
                self.edit(DRAFT.id, request["prospect_id"], self.select_fields(fields))
            raise


@breaks("refusal-changes-nothing")
class StoresTheFieldsNextToAnInvalidOne(UpdateLeadInCampaign):
    def check_values(self, fields: Lead) -> None:
        try:
            super().check_values(fields)
        except Refusal:
            self.edit(DRAFT.id, FIRST, {name: value for name, value in fields.items() if name != "email"})
            raise


@breaks("refusal-changes-nothing")
class StoresTheFieldsBeforeAnInvalidOne(UpdateLeadInCampaign):
    def check_values(self, fields: Lead) -> None:
        try:
            super().check_values(fields)
        except Refusal:
            before = list(fields)[: list(fields).index("email")]
            self.edit(DRAFT.id, FIRST, {name: fields[name] for name in before})
            raise


@breaks("refusal-changes-nothing")
class EditsADraftThroughAFrozenCampaign(UpdateLeadInCampaign):
    def require_draft(self, status: str) -> None:
        if status != "draft":
            self.edit(DRAFT.id, FIRST, {"company": "Changed by a refused request"})
        super().require_draft(status)


@breaks("times-move-forward")
class MovesCreatedAtAsWell(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        return super().edit(campaign, lead, {**fields, "created_at": self.now()} if fields else fields)


@breaks("times-move-forward")
class MovesUpdatedAtBack(UpdateLeadInCampaign):
    edits = 0

    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        self.edits += 1
        return {**super().edit(campaign, lead, fields), "updated_at": f"{2100 - self.edits % 90}-01-01T00:00:00Z"}


@breaks("times-move-forward")
class ReturnsUpdatedAtAsCreatedAt(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        edited = super().edit(campaign, lead, fields)
        return {**edited, "created_at": edited["updated_at"]}
