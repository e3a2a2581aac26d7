"""Mutants that return a wrong ``total``, ``page`` or ``limit``."""

from __future__ import annotations

from mock.sandbox.operations.leads import Lead
from mock.sandbox.operations.list_leads_in_campaign import ListLeadsInCampaign
from mock.sandbox.store import Campaign
from tests.operations.list_leads_in_campaign.bases import ALICE, ALL, ChangesPages, Page, Query
from tests.operations.registry import breaks
from tests.rewriting import Response


@breaks("true-totals")
def counts_the_leads_of_the_page(response: Response) -> None:
    if response.status == 200:
        response.json["total"] = len(response.json["prospects"])


@breaks("true-totals")
def counts_one_lead_too_many(response: Response) -> None:
    if response.status == 200:
        response.json["total"] += 1


@breaks("true-totals")
def counts_one_lead_too_few(response: Response) -> None:
    if response.status == 200:
        response.json["total"] = max(0, response.json["total"] - 1)


@breaks("true-totals")
def counts_pages(response: Response) -> None:
    if response.status == 200:
        response.json["total"] = -(-response.json["total"] // response.json["limit"])


@breaks("true-totals")
def counts_up_to_100(response: Response) -> None:
    if response.status == 200:
        response.json["total"] = min(100, response.json["total"])


@breaks("true-totals")
def counts_leads_so_far(response: Response) -> None:
    if response.status == 200:
        so_far = (response.json["page"] - 1) * response.json["limit"] + len(response.json["prospects"])
        response.json["total"] = min(response.json["total"], so_far)


@breaks("true-totals")
def counts_only_on_the_first_page(response: Response) -> None:
    if response.status == 200 and response.json["page"] > 1:
        response.json["total"] = 0


@breaks("true-totals")
def always_returns_page_1(response: Response) -> None:
    if response.status == 200:
        response.json["page"] = 1


@breaks("true-totals")
def returns_the_number_of_the_next_page(response: Response) -> None:
    if response.status == 200:
        response.json["page"] += 1


@breaks("true-totals")
def always_returns_limit_100(response: Response) -> None:
    if response.status == 200:
        response.json["limit"] = 100


@breaks("true-totals")
def returns_the_length_of_the_page_as_limit(response: Response) -> None:
    if response.status == 200:
        response.json["limit"] = max(1, len(response.json["prospects"]))


@breaks("true-totals")
class CountsLeadsOfEveryStatus(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads, _ = super().find(campaign, page, limit, status)
        return leads, self.store.page(campaign.id, None, 0, 0)[1]


@breaks("true-totals")
class CountsOnlyPendingLeads(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads, _ = super().find(campaign, page, limit, status)
        return leads, self.store.page(campaign.id, "pending", 0, 0)[1]


@breaks("true-totals")
class CountsTheWholeWorkspace(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads, _ = super().find(campaign, page, limit, status)
        return leads, sum(self.store.page(one.id, status, 0, 0)[1] for one in ALICE.campaigns)


@breaks("true-totals")
class RemembersTheFirstTotal(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads, total = super().find(campaign, page, limit, status)
        self.totals = {(campaign.id, status): total, **getattr(self, "totals", {})}
        return leads, self.totals[campaign.id, status]


@breaks("true-totals")
class ReturnsOneLeadMoreThanTheLimit(ListLeadsInCampaign):
    """The lead that tells whether there is another page."""

    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        return self.store.page(campaign.id, status, (page - 1) * limit, limit + 1)


@breaks("true-totals")
class IgnoresTheLimit(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads, total = self.store.page(campaign.id, status, 0, ALL)
        return (leads if page == 1 else leads[page * limit :]), total


@breaks("true-totals")
class AlwaysUsesLimit100(ListLeadsInCampaign):
    """And says so."""

    def read_query(self, query: Query) -> tuple[int, int, str | None]:
        page, _, status = super().read_query(query)
        return page, 100, status


@breaks("true-totals")
class LowersTheLimitTo3Silently(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        return super().find(campaign, page, min(limit, 3), status)


@breaks("true-totals")
class LowersTheLimitTo100Silently(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        return super().find(campaign, page, min(limit, 100), status)


@breaks("true-totals")
class LowersTheDefaultLimitTo50Silently(ChangesPages):
    def read_query(self, query: Query) -> tuple[int, int, str | None]:
        return super().read_query(query if "limit" in query else {**query, "limit": ["50"]})

    def change_page(self, page: Page, query: Query) -> None:
        if "limit" not in query:
            page["limit"] = 100
