"""The rule that a filtered list has exactly the leads of a status."""

from typing import Any

from ...exceptions import RuleViolation
from ...exchange import quoted
from ...plugin import rule
from ..leads import lead_id
from . import own
from .pages import (
    Leads,
    Page,
    campaigns,
    expect_in_order,
    expect_once,
    leads_on,
    page_beyond,
    statuses,
    unless_moving,
    walk,
)
from .target import Target


def similar(status: str) -> set[str]:
    """What a lenient comparison takes for a status."""
    return {status.upper(), status.title(), status[:-1], status[1:], f"{status[:-1]}_", f"{status[:1]}%"} - {""}


def expect_only(page: Page, leads: Leads, status: str) -> None:
    """A page has no lead of another status."""
    for lead in page.leads:
        for found in (lead, leads.get(lead_id(lead), lead)):
            if found.get("status") != status:
                expected = f"leads of status {quoted(status)} only, not lead {lead_id(lead)}"
                raise RuleViolation(page.exchange, f"{expected}, which has {quoted(found.get('status'))}")


def expect_exactly(target: Target, campaign: str, leads: Leads, status: str, **query: Any) -> None:
    """The pages of a filtered list have the leads of a status once, and no other."""
    pages = walk(target, campaign, **query, status=status)
    beyond = page_beyond(target, campaign, **query, status=status, page=len(pages) + 1) if pages else None
    for page in filter(None, [*pages, beyond]):
        expect_only(page, leads, status)
    expect_once(target, campaign, pages)
    missing = {found for found, lead in leads.items() if lead.get("status") == status} - set(leads_on(pages))
    if pages and missing:
        expect_in_order(target, campaign, pages)
        raise RuleViolation(
            pages[-1].exchange, f"lead {min(missing)}, which has the status, to be on a page up to this"
        )


@rule("filters-by-status")
def test_leads_of_a_status_are_listed(target: Target) -> None:
    own.need_leads(target)
    own.top_up(target, 3)
    for campaign in campaigns(target):

        def check(leads: Leads, campaign: str = campaign) -> None:
            for status in sorted(set(statuses(leads).values())):
                expect_exactly(target, campaign, leads, status)
                expect_exactly(target, campaign, leads, status, limit=max(1, len(leads) // 3))

        unless_moving(target, campaign, check)


@rule("filters-by-status")
def test_leads_of_similar_statuses_are_not_listed(target: Target) -> None:
    own.need_leads(target)
    for campaign in campaigns(target):

        def check(leads: Leads, campaign: str = campaign) -> None:
            known = [*statuses(leads).values()]
            for status in sorted({"no_such_status", *similar(max(known, key=known.count, default=""))} - {*known}):
                page = page_beyond(target, campaign, status=status)
                if page:
                    expect_only(page, leads, status)

        unless_moving(target, campaign, check)
