"""Mutants: the sandbox with one rule broken each. The tests of that rule must see it.

A mutant is a subclass of the sandbox's rules, or a function that rewrites its answers; its name says what it does.
"""

from __future__ import annotations

import base64
import html
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

import orjson
from starlette.types import ASGIApp

from contract_tests.answers import ANSWERS, ERROR_BODY
from contract_tests.verdict import REQUESTS
from mock.sandbox import seed
from mock.sandbox.rules import Refusal, Rules
from mock.sandbox.store import Store
from puffle import contract
from tests.implementations import CONTRACT, FIRST, NEXT, Implementation, Lenient, Row, Storing, implementation
from tests.rewriting import Answer


@dataclass(frozen=True)
class Mutant:
    """One broken implementation, and the rule that it breaks."""

    rule: str
    broken: Implementation

    @property
    def name(self) -> str:
        return self.broken.__name__

    def app(self) -> ASGIApp:
        """It, freshly seeded."""
        return implementation(self.broken)


MUTANTS: list[Mutant] = []


def breaks(rule: str) -> Callable[[Implementation], Implementation]:
    def register(broken: Implementation) -> Implementation:
        MUTANTS.append(Mutant(rule, broken))
        return broken

    return register


@breaks("bearer-required")
class TakesAnyKey(Rules):
    def authenticate(self, authorization: str) -> str:
        return super().authenticate("Bearer pk_sandbox_alice" if authorization.startswith("Bearer ") else "")


@breaks("bearer-required")
class TakesNoKey(Rules):
    def authenticate(self, authorization: str) -> str:
        return super().authenticate(authorization or "Bearer pk_sandbox_alice")


@breaks("bearer-required")
class TakesTheKeyUnderAnyScheme(Rules):
    def authenticate(self, authorization: str) -> str:
        return super().authenticate("Bearer " + authorization.rpartition(" ")[2])


@breaks("bearer-required")
class TakesAKeyThatBeginsRight(Rules):
    def authenticate(self, authorization: str) -> str:
        return super().authenticate(authorization[: len("Bearer pk_sandbox_alice")])


@breaks("bearer-required")
class IgnoresCaseInKeys(Rules):
    def authenticate(self, authorization: str) -> str:
        return super().authenticate("Bearer " + authorization.removeprefix("Bearer ").lower() if authorization else "")


@breaks("bearer-required")
class TakesTheKeyAsBasicUser(Rules):
    def authenticate(self, authorization: str) -> str:
        if authorization == "Basic " + base64.b64encode(b"pk_sandbox_alice:").decode():
            authorization = "Bearer pk_sandbox_alice"
        return super().authenticate(authorization)


