"""The rule that a page tells the truth about the list: its total, the page and the limit that were used."""

from typing import Any

import pytest
from hypothesis import strategies as st

from ...exceptions import RuleViolation
from ...plugin import rule
from ...target import blocked_by
from ..roster import LISTS_EVERY_LEAD
from . import own
from .completeness_tests import MANY, limits
from .pages import Leads, Page, campaigns, expect_in_order, leads_on, page, page_beyond, statuses, unless_moving, walk
from .target import Target


def need_complete_lists(target: Target) -> None:
    """What is missing on the pages looks like a wrong total."""
    if target.run.has_failed(LISTS_EVERY_LEAD):
        pytest.skip(blocked_by(LISTS_EVERY_LEAD))


def expect_true(each: Page) -> None:
    """A page has the number and the limit that were asked for, or a lower limit, and no more leads than that."""
    number, limit = each.query.get("page", 1), each.query.get("limit", each.limit)
    if each.number != number:
        raise RuleViolation(each.exchange, f"page to be {number}, not {each.number}")
    if each.limit > limit:
        raise RuleViolation(each.exchange, f"limit to be at most {limit}, not {each.limit}")
    if len(each.leads) > each.limit:
        raise RuleViolation(each.exchange, f"at most {each.limit} leads, not {len(each.leads)}")


def whole_list(target: Target, campaign: str, **query: Any) -> list[Page]:
    """The pages up to the first that shows nothing new."""
    pages = walk(target, campaign, **query)
    while pages and pages[-1].leads:
        beyond = page_beyond(target, campaign, **query, page=len(pages) + 1)
        if beyond is None or set(beyond.ids) <= set(leads_on(pages)):
            break
        pages.append(beyond)
    return pages


def expect_true_totals(target: Target, campaign: str, **query: Any) -> None:
    pages = whole_list(target, campaign, **query)
    total = len(leads_on(pages))
    for number, each in enumerate(pages):
        expect_true(each)
        on_page = min(each.limit, max(0, total - number * each.limit))
        if each.total != total or len(each.leads) != on_page:
            expect_in_order(target, campaign, pages)
        if each.total != total:
            raise RuleViolation(each.exchange, f"total to be {total}, the number of leads on all pages")
        if len(each.leads) != on_page:
            expected = f"{on_page} of {total} leads on page {each.number} of limit {each.limit}, not {len(each.leads)}"
            raise RuleViolation(each.exchange, expected)


@rule("true-totals")
def test_total_page_and_limit_are_true(target: Target) -> None:
    need_complete_lists(target)
    own.need_leads(target)
    own.top_up(target, 5)
    expect_true_totals(target, target.settings.campaign)
    for limit in limits(page(target, target.settings.campaign).total):
        expect_true_totals(target, target.settings.campaign, limit=limit)


@rule("true-totals")
def test_total_counts_the_leads_that_match(target: Target) -> None:
    need_complete_lists(target)
    for campaign in campaigns(target):

        def check(leads: Leads, campaign: str = campaign) -> None:
            for status in sorted(set(statuses(leads).values())):
                expect_true_totals(target, campaign, status=status)

        expect_true_totals(target, campaign)
        unless_moving(target, campaign, check)
        unmatched = target.send(campaign, query={"status": "no_such_status"})
        if unmatched.status == 200 and not target.roster.leads_in(unmatched) and unmatched.json["total"]:
            raise RuleViolation(unmatched, "total to be 0")


@rule("true-totals")
def test_total_counts_many_leads(target: Target) -> None:
    need_complete_lists(target)
    if target.roster.is_provisioned:
        campaign = target.settings.scratch_campaign or target.settings.campaign
        own.add(target, campaign, target.roster.new_items(MANY))
        expect_true_totals(target, campaign)
        expect_true_totals(target, campaign, limit=MANY)


@rule("true-totals")
def test_any_page_is_as_long_as_it_says(target: Target, data: st.DataObject) -> None:
    need_complete_lists(target)
    query = dict(data.draw(st.fixed_dictionaries({"page": st.integers(1, 4), "limit": st.integers(1, 10)})))
    campaign = data.draw(st.sampled_from(campaigns(target)))
    each = page_beyond(target, campaign, **query)
    if each:
        expect_true(each)
        left = each.total - (each.number - 1) * each.limit
        if left > 0 and len(each.leads) != min(left, each.limit):
            expect_in_order(target, campaign, [each])
            expected = f"{min(left, each.limit)} of {each.total} leads on page {each.number} of limit {each.limit}"
            raise RuleViolation(each.exchange, f"{expected}, not {len(each.leads)}")
