"""Harmless variants: handlers and responses that differ where the contract leaves room."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit, urlunsplit

from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.leads import Lead
from mock.sandbox.operations.update_lead_in_campaign import UpdateLeadInCampaign
from tests.operations.registry import harmless
from tests.operations.update_lead_in_campaign.bases import Body, ConvertsRequests, ConvertsValues, SeesOtherLeads
from tests.rewriting import Response


@harmless
class RefusesEmptyEdits(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        if not fields:
            raise Refusal(400, "updates: no field that can be edited")
        return super().edit(campaign, lead, fields)


@harmless
class NormalisesEmailsAndLinkedinUrls(ConvertsValues):
    def convert_value(self, field: str, value: str) -> str:
        if field == "linkedin_url" and value.startswith("http") and "[" not in value:
            return urlunsplit(urlsplit(value)._replace(query="")).rstrip("/")
        return value.lower() if field == "email" else value


@harmless
class ReturnsNullForEmptyStrings(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        return {name: None if value == "" else value for name, value in super().edit(campaign, lead, fields).items()}


@harmless
class LimitsValues(UpdateLeadInCampaign):
    def check_values(self, fields: Lead) -> None:
        super().check_values(fields)
        for name, value in fields.items():
            if not 1 <= len(value) <= 255 or any(ord(char) < 32 or ord(char) == 127 for char in value):
                raise Refusal(400, f"{name}: 1 to 255 printable characters are allowed")
        if '"' in fields.get("email", "") or "[" in fields.get("email", ""):
            raise Refusal(400, "email: quoted local parts and address literals are not allowed")
        if not fields.get("linkedin_url", "https://www.linkedin.com/in/").startswith("https://www.linkedin.com/in/"):
            raise Refusal(400, "linkedin_url: not the URL of a profile")


@harmless
class ChecksTheBodyBeforeTheCampaign(UpdateLeadInCampaign):
    def update_lead(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> Lead:
        self.authenticate(headers.get("authorization", ""))
        self.parse(body)
        return super().update_lead(campaign_id, headers, body)


@harmless
class Returns403ForAnUnknownLead(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        try:
            return super().edit(campaign, lead, fields)
        except Refusal as refusal:
            raise Refusal(403, refusal.error) from None


@harmless
class Returns404ForAnInvalidProspectId(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        if "prospect_id" in request and not isinstance(request["prospect_id"], str):
            raise Refusal(404, "Lead not found.")
        return request


@harmless
class ClearsFieldsSetToNull(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        updates = request.get("updates")
        if isinstance(updates, dict):
            request["updates"] = {
                name: "" if value is None and name in self.listed_fields else value for name, value in updates.items()
            }
        return request


@harmless
class AcceptsEmailsInAnyScript(UpdateLeadInCampaign):
    def check_values(self, fields: Lead) -> None:
        address = fields.get("email", "")
        if address and not address.isascii() and address.count("@") == 1 and address.isprintable():
            fields = {**fields, "email": "jane@example.org"}
        super().check_values(fields)


@harmless
class MovesUpdatedAtOnlyOnChange(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        before = self.store.lead(campaign, lead) or {}
        return super().edit(
            campaign, lead, {name: value for name, value in fields.items() if before.get(name) != value}
        )


@harmless
class MovesUpdatedAtOnEmptyEdits(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        edited = super().edit(campaign, lead, fields)
        return {**edited, "updated_at": self.now()}


@harmless
class ReturnsAVersionNumber(UpdateLeadInCampaign):
    version = 0

    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        self.version += 1
        edited = super().edit(campaign, lead, fields)
        return {**edited, "version": self.version, "display_name": f"{edited['first_name']} {edited['last_name']}"}


@harmless
class TrimsControlCharacters(ConvertsValues):
    def convert_value(self, field: str, value: str) -> str:  # noqa: ARG002
        return value.strip("".join(map(chr, range(33))))


@harmless
def adds_members_and_headers(response: Response) -> None:
    if response.status == 200:
        response.lead["tags"] = ["x"]
        response.lead["linkedin_connected"] = False
        response.json["request_id"] = "7"
        response.headers |= {"set-cookie": "session=7; Path=/; HttpOnly", "cache-control": "no-store"}
    else:
        response.json |= {"code": "invalid", "details": [{"field": "updates"}]}


@harmless
def adds_derived_members(response: Response) -> None:
    if response.status == 200:
        lead = response.lead
        full_name = f"{lead['name']}, {lead['company']}"
        lead |= {"title": lead["position"], "firstName": lead["first_name"], "fullName": full_name}


@harmless
def omits_nulls(response: Response) -> None:
    if response.status == 200:
        response.json["prospect"] = {name: value for name, value in response.lead.items() if value is not None}


@harmless
def omits_optional_members(response: Response) -> None:
    if response.status == 200:
        for name in ("custom_fields", "source", "source_ref", "created_at", "updated_at", "bounced_at", "replied_at"):
            del response.lead[name]


@harmless
def spells_ids_and_times_differently(response: Response) -> None:
    if response.status == 200:
        for name in ("id", "campaign_id", "user_id"):
            response.lead[name] = response.lead[name].upper()
        for name in ("created_at", "updated_at"):
            response.lead[name] = response.lead[name].replace("Z", "+00:00").replace("T", " ")


class RefusesTheIdentityOfAnotherLead(SeesOtherLeads):
    """Refuses it before the lead is edited."""

    field: str
    status = 400

    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        taken = {other.get(self.field) for other in (self.others(lead) if self.field in fields else ())}
        if fields.get(self.field) in taken - {None}:
            raise Refusal(self.status, f"{self.field}: another lead of the campaign has it")
        return super().edit(campaign, lead, fields)


@harmless
class RefusesTheEmailOfAnotherLead(RefusesTheIdentityOfAnotherLead):
    field = "email"


@harmless
class RefusesTheEmailOfAnotherLeadWith409(RefusesTheIdentityOfAnotherLead):
    field, status = "email", 409


@harmless
class RefusesTheLinkedinUrlOfAnotherLeadWith422(RefusesTheIdentityOfAnotherLead):
    field, status = "linkedin_url", 422


@harmless
class RefusesEditsOfUnlistedFieldsOnly(UpdateLeadInCampaign):
    def select_fields(self, updates: Lead) -> Lead:
        if updates and not set(updates) & self.listed_fields:
            raise Refusal(400, "updates: no field that can be edited")
        return super().select_fields(updates)


@harmless
def spells_times_with_an_offset(response: Response) -> None:
    if response.status == 200:
        for name in ("created_at", "updated_at"):
            moment = datetime.fromisoformat(response.lead[name]).astimezone(timezone(timedelta(hours=2)))
            response.lead[name] = moment.isoformat(timespec="microseconds")
