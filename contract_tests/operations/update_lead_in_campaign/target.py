"""How leads are edited and read, and which requests are safe: those about leads of the run, or named for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ... import target
from ...exceptions import CannotJudge, RuleViolation
from ...exchange import Exchange, Request
from ...guard import UNKNOWN_ID, Guard, as_uuid
from ...responses import RESPONSES
from ...settings import Lead
from ..leads import Fields, Updates, is_empty, lead_of
from ..roster import LIST, LISTS_CHANGES, LISTS_EVERY_LEAD, UPDATE, Seen
from .restoring import Restoring

ORDINARY_VALUES, OTHER_FIELDS = "ordinary-values-accepted", "ignores-other-fields"
"""The rules that fail when an edit of ordinary values, or one with other members, is refused."""
EDITED_ROW, OTHERS_KEPT = "answers-edited-row", "keeps-other-fields"
EDITED = "200 with the edited lead"


class Target(target.Target):
    """Edits leads."""

    first = (ORDINARY_VALUES, OTHERS_KEPT)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        contract = self.operation.contract
        editable = contract.members(contract.resolve(contract.members(self.schema)["updates"]))
        self.fields = Fields(contract, editable, self.roster.lead_schemas)
        self.names: tuple[str, ...] = self.fields.editable
        """The fields that the run may edit."""
        self.restoring = Restoring(self)
        self._latest: dict[Lead, Seen] = {}
        """Each lead as its latest edit showed it."""
        self._can_read_by_edit = True

    @staticmethod
    def check(guard: Guard, request: Request) -> None:
        """Allow edits of leads of the run, of those that were named for it, and of leads that do not exist."""
        if isinstance(request.sent, dict):
            guard.check_lead(request.sent.get("prospect_id"), guard.editable)
            updates = request.sent.get("updates")
            guard.check_fields(updates if isinstance(updates, dict) else ())

    def ordinary(self) -> SearchStrategy[Any]:
        return self.fields.some_updates(self.names).map(self.body)

    @property
    def plain(self) -> Any:
        return self.body(self.plain_updates)

    @property
    def plain_updates(self) -> Updates:
        return {name: self.fields[name].plain for name in self.names[-1:]}

    def body(self, updates: Mapping[str, Any], lead: Lead | None = None) -> dict[str, Any]:
        return {"prospect_id": (lead or self.roster.lead).id, "updates": updates}

    def reading(self, campaign: str) -> Any:
        return self.body({}, self._lead_in(campaign))

    def address(self, body: Any, campaign: str) -> Any:
        if not isinstance(body, dict):
            return body
        lead = self._lead_in(campaign)
        if as_uuid(body.get("prospect_id")):
            body = {**body, "prospect_id": lead.id}
        if isinstance(updates := body.get("updates"), dict):
            allowed = {name: updates[name] for name in updates if self._may_set(name, lead)}
            body = {**body, "updates": allowed if allowed or not updates else self.harmless_updates(lead)}
        return body

    def _lead_in(self, campaign: str) -> Lead:
        """A lead of a campaign that may be edited; without one, the lead that is edited most."""
        others = [lead for lead in self._others if lead.campaign == campaign]
        return others[0] if others else self.roster.lead

    @property
    def _others(self) -> list[Lead]:
        """Leads whose edits must all be refused."""
        return [lead for lead in (self.roster.launched, self.settings.foreign) if lead]

    def harmless_updates(self, lead: Lead, value: str = "") -> Updates:
        """An edit that does little harm if it is not refused: of a name or title, and one that can be restored.

        It is an edit of nothing if there is no such field and everything must be restored.
        """
        names = [name for name in self.names if self.fields[name].is_free_text]
        restorable = [name for name in names if self._may_set(name, lead)]
        chosen = restorable or ([] if self.settings.guarded else names)
        return {name: value or self.fields[name].plain for name in chosen[-1:]}

    def _may_set(self, name: str, lead: Lead) -> bool:
        """Whether a field may be set: it can be restored if that must not happen."""
        if self.client.guard.is_protected(name):
            return False
        original = self.restoring.originals.get(lead, {})
        if lead in self._others and name in self.fields.editable:
            return self.fields[name].is_free_text and (not original or not is_empty(original.get(name)))
        return True

    def left_open(self, body: Any) -> bool:
        """The contract does not say what happens to null in a field that can be edited."""
        updates = body.get("updates") if isinstance(body, dict) else None
        return isinstance(updates, dict) and any(updates.get(name, "") is None for name in self.fields.editable)

    def is_about_leads(self, exchange: Exchange) -> bool:
        """Whether the lead is not of the campaign, and one that does not exist is refused in the same way."""
        lead = self.roster.lead
        if exchange.campaign == lead.campaign or self._lead_in(exchange.campaign) != lead:
            return False
        unknown = self.edit(Lead(lead.campaign, UNKNOWN_ID.format(0)), self.plain_updates)
        return exchange.status == unknown.status

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
            if exchange.status == 200 and self.is_about(exchange, lead):
                self._latest[lead] = self.roster.see(exchange, lead_of(exchange))
            if body.get("updates") and exchange.status in (0, 200):
                self.restoring.note(lead, is_certain=exchange.status == 200)
        return exchange

    def edit(self, lead: Lead, updates: Mapping[str, Any]) -> Exchange:
        return self.send(lead.campaign, self.body(updates, lead))

    def edited(self, updates: Mapping[str, Any], lead: Lead | None = None) -> Seen:
        """Edit a lead, by default ``roster.lead``; raise ``RuleViolation`` when the edit is refused."""
        lead = lead or self.roster.lead
        exchange = self.edit(lead, updates)
        if self.is_refusal(exchange):
            listed = {name: value for name, value in updates.items() if name in self.fields.editable}
            if len(listed) < len(updates) and self.edit(lead, listed).status == 200:
                self.block(exchange, OTHER_FIELDS, EDITED)
            self.block(exchange, ORDINARY_VALUES, EDITED)
        return self.seen(exchange)

    def refused(self, exchange: Exchange) -> bool:
        """Whether an edit was refused with 400, where that is allowed.

        Raises:
            RuleViolation: it was refused with another status, or neither refused nor carried out.
        """
        if self.is_refusal(exchange) and exchange.status != 400:
            raise RuleViolation(exchange, "status 200 or 400")
        return exchange.status == 400 or not self.seen(exchange).lead

    def is_refusal(self, exchange: Exchange) -> bool:
        """Whether an edit was refused, with any declared status."""
        return exchange.status >= 400 and self.operation.response(exchange.status) is not None

    def seen(self, exchange: Exchange) -> Seen:
        """The lead in the response to an edit that was not refused."""
        if exchange.status != 200 or not lead_of(exchange):
            self.block(exchange, RESPONSES, EDITED)
        return self.roster.see(exchange, lead_of(exchange))

    def read(self, lead: Lead | None = None) -> Seen:
        """Read a lead, by default ``roster.lead``: through the list, or by an edit of nothing.

        Raises:
            RuleViolation: the lead cannot be read.
        """
        lead = lead or self.roster.lead
        if not self.can_read_lists:
            return self.read_by_edit(lead)
        if (seen := self.roster.find(lead)) is None:
            exchange = self.edit(lead, {})
            if self.is_about(exchange, lead):
                self.roster.order.expect(lead.campaign)
                self.block(exchange, LISTS_EVERY_LEAD, f"lead {lead.id} to be listed")
            return self.seen(exchange)
        latest = self._latest.get(lead)
        if latest and self._can_read_by_edit and self._differ(latest, seen) and latest.exchange.sent.get("updates"):
            again = self.edit(lead, {})
            if again.status == 200 and not self._differ(latest, self.seen(again)):
                shown = "the list to show the lead as the responses to its edits do"
                self.block(seen.exchange, LISTS_CHANGES, shown, after=latest.exchange)
        return seen

    @property
    def can_read_lists(self) -> bool:
        """Whether lists show what is there, and every field that edits have shown."""
        known = [name for name in self.fields.schemas if self.roster.shows(UPDATE, name)] or self.fields.schemas
        return self.roster.is_trusted and all(self.roster.shows(LIST, name) for name in known)

    @property
    def can_remember_lists(self) -> bool:
        """Whether lists show every field there is, so that a lead can be restored from them."""
        return self.can_read_lists and all(self.roster.shows(LIST, name) for name in self.fields.schemas)

    def read_all(self) -> dict[str, Seen]:
        """The leads of the campaign, as far as they can be read with a request or two, by id."""
        lead, other = self.roster.lead, self.roster.other
        seen = self.roster.some(lead.campaign) if self.can_read_lists else {}
        others = [one for one in (lead, other) if one and one.id not in seen]
        return {**seen, **{one.id: self.read(one) for one in others}}

    def _differ(self, edited: Seen, seen: Seen) -> bool:
        """Whether a field that was edited has another value."""
        return bool(set(self.roster.changed(self.fields, edited, seen)) & set(edited.exchange.sent["updates"]))

    def read_by_edit(self, lead: Lead | None = None) -> Seen:
        """Read a lead by an edit that changes nothing; where one would set a field, through the list if there is one.

        Raises:
            RuleViolation: an edit of nothing was refused with another status than 400, or the lead cannot be read.
        """
        lead = lead or self.roster.lead
        if seen := self._edited_nothing(lead):
            return seen
        return self.read(lead) if self.can_read_lists else self.touched(lead)

    def touched(self, lead: Lead) -> Seen:
        """The response to an edit of nothing or, when that is refused, of one field to the value that it has."""
        if seen := self._edited_nothing(lead):
            return seen
        known = self._latest[lead].lead if lead in self._latest else {}
        filled = {name: known[name] for name in self.names if not is_empty(known.get(name))}
        name = next(iter(filled), self.another_field())
        return self.edited({name: filled.get(name, self.fields[name].plain)}, lead)

    def _edited_nothing(self, lead: Lead) -> Seen | None:
        if self._can_read_by_edit:
            exchange = self.edit(lead, {})
            if not self.refused(exchange):
                return self.seen(exchange)
            self._can_read_by_edit = False
        return None

    def shown(self, lead: Lead) -> dict[str, Any] | None:
        """A lead as the list shows it; None without a list."""
        found = self.roster.found(lead) if self.can_read_lists else None
        return found.lead if found else None

    def original(self, lead: Lead, otherwise: Seen) -> dict[str, Any]:
        """A lead as it was before its first edit, if that is known."""
        return self.restoring.originals.get(lead) or otherwise.lead

    def is_about(self, exchange: Exchange, lead: Lead) -> bool:
        found = lead_of(exchange)
        return all(self.fields.same(name, found.get(name), value) for name, value in ids_of(lead).items())

    def another_field(self, *but: str) -> str:
        """A field that may be edited: a name or title if possible."""
        others = [name for name in self.names if name not in but]
        return max(others, key=lambda name: (self.fields[name].is_free_text, others.index(name)))

    def prepare(self) -> None:
        """Check that the lead can be edited, remember all leads, and choose the fields to edit."""
        settings, roster = self.settings, self.roster
        if roster.is_provisioned:
            leads = [*roster.kept, *filter(None, (roster.launched, settings.foreign))]
        else:
            self._check_leads()
            leads = settings.leads
        for lead in leads:
            self.restoring.remember(lead)
        if settings.guarded and not roster.is_provisioned:
            self.restoring.protect_empty_fields()

    def _check_leads(self) -> None:
        settings, url = self.settings, self.settings.base_url
        if settings.lead is None:
            raise CannotJudge(
                "PUFFLE_PROSPECT_ID is not set: name a lead that may be edited, or judge the operations that list, add "
                "and remove leads too (OPERATIONS=)"
            )
        exchange, ids = self.restoring.read_patiently(settings.lead), "PUFFLE_CAMPAIGN_ID and PUFFLE_PROSPECT_ID"
        if exchange.status == 404:
            raise CannotJudge(f"{url} has no such lead: {exchange.outcome()}; check {ids}")
        self.check_usable(exchange)
        if (other := settings.other) and (found := self.restoring.read_patiently(other)).status in (403, 404):
            raise CannotJudge(f"{url} has no lead {other.id}: {found.outcome()}; check PUFFLE_OTHER_PROSPECT_ID")

    def restore(self) -> None:
        self.restoring.restore()


def ids_of(lead: Lead) -> dict[str, str]:
    """What a response about a lead must contain."""
    return {"id": lead.id, "campaign_id": lead.campaign}
