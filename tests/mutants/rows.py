"""What is answered, kept and left alone, broken."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from contract_tests.answers import ANSWERS, ERROR_BODY
from mock.sandbox import seed
from mock.sandbox.rules import Refusal, Rules
from mock.sandbox.store import Store
from puffle import contract
from tests.implementations import FIRST, NEXT, Row
from tests.mutants.registry import breaks
from tests.rewriting import Answer


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
