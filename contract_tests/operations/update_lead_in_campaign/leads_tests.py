"""Rules about leads: which one is edited, that edits last, and what must not change."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import strategies as st

from ...exceptions import RuleViolation
from ...exchange import Exchange, quoted
from ...guard import UNKNOWN_ID
from ...plugin import rule
from ...settings import Lead
from ...target import expect_status
from ..leads import CREATED_AT, UPDATED_AT, lead_of, moment
from . import expect
from .target import Target

AS_EDITED = " as in the response to the edit"


@rule("lead-in-campaign")
@pytest.mark.parametrize("kind", ["unknown", "launched", "foreign"])
def test_lead_that_is_not_in_the_campaign_is_refused(target: Target, kind: str, data: st.DataObject) -> None:
    campaign, lead = target.settings.lead.campaign, UNKNOWN_ID.format(1)
    if kind != "unknown":
        lead = target.need(getattr(target.settings, kind), kind.upper()).id
    expect_status(target.edit(Lead(campaign, lead), target.some_updates(data)), 400, 403, 404)


@rule("answers-edited-row")
def test_response_is_the_edited_lead(target: Target, data: st.DataObject) -> None:
    exchange = target.edited(target.some_updates(data))
    expect.about(target, exchange, target.settings.lead)
    expect.same(target, target.read(), lead_of(exchange), why=AS_EDITED, after=exchange)


@rule("answers-edited-row")
def test_response_is_about_the_lead_addressed(target: Target) -> None:
    other = target.need(target.settings.other, "OTHER")
    for lead in (target.settings.lead, other, target.settings.lead):
        expect.about(target, target.read(lead), lead)


@rule("remembers-edits")
def test_edit_is_there_in_the_next_response(target: Target, data: st.DataObject) -> None:
    edited = target.edited(target.updates(data))
    second = target.some_updates(data)
    expect.same(target, target.read(), lead_of(edited), why=AS_EDITED, after=edited)
    again = target.edited(second)
    expect.same(target, again, lead_of(edited), but=second, why=" after the next edit", after=edited)
    target.client.reconnect()
    expect.same(target, target.read(), lead_of(again), why=" on another connection", after=again)


@rule("remembers-edits")
def test_edit_that_is_sent_again_is_carried_out_again(target: Target, data: st.DataObject) -> None:
    first = target.some_updates(data)
    second = data.draw(target.fields.updates(tuple(first)))
    for sent in (first, second, first):
        exchange = target.edited(sent)
        expect.same(target, target.read(), lead_of(exchange), why=AS_EDITED, after=exchange)


@rule("touches-one-lead")
def test_other_lead_is_not_touched(target: Target, data: st.DataObject) -> None:
    other, fields = target.need(target.settings.other, "OTHER"), target.fields
    before = lead_of(target.read(other))
    original = target.originals[other] or before
    exchange = target.edited(target.some_updates(data))
    after, why = target.read(other), f" while lead {target.settings.lead.id} was edited"
    for expected in (before, {**before, **{name: original.get(name) for name in fields.protected}}):
        expect.same(target, after, expected, why=why, after=exchange)


@rule("touches-one-lead")
def test_other_lead_of_the_same_values_is_not_touched(target: Target, field: str) -> None:
    other = target.need(target.settings.other, "OTHER")
    before = lead_of(target.read(other))
    # A target may refuse an email address that another lead has.
    shared = {name: before[name] for name in target.names if before.get(name) is not None and name != "email"}
    target.edit(target.settings.lead, shared)
    exchange = target.edited({field: target.fields[field].plain})
    why = f" while lead {target.settings.lead.id} was edited"
    expect.same(target, target.read(other), before, why=why, after=exchange)


@rule("touches-one-lead")
def test_email_address_of_another_lead_is_handled(target: Target) -> None:
    other = target.need(target.settings.other, "OTHER")
    before = lead_of(target.read(other))
    if "email" in target.names and before.get("email"):
        exchange = target.edit(target.settings.lead, {"email": before["email"]})
        target.refused(exchange)
        why = " while another lead was given its email address"
        expect.same(target, target.read(other), before, why=why, after=exchange)


@rule("times-move-forward")
def test_times_move_forward(target: Target, data: st.DataObject) -> None:
    before = lead_of(target.read())
    for _ in range(data.draw(st.integers(2, 4))):
        exchange = target.edited(target.some_updates(data))
        lead = lead_of(exchange)
        if not target.fields.same(CREATED_AT, before.get(CREATED_AT), lead.get(CREATED_AT)):
            raise RuleViolation(exchange, f"{CREATED_AT} to stay {quoted(before.get(CREATED_AT))}")
        earlier, later = (moment(found.get(UPDATED_AT)) for found in (before, lead))
        if isinstance(earlier, datetime) and isinstance(later, datetime) and later < earlier:
            raise RuleViolation(exchange, f"{UPDATED_AT} not to move back from {quoted(before.get(UPDATED_AT))}")
        before = lead


def refused_requests(target: Target) -> dict[str, Callable[[], Exchange]]:
    """Requests that must be refused, each of which would change the lead if any part of it were carried out."""
    settings, lead = target.settings, target.settings.lead
    two = target.another_field(one := target.another_field())
    send, body = target.send, target.request(lead.campaign, {"prospect_id": lead.id, "updates": {one: "Changed"}}).body
    requests: dict[str, Callable[[], Exchange]] = {
        "without key": partial(send, lead.campaign, body, authorization=None),
        "with a wrong key": partial(send, lead.campaign, body, authorization="Bearer {key}x"),
        "with the key under another scheme": partial(send, lead.campaign, body, authorization="Basic {key:basic}"),
        "cut off": partial(send, lead.campaign, body[:-1]),
        "in an unknown campaign": partial(send, UNKNOWN_ID.format(2), body),
        "for an unknown lead": partial(target.edit, Lead(lead.campaign, UNKNOWN_ID.format(1)), {one: "Changed"}),
    }
    refused = {"with a field of another type": {one: "Changed", two: target.fields[two].forbidden[0]}}
    if "email" in target.names:
        refused["with an invalid email address"] = {one: "Changed", "email": "jane"}
    for kind, sent in refused.items():
        requests[kind] = partial(target.edit, lead, sent)
        requests[f"{kind} first"] = partial(target.edit, lead, dict(reversed(sent.items())))
    for kind, elsewhere in (("launched", settings.launched), ("foreign", settings.foreign)):
        if elsewhere:
            requests[f"through a {kind} campaign"] = partial(send, elsewhere.campaign, body)
    return requests


@rule("refusal-changes-nothing")
def test_refused_request_changes_nothing(target: Target, data: st.DataObject) -> None:
    sent = target.updates(data)
    target.edited(sent)
    before = lead_of(target.read())
    requests = refused_requests(target)
    refused = [send().status != 200 for send in requests.values()]
    if all(refused) and not target.fields.changed(before, lead_of(target.read())):
        return
    for kind, send in requests.items():
        target.edited(sent)
        before = lead_of(target.read())
        changes_nothing(target, send(), before, kind)


@rule("refusal-changes-nothing")
@pytest.mark.parametrize("first", [True, False])
def test_refused_long_text_changes_nothing(target: Target, first: bool) -> None:
    before = lead_of(target.read())
    sent = {(one := target.another_field()): "Changed", target.another_field(one): "x" * 5001}
    exchange = target.edit(target.settings.lead, sent if first else dict(reversed(sent.items())))
    changes_nothing(target, exchange, before, "with a long text")


@rule("refusal-changes-nothing")
def test_refused_values_change_nothing(target: Target, data: st.DataObject) -> None:
    before = lead_of(target.read())
    exchange = target.edit(target.settings.lead, data.draw(target.fields.mixed_updates(target.names)))
    changes_nothing(target, exchange, before, "with a value that is not accepted")


def changes_nothing(target: Target, exchange: Exchange, before: Mapping[str, Any], kind: str) -> None:
    """The lead is as it was before a request, if that was refused; if it was not, another rule has failed."""
    if exchange.status != 200:
        for name in target.fields.changed(before, lead_of(target.read())):
            expected = f"a refused request ({kind}) to leave {name} as it is, which then had changed"
            raise RuleViolation(exchange, expected)
