"""What the tests expect of the list after leads were added; each function raises ``RuleViolation`` if it is not so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from ...exceptions import RuleViolation
from ...exchange import Exchange, quoted
from ..leads import UPDATED_AT, count_in, lead_of
from ..roster import ADDS_EVERY_LEAD, IDENTITY, LIST, LISTS_CHANGES, UPDATE, Seen
from .listing import Item, Listing
from .target import Target


def added(target: Target, campaign: str, items: Sequence[Item]) -> Listing:
    """New leads are accepted, and listed as they were given."""
    exchange = target.added(campaign, items)
    listing = target.listing(campaign)
    for item in items:
        stored(target, exchange, listing, item)
    return listing


def stored_or_refused(target: Target, items: Sequence[Item]) -> None:
    """Leads with values that may be refused are listed as they were given if they are not."""
    exchange = target.send(target.settings.campaign, {"prospects": items})
    if exchange.status == 200:
        listing = target.listing(target.settings.campaign)
        for item in items:
            stored(target, exchange, listing, item)
    elif exchange.status != 400:
        raise RuleViolation(exchange, "status 200 or 400")
    elif len(items) > 1:  # the others may be accepted
        half = len(items) // 2
        stored_or_refused(target, items[:half])
        stored_or_refused(target, items[half:])


def stored(target: Target, exchange: Exchange, listing: Listing, item: Item) -> None:
    """A lead is listed as it was given."""
    found = listing.having(item)
    if not found:
        _missing(target, exchange, listing, item)
    lead = found[0].lead
    for name, value in item.items():
        if target.roster.shows(LIST, name) and not target.is_stored(name, value, lead.get(name)):
            _different(target, exchange, found[0], item, name)
    if not target.fields.same("campaign_id", lead.get("campaign_id"), listing.campaign):
        raise RuleViolation(found[0].exchange, f"campaign_id to be {quoted(listing.campaign)}", exchange)


def _missing(target: Target, exchange: Exchange, listing: Listing, item: Item) -> NoReturn:
    """A lead that was added is not listed: if it is a duplicate when it is added again, the list is at fault.

    It is not if no lead was counted as added, or if another campaign lists it.
    """
    expected = f"the lead {described(item)} to be listed in campaign {listing.campaign}"
    elsewhere = any(target.listing(place).having(item) for place in target.places.values())
    is_there = not elsewhere and bool(count_in(exchange, "imported")) and target.has(listing.campaign, [item])
    if is_there:
        target.roster.order.expect(listing.campaign)
    target.block(listing.last, LISTS_CHANGES if is_there else ADDS_EVERY_LEAD, expected, after=exchange)


def _different(target: Target, exchange: Exchange, seen: Seen, item: Item, name: str) -> NoReturn:
    """A value is not listed as it was given: if an edit of nothing shows it, the list is at fault."""
    expected = f"{name} of {described(item)} to be {quoted(item[name])}, not {quoted(seen.lead.get(name))}"
    is_there = False
    if updating := target.run.targets.get(UPDATE):
        target.roster.look_up(exchange.campaign, [item])  # the guard lets leads of the run be edited
        edited = updating.send(exchange.campaign, {"prospect_id": str(seen.lead["id"]), "updates": {}})
        is_there = edited.status == 200 and target.is_stored(name, item[name], lead_of(edited).get(name))
    target.block(seen.exchange, LISTS_CHANGES if is_there else ADDS_EVERY_LEAD, expected, after=exchange)


def one(exchange: Exchange, listing: Listing, item: Item) -> Seen:
    """Exactly one lead has the identities of an item."""
    found = listing.having(item)
    if len(found) != 1:
        raise RuleViolation(listing.last, f"one lead {described(item)}, not {len(found)}", exchange)
    return found[0]


def unchanged(target: Target, exchange: Exchange, before: Listing, after: Listing, why: str) -> None:
    """The leads of a campaign are as they were before a request."""
    for lead_id, seen in before.leads.items():
        if lead_id not in after.leads:
            raise RuleViolation(after.last, f"lead {lead_id} to stay{why}", exchange)
        same(target, exchange, seen, after.leads[lead_id], why)


def same(target: Target, exchange: Exchange, before: Seen, after: Seen, why: str) -> None:
    """A lead is as it was before a request, its ``updated_at`` included."""
    changed = target.fields.changed(before.lead, after.lead)
    if not target.fields.same(UPDATED_AT, before.lead.get(UPDATED_AT), after.lead.get(UPDATED_AT)):
        changed.append(UPDATED_AT)
    for name in changed:
        was, now = quoted(before.lead.get(name)), quoted(after.lead.get(name))
        raise RuleViolation(after.exchange, f"{name} to stay {was}{why}, not to become {now}", exchange)


def nothing_added(exchange: Exchange, before: Listing, after: Listing, why: str) -> None:
    """A campaign has no more leads than before a request."""
    for lead_id in after.leads.keys() - before.leads.keys():
        seen = after.leads[lead_id]
        raise RuleViolation(seen.exchange, f"no lead to be added to campaign {after.campaign}{why}", exchange)


def described(item: Item) -> str:
    return " or ".join(quoted(item[name]) for name in IDENTITY if item.get(name))
