"""How leads are edited, read, remembered before the run, and restored after it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ... import target
from ...exceptions import CannotJudge, RuleViolation, RunAborted
from ...exchange import Exchange, Request
from ...guard import Guard, as_uuid
from ...responses import RESPONSES
from ...settings import Lead
from ..leads import Fields, Updates, is_empty, lead_of

ORDINARY_VALUES, OTHER_FIELDS = "ordinary-values-accepted", "ignores-other-fields"
"""The rules that fail when an edit of ordinary values, or one with other members, is refused."""
MIN_FREE_TEXT_FIELDS = 2
"""The number of editable names and titles that the tests need."""
EDITED = "200 with the edited lead"
MAX_TRIES = 3
"""How often reading and restoring a lead is tried, for servers that fail intermittently."""


class Target(target.Target):
    """Edits leads, and keeps track of what must be restored."""

    first = (ORDINARY_VALUES,)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        contract, response = self.operation.contract, self.operation.response_schema(200) or {}
        editable = contract.members(contract.resolve(contract.members(self.schema)["updates"]))
        lead = contract.members(contract.resolve(contract.members(response)["prospect"]))
        self.fields = Fields(contract, editable, lead)
        self.names: tuple[str, ...] = self.fields.editable
        """The fields that the run may edit."""
        self.originals: dict[Lead, dict[str, Any]] = {}
        """Each lead before its first edit; empty when the target did not show it."""
        self._edited: set[Lead] = set()
        self._unsure: set[Lead] = set()
        """Leads with an edit that got no response."""
        self._latest: dict[Lead, dict[str, Any]] = {}
        self._can_read_without_edit = True

    @staticmethod
    def check(guard: Guard, request: Request) -> None:
        """Allow edits of configured leads, and of leads that do not exist."""
        if isinstance(request.sent, dict):
            guard.check_lead(request.sent.get("prospect_id"))
            updates = request.sent.get("updates")
            guard.check_fields(updates if isinstance(updates, dict) else ())

    def ordinary(self) -> SearchStrategy[Any]:
        return self.fields.some_updates(self.names).map(self._body)

    @property
    def plain(self) -> Any:
        return self._body(self.plain_updates)

    @property
    def plain_updates(self) -> Updates:
        return {name: self.fields[name].plain for name in self.names[-1:]}

    def _body(self, updates: Mapping[str, Any], lead: Lead | None = None) -> dict[str, Any]:
        return {"prospect_id": (lead or self.settings.lead).id, "updates": updates}

    def reading(self, lead: Lead) -> Any:
        return self._body({}, lead)

    def address(self, body: Any, lead: Lead) -> Any:
        if not isinstance(body, dict):
            return body
        if as_uuid(body.get("prospect_id")):
            body = {**body, "prospect_id": lead.id}
        if isinstance(updates := body.get("updates"), dict):
            is_protected = self.client.guard.is_protected
            body = {**body, "updates": {name: value for name, value in updates.items() if not is_protected(name)}}
        return body

    def left_open(self, body: Any) -> bool:
        """The contract does not say what happens to null in a field that can be edited."""
        updates = body.get("updates") if isinstance(body, dict) else None
        return isinstance(updates, dict) and any(updates.get(name, "") is None for name in self.fields.editable)

    def updates(self, data: st.DataObject) -> Updates:
        """Ordinary values for all fields."""
        return dict(data.draw(self.fields.updates(self.names)))

    def some_updates(self, data: st.DataObject) -> Updates:
        """Ordinary values for one or more fields."""
        return dict(data.draw(self.fields.some_updates(self.names)))

    def parametrize(self) -> Mapping[str, Sequence[str]]:
        fields = self.fields
        return {"field": self.names, "sequencing_field": fields.sequencing, "identity_field": fields.identity}

    def deliver(self, request: Request) -> Exchange:
        exchange, body = self.client.send(request), request.sent
        if isinstance(body, dict) and (lead_id := as_uuid(body.get("prospect_id"))):
            lead = Lead(request.campaign, lead_id)
            if exchange.status == 200 and lead_of(exchange):
                self._latest[lead] = lead_of(exchange)
            if body.get("updates") and exchange.status in (0, 200):
                (self._edited if exchange.status else self._unsure).add(lead)
        return exchange

    def edit(self, lead: Lead, updates: Mapping[str, Any]) -> Exchange:
        return self.send(lead.campaign, self._body(updates, lead))

    def edited(self, updates: Mapping[str, Any], lead: Lead | None = None) -> Exchange:
        """Edit a lead, by default ``settings.lead``; raise ``RuleViolation`` when the edit is refused."""
        lead = lead or self.settings.lead
        exchange = self.edit(lead, updates)
        if self._is_refusal(exchange):
            listed = {name: value for name, value in updates.items() if name in self.fields.editable}
            if len(listed) < len(updates) and self.edit(lead, listed).status == 200:
                self.block(exchange, OTHER_FIELDS, EDITED)
            self.block(exchange, ORDINARY_VALUES, EDITED)
        return self._with_lead(exchange)

    def refused(self, exchange: Exchange) -> bool:
        """Whether an edit was refused with 400, where that is allowed.

        Raises:
            RuleViolation: it was refused with another status, or neither refused nor carried out.
        """
        if self._is_refusal(exchange) and exchange.status != 400:
            raise RuleViolation(exchange, "status 200 or 400")
        return exchange.status == 400 or not self._with_lead(exchange)

    def _is_refusal(self, exchange: Exchange) -> bool:
        return exchange.status >= 400 and self.operation.response(exchange.status) is not None

    def _with_lead(self, exchange: Exchange) -> Exchange:
        if exchange.status != 200 or not lead_of(exchange):
            self.block(exchange, RESPONSES, EDITED)
        return exchange

    def read(self, lead: Lead | None = None) -> Exchange:
        """Read a lead by an edit of nothing or, when that is refused, of one field to the value that it has.

        Raises:
            RuleViolation: an edit of nothing was refused with another status than 400, or the lead cannot be read.
        """
        lead = lead or self.settings.lead
        if self._can_read_without_edit:
            exchange = self.edit(lead, {})
            if not self.refused(exchange):
                return exchange
            self._can_read_without_edit = False
        known = self._latest.get(lead, {})
        filled = {name: known[name] for name in self.names if not is_empty(known.get(name))}
        name = next(iter(filled), self.another_field())
        return self.edited({name: filled.get(name, self.fields[name].plain)}, lead)

    def is_about(self, exchange: Exchange, lead: Lead) -> bool:
        found = lead_of(exchange)
        return all(self.fields.same(name, found.get(name), value) for name, value in ids_of(lead).items())

    def another_field(self, *but: str) -> str:
        """A field that may be edited: a name or title if possible."""
        others = [name for name in self.names if name not in but]
        return max(others, key=lambda name: (self.fields[name].is_free_text, others.index(name)))

    def prepare(self) -> None:
        """Check that the lead can be edited, remember all leads, and choose the fields to edit."""
        settings, url = self.settings, self.settings.base_url
        exchange = self._read_patiently(settings.lead)
        if exchange.status == 0:
            raise CannotJudge(f"{url} cannot be reached: {exchange.text}; check BASE_URL")
        if exchange.status in (401, 403):
            raise CannotJudge(f"{url} refused the key with {exchange.outcome()}; check PUFFLE_API_KEY")
        if exchange.status == 404:
            check = "check PUFFLE_CAMPAIGN_ID and PUFFLE_PROSPECT_ID"
            raise CannotJudge(f"{url} has no such lead: {exchange.outcome()}; {check}")
        status = self.named_status(exchange) if exchange.status == 400 else None
        if status and re.search("campaign|draft", exchange.text, re.IGNORECASE):
            campaign = settings.lead.campaign
            raise CannotJudge(f"campaign {campaign} is {status}, not draft; set PUFFLE_CAMPAIGN_ID to a draft")
        if (other := settings.other) and (found := self._read_patiently(other)).status in (403, 404):
            raise CannotJudge(f"{url} has no lead {other.id}: {found.outcome()}; check PUFFLE_OTHER_PROSPECT_ID")
        for lead in settings.leads:
            self._remember(lead)
        if settings.guarded:
            self._protect_empty_fields()

    def _read_patiently(self, lead: Lead) -> Exchange:
        for _ in range(MAX_TRIES):
            exchange = self.edit(lead, {})
            if exchange.status < 500:
                break
        return exchange

    def _remember(self, lead: Lead) -> None:
        exchange, name = self._read_patiently(lead), ""
        may_edit = lead.campaign == self.settings.lead.campaign and not self.settings.guarded
        if exchange.status == 400 and may_edit:
            name = self.another_field()
            exchange = self.edit(lead, {name: self.fields[name].plain})
            if lead_of(exchange):
                how = f"was read by setting its {name}, which cannot be restored"
                self.notes.append(f"an edit of nothing is refused, so lead {lead.id} {how}")
        found = lead_of(exchange) if self.is_about(exchange, lead) else {}
        self.originals[lead] = {field: found.get(field) for field in self.fields.schemas if found and field != name}

    def _protect_empty_fields(self) -> None:
        guard, editable = self.client.guard, self.fields.editable
        for lead, original in self.originals.items():
            if not original and lead.campaign == self.settings.lead.campaign:
                raise CannotJudge(
                    f"{self.settings.base_url} does not show lead {lead.id} before it is edited, so it could not be "
                    "restored; add RESTORE=off if the lead may stay edited"
                )
            empty = {name for name in editable if original and is_empty(original.get(name))}
            guard.protected |= empty
            if empty:
                self.notes.append(f"not edited, because lead {lead.id} has no value: {', '.join(sorted(empty))}")
        self.names = tuple(name for name in editable if name not in guard.protected)
        if sum(self.fields[name].is_free_text for name in self.names) < MIN_FREE_TEXT_FIELDS:
            raise CannotJudge(
                f"only {', '.join(self.names) or 'none'} of the fields have values in all leads, and the others could "
                "not be cleared again: choose leads with more values in PUFFLE_PROSPECT_ID and PUFFLE_OTHER_PROSPECT_ID"
            )

    def restore(self) -> None:
        # The lead that is edited most comes last: a target that mixes leads up then gets at least this one right.
        known = [lead for lead, original in reversed(self.originals.items()) if original]
        unknown = self._edited.difference(known)
        self.notes += [f"lead {lead.id} was edited; its earlier values are not known" for lead in unknown]
        try:
            for lead in known:
                self._restore(lead)
            for lead in known:
                if wrong := self._compare(lead):
                    self._note(lead, wrong)
                elif lead in self._unsure:
                    self._note(lead, "is restored; but an edit of it got no response and may still happen: check it")
        except (RunAborted, Exception) as error:
            for lead in (self._edited | self._unsure).intersection(known):
                self._note(lead, f"may not be restored ({error})")

    def _restore(self, lead: Lead) -> None:
        original = self.originals[lead]
        changed = [name for name in self._changed(lead, self._read_patiently(lead)) if name in self.fields.editable]
        filled = {name: original[name] for name in changed if not is_empty(original[name])}
        if len(filled) < len(changed) and not self.settings.guarded:
            # No edit can set a field to null; the empty string is the closest value.
            self.edit(lead, {name: "" for name in changed if self.fields[name].is_text} | filled)
        for _ in range(MAX_TRIES if filled else 0):
            if self.edit(lead, filled).status == 200:
                break

    def _compare(self, lead: Lead) -> str:
        """How a lead differs from its original; empty when it does not."""
        exchange = self._read_patiently(lead)
        if exchange.status == 400:
            exchange = self.edit(lead, self._filled(lead))
        if exchange.status != 200:
            return f"may not be restored ({exchange.outcome()})"
        changed = self._changed(lead, exchange)
        return f"is not restored ({', '.join(changed)})" if changed else ""

    def _changed(self, lead: Lead, exchange: Exchange) -> list[str]:
        original = self.originals[lead]
        if exchange.status != 200:
            return list(original)
        return self.fields.changed(original, lead_of(exchange), but=set(self.fields.schemas) - set(original))

    def _filled(self, lead: Lead) -> Updates:
        original = self.originals[lead]
        return {name: original[name] for name in self.fields.editable if not is_empty(original.get(name))}

    def _note(self, lead: Lead, wrong: str) -> None:
        filled = self._filled(lead)
        empty = [name for name in self.fields.editable if name not in filled]
        command = self.request(lead.campaign, self._body(filled, lead)).curl()
        self.notes += [f"lead {lead.id} {wrong}", f"  to restore it: {command}"]
        self.notes += [f"  these fields were empty: {', '.join(empty)}"] if empty else []


def ids_of(lead: Lead) -> dict[str, str]:
    """What a response about a lead must contain."""
    return {"id": lead.id, "campaign_id": lead.campaign}
