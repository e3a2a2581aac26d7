"""What the mutants and variants of this operation have in common."""

from __future__ import annotations

from typing import Any

import orjson

from mock.sandbox import seed
from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.leads import Lead
from mock.sandbox.operations.remove_leads_from_campaign import RemoveLeadsFromCampaign
from mock.sandbox.store import Campaign

Body = dict[str, Any]
CAMPAIGNS = [campaign.id for campaign in seed.load()[0].campaigns]
"""The campaigns of the workspace."""
DRAFT, SCRATCH = (campaign.id for campaign in seed.load()[0].campaigns if campaign.status == "draft")


class Looks(RemoveLeadsFromCampaign):
    """Looks at the leads before it removes any."""

    def leads(self, campaign: str) -> list[Lead]:
        return self.store.page(campaign, None, 0, 1_000_000)[0]

    def ids(self, campaign: str) -> list[str]:
        return [lead["id"] for lead in self.leads(campaign)]


class ConvertsRequests(Looks):
    """Changes the body of a request before its schema is checked."""

    def parse(self, body: bytes) -> Body:
        try:
            request = orjson.loads(body)
        except orjson.JSONDecodeError:
            return super().parse(body)
        return super().parse(orjson.dumps(self.convert_request(request) if isinstance(request, dict) else request))

    def convert_request(self, request: Body) -> Body:
        raise NotImplementedError


class RefusesUnknownLeads(Looks):
    """Refuses a request as a whole if one of its leads is not in the campaign."""

    status = 404

    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        if not set(ids) <= set(self.ids(campaign.id)):
            raise Refusal(self.status, "Lead not found in this campaign.")
        return super().remove(campaign, ids)
