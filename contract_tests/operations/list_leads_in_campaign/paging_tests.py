"""What is assumed about pages: how they are counted and ordered, and which are refused."""

import pytest

from ...exceptions import RuleViolation
from ...plugin import rule
from ...target import expect_status
from . import own
from .pages import page, walk
from .target import Target

DEFAULT_LIMIT = 100
FAR = 1000


@rule("pages-in-order")
def test_first_page_is_the_default(target: Target) -> None:
    own.need_leads(target)
    own.top_up(target, 3)
    for query in ({}, {"limit": 2}):
        default, first = (
            page(target, target.settings.campaign, **query),
            page(target, target.settings.campaign, **query, page=1),
        )
        if default.number != 1:
            raise RuleViolation(default.exchange, f"page to be 1, not {default.number}")
        if default.ids != first.ids:
            raise RuleViolation(default.exchange, "the leads of page 1", first.exchange)


@rule("pages-in-order")
def test_default_limit_is_100(target: Target) -> None:
    default = page(target, target.settings.campaign)
    if default.limit != DEFAULT_LIMIT:
        raise RuleViolation(default.exchange, f"limit to be {DEFAULT_LIMIT}, not {default.limit}")


@rule("pages-in-order")
def test_page_beyond_the_end_is_empty(target: Target) -> None:
    for query in ({}, {"limit": 2}):
        last = walk(target, target.settings.campaign, **query)[-1]
        for number in (last.query["page"] + 1, last.query["page"] + FAR):
            beyond = target.send(target.settings.campaign, query={**query, "page": number})
            expect_status(beyond, 200)
            if target.roster.leads_in(beyond) and last.leads:
                raise RuleViolation(beyond, "an empty page, because it is beyond the end", last.exchange)


@rule("pages-in-order")
def test_order_does_not_change(target: Target) -> None:
    own.need_leads(target)
    own.top_up(target, 5)
    for limit in (100, 3):
        target.roster.order.expect(target.settings.campaign, limit=limit)


@rule("invalid-paging-refused")
@pytest.mark.parametrize("name", ["page", "limit"])
@pytest.mark.parametrize("value", ["0", "-1", "abc", "1.5", "2abc"])
def test_page_or_limit_that_is_not_a_positive_integer_is_refused(target: Target, name: str, value: str) -> None:
    expect_status(target.send(target.settings.campaign, query={name: value}), 400)


@rule("invalid-paging-refused")
def test_high_limit_is_refused_or_lowered(target: Target) -> None:
    for limit in (1_000_000, 10**20):
        expect_status(target.send(target.settings.campaign, query={"limit": limit}), 200, 400)


@rule("invalid-paging-refused")
def test_high_page_is_handled(target: Target) -> None:
    """It is beyond the end; a number that is too long may be refused as well."""
    expect_status(target.send(target.settings.campaign, query={"page": 10**20}), 200, 400, 404)
