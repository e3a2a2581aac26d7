"""What the mutants and variants of this operation have in common."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import orjson

from mock.sandbox import seed
from mock.sandbox.messages import Incoming, Reply
from mock.sandbox.operations.leads import Lead
from mock.sandbox.operations.list_leads_in_campaign import ListLeadsInCampaign
from mock.sandbox.store import Campaign, Store
from puffle.contract import Operation

ALICE, BOB = seed.load()
ALL = 1_000_000
"""More leads than any campaign has."""

Page = dict[str, Any]
"""The body of a 200."""
Query = Mapping[str, Sequence[str]]


class ChoosesLeads(ListLeadsInCampaign):
    """Pages through other leads than those of the campaign, or in another order."""

    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads = self.choose(campaign, status)
        return leads[(page - 1) * limit : page * limit], len(leads)

    def choose(self, campaign: Campaign, status: str | None) -> list[Lead]:
        """All leads that match, by default in the order in which they were added."""
        return self.store.page(campaign.id, status, 0, ALL)[0]


class ChangesLeads(ListLeadsInCampaign):
    """Shows leads other than they are stored."""

    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads, total = super().find(campaign, page, limit, status)
        return [self.change_lead(lead) for lead in leads], total

    def change_lead(self, lead: Lead) -> Lead:
        raise NotImplementedError


class ChangesPages(ListLeadsInCampaign):
    """Returns other pages than those that were found."""

    def respond(self, incoming: Incoming) -> Reply:
        reply = super().respond(incoming)
        page = orjson.loads(reply.body)
        self.change_page(page, incoming.query)
        return reply._replace(body=orjson.dumps(page))

    def change_page(self, page: Page, query: Query) -> None:
        raise NotImplementedError


class EditsLeads(ListLeadsInCampaign):
    """Edits the leads of a page after they were read."""

    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads, total = super().find(campaign, page, limit, status)
        for lead in leads:
            self.store.edit(campaign.id, lead["id"], self.edit_lead, self.identity)
        return leads, total

    def edit_lead(self, lead: Lead) -> Lead:
        raise NotImplementedError


class Remembers(ListLeadsInCampaign):
    """Has a memory of its own, in addition to the store."""

    def __init__(self, operation: Operation, store: Store) -> None:
        super().__init__(operation, store)
        self.memory: dict[Hashable, Any] = {}
