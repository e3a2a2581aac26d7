"""Remove Leads from Campaign: its rules, as small methods in the order in which a request meets them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..exceptions import Refusal
from ..messages import Incoming, Reply
from ..store import Campaign
from .access import Access

OPERATION = "DELETE /api/campaigns/{id}/leads"


class RemoveLeadsFromCampaign(Access):
    """Removes the given leads of a campaign, or all of them."""

    def respond(self, incoming: Incoming) -> Reply:
        campaign_id = next(iter(incoming.parameters.values()))
        return Reply.json(200, self.remove_leads(campaign_id, incoming.headers, incoming.body))

    def remove_leads(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> dict[str, int | str]:
        workspace = self.authenticate(headers.get("authorization", ""))
        campaign = self.find_campaign(workspace, self.check_campaign_id(campaign_id))
        self.check_media_type(headers.get("content-type", ""))
        request = self.parse(body)
        self.check_choice(request)
        self.require_draft(campaign.status)
        if "all" in request:
            return {"deleted": self.remove_all(campaign)}
        return {"deleted": self.remove(campaign, [lead.lower() for lead in request["prospect_ids"]])}

    def check_choice(self, request: Mapping[str, Any]) -> None:
        """Refuse a request that does not say what to remove, or says it twice."""
        if ("all" in request) == ("prospect_ids" in request):
            raise Refusal(400, 'body: give either "prospect_ids" or "all"')

    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        """Remove these leads; how many of them the campaign had."""
        return self.store.remove(campaign.id, ids)

    def remove_all(self, campaign: Campaign) -> int | str:
        self.store.remove_all(campaign.id)
        return "all"


Handler = RemoveLeadsFromCampaign
