"""Mutants that store members which cannot be given, or start leads otherwise."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.add_leads_to_campaign import AddLeadsToCampaign
from mock.sandbox.operations.leads import Lead
from mock.sandbox.store import Campaign
from tests.operations.add_leads_to_campaign.bases import ConvertsItems
from tests.operations.registry import breaks


def also_takes(field: str) -> type[AddLeadsToCampaign]:
    class AlsoTakes(AddLeadsToCampaign):
        def select_fields(self, item: Lead) -> Lead:
            return super().select_fields(item) | {name: item[name] for name in item if name == field}

    AlsoTakes.__name__ = f"AlsoTakes_{field}"
    return AlsoTakes


for _field in (
    "id", "campaign_id", "user_id", "status", "name", "source", "source_ref", "created_at", "updated_at", "bounced_at",
    "replied_at", "current_node_id",
):  # fmt: skip
    breaks("adding-protects-fields")(also_takes(_field))


@breaks("adding-protects-fields")
class TakesAnyMember(AddLeadsToCampaign):
    def select_fields(self, item: Lead) -> Lead:
        return item


@breaks("adding-protects-fields")
class RefusesOtherMembers(AddLeadsToCampaign):
    def select_fields(self, item: Lead) -> Lead:
        for name in item.keys() - self.listed_fields:
            raise Refusal(400, f"prospects: {name} is not a field that can be given")
        return item


@breaks("adding-protects-fields")
class SkipsLeadsWithOtherMembers(ConvertsItems):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        return super().insert(campaign, [lead for lead in leads if lead["headline"] != "other members"])

    def convert_item(self, item: Any) -> Any:
        if isinstance(item, dict) and item.keys() - self.listed_fields:
            return {**item, "headline": "other members"}
        return item


@breaks("adding-protects-fields")
class RecognisesNamesInCamelCase(ConvertsItems):
    def convert_item(self, item: Any) -> Any:
        camel = {"firstName": "first_name", "lastName": "last_name", "linkedinUrl": "linkedin_url"}
        return {camel.get(name, name): value for name, value in item.items()} if isinstance(item, dict) else item


@breaks("starts-pending")
class StartsAsNew(AddLeadsToCampaign):
    def new_lead(self, campaign: Campaign, item: Lead) -> Lead:
        return super().new_lead(campaign, item) | {"status": "new"}


@breaks("starts-pending")
class StartsAsActiveWithAName(AddLeadsToCampaign):
    def new_lead(self, campaign: Campaign, item: Lead) -> Lead:
        return super().new_lead(campaign, item) | ({"status": "active"} if item.get("first_name") else {})


@breaks("starts-pending")
class CallsTheSourceCsv(AddLeadsToCampaign):
    def new_lead(self, campaign: Campaign, item: Lead) -> Lead:
        return super().new_lead(campaign, item) | {"source": "csv"}


@breaks("starts-pending")
class MakesNamesOfEmailAddresses(AddLeadsToCampaign):
    def new_lead(self, campaign: Campaign, item: Lead) -> Lead:
        lead = super().new_lead(campaign, item)
        return lead | {"name": lead["name"] or (item.get("email") or "lead").partition("@")[0]}


@breaks("starts-pending")
class PutsTheFamilyNameInFrontTwice(AddLeadsToCampaign):
    def new_lead(self, campaign: Campaign, item: Lead) -> Lead:
        lead = super().new_lead(campaign, item)
        return lead | {"name": f"{lead['last_name'] or ''} {lead['name'] or ''}".strip() or None}


@breaks("starts-pending")
class StoresEmptyTextForWhatIsMissing(AddLeadsToCampaign):
    def new_lead(self, campaign: Campaign, item: Lead) -> Lead:
        return super().new_lead(campaign, {"company": "", "position": "", "headline": "", **item})


@breaks("starts-pending")
class TakesMissingValuesFromTheLeadBefore(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        for before, lead in pairwise(leads):
            lead["company"] = lead["company"] or before["company"]
        return super().insert(campaign, leads)


@breaks("starts-pending")
class StartsTheSequenceAtOnce(AddLeadsToCampaign):
    def new_lead(self, campaign: Campaign, item: Lead) -> Lead:
        return super().new_lead(campaign, item) | {"current_node_id": campaign.id}


@breaks("starts-pending")
class DerivesTheIdFromTheEmailAddress(AddLeadsToCampaign):
    """A lead has the same id in every campaign."""

    def new_lead(self, campaign: Campaign, item: Lead) -> Lead:
        lead = super().new_lead(campaign, item)
        return lead | {"id": str(uuid5(NAMESPACE_URL, item["email"]))} if item.get("email") else lead
