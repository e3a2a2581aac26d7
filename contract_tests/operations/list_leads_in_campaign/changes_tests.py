"""Rules about reading: a list shows what was done to leads at once, and listing them does nothing to them."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...exceptions import RuleViolation
from ...exchange import Exchange, quoted
from ...plugin import rule
from ...settings import Lead
from ..leads import UPDATED_AT, count_in, lead_id
from ..roster import ADDS_EVERY_LEAD, REMOVED_IS_GONE, REMOVES_LEADS
from . import own
from .pages import Leads, Page, campaigns, expect_in_order, leads_on, page_beyond, walk
from .target import Target

OMITTED = frozenset((
    "name", "linkedin_url", "headline", "custom_fields", "source", "source_ref", "created_at", "updated_at",
    "bounced_at", "replied_at", "current_node_id",
))  # fmt: skip
"""Fields that some examples of the vendor's reference leave out."""
LONG = "Responsible for everything that nobody else wants to do, on five continents"


def queries(target: Target) -> list[dict[str, Any]]:
    """Lists that a server could remember: the whole one, one of several pages, and a filtered one."""
    leads = leads_on(walk(target, target.settings.campaign))
    statuses = [str(lead.get("status")) for lead in leads.values()]
    return [{}, {"limit": max(1, len(leads) // 3)}, {"status": max(statuses, key=statuses.count, default="pending")}]


def lists(target: Target, asked: Sequence[Mapping[str, Any]]) -> list[list[Page]]:
    return [walk(target, target.settings.campaign, **query) for query in asked]


def is_shown(name: str, lead: Mapping[str, Any]) -> bool:
    return name in lead or name not in OMITTED


def expect_values(
    target: Target, page: Page, lead: Mapping[str, Any], sent: Mapping[str, Any], after: Exchange, rule: str
) -> None:
    """A lead has the values that were sent; if its other operation does not show them either, the rule is violated."""
    for name, value in sent.items():
        if not is_shown(name, lead) or target.fields.stored_as_sent(name, value, lead.get(name)):
            continue
        updating = own.updating(target)
        seen = updating.read_by_edit(Lead(target.settings.campaign, str(lead["id"]).lower())) if updating else None
        expected = f"{name} to be {quoted(value)}, not {quoted(lead.get(name))}"
        if seen is None or not target.fields.stored_as_sent(name, value, seen.lead.get(name)):
            target.block(page.exchange, rule, expected, after)
        raise RuleViolation(page.exchange, expected, after)


def expect_listed(
    target: Target, query: Mapping[str, Any], pages: Sequence[Page], leads: Leads, after: Exchange | None
) -> Leads:
    """The leads as the pages show them; all that match the query are on them."""
    shown = leads_on(pages)
    for found, lead in leads.items():
        if found not in shown and query.get("status") in (None, lead.get("status")):
            expect_in_order(target, target.settings.campaign, pages)
            raise RuleViolation(pages[-1].exchange, f"lead {found} to be listed", after)
    return {found: shown[found] for found in leads if found in shown}


@rule("lists-changes-at-once")
def test_added_and_removed_leads_are_listed_at_once(target: Target) -> None:
    own.need_provisions(target)
    own.top_up(target, 5)
    asked, new = queries(target), target.roster.new_items
    lists(target, asked)
    items = [
        *new(1, first_name="Zoë", company="Ærø & Søn", headline=LONG, custom_fields={"region": "EMEA", "seats": 2}),
        *new(1, first_name="Jürgen", last_name="Groß", company="Quinn & Daughters", position=LONG),
    ]
    added = own.add(target, target.settings.campaign, items)
    shown = lists(target, asked)
    leads = {}
    for item in items:
        lead = own.of(item, leads_on(shown[0]).values())
        if lead is None:
            own.expect_added(target, target.settings.campaign, [item], added)
            expect_in_order(target, target.settings.campaign, shown[0])
            raise RuleViolation(shown[0][-1].exchange, f"the lead of {item['email']} to be listed", added)
        leads[lead_id(lead)] = item | {"status": lead.get("status")}
    ids = [lead.id for lead in target.roster.look_up(target.settings.campaign, items)]
    for query, pages in zip(asked, shown, strict=True):
        for found, lead in expect_listed(target, query, pages, leads, added).items():
            expect_values(target, pages[-1], lead, leads[found], added, ADDS_EVERY_LEAD)
    removed = own.remove(target, target.settings.campaign, ids)
    for pages in lists(target, asked):
        for found in leads_on(pages).keys() & set(ids):
            expect_removed(target, found, items, removed)
            raise RuleViolation(pages[-1].exchange, f"lead {found}, which was removed, not to be listed", removed)


def expect_removed(target: Target, found: str, items: Sequence[own.Item], removed: Exchange) -> None:
    """A lead that is still listed was removed: it cannot be edited any more, and can be added again."""
    updating, campaign = own.updating(target), target.settings.campaign
    if updating and updating.edit(Lead(campaign, found), {}).status == 200:
        target.block(removed, REMOVES_LEADS, f"lead {found} to be removed, so that it cannot be edited")
    again = own.add(target, campaign, items)
    if count_in(again, "imported") != len(items):
        target.block(removed, REMOVED_IS_GONE, f"lead {found} to be removed, so that it can be added again")


@rule("lists-changes-at-once")
def test_edited_lead_is_listed_as_edited_at_once(target: Target) -> None:
    updating = own.updating(target)
    if updating:
        lead = target.roster.lead
        asked = queries(target)
        for number in range(2):
            lists(target, asked)
            sent = {name: f"Edited {number}: {name}" for name in updating.names if updating.fields[name].is_free_text}
            edited = updating.edited(sent, lead).exchange
            shown = lists(target, asked)
            known = {lead.id: leads_on(shown[0]).get(lead.id, {})}
            for query, pages in zip(asked, shown, strict=True):
                for found in expect_listed(target, query, pages, known, edited).values():
                    expect_values(target, pages[-1], found, sent, edited, "remembers-edits")


def read(target: Target, campaign: str) -> None:
    """Read a list in all ways."""
    leads = leads_on(walk(target, campaign))
    walk(target, campaign, limit=max(1, len(leads) // 3))
    page_beyond(target, campaign, page=len(leads) + 2)
    for status in {str(lead.get("status")) for lead in leads.values()}:
        page_beyond(target, campaign, status=status)
    target.send(campaign, query={"page": 0})


@rule("listing-changes-nothing")
def test_leads_are_the_same_after_they_were_listed(target: Target) -> None:
    own.top_up(target, 3)  # leads that have never been listed
    for campaign in campaigns(target):
        first = walk(target, campaign)
        before = leads_on(first)
        read(target, campaign)
        pages = walk(target, campaign)
        after = leads_on(pages)
        for found, lead in before.items():
            if found not in after:
                expect_in_order(target, campaign, pages)
                raise RuleViolation(pages[-1].exchange, f"lead {found} still to be listed", first[-1].exchange)
            # The sequence of a campaign that is not a draft may be running.
            is_draft = campaign == target.settings.campaign
            names = target.fields.changed(lead, after[found], but=() if is_draft else target.fields.sequencing)
            if is_draft and not target.fields.same(UPDATED_AT, lead.get(UPDATED_AT), after[found].get(UPDATED_AT)):
                names.append(UPDATED_AT)
            for name in names:
                expected = f"{name} of lead {found} to stay {quoted(lead.get(name))}"
                raise RuleViolation(pages[-1].exchange, f"{expected}, not {quoted(after[found].get(name))}")
