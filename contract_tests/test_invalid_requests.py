"""The rule of ``x-rules`` on requests that are not as the contract describes them: each is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests import expect, run, values
from contract_tests.judging import rule
from contract_tests.target import Target, body_of

some_updates = values.some_updates(run.fields)
plain_edit = {field: values.plain(field) for field in run.fields[-1:]}

NO_OBJECTS = {
    "nothing": "", "open": "{", "open-list": "[1, 2", "words": "not json", "single-quotes": "{'a': 1}", "list": "[]",
    "object-in-list": "[{}]", "null": "null", "true": "true", "number": "7", "string": '"x"',
    "deep-list": "[" * 3000 + "]" * 3000,
}  # fmt: skip


@rule("invalid-request-refused")
@pytest.mark.parametrize("body", NO_OBJECTS.values(), ids=NO_OBJECTS.keys())
def test_body_that_is_no_object_is_refused(target: Target, body: str) -> None:
    expect.status(target.send(target.settings.lead.campaign, body.encode()), 400)


ODD_VALUES = {
    "deep-list": "[" * 200 + "]" * 200, "long-number": "9" * 400, "huge-number": "1e999", "minus-zero": "-0.0",
    "nested": '{"a": {"a": {"a": null}}}',
}  # fmt: skip


@rule("invalid-request-refused")
@pytest.mark.parametrize("value", ODD_VALUES.values(), ids=ODD_VALUES.keys())
def test_odd_value_that_is_not_listed_is_no_trouble(target: Target, value: str) -> None:
    lead, edit = target.settings.lead, json.dumps(plain_edit)
    body = f'{{"prospect_id": "{lead.id}", "updates": {{"x_odd": {value}, {edit[1:]}}}'
    expect.status(target.send(lead.campaign, body.encode()), 200, 400)


@rule("invalid-request-refused")
@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-8"]
)
def test_other_content_type_is_no_trouble(target: Target, content_type: str) -> None:
    lead = target.settings.lead
    expect.status(target.send(lead.campaign, body_of(lead, plain_edit), content_type=content_type), 200, 400, 415)


def bodies_that_are_no_json(edit: str) -> list[str]:
    """A complete edit, spelled as lenient parsers take it."""
    return [edit + "}", edit + " x", edit[:-1] + ",}", edit.replace('"', "'"), "// edit\n" + edit]


@rule("invalid-request-refused")
def test_edit_with_a_flaw_is_refused(target: Target) -> None:
    lead = target.settings.lead
    edit: dict[str, Any] = {"prospect_id": lead.id, "updates": plain_edit}
    for body in bodies_that_are_no_json(json.dumps(edit)):
        expect.status(target.send(lead.campaign, body.encode()), 400)
    for wrapped in (
        [edit],
        json.dumps(edit),
        {**edit, "updates": json.dumps(edit["updates"])},
        {**edit, "updates": []},
    ):
        expect.status(target.send(lead.campaign, json.dumps(wrapped).encode()), 400)
    listed_id = {"prospect_id": [lead.id], "updates": plain_edit}
    expect.status(target.send(lead.campaign, json.dumps(listed_id).encode()), 400, 404)


@rule("invalid-request-refused")
@given(sent=some_updates, cut=st.integers(1, 40))
def test_body_that_is_cut_off_is_refused(target: Target, sent: dict[str, str], cut: int) -> None:
    body = json.dumps({"prospect_id": target.settings.lead.id, "updates": sent}).encode()
    expect.status(target.send(target.settings.lead.campaign, body[:-cut]), 400)


@rule("invalid-request-refused")
@given(sent=some_updates)
def test_required_member_is_required(target: Target, sent: dict[str, str]) -> None:
    for body in ({"prospect_id": target.settings.lead.id}, {"updates": sent}, {}):
        expect.status(target.send(target.settings.lead.campaign, json.dumps(body).encode()), 400)


@rule("invalid-request-refused")
@given(sent=some_updates, prospect=values.no_string() | st.none(), other=st.sampled_from([None, True, 7, "x", ["x"]]))
def test_member_of_another_type_is_refused(target: Target, sent: dict[str, str], prospect: Any, other: Any) -> None:
    campaign, lead = target.settings.lead.campaign, target.settings.lead.id
    # A prospect_id that is no UUID may be answered as one that is not found.
    expect.status(target.send(campaign, json.dumps({"prospect_id": prospect, "updates": sent}).encode()), 400, 404)
    expect.status(target.send(campaign, json.dumps({"prospect_id": lead, "updates": other}).encode()), 400)


@rule("invalid-request-refused")
@given(sent=some_updates, field=st.sampled_from(run.fields), wrong=values.no_string())
def test_field_of_another_type_is_refused(target: Target, sent: dict[str, str], field: str, wrong: object) -> None:
    expect.status(target.edit(target.settings.lead, {**sent, field: wrong}), 400)
    for name in run.fields:
        expect.status(target.edit(target.settings.lead, {name: wrong}), 400)
