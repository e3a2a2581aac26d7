"""Rules about the values of an edit: which are accepted, how they are stored, and which are refused."""

import json
from itertools import zip_longest
from typing import Any

import pytest
from hypothesis import strategies as st

from ...plugin import rule
from ...target import expect_status
from .. import values
from ..leads import Updates
from ..roster import Seen
from . import expect
from .target import Target


@rule("ordinary-values-accepted")
def test_ordinary_value_is_accepted(target: Target, field: str, data: st.DataObject) -> None:
    target.edited({field: data.draw(target.fields[field].ordinary)})


@rule("ordinary-values-accepted")
def test_ordinary_values_are_accepted_together(target: Target, data: st.DataObject) -> None:
    target.edited(target.updates(data))


@rule("edits-listed-fields")
def test_ordinary_value_is_stored_as_sent(target: Target, field: str, data: st.DataObject) -> None:
    sent = {field: data.draw(target.fields[field].ordinary)}
    expect.stored(target, target.edited(sent), sent)


def with_another(target: Target, field: str, value: Any) -> Updates:
    """A value for a field, after the simplest one for another field."""
    other = target.another_field(field)
    return {other: target.fields[other].plain, field: value}


@rule("edits-listed-fields")
def test_long_text_is_stored_as_sent_or_refused(target: Target, field: str, data: st.DataObject) -> None:
    if target.fields[field].is_text:
        expect.stored_or_refused(target, with_another(target, field, data.draw(values.long_text)))


@rule("edits-listed-fields")
def test_difficult_value_is_stored_as_sent_or_refused(target: Target) -> None:
    difficult = {field: target.fields[field].difficult for field in target.names}
    before: dict[str, str] = {}
    after: Seen | None = None
    # The fields take turns, so that the response to each edit shows what became of the one before.
    for turn in zip_longest(*difficult.values()):
        for field, value in zip(difficult, turn, strict=True):
            if value is None:
                continue
            exchange = target.edit(target.roster.lead, {field: value})
            if not target.refused(exchange):
                seen = target.seen(exchange)
                if field not in before:
                    expect.stored(target, seen, before, "in the next response", after=after)
                expect.stored(target, seen, {field: value})
                before, after = {field: value}, seen


@rule("edits-listed-fields")
def test_any_value_is_stored_as_sent_or_refused(target: Target, field: str, data: st.DataObject) -> None:
    expect.stored_or_refused(target, with_another(target, field, data.draw(target.fields[field].any_value)))


@rule("edits-listed-fields")
def test_all_fields_are_stored_at_once(target: Target, data: st.DataObject) -> None:
    sent = target.updates(data)
    expect.stored(target, target.edited(sent), sent)


@rule("edits-listed-fields")
def test_mixed_values_are_stored_as_sent_or_refused(target: Target, data: st.DataObject) -> None:
    expect.stored_or_refused(target, data.draw(target.fields.mixed_updates(target.names)))


@rule("invalid-request-refused")
def test_field_of_another_type_is_refused(target: Target, data: st.DataObject) -> None:
    forbidden = {name: target.fields[name].forbidden for name in target.names if target.fields[name].forbidden}
    wrong = {name: data.draw(st.sampled_from(samples)) for name, samples in forbidden.items()}
    field = data.draw(st.sampled_from(sorted(wrong)))
    sent = target.some_updates(data)
    expect_status(target.edit(target.roster.lead, {**sent, field: wrong[field]}), 400)
    for name, value in wrong.items():
        expect_status(target.edit(target.roster.lead, {name: value}), 400)


ODD_VALUES = {
    "deep-list": "[" * 200 + "]" * 200, "long-number": "9" * 400, "huge-number": "1e999", "minus-zero": "-0.0",
    "nested": '{"a": {"a": {"a": null}}}',
}  # fmt: skip


@rule("invalid-request-refused")
@pytest.mark.parametrize("value", ODD_VALUES.values(), ids=ODD_VALUES.keys())
def test_odd_value_that_is_not_listed_is_handled(target: Target, value: str) -> None:
    lead, edit = target.roster.lead, json.dumps(target.plain_updates)
    body = f'{{"prospect_id": "{lead.id}", "updates": {{"x_odd": {value}, {edit[1:]}}}'
    expect_status(target.send(lead.campaign, body.encode()), 200, 400)


def all_but_unnamed(target: Target, *named: str) -> set[str]:
    """All fields, except those that can be edited and are not named."""
    return set(target.fields.schemas) - (set(target.fields.editable) - set(named))


@rule("keeps-other-fields")
def test_other_fields_keep_their_values(target: Target, data: st.DataObject) -> None:
    sent = target.some_updates(data)
    before = target.read()
    edited = target.edited(sent)
    expect.same(target, edited, before, but=all_but_unnamed(target, *sent))
    expect.same(target, target.read(), before, but=all_but_unnamed(target, *sent), after=edited)


@rule("keeps-other-fields")
def test_other_fields_keep_their_values_while_one_is_edited(target: Target, data: st.DataObject) -> None:
    before = target.edited(target.updates(data))
    for field in target.names:
        edited = target.edited({field: data.draw(target.fields[field].ordinary)})
        expect.same(target, edited, before, but=all_but_unnamed(target, field))
        seen = target.read()
        expect.same(target, seen, before, but=all_but_unnamed(target, field), after=edited)
        before = seen
