"""What an edit does to the fields of a lead, broken."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from urllib.parse import unquote

from mock.sandbox.rules import Refusal, Rules
from tests.implementations import CONTRACT, Lenient, Row, Storing
from tests.mutants.registry import breaks


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
class EncodesTheNameTwice(Storing):
    def stored(self, field: str, value: str) -> str:
        return value.encode().decode("latin-1") if field == "last_name" else value


@breaks("edits-listed-fields")
class CutsTitlesAtAHundred(Storing):
    def stored(self, field: str, value: str) -> str:
        return value[:100] if field == "position" else value


@breaks("edits-listed-fields")
class JoinsSpaces(Storing):
    def stored(self, field: str, value: str) -> str:
        return re.sub(" +", " ", value) if field == "headline" else value


@breaks("edits-listed-fields")
class ComposesAccents(Storing):
    def stored(self, field: str, value: str) -> str:  # noqa: ARG002
        return unicodedata.normalize("NFC", value)


@breaks("edits-listed-fields")
class LosesDirectionMarks(Storing):
    def stored(self, field: str, value: str) -> str:  # noqa: ARG002
        return "".join(mark for mark in value if unicodedata.category(mark) != "Cf")


@breaks("edits-listed-fields")
class ReadsJsonInStrings(Storing):
    def stored(self, field: str, value: str) -> str:  # noqa: ARG002
        try:
            return json.dumps(json.loads(value), separators=(",", ":")) if value[:1] in ("{", "[") else value
        except ValueError:
            return value


@breaks("edits-listed-fields")
class DropsTheTagOfAnAddress(Storing):
    def stored(self, field: str, value: str) -> str:
        return re.sub(r"\+[^@]*@", "@", value) if field == "email" else value


@breaks("edits-listed-fields")
class NormalisesGmail(Storing):
    def stored(self, field: str, value: str) -> str:  # noqa: ARG002
        name, _, domain = value.partition("@")
        return f"{name.partition('+')[0].replace('.', '')}@{domain}" if domain == "gmail.com" else value


@breaks("edits-listed-fields")
class DropsTheSchemeOfAProfile(Storing):
    def stored(self, field: str, value: str) -> str:
        return value.removeprefix("https://") if field == "linkedin_url" else value


@breaks("edits-listed-fields")
class MendsLineBreaks(Storing):
    def stored(self, field: str, value: str) -> str:  # noqa: ARG002
        return value.replace("\r\n", "\n")


@breaks("edits-listed-fields")
class TakesTheWordNullForNothing(Storing):
    def stored(self, field: str, value: str) -> str:  # noqa: ARG002
        return "" if value in ("null", "undefined") else value


@breaks("edits-listed-fields")
class StoresOtherwiseThanItAnswers(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        row = super().edit(campaign, lead, fields)
        if "name" in fields:
            super().edit(campaign, lead, {"name": fields["name"].casefold()})
        return row


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


@breaks("keeps-other-fields")
class ForgetsThePositionWithTheCompany(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        return super().edit(campaign, lead, {"position": "", **fields} if "company" in fields else fields)


@breaks("keeps-other-fields")
class DerivesTheCompanyFromTheAddress(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        derived = {"company": fields["email"].partition("@")[2]} if "email" in fields else {}
        return super().edit(campaign, lead, {**derived, **fields})


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


@breaks("ignores-other-fields")
class KeepsOtherFieldsInCustomOnes(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        row = super().edit(campaign, lead, fields)
        return {**row, "custom_fields": {**(row["custom_fields"] or {}), **self.others}} if self.others else row

    def select_fields(self, updates: Row) -> dict[str, str]:
        self.others = {
            name: value for name, value in updates.items() if name not in CONTRACT.schema("Lead")["properties"]
        }
        return super().select_fields(updates)

    others: Row = {}  # noqa: RUF012


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
