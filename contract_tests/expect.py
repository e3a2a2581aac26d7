"""What the tests of the rules expect of an answer; each raises ``Broken`` where it is not so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import assume

from contract_tests import values
from contract_tests.exchange import Exchange
from contract_tests.rows import stored_as_sent
from contract_tests.run import COLUMNS
from contract_tests.settings import Lead
from contract_tests.target import Broken, Target


def status(exchange: Exchange, *statuses: int) -> None:
    """The answer has one of these statuses."""
    if exchange.status not in statuses:
        raise Broken(exchange, "status " + " or ".join(map(str, statuses)))


def shown(value: Any) -> str:
    """A value for a person to read."""
    text = repr(value)
    return text if len(text) <= 160 else f"{text[:160]}… ({len(text)} characters)"


def stored(
    exchange: Exchange, sent: dict[str, str], where: str = "in the answer", after: Exchange | None = None
) -> None:
    """The row holds what was sent, with the request ``after`` which this one was sent."""
    for field, value in sent.items():
        if not stored_as_sent(field, value, exchange.row.get(field)):
            expected = f"{field} to be {shown(value)} {where}, not {shown(exchange.row.get(field))}"
            raise Broken(exchange, expected, after)


def carried_out(target: Target, exchange: Exchange, sent: dict[str, str]) -> None:
    """An edit of other members beside these was carried out; a flaw that is there without them is another rule's."""
    if not all(stored_as_sent(field, value, exchange.row.get(field)) for field, value in sent.items()):
        alone = target.edited(target.settings.lead, sent)
        if all(stored_as_sent(field, value, alone.row.get(field)) for field, value in sent.items()):
            stored(exchange, sent)
        target.hinder(alone, "edits-listed-fields")


def same(
    exchange: Exchange, before: dict[str, Any], but: Iterable[str] = (), why: str = "", after: Exchange | None = None
) -> None:
    """The row is as it was before the request ``after``, apart from the columns named and ``updated_at``."""
    for column in COLUMNS.changed(before, exchange.row, but):
        was, now = before.get(column), exchange.row.get(column)
        raise Broken(exchange, f"{column} to stay {shown(was)}{why}, not to become {shown(now)}", after)


def stored_or_refused(target: Target, field: str, value: str) -> None:
    """An edit of a field and of another one beside it is carried out to the letter, or refused as a whole."""
    beside = target.another_field(field)
    sent = {beside: values.plain(beside), field: value}
    exchange = target.edit(target.settings.lead, sent)
    if not target.refused(exchange):
        stored(exchange, sent)
        stored(target.read(target.settings.lead), sent, "in the next answer", after=exchange)


def protected(target: Target, column: str, sent: dict[str, str], value: Any) -> None:
    """An edit that also names a protected column is carried out without it."""
    before = target.read(target.settings.lead).row
    # Against the row before the first edit, since an edit may have changed the column once and for all.
    before = {**before, column: (target.original(target.settings.lead) or before).get(column)}
    assume(not COLUMNS.same(column, before[column], value))
    exchange = target.edited(target.settings.lead, {**sent, column: value})
    for answer in (exchange, target.read(target.settings.lead)):
        if column == "updated_at":
            if COLUMNS.same(column, answer.row.get(column), value):
                raise Broken(answer, f"updated_at to be the time of the edit, not {value!r} as sent", exchange)
        else:
            same(answer, before, but=[name for name in COLUMNS.schemas if name != column], after=exchange)


def row_of(exchange: Exchange, lead: Lead) -> None:
    """The row is that of the lead that was addressed."""
    for column, value in lead.columns():
        if not COLUMNS.same(column, exchange.row.get(column), value):
            raise Broken(exchange, f"the row of the lead addressed, whose {column} is {value}")
