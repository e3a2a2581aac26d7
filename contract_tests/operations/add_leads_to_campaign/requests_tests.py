"""Rules about requests: which are refused, that those change nothing, and how many leads they may contain."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import strategies as st

from ...exceptions import RuleViolation
from ...exchange import Exchange
from ...guard import UNKNOWN_ID
from ...plugin import rule
from ...target import expect_status
from ..roster import LISTS_CHANGES
from . import expect
from .listing import Item
from .target import CUSTOM_FIELDS, Target


@rule("adds-up-to-1000")
def test_no_leads_are_refused(target: Target) -> None:
    expect_status(target.send(target.settings.campaign, {"prospects": []}), 400)


@rule("adds-up-to-1000")
def test_one_lead_can_be_added(target: Target) -> None:
    expect_status(target.send(target.settings.campaign, {"prospects": target.identified([{}])}), 200)


@rule("adds-up-to-1000")
def test_1000_leads_can_be_added(target: Target) -> None:
    many = target.thousand
    expect_status(many.exchange, 200)
    if many.listed < 1000:
        expected = f"1000 more leads to be listed, not {many.listed}"
        if isinstance(many.again.json, dict) and many.again.json.get("imported") == 0:
            target.block(many.exchange, LISTS_CHANGES, expected)
        raise RuleViolation(many.exchange, expected)


@rule("adds-up-to-1000")
def test_more_than_1000_leads_are_refused(target: Target) -> None:
    expect_status(target.too_many[0], 400)


NOT_LEADS = {"text": "x", "number": 7, "true": True, "null": None, "array": [], "array-of-text": ["x"]}


@rule("invalid-request-refused")
@pytest.mark.parametrize("value", NOT_LEADS.values(), ids=NOT_LEADS.keys())
def test_item_that_is_not_an_object_is_refused(target: Target, value: object) -> None:
    good = target.identified([{}])
    expect_status(target.send(target.settings.campaign, {"prospects": [*good, value]}), 400)
    expect_status(target.send(target.settings.campaign, {"prospects": [value]}), 400)


@rule("invalid-request-refused")
def test_leads_that_are_not_in_an_array_are_refused(target: Target) -> None:
    (item,) = items = target.identified([{}])
    for body in (items, item, {"prospects": item}, {"prospects": json.dumps(items)}, {"prospects": {"0": item}}):
        expect_status(target.send(target.settings.campaign, body), 400)


@rule("invalid-request-refused")
def test_value_of_another_type_is_refused(target: Target, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(target.fields.editable))
    value = data.draw(st.sampled_from(target.forbidden(name)))
    items = target.identified([{}] * data.draw(st.integers(1, 3)))
    data.draw(st.sampled_from(items))[name] = value
    expect_status(target.send(target.settings.campaign, {"prospects": items}), 400)


@rule("invalid-request-refused")
def test_custom_fields_of_another_type_are_refused(target: Target) -> None:
    for value in ("x", '{"region": "EMEA"}', 7, True, ["x"], []):
        items = target.identified([{CUSTOM_FIELDS: value}])
        expect_status(target.send(target.settings.campaign, {"prospects": items}), 400)


def refused_requests(target: Target) -> list[tuple[str, list[Item], Callable[[list[Item]], Exchange]]]:
    """Requests that must be refused: why, their leads, and how they are sent."""

    def send(items: list[Item], campaign: str = target.settings.campaign, **options: Any) -> Exchange:
        return target.send(campaign, {"prospects": items}, **options)

    def send_text(items: list[Item], change: Callable[[str], str]) -> Exchange:
        return target.send(target.settings.campaign, change(json.dumps({"prospects": items})).encode())

    flaws: dict[str, Item] = {
        "a value of another type": {"first_name": 7},
        "custom fields of another type": {CUSTOM_FIELDS: ["x"]},
        "an invalid email address": {"email": "kit"},
        "an invalid LinkedIn URL": {"linkedin_url": "http://["},
        "a long text": {"headline": "x" * 50_000},
        "no identity": {"email": None, "linkedin_url": None},
    }
    requests: list[tuple[str, list[Item], Callable[[list[Item]], Exchange]]] = [
        ("without key", target.identified([{}]), partial(send, authorization=None)),
        ("with a wrong key", target.identified([{}]), partial(send, authorization="Bearer {key}x")),
        (
            "with the key under another scheme",
            target.identified([{}]),
            partial(send, authorization="Basic {key:basic}"),
        ),
        ("in an unknown campaign", target.identified([{}]), partial(send, campaign=UNKNOWN_ID.format(2))),
        ("cut off", target.identified([{}] * 3), partial(send_text, change=lambda text: text[:-8])),
        ("with text after the body", target.identified([{}]), partial(send_text, change="{} x".format)),
    ]
    for kind, flaw in flaws.items():
        for place in (0, 1, 2):
            items = target.identified([{}] * 3)
            changed = {**items[place], **flaw, "company": items[place]["linkedin_url"]}
            items[place] = {name: value for name, value in changed.items() if value is not None}
            requests.append((f"with {kind} in item {place}", items, send))
    return requests


@rule("refusal-changes-nothing")
def test_refused_request_adds_nothing(target: Target) -> None:
    refused = []
    for why, items, send in refused_requests(target):
        exchange = send(items)
        if exchange.status != 200:
            refused.append((why, items, exchange))
    listing = target.listing(target.settings.campaign)
    for why, items, exchange in refused:
        for item in items:
            for seen in listing.having(item):
                raise RuleViolation(seen.exchange, f"no lead to be added by a request {why}", exchange)


@rule("refusal-changes-nothing")
def test_too_many_leads_are_not_added_in_part(target: Target) -> None:
    exchange, listed = target.too_many
    if exchange.status != 200 and listed:
        raise RuleViolation(exchange, f"no lead to be added, not {listed}: it was refused")


@rule("refusal-changes-nothing")
def test_launched_campaign_is_not_changed(target: Target) -> None:
    """The leads are those that it has, so that they cannot be added to it."""
    launched = target.settings.launched_campaign
    if launched and (item := target.roster.launched_item):
        before = target.listing(launched)
        exchange = target.send(launched, {"prospects": [{**item, "headline": "Changed"}]})
        after, why = target.listing(launched), " in a campaign that is not a draft"
        expect.unchanged(target, exchange, before, after, why)
        expect.nothing_added(exchange, before, after, why)
