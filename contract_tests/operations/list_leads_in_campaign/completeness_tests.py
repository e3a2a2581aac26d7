"""Rules about which leads are listed: every lead of the campaign once, in every campaign."""

from typing import Any

from ...exceptions import RuleViolation
from ...exchange import Exchange, quoted
from ...plugin import rule
from ...target import expect_status
from ..roster import ADD
from . import own
from .pages import campaigns, expect_all, expect_in_order, expect_once, leads_on, walk
from .target import Target

MANY = 120
"""More leads than the default limit, which is a common maximum too."""


def limits(total: int) -> list[int]:
    """Limits that make several pages, of which the last one is full, or has one lead, or has some."""
    return sorted({max(1, limit) for limit in (-(-total // 4), -(-total // 3), total - 1, total, total + 1)})


def complete(target: Target, campaign: str) -> dict[str, dict[str, Any]]:
    """All leads of a campaign: those on the pages of each limit, which must be the same."""
    lists = [whole := walk(target, campaign)]
    lists += [walk(target, campaign, limit=limit) for limit in limits(max(whole[0].total, len(whole[0].leads)))]
    for pages in lists:
        expect_once(target, campaign, pages)
    leads = leads_on(page for pages in lists for page in pages)
    for pages in lists:
        expect_all(target, campaign, pages, leads)
    return leads


def expect_items(
    target: Target, campaign: str, items: list[own.Item], leads: dict[str, dict[str, Any]], added: Exchange
) -> None:
    """The leads that were added are among those that are listed."""
    missing = [item for item in items if own.of(item, leads.values()) is None]
    if missing:
        own.expect_added(target, campaign, missing, added)
        pages = walk(target, campaign)
        expect_in_order(target, campaign, pages)
        expected = f"{len(missing)} more of the leads that were added to be listed, {quoted(missing[0])} for example"
        raise RuleViolation(pages[-1].exchange, expected, added)


def different_leads(target: Target) -> list[own.Item]:
    """Leads that a list could lose: some of the same name, one without name, one with some custom fields."""
    new = target.roster.new_items
    nameless = dict.fromkeys(("first_name", "last_name", "company", "position", "headline"))
    return [*new(3), *new(1, **nameless), *new(1, custom_fields={"region": "EMEA", "employees": 250, "vip": True})]


def add_with_one_identity(target: Target) -> list[own.Item]:
    """Add leads with an email address or a LinkedIn URL alone; what is enough depends on the type of the campaign."""
    new, added = target.roster.new_items, []
    for item in (*new(1, linkedin_url=None), *new(1, email=None)):
        exchange = target.run.targets[ADD].send(target.settings.campaign, {"prospects": [item]})
        if exchange.status == 200 and isinstance(exchange.json, dict) and exchange.json.get("imported") == 1:
            added.append(item)
    return added


@rule("lists-every-lead-once")
def test_pages_list_every_lead_once(target: Target) -> None:
    own.need_leads(target)
    campaign = target.settings.campaign
    if target.roster.is_provisioned:
        items = different_leads(target)
        added = own.add(target, campaign, items)
        items += add_with_one_identity(target)
        expect_items(target, campaign, items, complete(target, campaign), added)
    else:
        complete(target, campaign)


@rule("lists-every-lead-once")
def test_leads_are_listed_in_their_own_campaign_only(target: Target) -> None:
    seen: dict[str, str] = {}
    for campaign in campaigns(target):
        pages = walk(target, campaign)
        for each in pages:
            for found in each.ids:
                if seen.setdefault(found, campaign) != campaign:
                    raise RuleViolation(each.exchange, f"lead {found} only in one campaign, not in {seen[found]} too")
    if target.settings.launched_campaign:
        complete(target, target.settings.launched_campaign)


@rule("lists-every-lead-once")
def test_many_leads_are_listed(target: Target) -> None:
    if target.roster.is_provisioned:
        campaign, items = target.settings.scratch_campaign or target.settings.campaign, target.roster.new_items(MANY)
        added = own.add(target, campaign, items)
        pages = walk(target, campaign)
        expect_once(target, campaign, pages)
        expect_items(target, campaign, items, leads_on(pages), added)


@rule("lists-any-campaign")
def test_campaign_that_is_not_a_draft_is_listed(target: Target) -> None:
    campaign = target.need(target.settings.launched_campaign, "PUFFLE_LAUNCHED_CAMPAIGN_ID")
    for query in ({}, {"limit": 1}, {"page": 1, "status": "pending"}):
        expect_status(target.send(campaign, query=query), 200)
    if launched := target.settings.launched:
        pages = walk(target, campaign)
        if launched.id not in leads_on(pages):
            expect_in_order(target, campaign, pages)
            raise RuleViolation(pages[-1].exchange, f"lead {launched.id} to be listed")
