"""Mutants that lose leads or values, or store others than were given."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Any
from urllib.parse import quote

from mock.sandbox import seed
from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.add_leads_to_campaign import AddLeadsToCampaign
from mock.sandbox.operations.leads import Lead
from mock.sandbox.store import Campaign
from tests.operations.add_leads_to_campaign.bases import ConvertsValues, all_leads
from tests.operations.registry import breaks


@breaks("adds-every-lead")
class CutsAddedNamesAt50Characters(ConvertsValues):
    def convert_value(self, field: str, value: Any) -> Any:
        return value[:50] if field in ("first_name", "last_name") else value


@breaks("adds-every-lead")
class CutsAddedPositionsAt99Characters(ConvertsValues):
    def convert_value(self, field: str, value: Any) -> Any:
        return value[:99] if field == "position" else value


@breaks("adds-every-lead")
class CapitalisesAddedNames(ConvertsValues):
    def convert_value(self, field: str, value: Any) -> Any:
        return value.title() if field in ("first_name", "last_name") else value


@breaks("adds-every-lead")
class EscapesHtmlInAddedValues(ConvertsValues):
    def convert_value(self, field: str, value: Any) -> Any:
        return html.escape(value) if field == "company" else value


@breaks("adds-every-lead")
class CollapsesSpacesInAddedValues(ConvertsValues):
    def convert_value(self, field: str, value: Any) -> Any:
        return re.sub(r"\s+", " ", value) if field == "headline" else value


@breaks("adds-every-lead")
class StripsAccentsFromAddedNames(ConvertsValues):
    def convert_value(self, field: str, value: Any) -> Any:
        if field != "last_name":
            return value
        return "".join(char for char in unicodedata.normalize("NFD", value) if not unicodedata.combining(char))


@breaks("adds-every-lead")
class EncodesAddedUrlsAgain(ConvertsValues):
    def convert_value(self, field: str, value: Any) -> Any:
        return quote(value, safe="/") if field == "linkedin_url" else value


@breaks("adds-every-lead")
class ClearsAddedHeadlines(ConvertsValues):
    def convert_value(self, field: str, value: Any) -> Any:
        return None if field == "headline" else value


@breaks("adds-every-lead")
class SwapsAddedNames(AddLeadsToCampaign):
    def select_fields(self, item: Lead) -> Lead:
        fields = super().select_fields(item)
        if "first_name" in fields and "last_name" in fields:
            fields["first_name"], fields["last_name"] = fields["last_name"], fields["first_name"]
        return fields


@breaks("adds-every-lead")
class StoresOnlyTheIdentity(AddLeadsToCampaign):
    """Loses the email address in a LinkedIn campaign, the LinkedIn URL in an email campaign."""

    def new_lead(self, campaign: Campaign, item: Lead) -> Lead:
        other = {"email", "linkedin_url"} - {self.identity_fields[campaign.type]}
        return super().new_lead(campaign, item) | dict.fromkeys(other)


@breaks("adds-every-lead")
class DerivesTheCompanyOfAddedLeads(AddLeadsToCampaign):
    def new_lead(self, campaign: Campaign, item: Lead) -> Lead:
        lead = super().new_lead(campaign, item)
        return lead | ({"company": lead["email"].partition("@")[2]} if lead["email"] else {})


@breaks("adds-every-lead")
class AddsOnlyTheFirstLead(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        imported, duplicates = super().insert(campaign, leads[:1])
        return imported + len(leads) - 1, duplicates


@breaks("adds-every-lead")
class AddsAllButTheLastLead(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        imported, duplicates = super().insert(campaign, leads[:-1] or leads)
        return (imported + 1, duplicates) if leads[1:] else (imported, duplicates)


@breaks("adds-every-lead")
class StopsAtADuplicate(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        for number, lead in enumerate(leads):
            if super().insert(campaign, [lead])[1]:
                return number, len(leads) - number
        return len(leads), 0


@breaks("adds-every-lead")
class AddsNothingNextToADuplicate(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        known = {self.identity(campaign, lead) for lead in all_leads(self, campaign)}
        found = any(self.identity(campaign, lead) in known for lead in leads)
        return (0, len(leads)) if found else super().insert(campaign, leads)


@breaks("adds-every-lead")
class GivesLeadsTheValuesOfDuplicates(AddLeadsToCampaign):
    """Leaves duplicates out of the identities, but not out of the values."""

    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        known = {self.identity(campaign, lead) for lead in all_leads(self, campaign)}
        first = {self.identity(campaign, lead): lead for lead in reversed(leads)}
        new = [lead for lead in leads if lead in first.values() and self.identity(campaign, lead) not in known]
        shifted = [lead | {"headline": other["headline"]} for lead, other in zip(new, leads, strict=False)]
        return super().insert(campaign, shifted)[0], len(leads) - len(new)


@breaks("adds-every-lead")
class CutsAddedTextsAt255Characters(ConvertsValues):
    def convert_value(self, field: str, value: Any) -> Any:  # noqa: ARG002
        return value[:255] if isinstance(value, str) else value


@breaks("adds-every-lead")
class NormalisesAddedTextsToNfkc(ConvertsValues):
    def convert_value(self, field: str, value: Any) -> Any:
        return unicodedata.normalize("NFKC", value) if field == "company" else value


@breaks("adds-every-lead")
class GivesEveryLeadTheValuesOfTheFirst(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        kept = {"id", "email", "linkedin_url"}
        shared = {name: value for name, value in leads[0].items() if name not in kept}
        return super().insert(campaign, [lead | shared for lead in leads])


@breaks("adds-every-lead")
class AddsLeadsToEveryDraft(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        for other in seed.load()[0].campaigns:
            if other.status == "draft" and other.id != campaign.id:
                elsewhere = self.find_campaign(campaign.workspace, other.id)
                super().insert(elsewhere, [lead | {"campaign_id": other.id} for lead in leads])
        return super().insert(campaign, leads)


@breaks("adds-every-lead")
class AddsLeadsToTheFirstDraft(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        first = seed.load()[0].campaign("draft").id
        return super().insert(self.find_campaign(campaign.workspace, first), leads)


@breaks("adds-every-lead")
class LosesLeadsWithoutAName(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        named = [lead for lead in leads if lead["first_name"] or lead["last_name"]]
        imported, duplicates = super().insert(campaign, named)
        return imported + len(leads) - len(named), duplicates


@breaks("adds-every-lead")
class RefusesNamesOutsideAscii(AddLeadsToCampaign):
    def check_values(self, items: list[Lead]) -> None:
        super().check_values(items)
        if not all(str(value).isascii() for item in items for value in item.values()):
            raise Refusal(400, "prospects: only letters without accents are allowed")


@breaks("adds-every-lead")
class RequiresAFirstName(AddLeadsToCampaign):
    def check_values(self, items: list[Lead]) -> None:
        super().check_values(items)
        if any("first_name" not in item for item in items):
            raise Refusal(400, "prospects: first_name is required")
