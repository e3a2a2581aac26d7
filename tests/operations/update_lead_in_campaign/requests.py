"""Mutants that accept invalid requests, or refuse valid ones."""

from __future__ import annotations

import contextlib
import unicodedata

import orjson

from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.leads import Lead
from mock.sandbox.operations.update_lead_in_campaign import UpdateLeadInCampaign
from tests.operations.registry import breaks
from tests.operations.update_lead_in_campaign.bases import FIRST, Body, ConvertsRequests


@breaks("invalid-request-refused")
class CoercesToStrings(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        updates = request.get("updates")
        if isinstance(updates, dict):
            request["updates"] = {name: str(value) for name, value in updates.items()}
        return request


@breaks("invalid-request-refused")
class IgnoresFieldsOfTheWrongType(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        updates = request.get("updates")
        if isinstance(updates, dict):
            request["updates"] = {name: value for name, value in updates.items() if isinstance(value, str)}
        return request


@breaks("invalid-request-refused")
class TreatsMissingUpdatesAsEmpty(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        return {"updates": {}, **request}


@breaks("invalid-request-refused")
class ParsesUpdatesFromAString(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        with contextlib.suppress(orjson.JSONDecodeError):
            if isinstance(request.get("updates"), str):
                request["updates"] = orjson.loads(request["updates"])
        return request


@breaks("ordinary-values-accepted")
class AcceptsAsciiOnly(UpdateLeadInCampaign):
    def check_values(self, fields: Lead) -> None:
        super().check_values(fields)
        if not all(value.isascii() for value in fields.values()):
            raise Refusal(400, "only letters without accents are allowed")


@breaks("ordinary-values-accepted")
class RefusesCombiningMarksInNames(UpdateLeadInCampaign):
    def check_values(self, fields: Lead) -> None:
        super().check_values(fields)
        if any(unicodedata.category(char)[0] == "M" for char in fields.get("name", "")):
            raise Refusal(400, "name: only letters are allowed")


@breaks("ordinary-values-accepted")
class RefusesPositionsOver40Characters(UpdateLeadInCampaign):
    def check_values(self, fields: Lead) -> None:
        super().check_values(fields)
        if len(fields.get("position", "")) > 40:
            raise Refusal(400, "position: at most 40 characters are allowed")


@breaks("ordinary-values-accepted")
class RefusesPlusInEmails(UpdateLeadInCampaign):
    def check_values(self, fields: Lead) -> None:
        super().check_values(fields)
        if "+" in fields.get("email", ""):
            raise Refusal(400, "email: + is not allowed")


@breaks("requests")
class IgnoresTheProspectId(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        return {**request, "prospect_id": FIRST}


@breaks("requests")
class AcceptsAnEmptyBody(UpdateLeadInCampaign):
    def parse(self, body: bytes) -> Body:
        return super().parse(body or orjson.dumps({"prospect_id": FIRST, "updates": {}}))
