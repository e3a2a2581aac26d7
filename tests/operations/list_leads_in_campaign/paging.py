"""Mutants that page through the leads other than the contract assumes, or take invalid pages for valid ones."""

from __future__ import annotations

import random
import re

from mock.sandbox.exceptions import Refusal
from mock.sandbox.messages import Incoming, Reply
from mock.sandbox.operations.leads import Lead
from mock.sandbox.operations.list_leads_in_campaign import ListLeadsInCampaign
from mock.sandbox.store import Campaign
from tests.operations.list_leads_in_campaign.bases import ChoosesLeads, Query
from tests.operations.registry import breaks
from tests.rewriting import Response


@breaks("pages-in-order")
class CountsPagesFrom0(ListLeadsInCampaign):
    def read_query(self, query: Query) -> tuple[int, int, str | None]:
        text = query.get("page", ["0"])[0]
        counted = {**query, "page": [str(int(text) + 1)]} if text.isdigit() else query
        page, limit, status = super().read_query(counted)
        return page - 1, limit, status

    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        return super().find(campaign, page + 1, limit, status)


@breaks("pages-in-order")
class ShowsPage2ByDefault(ListLeadsInCampaign):
    def read_query(self, query: Query) -> tuple[int, int, str | None]:
        return super().read_query({"page": ["2"], **query})


@breaks("pages-in-order")
class Shows50LeadsByDefault(ListLeadsInCampaign):
    def read_query(self, query: Query) -> tuple[int, int, str | None]:
        return super().read_query({"limit": ["50"], **query})


@breaks("pages-in-order")
class ShufflesPages(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads, total = super().find(campaign, page, limit, status)
        return random.sample(leads, len(leads)), total


@breaks("pages-in-order")
class ShufflesLeads(ChoosesLeads):
    def choose(self, campaign: Campaign, status: str | None) -> list[Lead]:
        leads = super().choose(campaign, status)
        return random.sample(leads, len(leads))


@breaks("pages-in-order")
class ShufflesLeadsOfTheSameTime(ChoosesLeads):
    """As a database does that sorts by a time that is not unique."""

    def choose(self, campaign: Campaign, status: str | None) -> list[Lead]:
        leads = super().choose(campaign, status)
        return sorted(random.sample(leads, len(leads)), key=lambda lead: str(lead["created_at"])[:19])


@breaks("pages-in-order")
class ReversesTheOrderEachTime(ChoosesLeads):
    lists = 0

    def choose(self, campaign: Campaign, status: str | None) -> list[Lead]:
        self.lists += 1
        return super().choose(campaign, status)[:: 1 if self.lists % 2 else -1]


class CountsPages(ListLeadsInCampaign):
    """Knows how many pages there are."""

    def count(self, campaign: Campaign, limit: int, status: str | None) -> int:
        return max(1, -(-self.store.page(campaign.id, status, 0, 0)[1] // limit))


@breaks("pages-in-order")
class ShowsTheLastPageByDefault(CountsPages):
    def respond(self, incoming: Incoming) -> Reply:
        self.is_default = "page" not in incoming.query
        return super().respond(incoming)

    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        shown = self.count(campaign, limit, status) if self.is_default else page
        return super().find(campaign, shown, limit, status)


@breaks("pages-in-order")
class RepeatsTheLastPageBeyondTheEnd(CountsPages):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        return super().find(campaign, min(page, self.count(campaign, limit, status)), limit, status)


@breaks("pages-in-order")
class StartsAgainBeyondTheEnd(CountsPages):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        return super().find(campaign, (page - 1) % self.count(campaign, limit, status) + 1, limit, status)


def is_beyond_the_end(response: Response) -> bool:
    return response.status == 200 and response.json["page"] > 1 and not response.json["prospects"]


@breaks("pages-in-order")
def refuses_pages_beyond_the_end_with_404(response: Response) -> None:
    if is_beyond_the_end(response):
        response.status, response.json = 404, {"error": "There is no such page."}


@breaks("pages-in-order")
def refuses_pages_beyond_the_end_with_400(response: Response) -> None:
    if is_beyond_the_end(response):
        response.status, response.json = 400, {"error": "page: there is no such page"}


@breaks("responses")
def returns_500_beyond_the_end(response: Response) -> None:
    if is_beyond_the_end(response):
        response.status, response.json = 500, {"error": "list index out of range"}


class ReadsQueriesLeniently(ListLeadsInCampaign):
    """Makes something valid of an invalid page or limit."""

    def read_query(self, query: Query) -> tuple[int, int, str | None]:
        numbers = {name: [self.read_number(query[name][0])] for name in ("page", "limit") if name in query}
        return super().read_query({**query, **numbers})

    def read_number(self, text: str) -> str:
        raise NotImplementedError


@breaks("invalid-paging-refused")
class TakesAnythingInvalidFor1(ReadsQueriesLeniently):
    def read_number(self, text: str) -> str:
        return text if re.fullmatch("[1-9][0-9]*", text) else "1"


@breaks("invalid-paging-refused")
class Takes0For1(ReadsQueriesLeniently):
    def read_number(self, text: str) -> str:
        return "1" if text == "0" else text


@breaks("invalid-paging-refused")
class TakesNegativeNumbersFor1(ReadsQueriesLeniently):
    def read_number(self, text: str) -> str:
        return "1" if text.startswith("-") else text


@breaks("invalid-paging-refused")
class IgnoresTheSign(ReadsQueriesLeniently):
    def read_number(self, text: str) -> str:
        return text.removeprefix("-")


@breaks("invalid-paging-refused")
class TakesWordsFor1(ReadsQueriesLeniently):
    def read_number(self, text: str) -> str:
        return "1" if text.isalpha() else text


@breaks("invalid-paging-refused")
class RoundsFractions(ReadsQueriesLeniently):
    def read_number(self, text: str) -> str:
        return str(round(float(text))) if re.fullmatch(r"[1-9]\d*\.\d+", text) else text


@breaks("invalid-paging-refused")
class ReadsNumbersWithTextAfterThem(ReadsQueriesLeniently):
    def read_number(self, text: str) -> str:
        found = re.match("[1-9][0-9]*", text)
        return found[0] if found else text


@breaks("invalid-paging-refused")
class RefusesInvalidPagingWith404(ListLeadsInCampaign):
    def read_query(self, query: Query) -> tuple[int, int, str | None]:
        try:
            return super().read_query(query)
        except Refusal as refusal:
            raise Refusal(404, refusal.error) from None


@breaks("responses")
class RefusesInvalidPagingWith422(ListLeadsInCampaign):
    def read_query(self, query: Query) -> tuple[int, int, str | None]:
        try:
            return super().read_query(query)
        except Refusal as refusal:
            raise Refusal(422, refusal.error) from None


@breaks("responses")
class Returns500ForNegativeOffsets(ReadsQueriesLeniently):
    def read_number(self, text: str) -> str:
        if text.startswith("-"):
            raise Refusal(500, "OFFSET must not be negative")
        return text


@breaks("responses")
class Returns500ForLongNumbers(ReadsQueriesLeniently):
    def read_number(self, text: str) -> str:
        if len(text) > 18 and text.isdigit():
            raise Refusal(500, "Python int too large to convert to SQLite INTEGER")
        return text
