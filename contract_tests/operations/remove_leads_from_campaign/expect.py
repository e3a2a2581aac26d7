"""What the tests expect of a removal; each function raises ``RuleViolation`` when it is not so."""

from collections.abc import Iterable

import pytest

from ...exceptions import RuleViolation
from ...exchange import Exchange, quoted
from ...responses import RESPONSES
from ...settings import Lead
from ...target import blocked_by
from ..leads import count_in
from ..roster import ADD, IDENTITY, LISTS_CHANGES, LISTS_EVERY_LEAD, UPDATE
from .target import Removal, Target


def removed(target: Target, removal: Removal, leads: Iterable[Lead]) -> None:
    """These leads are gone from the list."""
    for lead in leads:
        if lead.id in removal.after:
            if not is_there(target, lead, removal):
                target.block(removal.exchange, LISTS_CHANGES, f"lead {lead.id} not to be listed after its removal")
            raise RuleViolation(removal.exchange, f"lead {lead.id} to be removed; it is still there")


def nothing_else(target: Target, removal: Removal, leads: Iterable[Lead] = ()) -> None:
    """All other leads of the campaign are as they were, and none came to it."""
    exchange, given = removal.exchange, {lead.id for lead in leads}
    if new := sorted(removal.after.keys() - removal.before.keys()):
        raise RuleViolation(exchange, f"no lead to be added to campaign {removal.campaign}, as {new[0]} was")
    for lead_id, before in removal.before.items():
        if lead_id in given:
            continue
        if (after := removal.after.get(lead_id)) is None:
            if lead_id in target.client.guard.own and is_there(target, Lead(removal.campaign, lead_id), removal):
                target.roster.order.expect(removal.campaign)
                target.block(exchange, LISTS_EVERY_LEAD, f"lead {lead_id} to be listed, which was not removed")
            raise RuleViolation(exchange, f"lead {lead_id} to stay; it is gone")
        for name in target.changed(before, after):
            was, now = quoted(before.get(name)), quoted(after.get(name))
            expected = f"{name} of lead {lead_id}, which was not given, to stay {was}, not to become {now}"
            raise RuleViolation(exchange, expected)


def is_there(target: Target, lead: Lead, removal: Removal) -> bool:
    """Whether another operation than the list finds a lead of the run: it can be updated, or is a duplicate."""
    updating, adding = target.run.targets.get(UPDATE), target.run.targets[ADD]
    if updating and updating.send(lead.campaign, {**updating.plain, "prospect_id": lead.id}).status == 200:
        return True
    item = {name: removal.before[lead.id].get(name) for name in IDENTITY}
    again = adding.send(lead.campaign, {"prospects": [{name: value for name, value in item.items() if value}]})
    return bool(count_in(again, "duplicates") == 1)


def counted(exchange: Exchange, count: int, *others: str) -> None:
    """The response says how many leads were removed, or one of the ``others``."""
    deleted = count_in(exchange, "deleted")
    if isinstance(deleted, bool) or not (isinstance(deleted, int) or deleted == "all"):
        pytest.skip(blocked_by(RESPONSES))
    if deleted not in (count, *others):
        raise RuleViolation(exchange, f"deleted to be {' or '.join(map(quoted, (count, *others)))}")
