"""The rules of ``x-rules``: whatever an implementation is written in, does it keep them?

Each test names the rule that it judges. ``target`` is the implementation; leads that a rule needs beside the one that
may be edited are asked for with ``need``, and where they are not given the rule is not verified.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contract_tests import values
from contract_tests.exchange import Exchange
from contract_tests.rows import Columns, moment, stored_as_sent
from contract_tests.settings import Lead
from contract_tests.target import UNKNOWN_CAMPAIGN, Broken, Target
from contract_tests.verdict import need, rule
from puffle import contract

COLUMNS = Columns(contract.load())
FIELDS = COLUMNS.listed
UNKNOWN_LEAD = "00000000-0000-4000-8000-000000000001"
NO_LEAD_HERE = (400, 403, 404)

updates = values.updates(FIELDS)
some_updates = values.some_updates(FIELDS)
each_field = pytest.mark.parametrize("field", FIELDS)
unknown_campaigns = st.integers(0, 16**12 - 1).map(UNKNOWN_CAMPAIGN.format)


def expect(exchange: Exchange, *statuses: int) -> None:
    """The answer has one of these statuses."""
    if exchange.status not in statuses:
        raise Broken(exchange, "status " + " or ".join(map(str, statuses)))


def shown(value: Any) -> str:
    """A value for a person to read."""
    text = repr(value)
    return text if len(text) <= 160 else f"{text[:160]}… ({len(text)} characters)"


def expect_stored(exchange: Exchange, sent: dict[str, str], where: str = "in the answer") -> None:
    """The row holds what was sent."""
    for field, value in sent.items():
        if not stored_as_sent(field, value, exchange.row.get(field)):
            raise Broken(exchange, f"{field} to be {shown(value)} {where}, not {shown(exchange.row.get(field))}")


def expect_same(exchange: Exchange, before: dict[str, Any], but: Iterable[str] = (), why: str = "") -> None:
    """The row is as it was, apart from the columns named and ``updated_at``."""
    for column in COLUMNS.changed(before, exchange.row, but):
        was, now = before.get(column), exchange.row.get(column)
        raise Broken(exchange, f"{column} to stay {shown(was)}{why}, not to become {shown(now)}")


def marked(lead: Lead, value: str = "Changed by a refused request") -> bytes:
    """A valid edit as it is sent."""
    return json.dumps({"prospect_id": lead.id, "updates": {"company": value}}).encode()


@rule("bearer-required")
@given(sent=some_updates)
def test_request_without_key_is_refused(target: Target, sent: dict[str, str]) -> None:
    expect(target.edit(target.settings.lead, sent, authorization=None), 401)


@rule("bearer-required")
@pytest.mark.parametrize("authorization", ["", "{key}", "Bearer", "Basic {key}", "Basic {key:basic}", "Token {key}"])
def test_request_with_other_credentials_is_refused(target: Target, authorization: str) -> None:
    expect(target.edit(target.settings.lead, {"company": "Acme"}, authorization=authorization), 401)


@rule("bearer-required")
@given(sent=some_updates, ending=st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12))
def test_request_with_wrong_key_is_refused(target: Target, sent: dict[str, str], ending: str) -> None:
    key, cut = target.settings.key, min(len(ending), len(target.settings.key) // 2)
    begin, middle, end = f"{{key:0:{len(key) - cut}}}", len(key) // 2, len(key)
    wrong = ["Bearer {key}" + ending, "Bearer pk_live_" + ending, "Bearer " + begin]
    if not key.endswith(ending):
        wrong.append(f"Bearer {begin}{ending}")
    if key != key.upper():
        wrong.append("Bearer {key:upper}")
    if key[middle] != ending[0]:
        wrong.append(f"Bearer {{key:0:{middle}}}{ending[0]}{{key:{middle + 1}:{end}}}")
    for authorization in wrong:
        expect(target.edit(target.settings.lead, sent, authorization=authorization), 401)


@rule("bearer-required")
def test_request_without_key_is_told_nothing_of_campaigns(target: Target) -> None:
    settings = target.settings
    campaigns = [UNKNOWN_CAMPAIGN.format(1)] + [lead.campaign for lead in (settings.launched, settings.foreign) if lead]
    for campaign in campaigns:
        expect(target.send(campaign, marked(settings.lead), authorization=None), 401)


@rule("own-campaigns-only")
@given(campaign=unknown_campaigns, sent=some_updates)
def test_unknown_campaign_is_not_found(target: Target, campaign: str, sent: dict[str, str]) -> None:
    expect(target.edit(Lead(campaign, target.settings.lead.id), sent), 404)


@rule("own-campaigns-only")
@given(sent=some_updates)
def test_foreign_campaign_is_not_found(target: Target, sent: dict[str, str]) -> None:
    foreign = need(target.settings.foreign, "PUFFLE_FOREIGN_CAMPAIGN_ID and PUFFLE_FOREIGN_PROSPECT_ID")
    expect(target.edit(foreign, {}), 400, 404)
    expect(target.edit(Lead(foreign.campaign, target.settings.lead.id), sent), 404)
    expect(target.edit(foreign, sent), 404)


@rule("draft-only")
@given(sent=some_updates)
def test_launched_campaign_is_frozen(target: Target, sent: dict[str, str]) -> None:
    launched = need(target.settings.launched, "PUFFLE_LAUNCHED_CAMPAIGN_ID and PUFFLE_LAUNCHED_PROSPECT_ID")
    exchange = target.edit(launched, sent)
    expect(exchange, 400)
    if not target.named_status(exchange):
        raise Broken(exchange, "the message to name the campaign's status")


@rule("lead-in-campaign")
@given(sent=some_updates)
def test_unknown_lead_is_refused(target: Target, sent: dict[str, str]) -> None:
    expect(target.edit(Lead(target.settings.lead.campaign, UNKNOWN_LEAD), sent), *NO_LEAD_HERE)


@rule("lead-in-campaign")
@given(sent=some_updates)
def test_lead_of_another_campaign_is_refused(target: Target, sent: dict[str, str]) -> None:
    launched = need(target.settings.launched, "PUFFLE_LAUNCHED_CAMPAIGN_ID and PUFFLE_LAUNCHED_PROSPECT_ID")
    expect(target.edit(Lead(target.settings.lead.campaign, launched.id), sent), *NO_LEAD_HERE)


@rule("lead-in-campaign")
@given(sent=some_updates)
def test_lead_of_another_workspace_is_refused(target: Target, sent: dict[str, str]) -> None:
    foreign = need(target.settings.foreign, "PUFFLE_FOREIGN_CAMPAIGN_ID and PUFFLE_FOREIGN_PROSPECT_ID")
    expect(target.edit(Lead(target.settings.lead.campaign, foreign.id), sent), *NO_LEAD_HERE)


@rule("invalid-request-refused")
@pytest.mark.parametrize("body", ["", "{", "[1, 2", "not json", "{'a': 1}", "[]", "[{}]", "null", "true", "7", '"x"'])
def test_body_that_is_no_object_is_refused(target: Target, body: str) -> None:
    expect(target.send(target.settings.lead.campaign, body.encode()), 400)


def flawed_bodies(lead: Lead) -> list[Any]:
    """A complete edit with one flaw each: as text where it is no JSON, else as what it is."""
    edit = {"prospect_id": lead.id, "updates": {"company": "Acme"}}
    text = json.dumps(edit)
    no_json = [text + "}", text + " x", text[:-1] + ",}", text.replace('"', "'"), "// edit\n" + text]
    return [*no_json, [edit], text, {**edit, "updates": json.dumps(edit["updates"])}, {**edit, "updates": []}]


@rule("invalid-request-refused")
def test_edit_with_a_flaw_is_refused(target: Target) -> None:
    lead = target.settings.lead
    for body in flawed_bodies(lead)[:5]:
        expect(target.send(lead.campaign, body.encode()), 400)
    for body in flawed_bodies(lead)[5:]:
        expect(target.send(lead.campaign, json.dumps(body).encode()), 400)
    listed_id = {"prospect_id": [lead.id], "updates": {"company": "Acme"}}
    expect(target.send(lead.campaign, json.dumps(listed_id).encode()), 400, 404)


@rule("invalid-request-refused")
@given(sent=some_updates, cut=st.integers(1, 40))
def test_body_that_is_cut_off_is_refused(target: Target, sent: dict[str, str], cut: int) -> None:
    body = json.dumps({"prospect_id": target.settings.lead.id, "updates": sent}).encode()
    expect(target.send(target.settings.lead.campaign, body[:-cut]), 400)


@rule("invalid-request-refused")
@given(sent=some_updates)
def test_required_member_is_required(target: Target, sent: dict[str, str]) -> None:
    for body in ({"prospect_id": target.settings.lead.id}, {"updates": sent}, {}):
        expect(target.send(target.settings.lead.campaign, json.dumps(body).encode()), 400)


@rule("invalid-request-refused")
@given(sent=some_updates, prospect=values.no_string() | st.none(), other=st.sampled_from([None, True, 7, "x", ["x"]]))
def test_member_of_another_type_is_refused(target: Target, sent: dict[str, str], prospect: Any, other: Any) -> None:
    campaign, lead = target.settings.lead.campaign, target.settings.lead.id
    # A prospect_id that is no UUID may be answered as one that is not found.
    expect(target.send(campaign, json.dumps({"prospect_id": prospect, "updates": sent}).encode()), 400, 404)
    expect(target.send(campaign, json.dumps({"prospect_id": lead, "updates": other}).encode()), 400)


@rule("invalid-request-refused")
@each_field
@given(sent=some_updates, wrong=values.no_string())
def test_field_of_another_type_is_refused(target: Target, field: str, sent: dict[str, str], wrong: object) -> None:
    expect(target.edit(target.settings.lead, {field: wrong}), 400)
    expect(target.edit(target.settings.lead, {**sent, field: wrong}), 400)


@rule("ordinary-values-accepted")
@each_field
@given(data=st.data())
def test_ordinary_value_is_accepted(target: Target, field: str, data: st.DataObject) -> None:
    target.edited(target.settings.lead, {field: data.draw(values.ordinary(field))})


@rule("ordinary-values-accepted")
@given(sent=updates)
def test_ordinary_values_are_accepted_together(target: Target, sent: dict[str, str]) -> None:
    target.edited(target.settings.lead, sent)


@rule("edits-listed-fields")
@each_field
@given(data=st.data())
def test_ordinary_value_is_stored_as_sent(target: Target, field: str, data: st.DataObject) -> None:
    sent = {field: data.draw(values.ordinary(field))}
    expect_stored(target.edited(target.settings.lead, sent), sent)


def expect_stored_or_refused(target: Target, field: str, value: str) -> None:
    """An edit of a field and of another one beside it is carried out to the letter, or refused as a whole."""
    beside = "company" if field != "company" else "position"
    sent = {beside: "Acme", field: value}
    exchange = target.edit(target.settings.lead, sent)
    expect(exchange, 200, 400)
    if exchange.status == 200:
        expect_stored(exchange, sent)
        expect_stored(target.read(target.settings.lead), sent, "in the next answer")


@rule("edits-listed-fields")
@each_field
def test_nasty_value_is_stored_as_sent_or_refused(target: Target, field: str) -> None:
    for value in values.nasty(field):
        expect_stored_or_refused(target, field, value)


@rule("edits-listed-fields")
@each_field
@given(value=values.any_text())
def test_any_text_is_stored_as_sent_or_refused(target: Target, field: str, value: str) -> None:
    expect_stored_or_refused(target, field, value)


@rule("edits-listed-fields")
@given(sent=updates)
def test_all_fields_are_stored_at_once(target: Target, sent: dict[str, str]) -> None:
    expect_stored(target.edited(target.settings.lead, sent), sent)


@rule("keeps-other-fields")
@given(sent=some_updates)
def test_other_fields_keep_their_values(target: Target, sent: dict[str, str]) -> None:
    before = target.read(target.settings.lead).row
    others = tuple(name for name in COLUMNS.schemas if name not in FIELDS or name in sent)
    expect_same(target.edited(target.settings.lead, sent), before, but=others)
    expect_same(target.read(target.settings.lead), before, but=others)


@rule("ignores-other-fields")
@given(
    sent=some_updates,
    others=st.dictionaries(
        st.sampled_from(["firstName", "Email", "EMAIL", "e-mail", "title", "phone", "prospect_id", "constructor"])
        | st.text("abcdefghijklmnopqrstuvwxyz_", min_size=3, max_size=20).map("x_".__add__),
        st.text("abcdefghijklmnopqrstuvwxyz", min_size=1) | st.sampled_from([7, True, None, [], {"first_name": "x"}]),
        min_size=1, max_size=4,
    ),
)  # fmt: skip
def test_unknown_member_is_ignored(target: Target, sent: dict[str, str], others: dict[str, Any]) -> None:
    before = target.read(target.settings.lead).row
    exchange = target.edited(target.settings.lead, {**others, **sent})
    expect_stored(exchange, sent)
    for answer in (exchange, target.read(target.settings.lead)):
        expect_same(answer, before, but=sent, why=f" ({', '.join(others)} being no listed field)")
        for name in others:
            if answer.row.get(name) != before.get(name):
                raise Broken(answer, f"{name}, which is no listed field, not to be stored")


@rule("ignores-other-fields")
@pytest.mark.parametrize("name", ["title", "linkedin", "linkedinUrl", "full_name", "fullName", "job_title", "Company"])
def test_similar_name_is_ignored(target: Target, name: str) -> None:
    before = target.read(target.settings.lead).row
    exchange = target.edited(target.settings.lead, {name: "https://www.linkedin.com/in/similar", "last_name": "Smith"})
    expect_same(exchange, before, but=["last_name"], why=f" ({name} being no listed field)")


@rule("ignores-other-fields")
@given(sent=some_updates, data=st.data())
def test_member_beside_updates_is_not_stored(target: Target, sent: dict[str, str], data: st.DataObject) -> None:
    lead = target.settings.lead
    before = target.read(lead).row
    column = data.draw(st.sampled_from([name for name in COLUMNS.schemas if name != "updated_at"]))
    value = data.draw(values.ordinary(column) if column in FIELDS else forged(column))
    body = {"prospect_id": lead.id, "updates": sent, column: value}
    exchange = target.send(lead.campaign, json.dumps(body).encode())
    expect(exchange, 200, 400)
    if exchange.status == 200:
        expect_same(exchange, before, but=sent, why=f" ({column} standing beside updates)")


def expect_protected(target: Target, column: str, sent: dict[str, str], value: Any) -> None:
    """An edit that also names a protected column is carried out without it."""
    before = {**target.read(target.settings.lead).row, column: target.original(target.settings.lead).get(column)}
    assume(not COLUMNS.same(column, before[column], value))
    exchange = target.edited(target.settings.lead, {**sent, column: value})
    for answer in (exchange, target.read(target.settings.lead)):
        if column == "updated_at":
            if COLUMNS.same(column, answer.row.get(column), value):
                raise Broken(answer, f"updated_at to be the time of the edit, not {value!r} as sent")
        else:
            expect_same(answer, before, but=[name for name in COLUMNS.schemas if name != column])


def forged(column: str) -> st.SearchStrategy[Any]:
    """Values that would fit a column which no edit may set."""
    schema = COLUMNS.schemas[column]
    return _forged(schema) | st.none() if "null" in schema["type"] else _forged(schema)


def _forged(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if schema.get("format") == "date-time":
        return st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(lambda time: f"{time:%Y-%m-%dT%H:%M:%SZ}")
    if schema.get("format") == "uuid":
        return st.uuids(version=4).map(str)
    if "object" in schema["type"]:
        return st.dictionaries(st.sampled_from(["region", "vip"]), st.sampled_from(["x", 1]), min_size=1)
    return st.sampled_from(["replied", "sent", "bounced", "completed", "import"])


@rule("protects-sequencing")
@pytest.mark.parametrize("column", COLUMNS.sequencing)
@given(sent=some_updates, data=st.data())
def test_sequencing_column_is_protected(target: Target, column: str, sent: dict[str, str], data: st.DataObject) -> None:
    expect_protected(target, column, sent, data.draw(forged(column)))


@rule("protects-identity")
@pytest.mark.parametrize("column", COLUMNS.identity)
@given(sent=some_updates, data=st.data())
def test_identity_column_is_protected(target: Target, column: str, sent: dict[str, str], data: st.DataObject) -> None:
    expect_protected(target, column, sent, data.draw(forged(column)))


def expect_row_of(exchange: Exchange, lead: Lead) -> None:
    """The row is that of the lead that was addressed."""
    for column, value in (("id", lead.id), ("campaign_id", lead.campaign)):
        if not COLUMNS.same(column, exchange.row.get(column), value):
            raise Broken(exchange, f"the row of the lead addressed, whose {column} is {value}")


@rule("answers-edited-row")
@given(sent=some_updates)
def test_answer_is_the_edited_row(target: Target, sent: dict[str, str]) -> None:
    exchange = target.edited(target.settings.lead, sent)
    expect_row_of(exchange, target.settings.lead)
    expect_stored(exchange, sent)
    expect_same(target.read(target.settings.lead), exchange.row, why=" as answered to the edit")


@rule("answers-edited-row")
def test_answer_is_of_the_lead_addressed(target: Target) -> None:
    other = need(target.settings.other, "PUFFLE_OTHER_PROSPECT_ID")
    for lead in (target.settings.lead, other, target.settings.lead):
        expect_row_of(target.read(lead), lead)


@rule("remembers-edits")
@given(first=updates, second=some_updates)
def test_edit_is_there_in_the_next_answer(target: Target, first: dict[str, str], second: dict[str, str]) -> None:
    target.edited(target.settings.lead, first)
    expect_stored(target.read(target.settings.lead), first, "in the next answer")
    expect_stored(target.edited(target.settings.lead, second), {**first, **second}, "after the next edit")
    expect_stored(target.read(target.settings.lead), {**first, **second}, "in the next answer")


@rule("touches-one-lead")
@given(sent=some_updates)
def test_other_lead_is_not_touched(target: Target, sent: dict[str, str]) -> None:
    other = need(target.settings.other, "PUFFLE_OTHER_PROSPECT_ID")
    before = target.read(other).row
    unedited = target.original(other)
    target.edited(target.settings.lead, sent)
    after = target.read(other)
    for row in (before, {**before, **{name: unedited.get(name) for name in COLUMNS.protected}}):
        expect_same(after, row, why=f" while lead {target.settings.lead.id} was edited")


def refused_requests(target: Target) -> dict[str, Callable[[], Exchange]]:
    """Requests that must be refused, each of which would change the lead if any part of it were carried out."""
    lead, settings = target.settings.lead, target.settings
    wrong_type = {"company": "Changed by a refused request", "headline": 7}
    requests: dict[str, Callable[[], Exchange]] = {
        "without key": lambda: target.send(lead.campaign, marked(lead), authorization=None),
        "with a wrong key": lambda: target.send(lead.campaign, marked(lead), authorization="Bearer {key}x"),
        "with a field of another type": lambda: target.edit(lead, wrong_type),
        "with a field of another type first": lambda: target.edit(lead, dict(reversed(wrong_type.items()))),
        "with an email that is none": lambda: target.edit(lead, {"company": "Changed", "email": "jane"}),
        "with an email that is none first": lambda: target.edit(lead, {"email": "jane", "company": "Changed"}),
        "with a long text": lambda: target.edit(lead, {"company": "Changed", "headline": "x" * 5001}),
        "cut off": lambda: target.send(lead.campaign, marked(lead)[:-1]),
        "in an unknown campaign": lambda: target.send(UNKNOWN_CAMPAIGN.format(2), marked(lead)),
        "for an unknown lead": lambda: target.edit(Lead(lead.campaign, UNKNOWN_LEAD), {"company": "Changed"}),
    }
    for kind, elsewhere in (("launched", settings.launched), ("foreign", settings.foreign)):
        if elsewhere:
            requests[f"through a {kind} campaign"] = partial(target.send, elsewhere.campaign, marked(lead))
    return requests


@rule("refusal-changes-nothing")
@given(sent=updates)
def test_refused_request_changes_nothing(target: Target, sent: dict[str, str]) -> None:
    before = target.edited(target.settings.lead, sent).row
    for kind, send in refused_requests(target).items():
        refused = send()
        if refused.status == 200:
            # The rule that it should have been refused by is broken, not this one.
            before = target.read(target.settings.lead).row
            continue
        after = target.read(target.settings.lead)
        for column in COLUMNS.changed(before, after.row):
            raise Broken(refused, f"a refused request ({kind}) to leave {column} alone, which then was changed")


@rule("times-move-forward")
@given(edits=st.lists(some_updates, min_size=2, max_size=4))
def test_times_move_forward(target: Target, edits: list[dict[str, str]]) -> None:
    before = target.read(target.settings.lead).row
    for sent in edits:
        exchange = target.edited(target.settings.lead, sent)
        if not COLUMNS.same("created_at", before.get("created_at"), exchange.row.get("created_at")):
            raise Broken(exchange, f"created_at to stay {before.get('created_at')!r}")
        earlier, later = (moment(row.get("updated_at")) for row in (before, exchange.row))
        if isinstance(earlier, datetime) and isinstance(later, datetime) and later < earlier:
            raise Broken(exchange, f"updated_at not to move back from {before.get('updated_at')!r}")
        before = exchange.row
