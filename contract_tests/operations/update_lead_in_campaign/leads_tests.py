"""Rules about leads: which one is edited, that edits last, and what must not change."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

import pytest
from hypothesis import strategies as st

from ...exceptions import RuleViolation
from ...exchange import Exchange, quoted
from ...guard import UNKNOWN_ID
from ...plugin import rule
from ...settings import Lead
from ...target import expect_status
from ..leads import CREATED_AT, UPDATED_AT, moment
from ..roster import IDENTITY, Seen
from . import expect
from .target import Target

AS_EDITED = " as in the response to the edit"


@rule("lead-in-campaign")
def test_unknown_lead_is_refused(target: Target, data: st.DataObject) -> None:
    unknown = Lead(target.settings.campaign, UNKNOWN_ID.format(1))
    expect_status(target.edit(unknown, target.some_updates(data)), 400, 403, 404)


@rule("lead-in-campaign")
def test_lead_of_another_campaign_is_refused(target: Target) -> None:
    """One of the run, if it can add leads to another campaign, because the edit may be carried out."""
    scratch, launched = target.settings.scratch_campaign, target.roster.launched
    if scratch and target.roster.is_provisioned:
        other: Lead | None = target.roster.spare(1, scratch)[0]
    else:
        other = launched
    refused_elsewhere(target, target.need(other, "PUFFLE_LAUNCHED_CAMPAIGN_ID and PUFFLE_LAUNCHED_PROSPECT_ID"))


@rule("lead-in-campaign")
def test_lead_of_another_workspace_is_refused(target: Target) -> None:
    variables = "PUFFLE_FOREIGN_CAMPAIGN_ID and PUFFLE_FOREIGN_PROSPECT_ID"
    refused_elsewhere(target, target.need(target.settings.foreign, variables))


def refused_elsewhere(target: Target, lead: Lead) -> None:
    """A lead is not edited through the draft campaign, which is not its own."""
    through_draft = lead._replace(campaign=target.settings.campaign)
    expect_status(target.edit(through_draft, target.harmless_updates(lead)), 400, 403, 404)


@rule("own-campaigns-only")
def test_lead_is_not_edited_through_a_foreign_campaign(target: Target, data: st.DataObject) -> None:
    foreign = target.need(target.settings.foreign_campaign, "PUFFLE_FOREIGN_CAMPAIGN_ID")
    expect_status(target.send(foreign, data.draw(target.ordinary())), 404)


@rule("answers-edited-row")
def test_response_is_the_edited_lead(target: Target, data: st.DataObject) -> None:
    edited = target.edited(target.some_updates(data))
    expect.about(target, edited, target.roster.lead)
    for seen in (target.read(), target.read_by_edit()):
        expect.same(target, seen, edited, why=AS_EDITED, after=edited)


@rule("answers-edited-row")
def test_response_is_about_the_lead_addressed(target: Target) -> None:
    other = target.need(target.roster.other, "PUFFLE_OTHER_PROSPECT_ID")
    for lead in (target.roster.lead, other, target.roster.lead):
        expect.about(target, target.touched(lead), lead)


@rule("remembers-edits")
def test_edit_is_there_in_the_next_response(target: Target, data: st.DataObject) -> None:
    edited = target.edited(target.updates(data))
    second = target.some_updates(data)
    for seen in (target.read(), target.read_by_edit()):
        expect.same(target, seen, edited, why=AS_EDITED, after=edited)
    again = target.edited(second)
    expect.same(target, again, edited, but=second, why=" after the next edit", after=edited)
    target.client.reconnect()
    for seen in (target.read(), target.read_by_edit()):
        expect.same(target, seen, again, why=" on another connection", after=again)


@rule("remembers-edits")
def test_edit_that_is_sent_again_is_carried_out_again(target: Target, data: st.DataObject) -> None:
    first = target.some_updates(data)
    second = data.draw(target.fields.updates(tuple(first)))
    for sent in (first, second, first):
        edited = target.edited(sent)
        expect.same(target, target.read(), edited, why=AS_EDITED, after=edited)


@rule("touches-one-lead")
def test_other_lead_is_not_touched(target: Target, data: st.DataObject) -> None:
    other, fields = target.need(target.roster.other, "PUFFLE_OTHER_PROSPECT_ID"), target.fields
    before = target.read_all()
    edited = target.edited(target.some_updates(data))
    after, why = target.read_all(), f" while lead {target.roster.lead.id} was edited"
    for lead_id in (before.keys() & after.keys()) - {target.roster.lead.id}:
        expect.same(target, after[lead_id], before[lead_id], why=why, after=edited)
    protected = {name: target.original(other, before[other.id]).get(name) for name in fields.protected}
    original = before[other.id]._replace(lead=before[other.id].lead | protected)
    expect.same(target, after[other.id], original, why=why, after=edited)


@rule("touches-one-lead")
def test_other_lead_of_the_same_values_is_not_touched(target: Target, field: str) -> None:
    other = target.need(target.roster.other, "PUFFLE_OTHER_PROSPECT_ID")
    before = target.read(other)
    # A target may refuse an email address or LinkedIn URL that another lead has.
    filled = {name: before.lead[name] for name in target.names if before.lead.get(name) is not None}
    target.edit(target.roster.lead, {name: value for name, value in filled.items() if name not in IDENTITY})
    edited = target.edited({field: target.fields[field].plain})
    why = f" while lead {target.roster.lead.id} was edited"
    expect.same(target, target.read(other), before, why=why, after=edited)


@rule("touches-one-lead")
@pytest.mark.parametrize("name", IDENTITY)
def test_identity_of_another_lead_is_handled(target: Target, name: str) -> None:
    other = target.need(target.roster.other, "PUFFLE_OTHER_PROSPECT_ID")
    before = target.read(other)
    if name in target.names and before.lead.get(name):
        lead = target.roster.lead
        request = target.request(lead.campaign, target.body({name: before.lead[name]}, lead))
        exchange = target.deliver(replace(request, may_be_refused=True))
        if exchange.is_open_refusal:
            changes_nothing(target, exchange, {other.id: before}, f"with the {name} of another lead")
        else:
            why = f" while another lead was given its {name}"
            expect.same(target, target.read(other), before, why=why, after=target.seen(exchange))


@rule("times-move-forward")
def test_times_move_forward(target: Target, data: st.DataObject) -> None:
    before = target.read_by_edit().lead
    for _ in range(data.draw(st.integers(2, 4))):
        exchange, lead = target.edited(target.some_updates(data))
        if not target.fields.same(CREATED_AT, before.get(CREATED_AT), lead.get(CREATED_AT)):
            raise RuleViolation(exchange, f"{CREATED_AT} to stay {quoted(before.get(CREATED_AT))}")
        earlier, later = (moment(found.get(UPDATED_AT)) for found in (before, lead))
        if isinstance(earlier, datetime) and isinstance(later, datetime) and later < earlier:
            raise RuleViolation(exchange, f"{UPDATED_AT} not to move back from {quoted(before.get(UPDATED_AT))}")
        before = lead


def refused_requests(target: Target) -> dict[str, Callable[[], Exchange]]:
    """Requests that must be refused, each of which would change the lead if any part of it were carried out."""
    settings, lead = target.settings, target.roster.lead
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
    for kind, campaign in (("launched", settings.launched_campaign), ("foreign", settings.foreign_campaign)):
        if campaign:
            requests[f"through a {kind} campaign"] = partial(send, campaign, body)
    return requests


@rule("refusal-changes-nothing")
def test_refused_request_changes_nothing(target: Target, data: st.DataObject) -> None:
    sent = target.updates(data)
    target.edited(sent)
    before = target.read_all()
    requests = refused_requests(target)
    exchanges = [send() for send in requests.values()]
    refused, found = all(exchange.status != 200 for exchange in exchanges), changed(target, before)
    if refused and not found:
        return
    for kind, send in requests.items():
        target.edited(sent)
        before = target.read_all()
        changes_nothing(target, send(), before, kind)
    if refused:  # a change that happens only once
        raise RuleViolation(exchanges[-1], f"refused requests ({', '.join(requests)}) to leave {found[0]} as it was")


@rule("refusal-changes-nothing")
@pytest.mark.parametrize("first", [True, False])
def test_refused_long_text_changes_nothing(target: Target, first: bool) -> None:
    before = target.read_all()
    sent = {(one := target.another_field()): "Changed", target.another_field(one): "x" * 5001}
    exchange = target.edit(target.roster.lead, sent if first else dict(reversed(sent.items())))
    changes_nothing(target, exchange, before, "with a long text")


@rule("refusal-changes-nothing")
def test_refused_values_change_nothing(target: Target, data: st.DataObject) -> None:
    before = target.read_all()
    exchange = target.edit(target.roster.lead, data.draw(target.fields.mixed_updates(target.names)))
    changes_nothing(target, exchange, before, "with a value that is not accepted")


@rule("refusal-changes-nothing")
def test_refused_edit_of_a_launched_campaign_changes_nothing(target: Target) -> None:
    launched = target.roster.launched
    if launched and target.roster.is_trusted and (before := target.roster.find(launched)):
        exchange = target.edit(launched, target.harmless_updates(launched, "Changed"))
        after = target.roster.find(launched)
        # The sequence of a campaign that runs sets other fields meanwhile.
        names = target.roster.changed(target.fields, before, after, target.fields.sequencing) if after else ["id"]
        for name in names if exchange.status != 200 else ():
            raise RuleViolation(exchange, f"a refused request (in a launched campaign) to leave {name} as it is")


def changed(target: Target, before: Mapping[str, Seen]) -> list[str]:
    """The fields that have changed in any of these leads."""
    after = target.read_all()
    found = (target.roster.changed(target.fields, before[one], after[one]) for one in before.keys() & after.keys())
    return [name for names in found for name in names]


def changes_nothing(target: Target, exchange: Exchange, before: Mapping[str, Seen], kind: str) -> None:
    """Leads are as they were before a request, if that was refused; if it was not, another rule has failed."""
    if exchange.status != 200:
        for name in changed(target, before):
            expected = f"a refused request ({kind}) to leave {name} as it is, which then had changed"
            raise RuleViolation(exchange, expected)
