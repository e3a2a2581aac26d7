"""Get Leads in Campaign: its rules, as small methods in the order in which a request meets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..messages import Incoming, Reply
from ..store import Campaign
from .access import Access
from .leads import Lead

OPERATION = "GET /api/campaigns/{id}/leads"

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000
"""A higher limit is lowered to it, as the contract leaves the sandbox free to."""


class ListLeadsInCampaign(Access):
    """Returns one page of the leads of a campaign."""

    def respond(self, incoming: Incoming) -> Reply:
        workspace = self.authenticate(incoming.headers.get("authorization", ""))
        campaign_id = self.check_campaign_id(next(iter(incoming.parameters.values())))
        campaign = self.find_campaign(workspace, campaign_id)
        page, limit, status = self.read_query(incoming.query)
        leads, total = self.find(campaign, page, limit, status)
        return Reply.json(200, {"prospects": leads, "total": total, "page": page, "limit": limit})

    def read_query(self, query: Mapping[str, Sequence[str]]) -> tuple[int, int, str | None]:
        """The page, the limit that is used, and the status to filter by."""
        values = self.read_parameters("query", query)
        return values.get("page", 1), min(values.get("limit", DEFAULT_LIMIT), MAX_LIMIT), values.get("status")

    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        """The leads on the page, and how many there are on all pages."""
        return self.store.page(campaign.id, status, (page - 1) * limit, limit)


Handler = ListLeadsInCampaign