@breaks("bearer-required")
class LooksAtTheKeyLast(Rules):
    def update_lead(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> Row:
        if not self.store.status("alice", campaign_id) and not self.store.status("bob", campaign_id):
            raise Refusal(404, "Campaign not found.")
        return super().update_lead(campaign_id, headers, body)


@breaks("bearer-required")
class RefusesAKeyWith403(Rules):
    def authenticate(self, authorization: str) -> str:
        try:
            return super().authenticate(authorization)
        except Refusal:
            raise Refusal(403 if authorization else 401, "forbidden") from None


@breaks("own-campaigns-only")
class ReachesForeignCampaigns(Rules):
    def find_campaign(self, workspace: str, campaign: str) -> str:
        return self.store.status("bob", campaign) or super().find_campaign(workspace, campaign)


@breaks("own-campaigns-only")
class RefusesForeignCampaignsWith403(Rules):
    def find_campaign(self, workspace: str, campaign: str) -> str:
        if self.store.status("bob", campaign):
            raise Refusal(403, "forbidden")
        return super().find_campaign(workspace, campaign)


@breaks("own-campaigns-only")
class RefusesUnknownCampaignsWith400(Rules):
    def find_campaign(self, workspace: str, campaign: str) -> str:
        try:
            return super().find_campaign(workspace, campaign)
        except Refusal as refusal:
            raise Refusal(400, refusal.error) from None


@breaks("draft-only")
class EditsRunningCampaigns(Rules):
    def require_draft(self, status: str) -> None:
        if status != "active":
            super().require_draft(status)


@breaks("draft-only")
class DoesNotNameTheStatus(Rules):
    def require_draft(self, status: str) -> None:
        if status != "draft":
            raise Refusal(400, "The roster is frozen.")


@breaks("draft-only")
class AnswersConflictOutsideDraft(Rules):
    def require_draft(self, status: str) -> None:
        if status != "draft":
            raise Refusal(409, f"The campaign is {status}.")


@breaks("draft-only")
class IgnoresEditsOutsideDraft(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        return super().edit(campaign, lead, fields if self.draft else {})

    def require_draft(self, status: str) -> None:
        self.draft = status == "draft"


@breaks("lead-in-campaign")
class FindsLeadsInAnyCampaign(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        for workspace in seed.load():
            for other in workspace.campaigns:
                if campaign != other.id and any(row["id"] == lead for row in other.leads):
                    campaign = campaign if self.store.lead(campaign, lead) else other.id
        return super().edit(campaign, lead, fields)


@breaks("lead-in-campaign")
class AnswersAnUnknownLeadWith200(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        found = self.store.lead(campaign, lead)
        return super().edit(campaign, lead if found else campaign, fields if found else {})


@breaks("lead-in-campaign")
class AddsUnknownLeads(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        if self.store.lead(campaign, lead) is None:
            return {"id": lead, "campaign_id": campaign, "user_id": campaign, "status": "pending", **fields}
        return super().edit(campaign, lead, fields)


@breaks("invalid-request-refused")
class CoercesToStrings(Lenient):
    def mend(self, request: Row) -> Row:
        updates = request.get("updates")
        if isinstance(updates, dict):
            request["updates"] = {name: str(value) for name, value in updates.items()}
        return request


@breaks("invalid-request-refused")
class SkipsFieldsOfAnotherType(Lenient):
    def mend(self, request: Row) -> Row:
        updates = request.get("updates")
        if isinstance(updates, dict):
            request["updates"] = {name: value for name, value in updates.items() if isinstance(value, str)}
        return request


@breaks("invalid-request-refused")
class TakesNoUpdatesForEmptyOnes(Lenient):
    def mend(self, request: Row) -> Row:
        return {"updates": {}, **request}


@breaks("invalid-request-refused")
class Answers422(Rules):
    def parse(self, body: bytes) -> Row:
        try:
            return super().parse(body)
        except Refusal as refusal:
            raise Refusal(422, refusal.error) from None


@breaks("invalid-request-refused")
class IgnoresWhatFollowsTheBody(Rules):
    def parse(self, body: bytes) -> Row:
        return super().parse(body[: body.rfind(b"}}") + 2] if b"}}" in body else body)


@breaks("invalid-request-refused")
class TakesTheFirstOfAnArray(Rules):
    def parse(self, body: bytes) -> Row:
        return super().parse(body[1:-1] if body.startswith(b"[{") else body)


@breaks("invalid-request-refused")
class FailsOnAnArray(Rules):
    def parse(self, body: bytes) -> Row:
        if body.strip().startswith(b"["):
            raise Refusal(500, "list indices must be integers or slices, not str")
        return super().parse(body)


@breaks("ordinary-values-accepted")
class TakesAsciiNamesOnly(Rules):
    def check_values(self, fields: dict[str, str]) -> None:
        super().check_values(fields)
        if not all(value.isascii() for value in fields.values()):
            raise Refusal(400, "letters only")


@breaks("ordinary-values-accepted")
class RefusesVowelSigns(Rules):
    def check_values(self, fields: dict[str, str]) -> None:
        super().check_values(fields)
        if any(unicodedata.category(mark)[0] == "M" for mark in fields.get("name", "")):
            raise Refusal(400, "name is no name")


@breaks("ordinary-values-accepted")
class TakesShortTitlesOnly(Rules):
    def check_values(self, fields: dict[str, str]) -> None:
        super().check_values(fields)
        if len(fields.get("position", "")) > 40:
            raise Refusal(400, "position is too long")


@breaks("ordinary-values-accepted")
class RefusesPlusInAddresses(Rules):
    def check_values(self, fields: dict[str, str]) -> None:
        super().check_values(fields)
        if "+" in fields.get("email", ""):
            raise Refusal(400, "email is no address")


@breaks("edits-listed-fields")
class CutsLongValues(Storing):
    def stored(self, field: str, value: str) -> str:
        return value if field in ("email", "linkedin_url") else value[:255]


@breaks("edits-listed-fields")
class CapitalisesNames(Storing):
    def stored(self, field: str, value: str) -> str:
        return value.title() if field in ("first_name", "last_name") else value


@breaks("edits-listed-fields")
class EscapesHtml(Storing):
    def stored(self, field: str, value: str) -> str:
        return html.escape(value) if field == "company" else value


@breaks("edits-listed-fields")
class NormalisesUnicode(Storing):
    def stored(self, field: str, value: str) -> str:
        return unicodedata.normalize("NFKC", value) if field == "headline" else value


@breaks("edits-listed-fields")
class LosesEmoji(Storing):
    def stored(self, field: str, value: str) -> str:  # noqa: ARG002
        return "".join(character if character <= "\uffff" else "?" for character in value)


@breaks("edits-listed-fields")
class CalmsCapitals(Storing):
    def stored(self, field: str, value: str) -> str:
        return value.title() if field == "name" and value.isupper() else value


@breaks("edits-listed-fields")
class StraightensQuotes(Storing):
    def stored(self, field: str, value: str) -> str:  # noqa: ARG002
        return value.translate(str.maketrans("\u201c\u201d\u2018\u2019", "\"\"''"))


@breaks("edits-listed-fields")
class DecodesPercentSigns(Storing):
    def stored(self, field: str, value: str) -> str:
        return unquote(value) if field != "linkedin_url" else value


@breaks("edits-listed-fields")
class SwapsNames(Rules):
    def select_fields(self, updates: Row) -> dict[str, str]:
        fields = super().select_fields(updates)
        if "first_name" in fields and "last_name" in fields:
            fields["first_name"], fields["last_name"] = fields["last_name"], fields["first_name"]
        return fields


@breaks("edits-listed-fields")
class DropsTheHeadline(Rules):
    def select_fields(self, updates: Row) -> dict[str, str]:
        return {name: value for name, value in super().select_fields(updates).items() if name != "headline"}


@breaks("edits-listed-fields")
class SkipsTheEmptyString(Rules):
    def select_fields(self, updates: Row) -> dict[str, str]:
        return {name: value for name, value in super().select_fields(updates).items() if value}


@breaks("keeps-other-fields")
class ReplacesTheWholeProfile(Rules):
    def select_fields(self, updates: Row) -> dict[str, str]:
        fields = super().select_fields(updates)
        return {**dict.fromkeys(self.listed_fields - {"email"}, ""), **fields} if fields else fields


@breaks("keeps-other-fields")
class DerivesTheFullName(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        row = super().edit(campaign, lead, fields)
        if "first_name" in fields or "last_name" in fields:
            return super().edit(campaign, lead, {"name": f"{row['first_name']} {row['last_name']}"})
        return row


@breaks("ignores-other-fields")
class RefusesOtherFields(Rules):
    def select_fields(self, updates: Row) -> dict[str, str]:
        if set(updates) - self.listed_fields:
            raise Refusal(400, "there is no such field")
        return super().select_fields(updates)


@breaks("ignores-other-fields")
class TakesFieldsBesideUpdates(Lenient):
    def mend(self, request: Row) -> Row:
        beside = {name: value for name, value in request.items() if name in self.listed_fields}
        if isinstance(request.get("updates"), dict):
            request["updates"] = {**beside, **request["updates"]}
        return request


@breaks("ignores-other-fields")
class StoresOtherFields(Rules):
    def select_fields(self, updates: Row) -> dict[str, str]:
        others = {name: value for name, value in updates.items() if name not in self.columns}
        return {**super().select_fields(updates), **others}

    columns = frozenset(CONTRACT.schema("Lead")["properties"])


@breaks("ignores-other-fields")
class IgnoresCaseInFieldNames(Rules):
    def select_fields(self, updates: Row) -> dict[str, str]:
        named = {name.lower(): value for name, value in updates.items() if isinstance(value, str)}
        return super().select_fields(named)

    def check_values(self, fields: dict[str, str]) -> None:
        super().check_values({name: value for name, value in fields.items() if name != "email"})


def edits_also(*columns: str) -> type[Rules]:
    class EditsAlso(Rules):
        def select_fields(self, updates: Row) -> dict[str, str]:
            others = {name: value for name, value in updates.items() if name in columns}
            return {**super().select_fields(updates), **others}

    EditsAlso.__name__ = "EditsAlso_" + "_".join(columns)
    return EditsAlso


@breaks("protects-sequencing")
class StartsTheSequenceAnew(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        return super().edit(campaign, lead, {**fields, "status": "edited"} if fields else fields)


for _column in ("status", "current_node_id", "bounced_at", "replied_at"):
    breaks("protects-sequencing")(edits_also(_column))
for _column in ("custom_fields", "source", "source_ref", "created_at", "user_id", "campaign_id", "id"):
    breaks("protects-identity")(edits_also(_column))


@breaks("protects-identity")
class StoresUpdatedAtAsSent(Rules):
    def select_fields(self, updates: Row) -> dict[str, str]:
        self.sent = updates.get("updated_at")
        return super().select_fields(updates)

    def now(self) -> str:
        return self.sent or super().now()

    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        row = super().edit(campaign, lead, fields)
        return {**row, "updated_at": self.sent} if self.sent else row


@breaks("answers-edited-row")
class AnswersTheRowBeforeTheEdit(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        before = self.store.lead(campaign, lead)
        return before if super().edit(campaign, lead, fields) and before else {}


@breaks("answers-edited-row")
class AnswersTheNeighboursRow(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        row = super().edit(campaign, lead, fields)
        return {**row, "id": NEXT}


@breaks("answers-edited-row")
class AnswersTheFirstRowAlways(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        super().edit(campaign, lead, fields)
        return super().edit(campaign, FIRST, {})


@breaks("remembers-edits")
class AnswersWithoutStoring(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        return {**super().edit(campaign, lead, {}), **fields}


@breaks("remembers-edits")
class ForgetsTheEditBefore(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        if fields:
            super().edit(campaign, lead, {name: value for name, value in self.original.items() if name not in fields})
        return super().edit(campaign, lead, fields)

    original: Mapping[str, str] = {"headline": "I help sales teams reply faster", "position": "Head of Sales"}


@breaks("remembers-edits")
class AnswersReadsFromACache(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        row = super().edit(campaign, lead, fields)
        return row if fields else self.cache.setdefault(lead, row)

    def __init__(self, the_contract: contract.Contract, store: Store) -> None:
        super().__init__(the_contract, store)
        self.cache: dict[str, Row] = {}


@breaks("touches-one-lead")
class EditsTheWholeCampaign(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        for neighbour in seed.load()[0].campaign("draft").leads:
            super().edit(neighbour["campaign_id"], neighbour["id"], fields)
        return super().edit(campaign, lead, fields)


@breaks("touches-one-lead")
class TouchesTheNextLead(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        if fields and lead == campaign:
            super().edit(campaign, NEXT, {"source": "edited"})
        return super().edit(campaign, lead, fields)


@breaks("refusal-changes-nothing")
class StoresWhatIsValidOfARefusedEdit(Rules):
    def parse(self, body: bytes) -> Row:
        try:
            return super().parse(body)
        except Refusal:
            self.store_valid_part(body)
            raise

    def store_valid_part(self, body: bytes) -> None:
        try:
            request = orjson.loads(body)
            fields = {name: value for name, value in request["updates"].items() if isinstance(value, str)}
            self.edit(FIRST, request["prospect_id"], self.select_fields(fields))
        except (ValueError, LookupError, TypeError, AttributeError, Refusal):
            return


@breaks("refusal-changes-nothing")
class StoresWhatStandsBesideABadValue(Rules):
    def check_values(self, fields: dict[str, str]) -> None:
        try:
            super().check_values(fields)
        except Refusal:
            self.edit(FIRST, FIRST, {name: value for name, value in fields.items() if name != "email"})
            raise


@breaks("refusal-changes-nothing")
class EditsBeforeItLooksAtTheKey(Rules):
    def update_lead(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> Row:
        row = super().update_lead(campaign_id, {**headers, "authorization": "Bearer pk_sandbox_alice"}, body)
        self.authenticate(headers.get("authorization", ""))
        return row


@breaks("refusal-changes-nothing")
class EditsThroughAFrozenCampaign(Rules):
    def require_draft(self, status: str) -> None:
        if status != "draft":
            self.edit(FIRST, FIRST, {"company": "Changed by a refused request"})
        super().require_draft(status)


@breaks("times-move-forward")
class SetsTheClockBack(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        self.edits += 1
        return {**super().edit(campaign, lead, fields), "updated_at": f"{2100 - self.edits % 90}-01-01T00:00:00Z"}

    edits = 0


@breaks("times-move-forward")
class CreatesAnewAtEachEdit(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        row = super().edit(campaign, lead, fields)
        return {**row, "created_at": row["updated_at"]}


@breaks(REQUESTS)
class TakesAnyProspectId(Lenient):
    def mend(self, request: Row) -> Row:
        return {**request, "prospect_id": FIRST}


@breaks(REQUESTS)
class TakesAnEmptyBody(Rules):
    def parse(self, body: bytes) -> Row:
        request = {"prospect_id": FIRST, "updates": {}}
        return super().parse(body or orjson.dumps(request))


@breaks(ANSWERS)
def leaves_out_the_status(answer: Answer) -> None:
    if answer.status == 200:
        del answer.row["status"]


@breaks(ANSWERS)
def answers_the_bare_row(answer: Answer) -> None:
    if answer.status == 200:
        answer.json = answer.row


@breaks(ANSWERS)
def answers_times_as_numbers(answer: Answer) -> None:
    if answer.status == 200:
        answer.row["created_at"] = 1699335116


@breaks(ANSWERS)
def answers_local_times(answer: Answer) -> None:
    if answer.status == 200:
        answer.row["updated_at"] = answer.row["updated_at"].rstrip("Z")


@breaks(ANSWERS)
def answers_an_id_that_is_no_uuid(answer: Answer) -> None:
    if answer.status == 200:
        answer.row["user_id"] = 42


@breaks(ANSWERS)
def answers_201(answer: Answer) -> None:
    if answer.status == 200:
        answer.status = 201


@breaks(ANSWERS)
def answers_as_html(answer: Answer) -> None:
    if answer.status == 200:
        answer.media_type = "text/html"


@breaks(ANSWERS)
class StoresAddressesThatAreNone(Rules):
    def check_values(self, fields: dict[str, str]) -> None:
        """Take every value."""


@breaks(ERROR_BODY)
def words_errors_as_message(answer: Answer) -> None:
    if answer.status >= 400:
        answer.json = {"message": answer.json["error"]}


@breaks(ERROR_BODY)
def answers_errors_as_text(answer: Answer) -> None:
    if answer.status >= 400:
        answer.raw, answer.media_type = answer.json["error"].encode(), "text/plain"
