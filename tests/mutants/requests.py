"""Which requests are taken, broken."""

from __future__ import annotations

import unicodedata

import orjson

from contract_tests.answers import ANSWERS
from contract_tests.verdict import REQUESTS
from mock.sandbox.rules import Refusal, Rules
from tests.implementations import FIRST, Lenient, Row
from tests.mutants.registry import breaks


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


@breaks("invalid-request-refused")
class TakesATrailingComma(Rules):
    def parse(self, body: bytes) -> Row:
        return super().parse(body.replace(b",}", b"}"))


@breaks("invalid-request-refused")
class TakesSingleQuotes(Rules):
    def parse(self, body: bytes) -> Row:
        return super().parse(body.replace(b"'", b'"') if b'"' not in body else body)


@breaks("invalid-request-refused")
class ReadsUpdatesFromAString(Lenient):
    def mend(self, request: Row) -> Row:
        if isinstance(request.get("updates"), str):
            try:
                request["updates"] = orjson.loads(request["updates"])
            except orjson.JSONDecodeError:
                return request
        return request


@breaks(ANSWERS)
class FailsOnDeepBodies(Rules):
    def parse(self, body: bytes) -> Row:
        if body.count(b"[") > 100:
            raise Refusal(500, "maximum recursion depth exceeded")
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


@breaks(REQUESTS)
class TakesAnyProspectId(Lenient):
    def mend(self, request: Row) -> Row:
        return {**request, "prospect_id": FIRST}


@breaks(REQUESTS)
class TakesAnEmptyBody(Rules):
    def parse(self, body: bytes) -> Row:
        request = {"prospect_id": FIRST, "updates": {}}
        return super().parse(body or orjson.dumps(request))
