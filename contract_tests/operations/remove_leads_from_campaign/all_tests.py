"""The rule about the request to remove all leads, which only the scratch campaign gets."""

from ...exceptions import RuleViolation
from ...plugin import rule
from ...target import expect_status
from . import expect
from .target import MANY, SCRATCH, Removal, Target


@rule("removes-all")
def test_all_leads_of_the_campaign_are_removed(target: Target) -> None:
    """More of them than one request can remove by id, and than a page can have; those of other campaigns stay."""
    scratch = target.need(target.settings.scratch_campaign, SCRATCH)
    added = target.roster.add(MANY + 1, scratch)
    others = {campaign: target.leads_in(campaign) for campaign in target.own_campaigns if campaign != scratch}
    before = target.leads_in(scratch)
    exchange = target.send(scratch, {"all": True})
    expect_status(exchange, 200)
    removal = Removal(exchange, scratch, before, target.leads_in(scratch))
    expect.removed(target, removal, added)
    if removal.after:
        raise RuleViolation(exchange, f"all {len(before)} leads to be removed; {len(removal.after)} are still there")
    for campaign, leads in others.items():
        expect.nothing_else(target, Removal(exchange, campaign, leads, target.leads_in(campaign)))
    expect.counted(exchange, len(before), "all")


@rule("counts-removed-leads")
def test_last_lead_counts_one(target: Target) -> None:
    """It is removed by its id, so the count is not the text ``all``. Only the scratch campaign can be emptied."""
    if (scratch := target.settings.scratch_campaign) is None:
        return
    target.roster.add(campaign=scratch)
    exchange = target.send(scratch, {"all": True})
    if exchange.status != 200:
        target.block(exchange, "removes-all", "200, all leads removed")
    removal = target.removed(target.roster.add(campaign=scratch))
    expect.counted(removal.exchange, removal.gone)
