"""Remembers leads before they are edited, and restores them at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...exceptions import CannotJudge, RunAborted
from ...exchange import Exchange
from ...settings import Lead
from ..leads import Updates, is_empty, lead_of
from ..roster import Seen

if TYPE_CHECKING:
    from .target import Target

MIN_FREE_TEXT_FIELDS = 2
"""The number of editable names and titles that the tests need."""
MAX_TRIES = 3
"""How often reading and restoring a lead is tried, for servers that fail intermittently."""


class Restoring:
    """Keeps track of what must be restored."""

    def __init__(self, target: Target) -> None:
        self._target, self._roster, self._fields = target, target.roster, target.fields
        self._settings, self._notes = target.settings, target.notes
        self.originals: dict[Lead, dict[str, Any]] = {}
        """Each lead before its first edit; empty when the target did not show it."""
        self.edited: set[Lead] = set()
        self.unsure: set[Lead] = set()
        """Leads with an edit that got no response."""
        self._through: dict[str, str] = {}
        """The campaign through which a lead was edited, by the lead's id."""

    def note(self, lead: Lead, *, is_certain: bool) -> None:
        """Remember that a lead was edited, or may have been, perhaps through a campaign that is not its own."""
        own = next((one for one in self.originals if one.id == lead.id), lead)
        (self.edited if is_certain else self.unsure).add(own)
        if is_certain and self._through.get(lead.id) != own.campaign:
            self._through[lead.id] = lead.campaign

    def read_patiently(self, lead: Lead) -> Exchange:
        for _ in range(MAX_TRIES):
            exchange = self._target.edit(lead, {})
            if exchange.status < 500:
                break
        return exchange

    def _see(self, lead: Lead) -> Seen:
        """A lead as it is shown without an edit; empty if it is not."""
        # A lead of a launched campaign is shown nowhere else, so that a list which lacks fields is better than nothing.
        is_listed = self._target.can_remember_lists or (lead == self._roster.launched and self._roster.is_trusted)
        if is_listed and lead != self._settings.foreign and (seen := self._roster.found(lead)):
            return seen
        exchange = self.read_patiently(lead)
        return Seen(exchange, lead_of(exchange) if self._target.is_about(exchange, lead) else {})

    def remember(self, lead: Lead) -> None:
        (exchange, found), name = self._see(lead), ""
        may_edit = lead.campaign == self._settings.campaign and not self._settings.guarded
        if exchange.status == 400 and may_edit:
            name = self._target.another_field()
            exchange = self._target.edit(lead, {name: self._fields[name].plain})
            if lead_of(exchange):
                how = f"was read by setting its {name}, which cannot be restored"
                self._notes.append(f"an edit of nothing is refused, so lead {lead.id} {how}")
            found = lead_of(exchange) if self._target.is_about(exchange, lead) else {}
        self.originals[lead] = {field: found.get(field) for field in self._fields.schemas if found and field != name}

    def protect_empty_fields(self) -> None:
        guard, editable = self._target.client.guard, self._fields.editable
        for lead, original in self.originals.items():
            if lead == self._roster.launched:
                continue
            if not original and lead.campaign == self._settings.campaign:
                raise CannotJudge(
                    f"{self._settings.base_url} does not show lead {lead.id} before it is edited, so it could not be "
                    "restored; add RESTORE=off if the lead may stay edited"
                )
            empty = {name for name in editable if original and is_empty(original.get(name))}
            guard.protected |= empty
            if empty:
                self._notes.append(f"not edited, because lead {lead.id} has no value: {', '.join(sorted(empty))}")
        self._target.names = tuple(name for name in editable if name not in guard.protected)
        names = self._target.names
        if sum(self._fields[name].is_free_text for name in names) < MIN_FREE_TEXT_FIELDS:
            raise CannotJudge(
                f"only {', '.join(names) or 'none'} of the fields have values in all leads, and the others "
                "could not be cleared again: choose leads with more values in PUFFLE_PROSPECT_ID and "
                "PUFFLE_OTHER_PROSPECT_ID"
            )

    def restore(self) -> None:
        """Undo all edits of leads that were there before, and note what could not be undone."""
        # The lead that is edited most comes last: a target that mixes leads up then gets at least this one right.
        own = {
            lead for lead in self.edited | self.unsure | set(self.originals) if lead.id in self._target.client.guard.own
        }
        known = [lead for lead, original in reversed(self.originals.items()) if original and lead not in own]
        unknown = self.edited.difference(known, own)
        self._notes += [f"lead {lead.id} was edited; its earlier values are not known" for lead in unknown]
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
        original, through = self.originals[lead], self._editable(lead)
        changed = [name for name in self._changed(lead, self._see(lead)) if name in self._fields.editable]
        filled = {name: original[name] for name in changed if not is_empty(original[name])}
        if len(filled) < len(changed) and not self._settings.guarded:
            # No edit can set a field to null; the empty string is the closest value.
            self._target.edit(through, {name: "" for name in changed if self._fields[name].is_text} | filled)
        for _ in range(MAX_TRIES if filled else 0):
            if self._target.edit(through, filled).status == 200:
                break

    def _editable(self, lead: Lead) -> Lead:
        """The lead in the campaign through which it was edited."""
        return lead._replace(campaign=self._through.get(lead.id, lead.campaign))

    def _compare(self, lead: Lead) -> str:
        """How a lead differs from its original; empty when it does not."""
        seen = self._see(lead)
        if seen.exchange.status == 400:
            exchange = self._target.edit(lead, self._filled(lead))
            seen = Seen(exchange, lead_of(exchange))
        if seen.exchange.status != 200:
            return f"may not be restored ({seen.exchange.outcome()})"
        changed = self._changed(lead, seen)
        return f"is not restored ({', '.join(changed)})" if changed else ""

    def _changed(self, lead: Lead, seen: Seen) -> list[str]:
        original = self.originals[lead]
        if not seen.lead:
            return list(original)
        return self._fields.changed(original, seen.lead, but=set(self._fields.schemas) - set(original))

    def _filled(self, lead: Lead) -> Updates:
        original = self.originals[lead]
        return {name: original[name] for name in self._fields.editable if not is_empty(original.get(name))}

    def _note(self, lead: Lead, wrong: str) -> None:
        filled = self._filled(lead)
        empty = [name for name in self._fields.editable if name not in filled]
        command = self._target.request(self._editable(lead).campaign, self._target.body(filled, lead)).curl()
        self._notes += [f"lead {lead.id} {wrong}", f"  to restore it: {command}"]
        self._notes += [f"  these fields were empty: {', '.join(empty)}"] if empty else []
