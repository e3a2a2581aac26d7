"""What the tests expect of a lead after an edit; each function raises ``RuleViolation`` when it is not so."""

from collections.abc import Iterable
from typing import Any

from hypothesis import assume

from ...exceptions import RuleViolation
from ...exchange import quoted
from ...guard import as_uuid
from ...settings import Lead
from ..leads import UPDATED_AT, Updates
from ..roster import Seen
from .target import EDITED, EDITED_ROW, OTHERS_KEPT, Target, ids_of


def stored(
    target: Target, seen: Seen, sent: Updates, where: str = "in the response", after: Seen | None = None
) -> None:
    """The lead has the values that were sent, in the request ``after`` if that is given."""
    for name, value in sent.items():
        got = seen.lead.get(name)
        if not target.fields.stored_as_sent(name, value, got):
            expected = f"{name} to be {quoted(value)} {where}, not {quoted(got)}"
            _expect_other_rules(target, seen, name, value, expected)
            raise violation(seen, expected, after)


def carried_out(target: Target, seen: Seen, sent: Updates) -> None:
    """An edit that has other members too was carried out; a fault that it has without them violates another rule."""
    try:
        stored(target, seen, sent)
    except RuleViolation:
        alone = target.edited(sent)
        try:
            stored(target, alone, sent)
        except RuleViolation:
            target.block(alone.exchange, "edits-listed-fields", EDITED)
        raise


def same(
    target: Target,
    seen: Seen,
    before: Seen,
    but: Iterable[str] = (),
    why: str = "",
    after: Seen | None = None,
) -> None:
    """The lead is as it was before the request ``after``, except for ``updated_at`` and the fields in ``but``."""
    for name in target.roster.changed(target.fields, before, seen, but):
        was, now = quoted(before.lead.get(name)), quoted(seen.lead.get(name))
        expected = f"{name} to stay {was}{why}, not to become {now}"
        _expect_other_rules(target, seen, name, before.lead.get(name), expected)
        sent = before.exchange.sent.get("updates", {}) if is_response(target, before) else {}
        if name in sent and target.fields.stored_as_sent(name, sent[name], seen.lead.get(name)):
            target.block(before.exchange, EDITED_ROW, f"{name} to be {quoted(sent[name])}, not {was}")
        raise violation(seen, expected, after)


def _expect_other_rules(target: Target, seen: Seen, name: str, value: Any, expected: str) -> None:
    """Another rule is violated if an edit cleared what it did not name, or if its response is not what the list shows.

    Args:
        value: what the field should be.
        expected: the same in words.
    """
    lead = as_uuid(seen.lead.get("id"))
    if lead is None or name not in target.fields.editable or not is_response(target, seen):
        return
    if name not in seen.exchange.sent["updates"] and target.run.has_failed(OTHERS_KEPT):
        target.block(seen.exchange, OTHERS_KEPT, expected)
    shown = target.shown(Lead(seen.exchange.campaign, lead))
    if shown is not None and target.fields.stored_as_sent(name, value, shown.get(name)):
        target.block(seen.exchange, EDITED_ROW, expected)


def is_response(target: Target, seen: Seen) -> bool:
    """Whether it was the response to an edit that showed a lead: not the list, nor an edit of nothing."""
    is_edit = seen.exchange.operation == target.operation.key and isinstance(seen.exchange.sent, dict)
    return is_edit and bool(seen.exchange.sent.get("updates"))


def stored_or_refused(target: Target, sent: Updates) -> None:
    """An edit is carried out to the letter or refused as a whole."""
    exchange = target.edit(target.roster.lead, sent)
    if not target.refused(exchange):
        seen = target.seen(exchange)
        stored(target, seen, sent)
        stored(target, target.read(), sent, "in the next response", after=seen)


def protected(target: Target, name: str, sent: Updates, value: Any) -> None:
    """An edit that also names a protected field is carried out without it."""
    before = target.read()
    # Compared with the lead before the first edit: an earlier edit may have changed the field for good.
    original = target.original(target.roster.lead, before)
    before = before._replace(lead={**before.lead, name: original.get(name)})
    assume(not target.fields.same(name, before.lead[name], value))
    edited = target.edited({**sent, name: value})
    for seen in (edited, target.read()):
        if name != UPDATED_AT:
            others = [field for field in target.fields.schemas if field != name]
            same(target, seen, before, but=others, after=edited)
        elif target.fields.same(name, seen.lead.get(name), value):
            raise violation(seen, f"{name} to be the time of the edit, not {quoted(value)} as sent", edited)


def about(target: Target, seen: Seen, lead: Lead) -> None:
    """The response contains the lead that was addressed."""
    if not target.is_about(seen.exchange, lead):
        raise violation(seen, f"the lead that was addressed: {quoted(ids_of(lead))}")


def violation(seen: Seen, expected: str, after: Seen | None = None) -> RuleViolation:
    return RuleViolation(seen.exchange, expected, after.exchange if after else None)
