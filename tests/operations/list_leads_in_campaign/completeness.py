"""Mutants that list too few leads, too many, or some more than once."""

from __future__ import annotations

from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.leads import Lead
from mock.sandbox.operations.list_leads_in_campaign import ListLeadsInCampaign
from mock.sandbox.store import Campaign
from tests.operations.list_leads_in_campaign.bases import ALICE, ALL, BOB, ChoosesLeads
from tests.operations.registry import breaks


@breaks("lists-every-lead-once")
class SkipsALeadBetweenPages(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        return self.store.page(campaign.id, status, (page - 1) * (limit + 1), limit)


@breaks("lists-every-lead-once")
class RepeatsALeadBetweenPages(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        return self.store.page(campaign.id, status, (page - 1) * max(limit - 1, 1), limit)


@breaks("lists-every-lead-once")
class AlwaysListsTheFirstPage(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:  # noqa: ARG002
        return super().find(campaign, 1, limit, status)


@breaks("lists-every-lead-once")
class LosesAnIncompletePage(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads, total = super().find(campaign, page, limit, status)
        return ([] if page > 1 and len(leads) < limit else leads), total


@breaks("lists-every-lead-once")
class LosesTheLastPage(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads, total = super().find(campaign, page, limit, status)
        return ([] if page > 1 and page * limit >= total else leads), total


@breaks("lists-every-lead-once")
class TakesTheLimitAsTheOffset(ListLeadsInCampaign):
    """Pages are always 100 leads apart, whatever the limit is."""

    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        return self.store.page(campaign.id, status, (page - 1) * 100, limit)


@breaks("lists-every-lead-once")
class LosesTheNewestLead(ChoosesLeads):
    def choose(self, campaign: Campaign, status: str | None) -> list[Lead]:
        return super().choose(campaign, status)[:-1]


@breaks("lists-every-lead-once")
class CountsButDoesNotShowTheLastLead(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads, total = super().find(campaign, page, limit, status)
        return (leads[:-1] if page * limit >= total > 1 else leads), total


@breaks("lists-every-lead-once")
class ListsAtMost100Leads(ChoosesLeads):
    def choose(self, campaign: Campaign, status: str | None) -> list[Lead]:
        return super().choose(campaign, status)[:100]


@breaks("lists-every-lead-once")
class ListsLeadsOfEveryCampaignOfTheWorkspace(ChoosesLeads):
    def choose(self, campaign: Campaign, status: str | None) -> list[Lead]:
        others = [one.id for one in ALICE.campaigns if one.id != campaign.id]
        leads = super().choose(campaign, status)
        return leads + [lead for other in others for lead in self.store.page(other, status, 0, ALL)[0]]


@breaks("lists-every-lead-once")
class ListsLeadsOfAnotherWorkspace(ChoosesLeads):
    def choose(self, campaign: Campaign, status: str | None) -> list[Lead]:
        return super().choose(campaign, status) + self.store.page(BOB.campaign("draft").id, status, 0, ALL)[0]


@breaks("lists-every-lead-once")
class ListsLeadsOfAnotherCampaignAsItsOwn(ChoosesLeads):
    def choose(self, campaign: Campaign, status: str | None) -> list[Lead]:
        other = ALICE.campaign("active" if campaign.status == "draft" else "draft")
        strangers = self.store.page(other.id, status, 0, ALL)[0]
        return super().choose(campaign, status) + [lead | {"campaign_id": campaign.id} for lead in strangers]


@breaks("lists-every-lead-once")
class ListsLeadsOfTheSameNameOnce(ChoosesLeads):
    def choose(self, campaign: Campaign, status: str | None) -> list[Lead]:
        leads = super().choose(campaign, status)
        return [*{(lead["first_name"], lead["last_name"]): lead for lead in leads}.values()]


@breaks("lists-every-lead-once")
class HidesLeadsWithoutLinkedinUrl(ChoosesLeads):
    def choose(self, campaign: Campaign, status: str | None) -> list[Lead]:
        return [lead for lead in super().choose(campaign, status) if lead["linkedin_url"]]


@breaks("lists-every-lead-once")
class HidesLeadsWithoutName(ChoosesLeads):
    def choose(self, campaign: Campaign, status: str | None) -> list[Lead]:
        return [lead for lead in super().choose(campaign, status) if lead["first_name"]]


@breaks("lists-every-lead-once")
class ListsALeadOncePerCustomField(ChoosesLeads):
    def choose(self, campaign: Campaign, status: str | None) -> list[Lead]:
        return [
            lead for lead in super().choose(campaign, status) for _ in range(max(1, len(lead["custom_fields"] or ())))
        ]


@breaks("lists-every-lead-once")
class ListsOnlyImportedFiles(ChoosesLeads):
    def choose(self, campaign: Campaign, status: str | None) -> list[Lead]:
        return [lead for lead in super().choose(campaign, status) if lead["source"] != "api"]


@breaks("lists-every-lead-once")
class SortsEachPageByAnotherOrder(ListLeadsInCampaign):
    """Odd pages count from the first lead, even pages from the last."""

    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads = self.store.page(campaign.id, status, 0, ALL)[0]
        ordered = leads if page % 2 else leads[::-1]
        return ordered[(page - 1) * limit : page * limit], len(leads)


@breaks("lists-any-campaign")
class ListsOnlyDrafts(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        self.require_draft(campaign.status)
        return super().find(campaign, page, limit, status)


@breaks("lists-any-campaign")
class FindsOnlyDrafts(ListLeadsInCampaign):
    def find_campaign(self, workspace: str, campaign: str) -> Campaign:
        found = super().find_campaign(workspace, campaign)
        if found.status != "draft":
            raise Refusal(404, "Campaign not found.")
        return found


@breaks("lists-any-campaign")
class ForbidsListsOutsideDraft(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        if campaign.status != "draft":
            raise Refusal(403, "forbidden")
        return super().find(campaign, page, limit, status)


@breaks("lists-any-campaign")
class ListsNothingOutsideDraft(ChoosesLeads):
    def choose(self, campaign: Campaign, status: str | None) -> list[Lead]:
        return super().choose(campaign, status) if campaign.status == "draft" else []


@breaks("lists-any-campaign")
class FreezesFilteredListsOutsideDraft(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        if status is not None:
            self.require_draft(campaign.status)
        return super().find(campaign, page, limit, status)
