"""Mutants that show leads other than they were added, updated or removed."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from mock.sandbox.operations.leads import Lead
from mock.sandbox.operations.list_leads_in_campaign import ListLeadsInCampaign
from mock.sandbox.store import Campaign
from tests.operations.list_leads_in_campaign.bases import ALL, ChangesLeads, ChoosesLeads, Remembers
from tests.operations.registry import breaks


class CachesPages(Remembers):
    """Finds a page once for each key."""

    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        key = self.key(campaign, page, limit, status)
        if key not in self.memory:
            self.memory[key] = super().find(campaign, page, limit, status)
        found: tuple[list[Lead], int] = self.memory[key]
        return found

    def key(self, campaign: Campaign, page: int, limit: int, status: str | None) -> Hashable:
        return campaign.id, page, limit, status


@breaks("lists-changes-at-once")
class ServesPagesFromACache(CachesPages):
    pass


@breaks("lists-changes-at-once")
class ServesAPageTwice(CachesPages):
    """From a cache that a page leaves when it was served from there."""

    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        key = self.key(campaign, page, limit, status)
        is_known = key in self.memory
        found = super().find(campaign, page, limit, status)
        if is_known:
            del self.memory[key]
        return found


@breaks("lists-changes-at-once")
class ServesPagesFromACacheUntilTheTotalChanges(CachesPages):
    def key(self, campaign: Campaign, page: int, limit: int, status: str | None) -> Hashable:
        return super().key(campaign, page, limit, status), self.store.page(campaign.id, None, 0, 0)[1]


@breaks("lists-changes-at-once")
class ServesPagesFromACacheUntilALeadIsAdded(CachesPages):
    def key(self, campaign: Campaign, page: int, limit: int, status: str | None) -> Hashable:
        leads = self.store.page(campaign.id, None, 0, ALL)[0]
        return super().key(campaign, page, limit, status), max((lead["created_at"] for lead in leads), default="")


@breaks("lists-changes-at-once")
class ServesPagesFromACacheUntilALeadIsAddedOrEdited(CachesPages):
    """A removal is not noticed."""

    def key(self, campaign: Campaign, page: int, limit: int, status: str | None) -> Hashable:
        leads = self.store.page(campaign.id, None, 0, ALL)[0]
        self.memory["latest"] = max(self.memory.get("latest", ""), *(lead["updated_at"] for lead in leads), "")
        return super().key(campaign, page, limit, status), self.memory["latest"]


@breaks("lists-changes-at-once")
class ServesFilteredPagesFromACache(CachesPages):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        if status is None:
            return self.store.page(campaign.id, status, (page - 1) * limit, limit)
        return super().find(campaign, page, limit, status)


@breaks("lists-changes-at-once")
class ServesLaterPagesFromACache(CachesPages):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        if page == 1:
            return self.store.page(campaign.id, status, (page - 1) * limit, limit)
        return super().find(campaign, page, limit, status)


@breaks("lists-changes-at-once")
class ShowsLeadsAsTheyWereFirstListed(Remembers):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads, total = super().find(campaign, page, limit, status)
        return [self.memory.setdefault(lead["id"], lead) for lead in leads], total


@breaks("lists-changes-at-once")
class ShowsEditsOneListLate(Remembers):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads, total = super().find(campaign, page, limit, status)
        before = [self.memory.get(lead["id"], lead) for lead in leads]
        self.memory |= {lead["id"]: lead for lead in leads}
        return before, total


@breaks("lists-changes-at-once")
class ShowsAdditionsOneListLate(Remembers):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads = self.store.page(campaign.id, status, 0, ALL)[0]
        known = self.memory.get(campaign.id)
        self.memory[campaign.id] = {lead["id"] for lead in self.store.page(campaign.id, None, 0, ALL)[0]}
        shown = [lead for lead in leads if known is None or lead["id"] in known]
        return shown[(page - 1) * limit : page * limit], len(shown)


@breaks("lists-changes-at-once")
class ShowsRemovalsOneListLate(Remembers):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads = {lead["id"]: lead for lead in self.store.page(campaign.id, status, 0, ALL)[0]}
        shown = [*{**self.memory.get((campaign.id, status), leads), **leads}.values()]
        self.memory[campaign.id, status] = leads
        return shown[(page - 1) * limit : page * limit], len(shown)


@breaks("lists-changes-at-once")
class KeepsListingRemovedLeads(Remembers):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads = {lead["id"]: lead for lead in self.store.page(campaign.id, status, 0, ALL)[0]}
        self.memory[campaign.id, status] = {**self.memory.get((campaign.id, status), {}), **leads}
        shown = [*self.memory[campaign.id, status].values()]
        return shown[(page - 1) * limit : page * limit], len(shown)


@breaks("lists-changes-at-once")
class HidesEditedLeads(ChoosesLeads):
    def choose(self, campaign: Campaign, status: str | None) -> list[Lead]:
        return [lead for lead in super().choose(campaign, status) if lead["updated_at"] == lead["created_at"]]


@breaks("lists-changes-at-once")
class ShowsTheCompanyOfTheLeadBefore(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads, total = super().find(campaign, page, limit, status)
        companies = [lead["company"] for lead in leads]
        pairs = zip(leads, companies[-1:] + companies, strict=False)
        return [lead | {"company": company} for lead, company in pairs], total


@breaks("lists-changes-at-once")
class SwapsFirstAndLastNamesInLists(ChangesLeads):
    def change_lead(self, lead: Lead) -> Lead:
        return lead | {"first_name": lead["last_name"], "last_name": lead["first_name"]}


@breaks("lists-changes-at-once")
class MakesFullNamesOfFirstAndLastNames(ChangesLeads):
    """Whatever the full name is."""

    def change_lead(self, lead: Lead) -> Lead:
        return lead | {"name": f"{lead['first_name'] or ''} {lead['last_name'] or ''}".strip() or None}


@breaks("lists-changes-at-once")
class LeavesOutPositions(ChangesLeads):
    def change_lead(self, lead: Lead) -> Lead:
        return {name: value for name, value in lead.items() if name != "position"}


@breaks("lists-changes-at-once")
class ShowsHeadlinesAsNull(ChangesLeads):
    def change_lead(self, lead: Lead) -> Lead:
        return lead | {"headline": None}


@breaks("lists-changes-at-once")
class ShowsCustomFieldsAsEmpty(ChangesLeads):
    def change_lead(self, lead: Lead) -> Lead:
        return lead | {"custom_fields": {}}


@breaks("lists-changes-at-once")
class ShortensLongTexts(ChangesLeads):
    def change_lead(self, lead: Lead) -> Lead:
        def short(value: Any) -> Any:
            return value[:39] + "…" if isinstance(value, str) and len(value) > 40 else value

        return lead | {name: short(lead[name]) for name in ("company", "position", "headline")}


@breaks("lists-changes-at-once")
class MasksEmails(ChangesLeads):
    def change_lead(self, lead: Lead) -> Lead:
        email = lead["email"]
        return lead | {"email": email and f"{email[0]}***@{email.partition('@')[2]}"}


@breaks("lists-changes-at-once")
class EscapesHtmlInLists(ChangesLeads):
    def change_lead(self, lead: Lead) -> Lead:
        return lead | {"company": lead["company"] and lead["company"].replace("&", "&amp;")}


@breaks("lists-changes-at-once")
class ShowsTextsInAscii(ChangesLeads):
    def change_lead(self, lead: Lead) -> Lead:
        name = lead["first_name"]
        return lead | {"first_name": name and name.encode("ascii", "replace").decode()}
