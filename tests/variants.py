"""Harmless variants: the sandbox made to differ where the contract leaves room. No test may fail them."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from itertools import count
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from mock.sandbox import seed
from mock.sandbox.rules import Refusal, Rules
from tests.implementations import Implementation, Lenient, Row, Storing
from tests.rewriting import Answer

VARIANTS: list[Implementation] = []


def harmless(variant: Implementation) -> Implementation:
    VARIANTS.append(variant)
    return variant


@harmless
class RefusesAnEditOfNothing(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        if not fields:
            raise Refusal(400, "updates holds no field that can be edited")
        return super().edit(campaign, lead, fields)


@harmless
class NormalisesIdentity(Storing):
    def stored(self, field: str, value: str) -> str:
        if field == "linkedin_url" and value.startswith("http") and "[" not in value:
            return urlunsplit(urlsplit(value)._replace(query="")).rstrip("/")
        return value.lower() if field == "email" else value


@harmless
class AnswersNullForTheEmptyString(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        return {name: None if value == "" else value for name, value in super().edit(campaign, lead, fields).items()}


@harmless
class LimitsStrings(Rules):
    def check_values(self, fields: dict[str, str]) -> None:
        super().check_values(fields)
        for name, value in fields.items():
            if (
                not value
                or len(value) > 255
                or any(ord(character) < 32 or ord(character) == 127 for character in value)
            ):
                raise Refusal(400, f"{name} must be 1 to 255 printable characters")
        if '"' in fields.get("email", "") or "[" in fields.get("email", ""):
            raise Refusal(400, "email is no address that this server takes")
        if not fields.get("linkedin_url", "https://www.linkedin.com/in/").startswith("https://www.linkedin.com/in/"):
            raise Refusal(400, "linkedin_url is no profile")


@harmless
class LooksAtTheBodyFirst(Rules):
    def update_lead(self, campaign_id: str, headers: Any, body: bytes) -> Row:
        self.authenticate(headers.get("authorization", ""))
        self.parse(body)
        return super().update_lead(campaign_id, headers, body)


@harmless
class AnswersAMissingLeadWith403(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        try:
            return super().edit(campaign, lead, fields)
        except Refusal as refusal:
            raise Refusal(403, refusal.error) from None


@harmless
class AnswersABadProspectIdWith404(Lenient):
    def mend(self, request: Row) -> Row:
        if "prospect_id" in request and not isinstance(request["prospect_id"], str):
            raise Refusal(404, "Lead not found.")
        return request


@harmless
class AnswersABadCampaignIdWith404(Rules):
    def check_campaign_id(self, campaign_id: str) -> str:
        return campaign_id.lower()


@harmless
class IgnoresTheContentType(Rules):
    def check_media_type(self, content_type: str) -> None:
        """Take any."""


@harmless
class TakesNullToClearAField(Lenient):
    def mend(self, request: Row) -> Row:
        updates = request.get("updates")
        if isinstance(updates, dict):
            request["updates"] = {
                name: "" if value is None and name in self.listed_fields else value for name, value in updates.items()
            }
        return request


@harmless
class TakesAddressesInAnyScript(Rules):
    def check_values(self, fields: dict[str, str]) -> None:
        address = fields.get("email", "")
        if address and not address.isascii() and address.count("@") == 1 and address.isprintable():
            fields = {**fields, "email": "jane@example.org"}
        super().check_values(fields)


@harmless
class MovesUpdatedAtOnlyOnAChange(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        row = self.store.lead(campaign, lead) or {}
        return super().edit(campaign, lead, {name: value for name, value in fields.items() if row.get(name) != value})


@harmless
class MovesUpdatedAtEvenWhereNothingIsEdited(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        row = super().edit(campaign, lead, fields)
        return {**row, "updated_at": self.now()}


@harmless
class CountsVersions(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        self.version += 1
        row = super().edit(campaign, lead, fields)
        return {**row, "version": self.version, "display_name": f"{row['first_name']} {row['last_name']}"}

    version = 0


@harmless
class TrimsControlCharacters(Storing):
    def stored(self, field: str, value: str) -> str:  # noqa: ARG002
        return value.strip("".join(map(chr, range(33))))


@harmless
def says_more(answer: Answer) -> None:
    if answer.status == 200:
        answer.row["tags"] = ["x"]
        answer.row["linkedin_connected"] = False
        answer.json["request_id"] = "7"
        answer.headers |= {"set-cookie": "session=7; Path=/; HttpOnly", "cache-control": "no-store"}
    else:
        answer.json |= {"code": "invalid", "details": [{"field": "updates"}]}


@harmless
def answers_derived_members(answer: Answer) -> None:
    if answer.status == 200:
        row = answer.row
        answer.row.update(
            title=row["position"], firstName=row["first_name"], fullName=f"{row['name']}, {row['company']}"
        )


@harmless
def leaves_out_nulls(answer: Answer) -> None:
    if answer.status == 200:
        answer.json["prospect"] = {name: value for name, value in answer.row.items() if value is not None}


@harmless
def leaves_out_what_may_be_absent(answer: Answer) -> None:
    if answer.status == 200:
        for name in ("custom_fields", "source", "source_ref", "created_at", "updated_at", "bounced_at", "replied_at"):
            del answer.row[name]


@harmless
def spells_ids_and_times_otherwise(answer: Answer) -> None:
    if answer.status == 200:
        for name in ("id", "campaign_id", "user_id"):
            answer.row[name] = answer.row[name].upper()
        for name in ("created_at", "updated_at"):
            answer.row[name] = answer.row[name].replace("Z", "+00:00").replace("T", " ")


@harmless
def sorts_keys_and_names_the_charset(answer: Answer) -> None:
    answer.raw = json.dumps(answer.json, sort_keys=True, indent=2, ensure_ascii=False).encode()
    answer.media_type = "Application/JSON; charset=UTF-8"


@harmless
def compresses(answer: Answer) -> None:
    answer.raw = gzip.compress(json.dumps(answer.json).encode())
    answer.headers["content-encoding"] = "gzip"


@harmless
def closes_each_connection(answer: Answer) -> None:
    answer.headers |= {"connection": "close", "x-request-id": "7", "vary": "origin"}


_answers = count()


@harmless
def throttles_now_and_then(answer: Answer) -> None:
    """Before the request is carried out would be truer; an edit that is sent again comes to the same."""
    if next(_answers) % 900 == 42:
        answer.status, answer.json = 429, {"error": "Too many requests."}
        answer.headers["retry-after"] = "1"


@harmless
class RefusesAnAddressThatAnotherLeadHas(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        others = [row["id"] for row in seed.load()[0].campaign("draft").leads if row["id"] != lead]
        taken = {(self.store.lead(campaign, other) or {}).get("email") for other in others}
        if fields.get("email") in taken - {None}:
            raise Refusal(400, "another lead of the campaign has this address")
        return super().edit(campaign, lead, fields)


@harmless
class RefusesDeepBodies(Rules):
    def parse(self, body: bytes) -> Row:
        if body.count(b"[") > 100:
            raise Refusal(400, "the body is nested too deeply")
        return super().parse(body)


@harmless
class RefusesAnEditOfUnlistedFieldsAlone(Rules):
    def select_fields(self, updates: Row) -> dict[str, str]:
        if updates and not set(updates) & self.listed_fields:
            raise Refusal(400, "updates holds no field that can be edited")
        return super().select_fields(updates)


@harmless
def spells_times_with_an_offset(answer: Answer) -> None:
    if answer.status == 200:
        for name in ("created_at", "updated_at"):
            moment = datetime.fromisoformat(answer.row[name]).astimezone(timezone(timedelta(hours=2)))
            answer.row[name] = moment.isoformat(timespec="microseconds")


@harmless
def throttles_until_a_date(answer: Answer) -> None:
    if next(_answers) % 300 == 17:
        answer.status, answer.json = 429, {"error": "Too many requests."}
        answer.headers["retry-after"] = format_datetime(datetime.now(UTC), usegmt=True)


@harmless
def escapes_all_that_is_not_ascii(answer: Answer) -> None:
    answer.raw = json.dumps(answer.json, ensure_ascii=True).replace("/", "\\/").encode()
