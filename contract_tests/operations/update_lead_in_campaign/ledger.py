"""Remembers the leads as they were before the run edited them, and restores them at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...exceptions import RunAborted
from ...exchange import Exchange
from ...settings import Lead
from ..leads import is_empty, lead_of

if TYPE_CHECKING:
    from .target import Target

MAX_TRIES = 3
"""How often reading and restoring a lead is tried, for servers that fail intermittently."""


class Ledger:
    """The leads as they were, and what happened to them."""

    def __init__(self, target: Target) -> None:
        self.originals: dict[Lead, dict[str, Any]] = {}
        """Each lead before its first edit; empty when the target did not show it."""
        self.edited: set[Lead] = set()
        self.unsure: set[Lead] = set()
        """Leads with an edit that got no response."""
        self._target = target

    def read(self, lead: Lead) -> Exchange:
        """Read a lead by an edit of nothing, again if the server fails."""
        for _ in range(MAX_TRIES):
            exchange = self._target.edit(lead, {})
            if exchange.status < 500:
                break
        return exchange

    def keep(self, lead: Lead) -> None:
        """Remember a lead as it is now."""
        target, exchange, name = self._target, self.read(lead), ""
        if exchange.status == 400 and lead in target.editable_leads and not target.settings.guarded:
            name = target.another_field()
            exchange = target.edit(lead, {name: target.fields[name].plain})
            if lead_of(exchange):
                target.notes.append(
                    f"an edit of nothing is refused, so lead {lead.id} was read by setting its {name}, "
                    "which cannot be restored"
                )
        found = lead_of(exchange) if target.is_about(exchange, lead) else {}
        self.originals[lead] = {field: found.get(field) for field in target.fields.schemas if found and field != name}

    def restore(self) -> None:
        """Restore all leads, compare them, and note those that differ."""
        # The lead that is edited most comes last: a target that mixes leads up then gets at least this one right.
        known = [lead for lead, original in reversed(self.originals.items()) if original]
        self._target.notes += [
            f"lead {lead.id} was edited; its earlier values are not known" for lead in self.edited.difference(known)
        ]
        try:
            for lead in known:
                self._restore(lead)
            for lead in known:
                if wrong := self._compare(lead):
                    self._note(lead, wrong)
                elif lead in self.unsure:
                    self._note(lead, "is restored; but an edit of it got no response and may still happen: check it")
        except (RunAborted, Exception) as error:
            for lead in (self.edited | self.unsure).intersection(known):
                self._note(lead, f"may not be restored ({error})")

    def _restore(self, lead: Lead) -> None:
        original, target = self.originals[lead], self._target
        changed = [name for name in self._changed(lead, self.read(lead)) if name in target.fields.editable]
        filled = {name: original[name] for name in changed if not is_empty(original[name])}
        if len(filled) < len(changed) and not target.settings.guarded:
            # No edit can set a field to null; the empty string is the closest value.
            cleared = {name: "" for name in changed if target.fields[name].is_text}
            target.edit(lead, {**cleared, **filled})
        for _ in range(MAX_TRIES if filled else 0):
            if target.edit(lead, filled).status == 200:
                break

    def _compare(self, lead: Lead) -> str:
        """How a lead differs from its original; empty when it does not."""
        exchange = self.read(lead)
        if exchange.status == 400:
            exchange = self._target.edit(lead, self._filled(lead))
        if exchange.status != 200:
            return f"may not be restored ({exchange.outcome()})"
        changed = self._changed(lead, exchange)
        return f"is not restored ({', '.join(changed)})" if changed else ""

    def _changed(self, lead: Lead, exchange: Exchange) -> list[str]:
        original, fields = self.originals[lead], self._target.fields
        if exchange.status != 200:
            return list(original)
        return fields.changed(original, lead_of(exchange), but=set(fields.schemas) - set(original))

    def _filled(self, lead: Lead) -> dict[str, Any]:
        original = self.originals[lead]
        return {name: original[name] for name in self._target.fields.editable if not is_empty(original.get(name))}

    def _note(self, lead: Lead, wrong: str) -> None:
        filled = self._filled(lead)
        empty = [name for name in self._target.fields.editable if name not in filled]
        command = self._target.edit_request(lead, filled).curl()
        self._target.notes += [f"lead {lead.id} {wrong}", f"  to restore it: {command}"]
        self._target.notes += [f"  these fields were empty: {', '.join(empty)}"] if empty else []
