"""Adds and removes leads that tests list, and tells whether what is missing was not added or is not listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest

from ...exchange import Exchange
from ...responses import RESPONSES
from ..leads import count_in
from ..roster import ADD, ADDS_EVERY_LEAD, IDENTITY, REMOVE, REMOVES_LEADS, UPDATE
from ..update_lead_in_campaign import Target as Updating
from .pages import own_campaigns
from .target import Target

Item = dict[str, Any]


def need_leads(target: Target) -> None:
    """Skip a test that needs leads in the draft campaign, if there are none and the run cannot add any."""
    exchange = target.send(target.settings.campaign, query={"limit": 1})
    if not target.roster.is_provisioned and not target.roster.leads_in(exchange):
        pytest.skip("the campaign is empty: add leads to it, or judge the operations that add and remove leads too")


def top_up(target: Target, count: int) -> None:
    """Add leads to the draft campaign, if the run can; unlike ``roster.spare``, do not look them up."""
    if target.roster.is_provisioned:
        add(target, target.settings.campaign, target.roster.new_items(count))


def need_provisions(target: Target) -> None:
    if not target.roster.is_provisioned:
        pytest.skip("judge the operations that add and remove leads too to verify it")


def add(target: Target, campaign: str, items: Sequence[Item]) -> Exchange:
    """Add leads; when that is refused, the test is blocked."""
    return _carried_out(target, ADD, campaign, {"prospects": items}, ADDS_EVERY_LEAD)


def remove(target: Target, campaign: str, ids: Iterable[str]) -> Exchange:
    """Remove leads; when that is refused, the test is blocked."""
    return _carried_out(target, REMOVE, campaign, {"prospect_ids": [*ids]}, REMOVES_LEADS)


def _carried_out(target: Target, key: str, campaign: str, body: Any, rule: str) -> Exchange:
    operation = target.run.targets[key]
    exchange = operation.send(campaign, body)
    if exchange.status != 200:
        is_declared = exchange.status >= 400 and operation.operation.response(exchange.status) is not None
        target.block(exchange, rule if is_declared else RESPONSES, "200")
    return exchange


def expect_added(target: Target, campaign: str, items: Sequence[Item], added: Exchange) -> None:
    """Leads that are not listed were added to their campaign, and to no other.

    The response said so, and they are duplicates when they are added again.
    """
    count, again = len(added.sent["prospects"]), add(target, campaign, items)
    others = [lead for other in own_campaigns(target) if other != campaign for lead in target.roster.listed(other)]
    is_elsewhere = any(of(item, others) for item in items)
    if count_in(added, "imported") != count or count_in(again, "duplicates") != len(items) or is_elsewhere:
        target.block(added, ADDS_EVERY_LEAD, f"{count} leads to be imported, and to be duplicates when added again")


def of(item: Item, leads: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The lead that was made of an item: the one with one of its identities."""
    wanted = {name: str(item[name]).lower() for name in IDENTITY if name in item}
    return next((lead for lead in leads if any(str(lead.get(name)).lower() == wanted[name] for name in wanted)), None)


def updating(target: Target) -> Updating | None:
    """The operation that edits leads, if it is judged."""
    found = target.run.targets.get(UPDATE)
    return found if isinstance(found, Updating) else None
