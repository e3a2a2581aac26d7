"""Mutants that store fields other than as sent, or fields that an edit cannot set."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from urllib.parse import unquote

from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.leads import Lead
from mock.sandbox.operations.update_lead_in_campaign import UpdateLeadInCampaign
from tests.operations.registry import breaks
from tests.operations.update_lead_in_campaign.bases import LEAD_FIELDS, Body, ConvertsRequests, ConvertsValues


@breaks("edits-listed-fields")
class CutsLongValues(ConvertsValues):
    def convert_value(self, field: str, value: str) -> str:
        return value if field in ("email", "linkedin_url") else value[:255]


@breaks("edits-listed-fields")
class CapitalisesNames(ConvertsValues):
    def convert_value(self, field: str, value: str) -> str:
        return value.title() if field in ("first_name", "last_name") else value


@breaks("edits-listed-fields")
class EscapesHtml(ConvertsValues):
    def convert_value(self, field: str, value: str) -> str:
        return html.escape(value) if field == "company" else value


@breaks("edits-listed-fields")
class NormalisesToNfkc(ConvertsValues):
    def convert_value(self, field: str, value: str) -> str:
        return unicodedata.normalize("NFKC", value) if field == "headline" else value


@breaks("edits-listed-fields")
class ReplacesEmoji(ConvertsValues):
    def convert_value(self, field: str, value: str) -> str:  # noqa: ARG002
        return "".join(char if char <= "\uffff" else "?" for char in value)


@breaks("edits-listed-fields")
class TitleCasesUppercaseNames(ConvertsValues):
    def convert_value(self, field: str, value: str) -> str:
        return value.title() if field == "name" and value.isupper() else value


@breaks("edits-listed-fields")
class StraightensQuotes(ConvertsValues):
    def convert_value(self, field: str, value: str) -> str:  # noqa: ARG002
        return value.translate(str.maketrans("\u201c\u201d\u2018\u2019", "\"\"''"))


@breaks("edits-listed-fields")
class DecodesPercentEncoding(ConvertsValues):
    def convert_value(self, field: str, value: str) -> str:
        return unquote(value) if field != "linkedin_url" else value


@breaks("edits-listed-fields")
class EncodesTheLastNameTwice(ConvertsValues):
    def convert_value(self, field: str, value: str) -> str:
        return value.encode().decode("latin-1") if field == "last_name" else value


@breaks("edits-listed-fields")
class CutsPositionsAt100Characters(ConvertsValues):
    def convert_value(self, field: str, value: str) -> str:
        return value[:100] if field == "position" else value


@breaks("edits-listed-fields")
class CollapsesSpaces(ConvertsValues):
    def convert_value(self, field: str, value: str) -> str:
        return re.sub(" +", " ", value) if field == "headline" else value


@breaks("edits-listed-fields")
class NormalisesToNfc(ConvertsValues):
    def convert_value(self, field: str, value: str) -> str:  # noqa: ARG002
        return unicodedata.normalize("NFC", value)


@breaks("edits-listed-fields")
class StripsFormatCharacters(ConvertsValues):
    def convert_value(self, field: str, value: str) -> str:  # noqa: ARG002
        return "".join(char for char in value if unicodedata.category(char) != "Cf")


@breaks("edits-listed-fields")
class ReformatsJsonInStrings(ConvertsValues):
    def convert_value(self, field: str, value: str) -> str:  # noqa: ARG002
        try:
            return json.dumps(json.loads(value), separators=(",", ":")) if value[:1] in ("{", "[") else value
        except ValueError:
            return value


@breaks("edits-listed-fields")
class StripsPlusTagsFromEmails(ConvertsValues):
    def convert_value(self, field: str, value: str) -> str:
        return re.sub(r"\+[^@]*@", "@", value) if field == "email" else value


@breaks("edits-listed-fields")
class NormalisesGmailAddresses(ConvertsValues):
    def convert_value(self, field: str, value: str) -> str:  # noqa: ARG002
        name, _, domain = value.partition("@")
        return f"{name.partition('+')[0].replace('.', '')}@{domain}" if domain == "gmail.com" else value


@breaks("edits-listed-fields")
class StripsTheSchemeFromLinkedinUrls(ConvertsValues):
    def convert_value(self, field: str, value: str) -> str:
        return value.removeprefix("https://") if field == "linkedin_url" else value


@breaks("edits-listed-fields")
class NormalisesLineBreaks(ConvertsValues):
    def convert_value(self, field: str, value: str) -> str:  # noqa: ARG002
        return value.replace("\r\n", "\n")


@breaks("edits-listed-fields")
class TreatsTheWordNullAsEmpty(ConvertsValues):
    def convert_value(self, field: str, value: str) -> str:  # noqa: ARG002
        return "" if value in ("null", "undefined") else value


@breaks("edits-listed-fields")
class ReturnsOneNameAndStoresAnother(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        edited = super().edit(campaign, lead, fields)
        if "name" in fields:
            super().edit(campaign, lead, {"name": fields["name"].casefold()})
        return edited


@breaks("edits-listed-fields")
class SwapsFirstAndLastNames(UpdateLeadInCampaign):
    def select_fields(self, updates: Lead) -> Lead:
        fields = super().select_fields(updates)
        if "first_name" in fields and "last_name" in fields:
            fields["first_name"], fields["last_name"] = fields["last_name"], fields["first_name"]
        return fields


@breaks("edits-listed-fields")
class DropsTheHeadline(UpdateLeadInCampaign):
    def select_fields(self, updates: Lead) -> Lead:
        return {name: value for name, value in super().select_fields(updates).items() if name != "headline"}


@breaks("edits-listed-fields")
class IgnoresEmptyStrings(UpdateLeadInCampaign):
    def select_fields(self, updates: Lead) -> Lead:
        return {name: value for name, value in super().select_fields(updates).items() if value}


@breaks("keeps-other-fields")
class ClearsAllOtherFields(UpdateLeadInCampaign):
    def select_fields(self, updates: Lead) -> Lead:
        fields = super().select_fields(updates)
        return {**dict.fromkeys(self.listed_fields - {"email"}, ""), **fields} if fields else fields


@breaks("keeps-other-fields")
class DerivesTheFullName(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        edited = super().edit(campaign, lead, fields)
        if "first_name" in fields or "last_name" in fields:
            return super().edit(campaign, lead, {"name": f"{edited['first_name']} {edited['last_name']}"})
        return edited


@breaks("keeps-other-fields")
class ClearsThePositionWithTheCompany(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        return super().edit(campaign, lead, {"position": "", **fields} if "company" in fields else fields)


@breaks("keeps-other-fields")
class DerivesTheCompanyFromTheEmail(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        derived = {"company": fields["email"].partition("@")[2]} if "email" in fields else {}
        return super().edit(campaign, lead, {**derived, **fields})


@breaks("ignores-other-fields")
class RefusesUnlistedFields(UpdateLeadInCampaign):
    def select_fields(self, updates: Lead) -> Lead:
        if set(updates) - self.listed_fields:
            raise Refusal(400, "there is no such field")
        return super().select_fields(updates)


@breaks("ignores-other-fields")
class AcceptsFieldsOutsideUpdates(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        fields = {name: value for name, value in request.items() if name in self.listed_fields}
        if isinstance(request.get("updates"), dict):
            request["updates"] = {**fields, **request["updates"]}
        return request


@breaks("ignores-other-fields")
class StoresUnlistedFields(UpdateLeadInCampaign):
    def select_fields(self, updates: Lead) -> Lead:
        others = {name: value for name, value in updates.items() if name not in LEAD_FIELDS}
        return {**super().select_fields(updates), **others}


@breaks("ignores-other-fields")
class IgnoresCaseInFieldNames(UpdateLeadInCampaign):
    def select_fields(self, updates: Lead) -> Lead:
        named = {name.lower(): value for name, value in updates.items() if isinstance(value, str)}
        return super().select_fields(named)

    def check_values(self, fields: Lead) -> None:
        super().check_values({name: value for name, value in fields.items() if name != "email"})


@breaks("ignores-other-fields")
class StoresUnlistedFieldsAsCustomFields(UpdateLeadInCampaign):
    def select_fields(self, updates: Lead) -> Lead:
        self.others = {name: value for name, value in updates.items() if name not in LEAD_FIELDS}
        return super().select_fields(updates)

    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        edited = super().edit(campaign, lead, fields)
        return (
            {**edited, "custom_fields": {**(edited["custom_fields"] or {}), **self.others}} if self.others else edited
        )


def also_edits(field: str) -> type[UpdateLeadInCampaign]:
    class AlsoEdits(UpdateLeadInCampaign):
        def select_fields(self, updates: Lead) -> Lead:
            return super().select_fields(updates) | {name: updates[name] for name in updates if name == field}

    AlsoEdits.__name__ = f"AlsoEdits_{field}"
    return AlsoEdits


for _field in ("status", "current_node_id", "bounced_at", "replied_at"):
    breaks("protects-sequencing")(also_edits(_field))
for _field in ("custom_fields", "source", "source_ref", "created_at", "user_id", "campaign_id", "id"):
    breaks("protects-identity")(also_edits(_field))


@breaks("protects-sequencing")
class RestartsTheSequence(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        return super().edit(campaign, lead, {**fields, "status": "edited"} if fields else fields)


@breaks("protects-identity")
class ClearsCustomFieldsInEdits(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        return super().edit(campaign, lead, {**fields, "custom_fields": None} if fields else fields)


@breaks("protects-identity")
class SpellsOutCustomFieldsInEdits(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        custom = (self.store.lead(campaign, lead) or {}).get("custom_fields") or {}
        flat = {name: value if isinstance(value, str) else str(value) for name, value in custom.items()}
        return super().edit(campaign, lead, {**fields, "custom_fields": flat} if custom and fields else fields)


@breaks("protects-identity")
class StoresTheUpdatedAtThatWasSent(UpdateLeadInCampaign):
    def select_fields(self, updates: Lead) -> Lead:
        self.sent = updates.get("updated_at")
        return super().select_fields(updates)

    def now(self) -> str:
        return self.sent or super().now()

    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        edited = super().edit(campaign, lead, fields)
        return {**edited, "updated_at": self.sent} if self.sent else edited
