"""What the tests expect of a lead after an edit; each function raises ``RuleViolation`` when it is not so."""

from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import assume

from ...exceptions import RuleViolation
from ...exchange import Exchange, quoted
from ...settings import Lead
from ..leads import UPDATED_AT, Updates, lead_of
from .target import EDITED, Target, ids_of


def stored(
    target: Target, exchange: Exchange, sent: Updates, where: str = "in the response", after: Exchange | None = None
) -> None:
    """The lead has the values that were sent, in the request ``after`` if that is given."""
    for name, value in sent.items():
        got = lead_of(exchange).get(name)
        if not target.fields.stored_as_sent(name, value, got):
            raise RuleViolation(exchange, f"{name} to be {quoted(value)} {where}, not {quoted(got)}", after)


def carried_out(target: Target, exchange: Exchange, sent: Updates) -> None:
    """An edit that has other members too was carried out; a fault that it has without them violates another rule."""
    try:
        stored(target, exchange, sent)
    except RuleViolation:
        alone = target.edited(sent)
        try:
            stored(target, alone, sent)
        except RuleViolation:
            target.block(alone, "edits-listed-fields", EDITED)
        raise


def same(
    target: Target,
    exchange: Exchange,
    before: Mapping[str, Any],
    but: Iterable[str] = (),
    why: str = "",
    after: Exchange | None = None,
) -> None:
    """The lead is as it was before the request ``after``, except for ``updated_at`` and the fields in ``but``."""
    found = lead_of(exchange)
    for name in target.fields.changed(before, found, but):
        was, now = quoted(before.get(name)), quoted(found.get(name))
        raise RuleViolation(exchange, f"{name} to stay {was}{why}, not to become {now}", after)


def stored_or_refused(target: Target, sent: Updates) -> None:
    """An edit is carried out to the letter or refused as a whole."""
    exchange = target.edit(target.settings.lead, sent)
    if not target.refused(exchange):
        stored(target, exchange, sent)
        stored(target, target.read(), sent, "in the next response", after=exchange)


def protected(target: Target, name: str, sent: Updates, value: Any) -> None:
    """An edit that also names a protected field is carried out without it."""
    before = lead_of(target.read())
    # Compared with the lead before the first edit: an earlier edit may have changed the field for good.
    before = {**before, name: (target.originals[target.settings.lead] or before).get(name)}
    assume(not target.fields.same(name, before[name], value))
    exchange = target.edited({**sent, name: value})
    for response in (exchange, target.read()):
        if name != UPDATED_AT:
            others = [field for field in target.fields.schemas if field != name]
            same(target, response, before, but=others, after=exchange)
        elif target.fields.same(name, lead_of(response).get(name), value):
            raise RuleViolation(response, f"{name} to be the time of the edit, not {quoted(value)} as sent", exchange)


def about(target: Target, exchange: Exchange, lead: Lead) -> None:
    """The response contains the lead that was addressed."""
    if not target.is_about(exchange, lead):
        raise RuleViolation(exchange, f"the lead that was addressed: {quoted(ids_of(lead))}")
