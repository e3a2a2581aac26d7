"""The rule that malformed requests are refused, for every operation with a JSON object as its body."""

import json
from typing import Any

import pytest
from hypothesis import strategies as st

from ..plugin import rule
from ..target import Target, expect_status
from . import values

NOT_OBJECTS = {
    "nothing": "", "open": "{", "open-list": "[1, 2", "words": "not json", "single-quotes": "{'a': 1}", "list": "[]",
    "object-in-list": "[{}]", "null": "null", "true": "true", "number": "7", "string": '"x"',
    "deep-list": "[" * 3000 + "]" * 3000,
}  # fmt: skip


@rule("invalid-request-refused")
@pytest.mark.parametrize("body", NOT_OBJECTS.values(), ids=NOT_OBJECTS.keys())
def test_body_that_is_not_an_object_is_refused(target: Target, body: str) -> None:
    expect_status(target.send(target.expendable, body.encode()), 400)


@rule("invalid-request-refused")
@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-8"]
)
def test_other_content_type_is_handled(target: Target, content_type: str) -> None:
    exchange = target.send(target.expendable, _plain(target), content_type=content_type)
    expect_status(exchange, 200, 400, 415)


@rule("invalid-request-refused")
def test_request_with_a_flaw_is_refused(target: Target) -> None:
    """A complete request, spelled as only lenient parsers accept it, or with members wrapped or serialized."""
    campaign, body = target.expendable, _plain(target)
    text = json.dumps(body)
    for flawed in (text + "}", text + " x", text[:-1] + ",}", text.replace('"', "'"), "// comment\n" + text):
        expect_status(target.send(campaign, flawed.encode()), 400)
    for wrapped in ([body], text):
        expect_status(target.send(campaign, json.dumps(wrapped).encode()), 400)
    for name, value in body.items():
        if isinstance(value, dict | list):
            expect_status(target.send(campaign, {**body, name: json.dumps(value)}), 400)
            expect_status(target.send(campaign, {**body, name: [] if isinstance(value, dict) else {}}), 400)
        elif isinstance(value, str):
            expect_status(target.send(campaign, {**body, name: [value]}), 400, *_not_found(target, name))


@rule("invalid-request-refused")
def test_body_that_is_cut_off_is_refused(target: Target, data: st.DataObject) -> None:
    body = json.dumps(_ordinary(target, data)).encode()
    expect_status(target.send(target.expendable, body[: -data.draw(st.integers(1, 40))]), 400)


@rule("invalid-request-refused")
def test_required_member_is_required(target: Target, data: st.DataObject) -> None:
    body = _ordinary(target, data)
    required = target.operation.contract.required_members(target.schema)
    for name in sorted(required, reverse=True):
        without = {member: value for member, value in body.items() if member != name}
        expect_status(target.send(target.expendable, without), 400)
    expect_status(target.send(target.expendable, {}), 200 if target.allows({}) else 400)


@rule("invalid-request-refused")
def test_member_of_another_type_is_refused(target: Target, data: st.DataObject) -> None:
    body, contract = _ordinary(target, data), target.operation.contract
    for name, schema in contract.members(target.schema).items():
        schema = contract.resolve(schema)
        wrong = values.of_another_type(contract, schema)
        changed = {**body, name: data.draw(st.sampled_from(wrong))} if wrong else body
        if wrong and not target.left_open(changed):
            exchange = target.send(target.expendable, changed)
            expect_status(exchange, 400, *_not_found(target, name))


def _plain(target: Target) -> Any:
    return target.address(target.plain, target.expendable)


def _ordinary(target: Target, data: st.DataObject) -> Any:
    return target.address(data.draw(target.ordinary()), target.expendable)


def _not_found(target: Target, name: str) -> tuple[int, ...]:
    """An id that is not a UUID may be handled like one that does not exist."""
    contract = target.operation.contract
    schema = contract.resolve(contract.members(target.schema).get(name, {}))
    return (404,) if schema.get("format") == "uuid" else ()
