"""Rules about the leads that a request names: which are removed, how they are counted, and that they are gone."""

import pytest
from hypothesis import strategies as st

from ...exceptions import RuleViolation
from ...exchange import Exchange
from ...guard import UNKNOWN_ID
from ...plugin import rule
from ...target import expect_status
from ..leads import Updates
from ..roster import ADD, ADDS_EVERY_LEAD, UPDATE
from . import expect
from .target import SCRATCH, Removal, Target

SPARE = 6
places = st.sampled_from([(3, 0, 4), (1,), (5, 2)]) | st.lists(
    st.integers(0, SPARE - 1), min_size=1, max_size=SPARE - 1, unique=True
).map(tuple)
"""Which leads to remove, so that others stay before, between and after them."""
UNKNOWN = UNKNOWN_ID.format(1)


@rule("removes-given-leads")
def test_exactly_the_given_leads_are_removed(target: Target, data: st.DataObject) -> None:
    spare = target.roster.spare(SPARE)
    given = [spare[place] for place in data.draw(places)]
    removal = target.removed(given)
    expect.removed(target, removal, given)
    expect.nothing_else(target, removal, given)


@rule("removes-given-leads")
def test_id_in_upper_case_is_the_same_id(target: Target) -> None:
    lead = target.roster.spare()[0]
    removal = target.removed([lead._replace(id=lead.id.upper())])
    expect.removed(target, removal, [lead])


@rule("removes-given-leads")
def test_lead_of_another_campaign_is_not_removed(target: Target) -> None:
    """With a lead of the campaign, and without: the target skips the other one, or refuses both."""
    scratch = target.need(target.settings.scratch_campaign, SCRATCH)
    here, there = target.roster.spare()[0], target.roster.spare(1, scratch)[0]
    before = target.leads_in(scratch)
    for ids in ([there.id], [here.id, there.id]):
        exchange = target.send(here.campaign, {"prospect_ids": ids})
        expect_status(exchange, 200, 400, 404)
        expect.nothing_else(target, Removal(exchange, scratch, before, target.leads_in(scratch)))


@rule("removes-given-leads")
def test_unknown_lead_alone_removes_nothing(target: Target) -> None:
    target.roster.spare(1, target.expendable)
    removal = target.remove(target.expendable, [UNKNOWN])
    expect_status(removal.exchange, 200, 400, 404)
    expect.nothing_else(target, removal)


@rule("removes-given-leads")
def test_same_identity_in_another_campaign_is_not_removed(target: Target) -> None:
    scratch = target.need(target.settings.scratch_campaign, SCRATCH)
    item = target.roster.new_items()[0]
    leads = [*target.roster.add(**item), *target.roster.add(campaign=scratch, **item)]
    for lead, other in (leads, leads[::-1]):
        before = target.leads_in(other.campaign)
        exchange = target.accepted([lead])
        expect.nothing_else(target, Removal(exchange, other.campaign, before, target.leads_in(other.campaign)))
        target.roster.add(campaign=lead.campaign, **item)


@rule("counts-removed-leads")
def test_count_is_true(target: Target, data: st.DataObject) -> None:
    spare = target.roster.spare(SPARE)
    removal = target.removed([spare[place] for place in data.draw(places)])
    expect.counted(removal.exchange, removal.gone)


@rule("counts-removed-leads")
def test_count_of_many_is_true(target: Target) -> None:
    if target.many.exchange.status != 200:
        target.block(target.many.exchange, "removes-up-to-500", "200, the leads removed")
    expect.counted(target.many.exchange, target.many.gone)


@rule("removed-is-gone")
def test_removed_lead_is_not_listed(target: Target) -> None:
    """At once, on a new connection, and after others were added and removed."""
    first, second = target.roster.spare(2)
    removal = target.removed([first])
    expect.removed(target, removal, [first])
    target.roster.add()
    target.client.reconnect()
    expect.removed(target, removal._replace(after=target.removed([second]).after), [first])
    expect.removed(target, removal._replace(after=target.leads_in(first.campaign)), [first])


@rule("removed-is-gone")
def test_removed_lead_cannot_be_updated(target: Target) -> None:
    updating = target.run.targets.get(UPDATE) or pytest.skip("add the operation that updates leads to OPERATIONS=")
    lead = target.roster.spare()[0]
    removed = target.accepted([lead])
    plain: Updates = updating.plain["updates"]
    for updates in (Updates(), plain):
        exchange = updating.send(lead.campaign, {"prospect_id": lead.id, "updates": updates})
        if exchange.status == 200:
            if updating.send(lead.campaign, {"prospect_id": UNKNOWN, "updates": updates}).status == 200:
                target.block(exchange, "lead-in-campaign", "status 400, 403 or 404")
            raise RuleViolation(exchange, "a removed lead not to be updated", after=removed)


@rule("removed-is-gone")
def test_removed_identity_can_be_added_again(target: Target) -> None:
    """After a new lead, which tells whether leads can be added at all; campaigns differ in what identifies a lead."""
    for campaign in filter(None, (target.settings.campaign, target.settings.scratch_campaign)):
        item, new = ({**item, "company": "New"} for item in target.roster.new_items(2))
        removed = target.accepted(target.roster.add(campaign=campaign, **{**item, "company": "Old"}))
        exchange = target.run.targets[ADD].send(campaign, {"prospects": [new, item]})
        listed = {str(one.get("email")).lower(): one.get("company") for one in target.leads_in(campaign).values()}
        again, control = (listed.get(one["email"]) for one in (item, new))
        if control != "New":
            target.block(exchange, ADDS_EVERY_LEAD, "the new lead to be added")
        if again != "New":
            raise RuleViolation(exchange, f"lead {item['email']} to be added again with its new values", after=removed)


@rule("skips-unknown-leads")
@pytest.mark.cases(6)
def test_unknown_lead_is_skipped_or_refused(target: Target, data: st.DataObject) -> None:
    leads = target.roster.spare(2)
    ids = data.draw(st.permutations([UNKNOWN, *(lead.id for lead in leads)]))
    removal = target.remove(target.settings.campaign, ids)
    if not is_refused(removal.exchange):
        expect.removed(target, removal, leads)
        expect.counted(removal.exchange, len(leads))


@rule("skips-unknown-leads")
def test_unknown_lead_alone_is_not_counted(target: Target) -> None:
    exchange = target.send(target.expendable, {"prospect_ids": [UNKNOWN]})
    if not is_refused(exchange):
        expect.counted(exchange, 0)


@rule("skips-unknown-leads")
def test_removed_lead_is_unknown(target: Target) -> None:
    removed, other = target.roster.spare(2, target.expendable)
    target.accepted([removed])
    for ids, count in (([removed.id], 0), ([removed.id, other.id], 1)):
        exchange = target.send(removed.campaign, {"prospect_ids": ids})
        if not is_refused(exchange):
            expect.counted(exchange, count)


@rule("skips-unknown-leads")
def test_repeated_id_counts_once(target: Target) -> None:
    lead = target.roster.spare()[0]
    exchange = target.send(lead.campaign, {"prospect_ids": [lead.id, lead.id]})
    expect_status(exchange, 200)
    expect.counted(exchange, 1)


def is_refused(exchange: Exchange) -> bool:
    """Whether a request about unknown leads was refused in one of the ways that are allowed."""
    expect_status(exchange, 200, 400, 404)
    return exchange.status != 200
