"""Harmless variants: handlers that differ where the contract leaves room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contract_tests.guard import parts
from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.add_leads_to_campaign import AddLeadsToCampaign
from mock.sandbox.operations.leads import Lead
from mock.sandbox.store import Campaign
from tests.operations.add_leads_to_campaign.bases import (
    ConvertsCustomFields,
    ConvertsItems,
    ConvertsValues,
    SkipsLeadsWithoutIdentity,
)
from tests.operations.registry import harmless
from tests.rewriting import Response

harmless(SkipsLeadsWithoutIdentity)


@harmless
class StoresTheNormalisedIdentity(ConvertsValues):
    def convert_value(self, field: str, value: Any) -> Any:
        if field == "linkedin_url":
            return value.partition("?")[0].rstrip("/")
        return value.lower() if field == "email" else value


@harmless
class LeavesTheNameEmpty(AddLeadsToCampaign):
    def new_lead(self, campaign: Campaign, item: Lead) -> Lead:
        return super().new_lead(campaign, item) | {"name": None}


@harmless
class PutsTheFamilyNameFirst(AddLeadsToCampaign):
    def new_lead(self, campaign: Campaign, item: Lead) -> Lead:
        names = [item[part] for part in ("last_name", "first_name") if item.get(part)]
        return super().new_lead(campaign, item) | {"name": ", ".join(names) or None}


@harmless
class LeavesOutWhatIsMissing(AddLeadsToCampaign):
    def new_lead(self, campaign: Campaign, item: Lead) -> Lead:
        return {name: value for name, value in super().new_lead(campaign, item).items() if value is not None}


@harmless
class LimitsAddedValues(AddLeadsToCampaign):
    def check_values(self, items: list[Lead]) -> None:
        super().check_values(items)
        for name, value in ((name, value) for item in items for name, value in item.items()):
            if isinstance(value, str) and not (1 <= len(value) <= 255 and value.isprintable()):
                raise Refusal(400, f"prospects: {name}: 1 to 255 printable characters are allowed")
        if not all(item.get("linkedin_url", _PROFILES).startswith(_PROFILES) for item in items):
            raise Refusal(400, "prospects: linkedin_url: not the URL of a profile")


_PROFILES = "https://www.linkedin.com/in/"


@harmless
class TrimsAddedValues(ConvertsValues):
    def convert_value(self, field: str, value: Any) -> Any:  # noqa: ARG002
        return value.strip() if isinstance(value, str) else value


@harmless
class SortsCustomFields(ConvertsCustomFields):
    def convert_custom_fields(self, fields: dict[str, Any]) -> dict[str, Any] | None:
        return dict(sorted(fields.items())) or None


@harmless
class RefusesNullInCustomFields(AddLeadsToCampaign):
    def check_values(self, items: list[Lead]) -> None:
        super().check_values(items)
        if any(part is None for item in items for part in parts(item.get("custom_fields", {}))):
            raise Refusal(400, "prospects: custom_fields: null is not allowed")


@harmless
class TakesNullForMissing(ConvertsItems):
    def convert_item(self, item: Any) -> Any:
        if not isinstance(item, dict):
            return item
        return {name: value for name, value in item.items() if value is not None or name not in self.listed_fields}


@harmless
class ChecksTheLeadsBeforeTheCampaign(AddLeadsToCampaign):
    def add_leads(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> dict[str, int]:
        self.authenticate(headers.get("authorization", ""))
        items = [self.select_fields(item) for item in self.parse(body)["prospects"]]
        self.check_values(items)
        if not all(item.get("email") or item.get("linkedin_url") for item in items):
            raise Refusal(400, "prospects: every lead needs an email address or a LinkedIn URL")
        return super().add_leads(campaign_id, headers, body)


@harmless
class ChecksTheBodyAfterTheDraft(AddLeadsToCampaign):
    def add_leads(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> dict[str, int]:
        workspace = self.authenticate(headers.get("authorization", ""))
        self.require_draft(self.find_campaign(workspace, self.check_campaign_id(campaign_id)).status)
        return super().add_leads(campaign_id, headers, body)


@harmless
class AddsTheLastLeadFirst(AddLeadsToCampaign):
    """The order of the leads in the list is another than in the request."""

    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        kept = {self.identity(campaign, lead): lead for lead in reversed(leads)}
        imported, _ = super().insert(campaign, [*kept.values()])
        return imported, len(leads) - imported


@harmless
class SpellsAddedIdsInUpperCase(AddLeadsToCampaign):
    def new_lead(self, campaign: Campaign, item: Lead) -> Lead:
        lead = super().new_lead(campaign, item)
        return lead | {"campaign_id": lead["campaign_id"].upper(), "user_id": lead["user_id"].upper()}


@harmless
class AddsFieldsOfItsOwn(AddLeadsToCampaign):
    def new_lead(self, campaign: Campaign, item: Lead) -> Lead:
        return super().new_lead(campaign, item) | {"score": 0, "tags": [], "display_name": item.get("first_name")}


@harmless
class MovesUpdatedAtAfterCreatedAt(AddLeadsToCampaign):
    def new_lead(self, campaign: Campaign, item: Lead) -> Lead:
        return super().new_lead(campaign, item) | {"created_at": "2026-01-01T00:00:00Z"}


@harmless
def adds_members_to_the_counts(response: Response) -> None:
    if response.status == 200:
        response.json |= {"skipped": 0, "campaign": {"total": 7}, "ids": []}
