"""What is answered, kept and left alone, broken."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from mock.sandbox import seed
from mock.sandbox.rules import Refusal, Rules
from mock.sandbox.store import Store
from puffle import contract
from tests.implementations import FIRST, NEXT, Row
from tests.mutants.registry import breaks


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


@breaks("remembers-edits")
class AnswersTheSameRequestFromACache(Rules):
    def update_lead(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> Row:
        if b'"updates": {}' in body or not headers.get("authorization"):
            return super().update_lead(campaign_id, headers, body)
        if body not in self.answers:
            self.answers[body] = super().update_lead(campaign_id, headers, body)
        return self.answers[body]

    def __init__(self, the_contract: contract.Contract, store: Store) -> None:
        super().__init__(the_contract, store)
        self.answers: dict[bytes, Row] = {}


@breaks("remembers-edits")
class LosesEachTenthEdit(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        self.edits += bool(fields)
        return (
            {**super().edit(campaign, lead, {}), **fields}
            if self.edits % 10 == 0
            else super().edit(campaign, lead, fields)
        )

    edits = 0


@breaks("touches-one-lead")
class EditsLeadsOfTheSameName(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        row = super().edit(campaign, lead, {})
        for other in seed.load()[0].campaign("draft").leads:
            if super().edit(campaign, other["id"], {})["last_name"] == row["last_name"]:
                super().edit(campaign, other["id"], fields)
        return super().edit(campaign, lead, fields)


@breaks("touches-one-lead")
class TakesAnAddressFromTheLeadThatHasIt(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        for other in seed.load()[0].campaign("draft").leads:
            if other["id"] != lead and fields.get("email") == super().edit(campaign, other["id"], {})["email"]:
                super().edit(campaign, other["id"], {"email": "duplicate@example.com"})
        return super().edit(campaign, lead, fields)


@breaks("touches-one-lead")
class MarksTheNextLeadAsEdited(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        if "email" in fields:
            super().edit(campaign, NEXT, {"headline": "Edited"})
        return super().edit(campaign, lead, fields)


@breaks("answers-edited-row")
class AnswersOnlyWhatWasSent(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        row = super().edit(campaign, lead, fields)
        return {name: value for name, value in row.items() if name in fields or name in self.required}

    required = ("id", "campaign_id", "user_id", "status", "created_at", "updated_at")


@breaks("refusal-changes-nothing")
class StoresTheFieldsBeforeTheBadOne(Rules):
    def check_values(self, fields: dict[str, str]) -> None:
        try:
            super().check_values(fields)
        except Refusal:
            before = list(fields)[: list(fields).index("email")]
            self.edit(FIRST, FIRST, {name: fields[name] for name in before})
            raise


@breaks("times-move-forward")
class MovesCreatedAtAsWell(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        return super().edit(campaign, lead, {**fields, "created_at": self.now()} if fields else fields)


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
