"""Mutants that list leads for the wrong key, or those of the wrong campaign."""

from __future__ import annotations

from mock.sandbox.messages import Incoming, Reply
from mock.sandbox.operations.list_leads_in_campaign import ListLeadsInCampaign
from mock.sandbox.store import Campaign
from tests.operations.list_leads_in_campaign.bases import Remembers
from tests.operations.registry import breaks


@breaks("bearer-required")
class ServesPagesThatItKnowsWithoutKey(Remembers):
    """From a cache that is asked before the key is checked."""

    def respond(self, incoming: Incoming) -> Reply:
        url = (*incoming.parameters.values(), str(sorted(incoming.query.items())))
        if "authorization" not in incoming.headers and url in self.memory:
            reply: Reply = self.memory[url]
            return reply
        self.memory[url] = super().respond(incoming)
        return super().respond(incoming)


@breaks("bearer-required")
class ListsWithAnyKeyAfterTheFirst(Remembers):
    def authenticate(self, authorization: str) -> str:
        if "workspace" not in self.memory or not authorization.startswith("Bearer "):
            self.memory["workspace"] = super().authenticate(authorization)
        workspace: str = self.memory["workspace"]
        return workspace


@breaks("own-campaigns-only")
class ListsNothingForUnknownCampaigns(ListLeadsInCampaign):
    def find_campaign(self, workspace: str, campaign: str) -> Campaign:
        found = self.store.campaign(workspace, campaign)
        return found or Campaign(campaign, workspace, "email", "draft", {})


@breaks("own-campaigns-only")
class ListsForeignCampaignsOnLaterPages(ListLeadsInCampaign):
    """Whose campaign it is, is checked for the first page only."""

    def respond(self, incoming: Incoming) -> Reply:
        self.is_first = incoming.query.get("page", ["1"]) == ["1"]
        return super().respond(incoming)

    def find_campaign(self, workspace: str, campaign: str) -> Campaign:
        found = self.store.campaign("bob", campaign)
        return found if found and not self.is_first else super().find_campaign(workspace, campaign)


@breaks("own-campaigns-only")
class ListsForeignCampaignsByStatus(ListLeadsInCampaign):
    def respond(self, incoming: Incoming) -> Reply:
        self.is_filtered = "status" in incoming.query
        return super().respond(incoming)

    def find_campaign(self, workspace: str, campaign: str) -> Campaign:
        found = self.store.campaign("bob", campaign)
        return found if found and self.is_filtered else super().find_campaign(workspace, campaign)
