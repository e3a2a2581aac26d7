"""The rules of ``x-rules`` on what an edit does; the others stand in ``test_access_rules``, ``test_invalid_requests``.

Each test names the rule that it judges. ``target`` is the implementation, whatever it is written in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from itertools import zip_longest
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contract_tests import expect, run, values
from contract_tests.exchange import Exchange
from contract_tests.judging import need, rule
from contract_tests.rows import moment
from contract_tests.run import COLUMNS
from contract_tests.target import Broken, Target

updates = values.updates(run.fields)
some_updates = values.some_updates(run.fields)
mixed_updates = values.mixed_updates(run.fields)
each_field = pytest.mark.parametrize("field", run.fields)
plain_edit = {field: values.plain(field) for field in run.fields[-1:]}


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
    expect.stored(target.edited(target.settings.lead, sent), sent)


@rule("edits-listed-fields")
@each_field
@given(value=values.long_text())
def test_long_text_is_stored_as_sent_or_refused(target: Target, field: str, value: str) -> None:
    expect.stored_or_refused(target, field, value)


@rule("edits-listed-fields")
def test_nasty_value_is_stored_as_sent_or_refused(target: Target) -> None:
    nasty = {field: values.nasty(field) for field in run.fields}
    before: dict[str, str] = {}
    after: Exchange | None = None
    # The fields in turn, so that the answer to each edit shows what became of the one before.
    for turn in zip_longest(*nasty.values()):
        for field, value in zip(nasty, turn, strict=True):
            if value is None:
                continue
            exchange = target.edit(target.settings.lead, {field: value})
            if not target.refused(exchange):
                if field not in before:
                    expect.stored(exchange, before, "in the next answer", after=after)
                expect.stored(exchange, {field: value})
                before, after = {field: value}, exchange


@rule("edits-listed-fields")
@each_field
@given(value=values.any_text())
def test_any_text_is_stored_as_sent_or_refused(target: Target, field: str, value: str) -> None:
    expect.stored_or_refused(target, field, value)


@rule("edits-listed-fields")
@given(sent=updates)
def test_all_fields_are_stored_at_once(target: Target, sent: dict[str, str]) -> None:
    expect.stored(target.edited(target.settings.lead, sent), sent)


@rule("edits-listed-fields")
@given(sent=mixed_updates)
def test_mixed_values_are_stored_as_sent_or_refused(target: Target, sent: dict[str, str]) -> None:
    exchange = target.edit(target.settings.lead, sent)
    if not target.refused(exchange):
        expect.stored(exchange, sent)
        expect.stored(target.read(target.settings.lead), sent, "in the next answer", after=exchange)


@rule("keeps-other-fields")
@given(sent=some_updates)
def test_other_fields_keep_their_values(target: Target, sent: dict[str, str]) -> None:
    before = target.read(target.settings.lead).row
    others = tuple(name for name in COLUMNS.schemas if name not in COLUMNS.listed or name in sent)
    exchange = target.edited(target.settings.lead, sent)
    expect.same(exchange, before, but=others)
    expect.same(target.read(target.settings.lead), before, but=others, after=exchange)


@rule("keeps-other-fields")
@given(sent=updates, data=st.data())
def test_other_fields_keep_their_values_while_one_is_edited(
    target: Target, sent: dict[str, str], data: st.DataObject
) -> None:
    before = target.edited(target.settings.lead, sent).row
    for field in run.fields:
        exchange = target.edited(target.settings.lead, {field: data.draw(values.ordinary(field))})
        others = [name for name in COLUMNS.schemas if name not in COLUMNS.listed or name == field]
        expect.same(exchange, before, but=others)
        read = target.read(target.settings.lead)
        expect.same(read, before, but=others, after=exchange)
        before = read.row


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
    assume(not any(map(target.gate.is_closed, others)))
    before = target.read(target.settings.lead).row
    exchange = target.edited(target.settings.lead, {**others, **sent})
    expect.carried_out(target, exchange, sent)
    for answer in (exchange, target.read(target.settings.lead)):
        expect.same(answer, before, but=sent, why=f" ({', '.join(others)} being no listed field)", after=exchange)
        for name in others:
            # A row may hold more than the contract says, and that may follow from what was edited.
            if answer.row.get(name) != before.get(name) and answer.row.get(name) == others[name]:
                raise Broken(answer, f"{name}, which is no listed field, not to be stored", exchange)


@rule("ignores-other-fields")
@pytest.mark.parametrize("name", ["x_unknown", "firstName", "Email", "status", "custom_fields"])
def test_edit_of_unlisted_fields_alone_changes_nothing(target: Target, name: str) -> None:
    if target.gate.is_closed(name):
        return
    before = target.read(target.settings.lead).row
    exchange = target.edit(target.settings.lead, {name: "Unlisted"})
    if not target.refused(exchange):
        expect.same(exchange, before)
    expect.same(target.read(target.settings.lead), before, after=exchange)


@rule("ignores-other-fields")
@pytest.mark.parametrize("name", ["title", "linkedin", "linkedinUrl", "full_name", "fullName", "job_title", "Company"])
def test_similar_name_is_ignored(target: Target, name: str) -> None:
    if target.gate.is_closed(name) or name in {*COLUMNS.listed, *COLUMNS.protected}:
        return
    before = target.read(target.settings.lead).row
    exchange = target.edited(target.settings.lead, {name: "https://www.linkedin.com/in/similar", **plain_edit})
    expect.same(exchange, before, but=plain_edit, why=f" ({name} being no listed field)")


@rule("ignores-other-fields")
@settings(max_examples=2)
@given(data=st.data())
def test_member_beside_updates_is_not_stored(target: Target, data: st.DataObject) -> None:
    lead = target.settings.lead
    for column in (*run.fields, *COLUMNS.protected):
        before = target.read(lead).row
        value = data.draw(values.ordinary(column) if column in COLUMNS.listed else forged(column))
        edited = target.another_field(column)
        body = {"prospect_id": lead.id, "updates": {edited: values.plain(edited)}, column: value}
        exchange = target.send(lead.campaign, json.dumps(body).encode())
        if not target.refused(exchange):
            expect.same(exchange, before, but=[edited], why=f" ({column} standing beside updates)")


def forged(column: str) -> st.SearchStrategy[Any]:
    """Values that would fit a column which no edit may set."""
    schema = COLUMNS.schemas[column]
    return _forged(schema) | st.none() if "null" in schema["type"] else _forged(schema)


_TEXTS = (
    "replied", "sent", "pending", "bounced", "completed", "timed_out", "skipped", "paused", "unsubscribed", "import",
)  # fmt: skip


def _forged(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if schema.get("format") == "date-time":
        return st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(_spelled)
    if schema.get("format") == "uuid":
        return st.uuids(version=4).map(str)
    if "object" in schema["type"]:
        names = st.sampled_from(["region", "vip", "employees", "industry"])
        return st.just({}) | st.dictionaries(names, st.sampled_from(["x", 1]), min_size=1)
    return st.sampled_from(_TEXTS)


def _spelled(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


@rule("protects-sequencing")
@pytest.mark.parametrize("column", COLUMNS.sequencing)
@given(sent=some_updates, data=st.data())
def test_sequencing_column_is_protected(target: Target, column: str, sent: dict[str, str], data: st.DataObject) -> None:
    expect.protected(target, column, sent, data.draw(forged(column)))


@rule("protects-identity")
@pytest.mark.parametrize("column", COLUMNS.identity)
@given(sent=some_updates, data=st.data())
def test_identity_column_is_protected(target: Target, column: str, sent: dict[str, str], data: st.DataObject) -> None:
    expect.protected(target, column, sent, data.draw(forged(column)))


@rule("answers-edited-row")
@given(sent=some_updates)
def test_answer_is_the_edited_row(target: Target, sent: dict[str, str]) -> None:
    exchange = target.edited(target.settings.lead, sent)
    expect.row_of(exchange, target.settings.lead)
    expect.same(target.read(target.settings.lead), exchange.row, why=" as answered to the edit", after=exchange)


@rule("answers-edited-row")
def test_answer_is_of_the_lead_addressed(target: Target) -> None:
    other = need(target.settings.other, "PUFFLE_OTHER_PROSPECT_ID")
    for lead in (target.settings.lead, other, target.settings.lead):
        expect.row_of(target.read(lead), lead)


@rule("remembers-edits")
@given(first=updates, second=some_updates)
def test_edit_is_there_in_the_next_answer(target: Target, first: dict[str, str], second: dict[str, str]) -> None:
    edited = target.edited(target.settings.lead, first)
    expect.same(target.read(target.settings.lead), edited.row, why=", as answered to the edit", after=edited)
    again = target.edited(target.settings.lead, second)
    expect.same(again, edited.row, but=second, why=" after the next edit", after=edited)
    target.gate.reconnect()
    expect.same(target.read(target.settings.lead), again.row, why=" on another connection", after=again)


@rule("remembers-edits")
@given(first=some_updates, data=st.data())
def test_edit_that_is_sent_again_is_carried_out_again(
    target: Target, first: dict[str, str], data: st.DataObject
) -> None:
    second = data.draw(values.updates(first))
    for sent in (first, second, first):
        exchange = target.edited(target.settings.lead, sent)
        expect.same(target.read(target.settings.lead), exchange.row, why=", as answered to the edit", after=exchange)


@rule("touches-one-lead")
@given(sent=some_updates)
def test_other_lead_is_not_touched(target: Target, sent: dict[str, str]) -> None:
    other = need(target.settings.other, "PUFFLE_OTHER_PROSPECT_ID")
    before = target.read(other).row
    unedited = target.original(other) or before
    exchange = target.edited(target.settings.lead, sent)
    after = target.read(other)
    for row in (before, {**before, **{name: unedited.get(name) for name in COLUMNS.protected}}):
        expect.same(after, row, why=f" while lead {target.settings.lead.id} was edited", after=exchange)


@rule("touches-one-lead")
@each_field
def test_other_lead_of_the_same_values_is_not_touched(target: Target, field: str) -> None:
    other = need(target.settings.other, "PUFFLE_OTHER_PROSPECT_ID")
    before = target.read(other).row
    shared = {name: before.get(name) for name in target.fields if isinstance(before.get(name), str)}
    # An implementation may refuse an address that another lead has.
    target.edit(target.settings.lead, {name: value for name, value in shared.items() if name != "email"})
    exchange = target.edited(target.settings.lead, {field: values.plain(field)})
    expect.same(target.read(other), before, why=f" while lead {target.settings.lead.id} was edited", after=exchange)


@rule("touches-one-lead")
def test_address_of_another_lead_is_no_trouble(target: Target) -> None:
    other = need(target.settings.other, "PUFFLE_OTHER_PROSPECT_ID")
    before = target.read(other).row
    if "email" in target.fields and before.get("email"):
        exchange = target.edit(target.settings.lead, {"email": before["email"]})
        target.refused(exchange)
        expect.same(target.read(other), before, why=" while another lead was given its address", after=exchange)


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
