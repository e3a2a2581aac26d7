"""Harmless variants: handlers and responses that differ where the contract leaves room."""

from __future__ import annotations

from collections.abc import Mapping

from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.remove_leads_from_campaign import RemoveLeadsFromCampaign
from mock.sandbox.store import Campaign
from tests.operations.registry import harmless
from tests.operations.remove_leads_from_campaign.bases import (
    CAMPAIGNS,
    Body,
    ConvertsRequests,
    Looks,
    RefusesUnknownLeads,
)
from tests.rewriting import Response


@harmless
class Returns400ForUnknownLeads(RefusesUnknownLeads):
    status = 400


@harmless
class Returns404ForUnknownLeads(RefusesUnknownLeads):
    status = 404


@harmless
class Returns404IfNoLeadIsKnown(RemoveLeadsFromCampaign):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        removed = super().remove(campaign, ids)
        if not removed:
            raise Refusal(404, "Lead not found in this campaign.")
        return removed


class LooksForLeadsBeforeTheStatus(RefusesUnknownLeads):
    """Refuses unknown leads before it checks that the campaign is a draft."""

    def remove_leads(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> dict[str, int | str]:
        self.frozen = ""
        return super().remove_leads(campaign_id, headers, body)

    def require_draft(self, status: str) -> None:
        if status != "draft":
            self.frozen = status

    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        known = set(ids) <= set(self.ids(campaign.id))
        if known and self.frozen:
            super().require_draft(self.frozen)
        return super().remove(campaign, ids)


@harmless
class Returns400ForUnknownLeadsOfAnyCampaign(LooksForLeadsBeforeTheStatus):
    status = 400


@harmless
class Returns404ForUnknownLeadsOfAnyCampaign(LooksForLeadsBeforeTheStatus):
    status = 404


@harmless
class Returns404ForLeadsOfOtherCampaigns(Looks):
    """Before it checks the status; leads that do not exist at all are skipped."""

    def remove_leads(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> dict[str, int | str]:
        workspace = self.authenticate(headers.get("authorization", ""))
        campaign = self.find_campaign(workspace, self.check_campaign_id(campaign_id))
        ids = {lead.lower() for lead in self.parse(body).get("prospect_ids", ())}
        if any(ids.intersection(self.ids(other)) for other in CAMPAIGNS if other != campaign.id):
            raise Refusal(404, "Lead not found in this campaign.")
        return super().remove_leads(campaign_id, headers, body)


@harmless
class RefusesToRemoveAllOfNone(Looks):
    def remove_all(self, campaign: Campaign) -> int | str:
        if not self.ids(campaign.id):
            raise Refusal(400, "The campaign has no leads.")
        return super().remove_all(campaign)


@harmless
class CountsTheLeadsWhenAllAreRemoved(RemoveLeadsFromCampaign):
    def remove_all(self, campaign: Campaign) -> int | str:
        return self.store.remove_all(campaign.id)


@harmless
class Returns404ForAMalformedLeadId(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        ids = request.get("prospect_ids")
        if isinstance(ids, list) and any(isinstance(one, str) and len(one) != 36 for one in ids):
            raise Refusal(404, "Lead not found.")
        return request


@harmless
class ReadsTheBodyBeforeTheCampaign(RemoveLeadsFromCampaign):
    def remove_leads(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> dict[str, int | str]:
        self.authenticate(headers.get("authorization", ""))
        self.parse(body)
        return super().remove_leads(campaign_id, headers, body)


@harmless
class RefusesMembersThatAreNotListed(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        if other := sorted(set(request) - {"prospect_ids", "all"}):
            raise Refusal(400, f"{other[0]}: unknown member")
        return request


@harmless
class RefusesBothMembers(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        if {"prospect_ids", "all"} <= set(request):
            raise Refusal(400, "prospect_ids and all are mutually exclusive")
        return request


@harmless
class IgnoresAllWhenIdsAreGiven(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        return {"prospect_ids": request["prospect_ids"]} if "prospect_ids" in request else request


@harmless
def adds_members(response: Response) -> None:
    if response.status == 200:
        response.json |= {"success": True, "requested": 7, "statistics": {"total": 0}, "prospect_ids": []}
    else:
        response.json |= {"code": "invalid", "details": [{"field": "prospect_ids"}]}
