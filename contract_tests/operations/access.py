"""The rules of access, which all operations share: who may use which campaign, and when.

A test that needs a lead of another campaign asks for it with ``target.need``; without it the rule is not verified.
"""

import re
from typing import NoReturn

import pytest
from hypothesis import strategies as st

from ..exceptions import RuleViolation
from ..exchange import Exchange
from ..guard import UNKNOWN_ID
from ..plugin import rule
from ..target import Target, expect_status


@rule("bearer-required")
def test_request_without_key_is_refused(target: Target, data: st.DataObject) -> None:
    body = data.draw(target.ordinary())
    expect_status(target.send(target.settings.campaign, body, authorization=None), 401)


@rule("bearer-required")
@pytest.mark.parametrize("authorization", ["", "{key}", "Bearer", "Basic {key}", "Basic {key:basic}", "Token {key}"])
def test_request_with_other_credentials_is_refused(target: Target, authorization: str) -> None:
    expect_status(target.send(target.settings.campaign, target.plain, authorization=authorization), 401)


@rule("bearer-required")
def test_request_with_wrong_key_is_refused(target: Target, data: st.DataObject) -> None:
    body = data.draw(target.ordinary())
    ending = data.draw(st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12))
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
        expect_status(target.send(target.settings.campaign, body, authorization=authorization), 401)


@rule("bearer-required")
def test_key_is_not_remembered(target: Target) -> None:
    target.send(target.settings.campaign, target.plain)
    expect_status(target.send(target.settings.campaign, target.plain, authorization=None), 401)


@rule("bearer-required")
def test_request_without_key_reveals_nothing_about_campaigns(target: Target) -> None:
    campaigns = [UNKNOWN_ID.format(1)]
    campaigns += filter(None, (target.settings.launched_campaign, target.settings.foreign_campaign))
    for campaign in campaigns:
        expect_status(target.send(campaign, target.address(target.plain, campaign), authorization=None), 401)


@rule("own-campaigns-only")
def test_unknown_campaign_is_not_found(target: Target, data: st.DataObject) -> None:
    unknown = UNKNOWN_ID.format(data.draw(st.integers(0, 16**12 - 1)))
    expect_status(target.send(unknown, data.draw(target.ordinary())), 404)


@rule("own-campaigns-only")
def test_foreign_campaign_is_not_found(target: Target, data: st.DataObject) -> None:
    foreign = target.need(target.settings.foreign_campaign, "PUFFLE_FOREIGN_CAMPAIGN_ID")
    body = target.address(data.draw(target.ordinary()), foreign)
    unknown = target.send(UNKNOWN_ID.format(1), body)
    expect_status(target.send(foreign, target.reading(foreign)), 400, 404)
    exchange = target.send(foreign, body)
    expect_status(exchange, 400 if unknown.status == 400 else 404)
    # A body that is harmless there may be invalid, and refused before the campaign is looked up.
    if unknown.status == 400 or (_message(exchange) != _message(unknown) and target.is_about_leads(exchange)):
        _cannot_tell(target)


@rule("draft-only")
def test_launched_campaign_is_frozen(target: Target, data: st.DataObject) -> None:
    target.need(target.roster.launched, "PUFFLE_LAUNCHED_CAMPAIGN_ID and PUFFLE_LAUNCHED_PROSPECT_ID")
    launched = target.settings.launched_campaign or ""
    exchange = target.send(launched, target.address(data.draw(target.ordinary()), launched))
    if target.is_about_leads(exchange):
        _cannot_tell(target)
    expect_status(exchange, 400)
    if not target.named_status(exchange):
        raise RuleViolation(exchange, "the message to name the campaign's status")


def _cannot_tell(target: Target) -> NoReturn:
    """End a test whose requests may have been refused because of their leads, and not because of the campaign."""
    key = target.operation.key
    pytest.skip(f"{key} refuses the leads of a request that would be safe before it says anything about the campaign")


def _message(exchange: Exchange) -> str:
    """What a response says, without ids and numbers, which may differ each time."""
    error = exchange.json.get("error") if isinstance(exchange.json, dict) else None
    return re.sub("[0-9a-f-]*[0-9][0-9a-f-]*", "", error if isinstance(error, str) else "", flags=re.IGNORECASE)
