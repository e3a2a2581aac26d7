"""The rules of access: who may edit which lead, and that a refusal changes nothing.

Leads that a rule needs beside the one that may be edited are asked for with ``need``; without them it is not verified.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests import expect, run, values
from contract_tests.exchange import Exchange
from contract_tests.gate import UNKNOWN
from contract_tests.judging import need, rule
from contract_tests.run import COLUMNS
from contract_tests.settings import Lead
from contract_tests.target import Broken, Target, body_of

UNKNOWN_LEAD = UNKNOWN.format(1)
NO_LEAD_HERE = (400, 403, 404)

updates = values.updates(run.fields)
some_updates = values.some_updates(run.fields)
mixed_updates = values.mixed_updates(run.fields)
unknown_campaigns = st.integers(0, 16**12 - 1).map(UNKNOWN.format)
plain_edit = {field: values.plain(field) for field in run.fields[-1:]}


@rule("bearer-required")
@given(sent=some_updates)
def test_request_without_key_is_refused(target: Target, sent: dict[str, str]) -> None:
    expect.status(target.edit(target.settings.lead, sent, authorization=None), 401)


@rule("bearer-required")
@pytest.mark.parametrize("authorization", ["", "{key}", "Bearer", "Basic {key}", "Basic {key:basic}", "Token {key}"])
def test_request_with_other_credentials_is_refused(target: Target, authorization: str) -> None:
    expect.status(target.edit(target.settings.lead, plain_edit, authorization=authorization), 401)


@rule("bearer-required")
@given(sent=some_updates, ending=st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12))
def test_request_with_wrong_key_is_refused(target: Target, sent: dict[str, str], ending: str) -> None:
    key, cut = target.settings.key, min(len(ending), len(target.settings.key) // 2)
    begin, middle, end = f"{{key:0:{len(key) - cut}}}", len(key) // 2, len(key)
    wrong = ["Bearer {key}" + ending, "Bearer pk_live_" + ending, "Bearer " + begin]
    wrong += [f"Bearer {{key}} {ending}", f"Bearer {ending} {{key}}", f"Bearer {ending}{{key}}"]
    if not key.endswith(ending):
        wrong.append(f"Bearer {begin}{ending}")
    if key != key.upper():
        wrong.append("Bearer {key:upper}")
    if key[middle] != ending[0]:
        wrong.append(f"Bearer {{key:0:{middle}}}{ending[0]}{{key:{middle + 1}:{end}}}")
    for authorization in wrong:
        expect.status(target.edit(target.settings.lead, sent, authorization=authorization), 401)


@rule("bearer-required")
def test_request_without_key_is_told_nothing_of_campaigns(target: Target) -> None:
    settings = target.settings
    campaigns = [UNKNOWN.format(1)] + [lead.campaign for lead in (settings.launched, settings.foreign) if lead]
    for campaign in campaigns:
        expect.status(target.send(campaign, body_of(settings.lead, plain_edit), authorization=None), 401)


@rule("own-campaigns-only")
@given(campaign=unknown_campaigns, sent=some_updates)
def test_unknown_campaign_is_not_found(target: Target, campaign: str, sent: dict[str, str]) -> None:
    expect.status(target.edit(Lead(campaign, target.settings.lead.id), sent), 404)


@rule("own-campaigns-only")
@given(sent=some_updates)
def test_foreign_campaign_is_not_found(target: Target, sent: dict[str, str]) -> None:
    foreign = need(target.settings.foreign, "PUFFLE_FOREIGN_CAMPAIGN_ID and PUFFLE_FOREIGN_PROSPECT_ID")
    expect.status(target.edit(foreign, {}), 400, 404)
    expect.status(target.edit(Lead(foreign.campaign, target.settings.lead.id), sent), 404)
    expect.status(target.edit(foreign, sent), 404)


@rule("draft-only")
@given(sent=some_updates)
def test_launched_campaign_is_frozen(target: Target, sent: dict[str, str]) -> None:
    launched = need(target.settings.launched, "PUFFLE_LAUNCHED_CAMPAIGN_ID and PUFFLE_LAUNCHED_PROSPECT_ID")
    exchange = target.edit(launched, sent)
    expect.status(exchange, 400)
    if not target.named_status(exchange):
        raise Broken(exchange, "the message to name the campaign's status")


@rule("lead-in-campaign")
@given(sent=some_updates)
def test_unknown_lead_is_refused(target: Target, sent: dict[str, str]) -> None:
    expect.status(target.edit(Lead(target.settings.lead.campaign, UNKNOWN_LEAD), sent), *NO_LEAD_HERE)


@rule("lead-in-campaign")
@given(sent=some_updates)
def test_lead_of_another_campaign_is_refused(target: Target, sent: dict[str, str]) -> None:
    launched = need(target.settings.launched, "PUFFLE_LAUNCHED_CAMPAIGN_ID and PUFFLE_LAUNCHED_PROSPECT_ID")
    expect.status(target.edit(Lead(target.settings.lead.campaign, launched.id), sent), *NO_LEAD_HERE)


@rule("lead-in-campaign")
@given(sent=some_updates)
def test_lead_of_another_workspace_is_refused(target: Target, sent: dict[str, str]) -> None:
    foreign = need(target.settings.foreign, "PUFFLE_FOREIGN_CAMPAIGN_ID and PUFFLE_FOREIGN_PROSPECT_ID")
    expect.status(target.edit(Lead(target.settings.lead.campaign, foreign.id), sent), *NO_LEAD_HERE)


def refused_requests(target: Target) -> dict[str, Callable[[], Exchange]]:
    """Requests that must be refused, each of which would change the lead if any part of it were carried out."""
    lead, settings = target.settings.lead, target.settings
    one = target.another_field("email", "linkedin_url")
    two = target.another_field("email", "linkedin_url", one)
    wrong_type = {one: "Changed", two: 7}
    body = body_of(lead, {one: "Changed by a refused request"})
    requests: dict[str, Callable[[], Exchange]] = {
        "without key": lambda: target.send(lead.campaign, body, authorization=None),
        "with a wrong key": lambda: target.send(lead.campaign, body, authorization="Bearer {key}x"),
        "with the key under another scheme": lambda: target.send(
            lead.campaign, body, authorization="Basic {key:basic}"
        ),
        "cut off": lambda: target.send(lead.campaign, body[:-1]),
        "in an unknown campaign": lambda: target.send(UNKNOWN.format(2), body),
        "for an unknown lead": lambda: target.edit(Lead(lead.campaign, UNKNOWN_LEAD), {one: "Changed"}),
    }
    refused: dict[str, dict[str, Any]] = {"with a field of another type": wrong_type}
    if "email" in target.fields:
        refused["with an email that is none"] = {one: "Changed", "email": "jane"}
    for kind, sent in refused.items():
        requests[kind] = partial(target.edit, lead, sent)
        requests[f"{kind} first"] = partial(target.edit, lead, dict(reversed(sent.items())))
    for kind, elsewhere in (("launched", settings.launched), ("foreign", settings.foreign)):
        if elsewhere:
            requests[f"through a {kind} campaign"] = partial(target.send, elsewhere.campaign, body)
    return requests


@rule("refusal-changes-nothing")
@given(sent=updates)
def test_refused_request_changes_nothing(target: Target, sent: dict[str, str]) -> None:
    target.edited(target.settings.lead, sent)
    before = target.read(target.settings.lead).row
    requests = refused_requests(target)
    refused = [send().status != 200 for send in requests.values()]
    if all(refused) and not COLUMNS.changed(before, target.read(target.settings.lead).row):
        return
    for kind, send in requests.items():
        target.edited(target.settings.lead, sent)
        before = target.read(target.settings.lead).row
        exchange = send()
        # Where it is carried out, the rule that it should have been refused by is broken, not this one.
        if exchange.status != 200:
            changes_nothing(target, exchange, before, kind)


@rule("refusal-changes-nothing")
@pytest.mark.parametrize("first", [True, False])
def test_refused_long_text_changes_nothing(target: Target, first: bool) -> None:
    before = target.read(target.settings.lead).row
    one = target.another_field("email", "linkedin_url")
    two = target.another_field("email", "linkedin_url", one)
    sent = {one: "Changed", two: "x" * 5001} if first else {two: "x" * 5001, one: "Changed"}
    exchange = target.edit(target.settings.lead, sent)
    if exchange.status != 200:
        changes_nothing(target, exchange, before, "with a long text")


@rule("refusal-changes-nothing")
@given(sent=mixed_updates)
def test_refused_values_change_nothing(target: Target, sent: dict[str, str]) -> None:
    before = target.read(target.settings.lead).row
    exchange = target.edit(target.settings.lead, sent)
    if exchange.status != 200:
        changes_nothing(target, exchange, before, "with a value that is not taken")


def changes_nothing(target: Target, refused: Exchange, before: dict[str, Any], kind: str) -> None:
    """The row is as it was before a refused request."""
    after = target.read(target.settings.lead)
    for column in COLUMNS.changed(before, after.row):
        raise Broken(refused, f"a refused request ({kind}) to leave {column} alone, which then was changed")
