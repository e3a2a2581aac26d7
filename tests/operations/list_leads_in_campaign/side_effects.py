"""Mutants that change leads when they are listed."""

from __future__ import annotations

from mock.sandbox.operations.leads import Lead
from mock.sandbox.operations.list_leads_in_campaign import ListLeadsInCampaign
from mock.sandbox.store import Campaign
from tests.operations.list_leads_in_campaign.bases import EditsLeads
from tests.operations.registry import breaks


@breaks("listing-changes-nothing")
class MovesUpdatedAt(EditsLeads):
    def edit_lead(self, lead: Lead) -> Lead:
        return lead | {"updated_at": self.now()}


@breaks("listing-changes-nothing")
class MarksListedLeads(EditsLeads):
    def edit_lead(self, lead: Lead) -> Lead:
        return lead | {"status": "seen"}


@breaks("listing-changes-nothing")
class CountsViewsInCustomFields(EditsLeads):
    def edit_lead(self, lead: Lead) -> Lead:
        fields = lead["custom_fields"] or {}
        return lead | {"custom_fields": {**fields, "views": fields.get("views", 0) + 1}}


@breaks("listing-changes-nothing")
class WritesHeadlines(EditsLeads):
    def edit_lead(self, lead: Lead) -> Lead:
        return lead | {"headline": f"{lead['position']} at {lead['company']}"}


@breaks("listing-changes-nothing")
class ChangesTheSourceOfListedLeads(EditsLeads):
    def edit_lead(self, lead: Lead) -> Lead:
        return lead | {"source_ref": "list"}


@breaks("listing-changes-nothing")
class StartsTheSequenceOfListedLeads(EditsLeads):
    def edit_lead(self, lead: Lead) -> Lead:
        return lead | {"current_node_id": lead["id"]}


@breaks("listing-changes-nothing")
class EditsALeadOfAFilteredList(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads, total = super().find(campaign, page, limit, status)
        for lead in leads[:1] if status else ():
            self.store.edit(campaign.id, lead["id"], lambda lead: lead | {"headline": "Listed"}, self.identity)
        return leads, total


@breaks("listing-changes-nothing")
class RemovesTheLeadsOfTheSecondPage(ListLeadsInCampaign):
    """As a queue would."""

    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads, total = super().find(campaign, page, limit, status)
        if page > 1:
            self.store.remove(campaign.id, [lead["id"] for lead in leads])
        return leads, total


@breaks("listing-changes-nothing")
class CountsListsOfRunningCampaignsInHeadlines(EditsLeads):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        self.is_running = campaign.status != "draft"
        return super().find(campaign, page, limit, status)

    def edit_lead(self, lead: Lead) -> Lead:
        return lead | {"headline": f"{lead['headline'] or ''}|"} if self.is_running else lead
