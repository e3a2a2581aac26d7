"""Reads lists page by page, and says which rule is violated when the pages are not as they should be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pytest

from ...exceptions import RuleViolation
from ...exchange import Exchange
from ...responses import RESPONSES
from ..leads import lead_id
from ..roster import ADDS_EVERY_LEAD
from .target import Target

INVALID_PAGING, TRUE_TOTALS = "invalid-paging-refused", "true-totals"
HIGH_LIMIT = 10
"""A server may refuse a higher limit."""
MAX_EXTRA_PAGES = 5
"""How many pages beyond the end are searched for leads that are on none of the others."""


MAX_TRIES = 3
"""How often a campaign is checked whose leads change meanwhile."""
Leads = Mapping[str, Mapping[str, Any]]
"""Leads by id."""


class Page(NamedTuple):
    """One page, and the query that got it."""

    exchange: Exchange
    query: Mapping[str, Any]
    leads: list[dict[str, Any]]
    total: int
    number: int
    limit: int

    @property
    def ids(self) -> list[str]:
        return [lead_id(lead) for lead in self.leads]


def campaigns(target: Target) -> list[str]:
    """The draft, and the campaign that is not a draft if there is one: its leads have several statuses."""
    return [target.settings.campaign, *filter(None, [target.settings.launched_campaign])]


def own_campaigns(target: Target) -> list[str]:
    """The campaigns to which the run adds leads."""
    return [target.settings.campaign, *filter(None, [target.settings.scratch_campaign])]


def page(target: Target, campaign: str, **query: Any) -> Page:
    """One page of a list that has it; a refusal blocks the test."""
    return _read(target, target.send(campaign, query=query), query)


def _read(target: Target, exchange: Exchange, query: Mapping[str, Any]) -> Page:
    if exchange.status == 400 and "limit" in query:
        target.block(exchange, INVALID_PAGING, f"200 with a page of at most {query['limit']} leads")
    leads = target.roster.leads_in(exchange)
    number, limit = exchange.json.get("page"), exchange.json.get("limit")
    if not (isinstance(number, int) and isinstance(limit, int)):
        target.block(exchange, RESPONSES, "200 with page and limit")
    return Page(exchange, query, leads, exchange.json["total"], number, limit)


def page_beyond(target: Target, campaign: str, **query: Any) -> Page | None:
    """A page that may not exist; None if it is refused."""
    exchange = target.send(campaign, query=query)
    return None if exchange.status in (400, 404) else _read(target, exchange, query)


def walk(target: Target, campaign: str, **query: Any) -> list[Page]:
    """All pages of a list; none if the limit is too high for the target.

    A full page may not be the last, whatever the total says.
    """
    first = {**query, "page": 1}
    exchange = target.send(campaign, query=first)
    if exchange.status == 400 and query.get("limit", 0) > HIGH_LIMIT:
        return []
    pages = [_read(target, exchange, first)]
    step = max(1, min(pages[0].limit, query.get("limit", pages[0].limit)))
    while pages[-1].leads and len(pages) * step < pages[0].total:
        pages.append(page(target, campaign, **query, page=len(pages) + 1))
    while len(pages[-1].leads) >= step:
        beyond = page_beyond(target, campaign, **query, page=len(pages) + 1)
        if beyond is None or set(beyond.ids) <= set(leads_on(pages)):
            break
        pages.append(beyond)
    return pages


def unless_moving(target: Target, campaign: str, check: Callable[[Leads], None]) -> None:
    """Check a campaign, again if that fails while its sequence gave a lead another status.

    Args:
        check: is given the leads as the whole list shows them.
    """
    leads = leads_on(walk(target, campaign))
    for _ in range(MAX_TRIES):
        try:
            return check(leads)
        except RuleViolation:
            before, leads = leads, leads_on(walk(target, campaign))
            if statuses(leads) == statuses(before):
                raise
    pytest.skip("the leads change their status while they are listed: try again later")


def statuses(leads: Leads) -> dict[str, str]:
    """The status of each lead."""
    return {found: str(lead.get("status")) for found, lead in leads.items()}


def leads_on(pages: Iterable[Page]) -> dict[str, dict[str, Any]]:
    """The leads on some pages, by id."""
    return {lead_id(lead): lead for each in pages for lead in each.leads}


def expect_once(target: Target, campaign: str, pages: Sequence[Page]) -> None:
    """No lead is on the pages more than once, and none belongs to another campaign."""
    seen: set[str] = set()
    for each in pages:
        for lead in each.leads:
            if not target.fields.same("campaign_id", lead.get("campaign_id"), campaign):
                _expect_in_its_campaign(target, each, lead)
                raise RuleViolation(each.exchange, f"leads of campaign {campaign} only, not lead {lead_id(lead)}")
            if lead_id(lead) in seen:
                expect_in_order(target, campaign, pages)
                raise RuleViolation(each.exchange, f"lead {lead_id(lead)} to be listed once", pages[0].exchange)
            seen.add(lead_id(lead))


def _expect_in_its_campaign(target: Target, each: Page, lead: Mapping[str, Any]) -> None:
    """A lead of another campaign is in that campaign, too: if it is not, it was added to the wrong one."""
    other = str(lead.get("campaign_id")).lower()
    if other in own_campaigns(target) and lead_id(lead) not in leads_on(walk(target, other)):
        target.block(each.exchange, ADDS_EVERY_LEAD, f"lead {lead_id(lead)} to be added to its campaign {other}")


def expect_all(target: Target, campaign: str, pages: Sequence[Page], expected: Iterable[str]) -> None:
    """All these leads are on the pages."""
    if pages and (missing := set(expected) - set(leads_on(pages))):
        expect_in_order(target, campaign, pages)
        _expect_nothing_beyond(target, campaign, pages[-1], missing)
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise RuleViolation(pages[-1].exchange, f"lead {min(missing)}{more} to be on one of the pages up to this one")


def expect_in_order(target: Target, campaign: str, pages: Sequence[Page]) -> None:
    """Nothing that is only assumed explains why the pages lack a lead, or repeat one."""
    target.roster.order.expect(campaign, **{name: pages[0].query[name] for name in pages[0].query if name != "page"})


def _expect_nothing_beyond(target: Target, campaign: str, last: Page, missing: set[str]) -> None:
    """Leads are not missing that are beyond the end: the list counts its leads, or those of a page, wrongly."""
    for number in range(last.query["page"] + 1, last.query["page"] + 1 + MAX_EXTRA_PAGES):
        beyond = page_beyond(target, campaign, **{**last.query, "page": number})
        if not (beyond and beyond.leads):
            return
        if not (missing := missing - set(beyond.ids)):
            expected = f"an empty page, because the list has {last.total} leads, {last.limit} on a page"
            target.block(beyond.exchange, TRUE_TOTALS, expected, last.exchange)
