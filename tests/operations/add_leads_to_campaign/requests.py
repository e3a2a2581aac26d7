"""Mutants that accept invalid requests, or refuse valid ones."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

import orjson

from mock.sandbox import seed
from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.add_leads_to_campaign import AddLeadsToCampaign
from mock.sandbox.operations.leads import Lead
from mock.sandbox.store import Campaign
from tests.operations.add_leads_to_campaign.bases import (
    Body,
    ConvertsItems,
    ConvertsRequests,
    LimitsItself,
    all_leads,
)
from tests.operations.registry import breaks


@breaks("invalid-request-refused")
class StoresNumbersAsText(ConvertsItems):
    def convert_item(self, item: Any) -> Any:
        if not isinstance(item, dict):
            return item
        return {name: str(value) if isinstance(value, int | float) else value for name, value in item.items()}


@breaks("invalid-request-refused")
class DropsValuesOfTheWrongType(ConvertsItems):
    def convert_item(self, item: Any) -> Any:
        if not isinstance(item, dict):
            return item
        texts = {name: value for name, value in item.items() if isinstance(value, str) and name != "custom_fields"}
        fields = item.get("custom_fields")
        return texts | ({"custom_fields": fields} if isinstance(fields, dict) else {})


@breaks("invalid-request-refused")
class AcceptsCustomFieldsOfAnyType(ConvertsItems):
    def convert_item(self, item: Any) -> Any:
        if isinstance(item, dict) and not isinstance(item.get("custom_fields", {}), dict):
            return item | {"custom_fields": {"value": item["custom_fields"]}}
        return item


@breaks("invalid-request-refused")
class ParsesCustomFieldsFromText(ConvertsItems):
    def convert_item(self, item: Any) -> Any:
        with contextlib.suppress(ValueError):
            if isinstance(item, dict) and isinstance(item.get("custom_fields"), str):
                return item | {"custom_fields": orjson.loads(item["custom_fields"])}
        return item


@breaks("invalid-request-refused")
class SkipsItemsThatAreNotObjects(ConvertsRequests):
    def convert_request(self, request: Any) -> Any:
        if isinstance(request, dict) and isinstance(request.get("prospects"), list):
            objects = [item for item in request["prospects"] if isinstance(item, dict)]
            request["prospects"] = objects or request["prospects"]
        return request


@breaks("invalid-request-refused")
class AcceptsASingleLead(ConvertsRequests):
    def convert_request(self, request: Any) -> Any:
        if isinstance(request, dict) and isinstance(request.get("prospects"), dict):
            request["prospects"] = [request["prospects"]]
        return request


@breaks("invalid-request-refused")
class AcceptsABareArray(ConvertsRequests):
    def convert_request(self, request: Any) -> Any:
        return {"prospects": request} if isinstance(request, list) else request


@breaks("invalid-request-refused")
class ParsesLeadsFromText(ConvertsRequests):
    def convert_request(self, request: Any) -> Any:
        with contextlib.suppress(ValueError):
            if isinstance(request, dict) and isinstance(request.get("prospects"), str):
                request["prospects"] = orjson.loads(request["prospects"])
        return request


@breaks("invalid-request-refused")
class AcceptsBodiesWithoutLeads(AddLeadsToCampaign):
    def add_leads(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> dict[str, int]:
        with contextlib.suppress(ValueError):
            if orjson.loads(body) == {}:
                self.find_campaign(self.authenticate(headers.get("authorization", "")), campaign_id)
                return {"imported": 0, "duplicates": 0}
        return super().add_leads(campaign_id, headers, body)


@breaks("adds-up-to-1000")
class AcceptsMoreThan1000Leads(LimitsItself):
    def limit(self, items: list[Lead]) -> list[Lead]:
        if not items:
            raise Refusal(400, "prospects: [] has less than 1 item")
        return items


@breaks("adds-up-to-1000")
class AddsTheFirst1000Leads(LimitsItself):
    def limit(self, items: list[Lead]) -> list[Lead]:
        if not items:
            raise Refusal(400, "prospects: [] has less than 1 item")
        return items[:1000]


@breaks("adds-up-to-1000")
class IgnoresTooManyLeads(LimitsItself):
    def limit(self, items: list[Lead]) -> list[Lead]:
        if not items:
            raise Refusal(400, "prospects: [] has less than 1 item")
        return items if len(items) <= 1000 else []


@breaks("adds-up-to-1000")
class AcceptsNoLeads(LimitsItself):
    def limit(self, items: list[Lead]) -> list[Lead]:
        if len(items) > 1000:
            raise Refusal(400, "prospects: more than 1000 items")
        return items


def refuses(fewest: int, most: int) -> type[AddLeadsToCampaign]:
    class Refuses(LimitsItself):
        def limit(self, items: list[Lead]) -> list[Lead]:
            if not fewest <= len(items) <= most:
                raise Refusal(400, f"prospects: {fewest} to {most} leads are allowed")
            return items

    Refuses.__name__ = f"AcceptsOnly_{fewest}_to_{most}"
    return Refuses


for _fewest, _most in ((1, 100), (1, 500), (1, 999), (2, 1000)):
    breaks("adds-up-to-1000")(refuses(_fewest, _most))


@breaks("adds-up-to-1000")
class AddsOnly500Leads(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        imported, duplicates = super().insert(campaign, leads[:500])
        return imported + len(leads[500:]), duplicates


@breaks("adds-up-to-1000")
class CountsOnly100Leads(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        return super().insert(campaign, leads[:100])


@breaks("adds-up-to-1000")
class RefusesBodiesOver64KiB(AddLeadsToCampaign):
    def parse(self, body: bytes) -> Body:
        if len(body) > 64 * 1024:
            raise Refusal(400, "request entity too large")
        return super().parse(body)


@breaks("draft-only")
class ImportsNothingOutsideDraft(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        return super().insert(campaign, leads) if campaign.status == "draft" else (0, len(leads))

    def require_draft(self, status: str) -> None:
        """Leave it to ``insert``."""


@breaks("draft-only")
class ChecksTheDraftOnlyForNewLeads(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        known = {self.identity(campaign, lead) for lead in all_leads(self, campaign)}
        if any(self.identity(campaign, lead) not in known for lead in leads):
            super().require_draft(campaign.status)
        return super().insert(campaign, leads)

    def require_draft(self, status: str) -> None:
        """Leave it to ``insert``."""


@breaks("draft-only")
class SaysOnlyThatTheCampaignIsNotADraft(AddLeadsToCampaign):
    def require_draft(self, status: str) -> None:
        if status != "draft":
            raise Refusal(400, "leads can be added to draft campaigns only")


@breaks("own-campaigns-only")
class ChecksForeignCampaignsAfterTheIdentity(AddLeadsToCampaign):
    """Tells whether a campaign of another workspace exists."""

    def find_campaign(self, workspace: str, campaign: str) -> Campaign:
        return self.store.campaign("bob", campaign) or super().find_campaign(workspace, campaign)

    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        if campaign.workspace == "bob":
            raise Refusal(404, "Campaign not found.")
        return super().insert(campaign, leads)


@breaks("own-campaigns-only")
class CreatesUnknownCampaigns(AddLeadsToCampaign):
    def find_campaign(self, workspace: str, campaign: str) -> Campaign:
        try:
            return super().find_campaign(workspace, campaign)
        except Refusal:
            return super().find_campaign(workspace, seed.load()[0].campaign("draft").id)

    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        return super().insert(campaign, leads)
