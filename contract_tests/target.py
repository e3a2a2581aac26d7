"""The implementation under test: its leads, how they are edited and read, and that they are left as they were."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import pytest

from contract_tests.answers import ANSWERS
from contract_tests.case import Case
from contract_tests.exchange import Exchange
from contract_tests.gate import MOST_UNANSWERED, Gate, Stopped
from contract_tests.rows import Columns
from contract_tests.settings import Lead, NotJudged, Settings
from puffle.contract import Operation
from puffle.secret import BEARER

ORDINARY_VALUES, OTHER_FIELDS = "ordinary-values-accepted", "ignores-other-fields"
"""The rules that are broken where an edit of ordinary values, or one that names other fields as well, is refused."""
OVERWRITTEN = "company"
"""The field that is given up where a row cannot be read without an edit."""
FEWEST_FIELDS = 2
"""So many fields that take any name must be there to edit, or the rules cannot be judged."""
TRIES = 3
"""How often what the care of the leads needs is asked for, where a server fails now and then."""


class Broken(AssertionError):
    """A promise of the contract is not kept."""

    def __init__(
        self, exchange: Exchange, expected: str, after: Exchange | None = None, case: Case | None = None
    ) -> None:
        """Take the request that shows it, and what should have come.

        Args:
            exchange: the request, and what came.
            expected: what should have come.
            after: the request that had to be sent before.
            case: what to run again, where it is not the case that Hypothesis has made.
        """
        super().__init__(f"expected {expected}, got {exchange.outcome()}")
        self.exchange = exchange
        self.expected = expected
        self.after = after if after is not exchange else None
        self.case = case


class Hindered(Exception):
    """An edit that a test needs was not carried out, so that its rule cannot be judged."""

    def __init__(self, exchange: Exchange, rule: str) -> None:
        """Take the request, and the rule that is broken by its refusal."""
        super().__init__(exchange.outcome())
        self.exchange = exchange
        self.rule = rule


class Target:
    """An implementation, known by its URL. Every request leaves through its gate."""

    def __init__(self, settings: Settings, operation: Operation, observe: Callable[[Exchange], None]) -> None:
        """Take where the implementation is; ``observe`` is handed every exchange."""
        self.settings = settings
        self.gate = Gate(settings, operation, observe)
        self.columns = Columns(operation.contract)
        self.fields: tuple[str, ...] = self.columns.listed
        """The fields that may be edited."""
        self._statuses: tuple[str, ...] = tuple(operation.definition["x-campaign-statuses"])
        self.broken: set[str] = set()
        """The rules that are known to be broken."""
        self._refusals = [status for status in operation.responses if status >= 400]
        self.notes: list[str] = []
        self.send = self.gate.send
        self._originals: dict[Lead, dict[str, Any]] = {}
        """The row before the first edit, empty where the implementation did not show it."""
        self._latest: dict[Lead, dict[str, Any]] = {}
        self._edited: set[Lead] = set()
        self._unsure: set[Lead] = set()
        """An edit of it got no answer."""
        self._reads_without_edit = True

    def edit(self, lead: Lead, updates: Mapping[str, Any], *, authorization: str | None = BEARER) -> Exchange:
        """Send an edit of a lead, whatever comes of it. Before the first one its row is read, to be put back."""
        if updates and lead not in self._originals:
            self._keep_original(lead)
        exchange = self._update(lead, updates, authorization)
        if exchange.status == 200 and updates:
            self._edited.add(lead)
        if exchange.status == 0 and updates:
            self._unsure.add(lead)
        return exchange

    def edited(self, lead: Lead, updates: Mapping[str, Any]) -> Exchange:
        """Send an edit that must be carried out.

        Raises:
            Hindered: it was not.
        """
        exchange = self.edit(lead, updates)
        if exchange.status in self._refusals:
            listed = {name: value for name, value in updates.items() if name in self.columns.listed}
            if len(listed) < len(updates) and self.edit(lead, listed).status == 200:
                self.hinder(exchange, OTHER_FIELDS)
            self.hinder(exchange, ORDINARY_VALUES)
        return self.with_row(exchange)

    def with_row(self, exchange: Exchange) -> Exchange:
        """An answer of which the row can be looked at.

        Raises:
            Hindered: it has none, or an undeclared status.
        """
        if exchange.status != 200 or not exchange.row:
            self.hinder(exchange, ANSWERS)
        return exchange

    def refused(self, exchange: Exchange) -> bool:
        """Whether an edit was refused with 400, as it may be.

        Raises:
            Broken: it was refused in another way.
            Hindered: it was neither refused nor answered with a row.
        """
        if exchange.status in self._refusals and exchange.status != 400:
            raise Broken(exchange, "status 200 or 400")
        return exchange.status == 400 or not self.with_row(exchange)

    def hinder(self, exchange: Exchange, rule: str) -> NoReturn:
        """Say that a test cannot go on, because of what another rule promises.

        Raises:
            Hindered: always, but where that rule is known to be broken: then the test is passed over.
        """
        if rule in self.broken or rule == ANSWERS:
            pytest.skip(f"its test needs an edit that was not carried out: see {rule}")
        raise Hindered(exchange, rule)

    def read(self, lead: Lead) -> Exchange:
        """Read a lead's row: an edit of nothing or, where that is refused, of one field to the value that it has.

        Raises:
            Broken: an edit of nothing is refused otherwise than with 400.
            Hindered: it is answered without a row, or the other is not carried out.
        """
        if self._reads_without_edit:
            exchange = self.edit(lead, {})
            if not self.refused(exchange):
                return exchange
            self._reads_without_edit = False
        row = self._latest.get(lead, {})
        known = (name for name in self.fields if isinstance(row.get(name), str) and row[name])
        field = next(known, OVERWRITTEN)
        return self.edited(lead, {field: row.get(field) or "Acme"})

    def original(self, lead: Lead) -> dict[str, Any]:
        """The row as it was before the first edit of the run, as far as it is known."""
        return self._originals.get(lead, {})

    def prepare(self) -> None:
        """See that the lead can be edited, keep the rows to put them back, and choose the fields to edit.

        Raises:
            NotJudged: it cannot; the message says what to do.
        """
        lead, settings = self.settings.lead, self.settings
        exchange = self._read_without_edit(lead)
        where = settings.base_url
        if exchange.status == 0:
            raise NotJudged(f"{where} cannot be reached: {exchange.text}; check BASE_URL")
        if exchange.status in (401, 403):
            raise NotJudged(f"{where} refused the key with {exchange.outcome()}; check PUFFLE_API_KEY")
        if exchange.status == 404:
            raise NotJudged(
                f"{where} knows no such lead: {exchange.outcome()}; check PUFFLE_CAMPAIGN_ID and PUFFLE_PROSPECT_ID"
            )
        if exchange.status == 400:
            status = self.named_status(exchange)
            if status and re.search("campaign|draft", exchange.text, re.IGNORECASE):
                raise NotJudged(f"campaign {lead.campaign} is {status}, not a draft; give one in PUFFLE_CAMPAIGN_ID")
        if settings.other and (found := self._read_without_edit(settings.other)).status in (403, 404):
            raise NotJudged(
                f"{where} knows no lead {settings.other.id} in that campaign: {found.outcome()}; "
                "check PUFFLE_OTHER_PROSPECT_ID"
            )
        for one in filter(None, (lead, settings.other, settings.launched, settings.foreign)):
            self._keep_original(one)
        if settings.guarded:
            for one in filter(None, (lead, settings.other)):
                if not self._originals[one]:
                    raise NotJudged(
                        f"{where} does not show the row of lead {one.id} before it is edited, so that it could not be "
                        "put back; add RESTORE=off if the lead may stay edited"
                    )
            self._spare_nulls()

    def _spare_nulls(self) -> None:
        for lead, row in self._originals.items():
            nulls = {name for name in self.columns.listed if row and not row.get(name)}
            self.gate.closed_to |= nulls
            if nulls:
                self.notes.append(f"not edited, because lead {lead.id} has nothing there: {', '.join(sorted(nulls))}")
        self.fields = tuple(name for name in self.columns.listed if name not in self.gate.closed_to)
        if len(set(self.fields) - {"email", "linkedin_url"}) < FEWEST_FIELDS:
            raise NotJudged(
                f"only {', '.join(self.fields) or 'none'} of the fields are filled in all leads, and the others could "
                "not be cleared again: name leads in PUFFLE_PROSPECT_ID and PUFFLE_OTHER_PROSPECT_ID of which more are"
            )

    def another_field(self, *but: str) -> str:
        """A field that may be edited, beside those named."""
        return next(name for name in reversed(self.fields) if name not in but)

    def named_status(self, exchange: Exchange) -> str | None:
        """The campaign status other than draft that an answer names."""
        words = set(re.findall(r"[a-z]+", exchange.text.lower()))
        return next((status for status in self._statuses if status != "draft" and status in words), None)

    def put_back(self) -> None:
        """Put the leads back as they were, compare them, and note what is not."""
        if self.gate.gave_up:
            self.notes.append(f"given up early: {MOST_UNANSWERED} requests got no answer")
        self.gate.reopen()
        # The lead that is edited most comes last: an implementation that mixes leads up leaves at least this one right.
        known = {lead: row for lead, row in reversed(self._originals.items()) if row}
        self.notes += [
            f"lead {lead.id} was edited; what it was before is not known" for lead in self._edited if lead not in known
        ]
        try:
            for lead, row in known.items():
                self._put_back(lead, row)
            for lead, row in known.items():
                wrong = self._compare(lead, row)
                if wrong:
                    self.notes += self._said_of(lead, row, wrong)
                elif lead in self._unsure:
                    late = "is as it was; but an edit of it got no answer, and may still be carried out: look at it"
                    self.notes += self._said_of(lead, row, late)
        except (Stopped, Exception) as reason:
            for lead in (self._edited | self._unsure) & set(known):
                self.notes += self._said_of(lead, known[lead], f"may not be as it was ({reason})")

    def _put_back(self, lead: Lead, original: Mapping[str, Any]) -> None:
        changed = self._changed(self._read_without_edit(lead), original)
        listed = {name: original[name] for name in self.columns.listed if name in changed}
        filled = {name: value for name, value in listed.items() if value}
        if len(filled) < len(listed) and not self.settings.guarded:
            # A field that was null cannot be cleared through this contract; the empty string comes nearest.
            self._update(lead, {**dict.fromkeys(listed, ""), **filled}, BEARER)
        for _ in range(TRIES if filled else 0):
            if self._update(lead, filled, BEARER).status == 200:
                break

    def _compare(self, lead: Lead, original: Mapping[str, Any]) -> str:
        """What is wrong with the lead, for a person to read; empty where it is as it was."""
        exchange = self._read_without_edit(lead)
        if exchange.status == 400:
            listed = {name: original[name] for name in self.columns.listed if original.get(name)}
            exchange = self._update(lead, listed, BEARER)
        if exchange.status != 200:
            return f"may not be as it was ({exchange.outcome()})"
        changed = self._changed(exchange, original)
        return f"is not as it was ({', '.join(changed)})" if changed else ""

    def _changed(self, exchange: Exchange, original: Mapping[str, Any]) -> list[str]:
        """The columns that an answered row has otherwise; all of them where none is answered."""
        if exchange.status != 200:
            return list(original)
        return self.columns.changed(original, exchange.row, but=set(self.columns.schemas) - set(original))

    def _said_of(self, lead: Lead, original: Mapping[str, Any], wrong: str) -> list[str]:
        values = {name: original[name] for name in self.columns.listed if original.get(name)}
        lacking = [name for name in self.columns.listed if not original.get(name)]
        command = self.gate.request(lead.campaign, body_of(lead, values)).curl()
        nothing = [f"  before it had nothing in {', '.join(lacking)}"] if lacking else []
        return [f"lead {lead.id} {wrong}", f"  to put it back: {command}", *nothing]

    def _keep_original(self, lead: Lead) -> None:
        exchange = self._read_without_edit(lead)
        row, unknown = exchange.row, set()
        editable = lead in (self.settings.lead, self.settings.other)
        if exchange.status == 400 and editable and not self.settings.guarded:
            row, unknown = self._update(lead, {OVERWRITTEN: "Acme"}, BEARER).row, {OVERWRITTEN}
            if row:
                self._edited.add(lead)
                self.notes.append(
                    f"an edit of nothing is refused, so lead {lead.id} was read by setting its {OVERWRITTEN}, "
                    "which cannot be put back"
                )
        if not all(self.columns.same(name, row.get(name), value) for name, value in lead.columns()):
            row = {}  # the row of another lead, or none at all
        self._originals[lead] = {name: row.get(name) for name in self.columns.schemas if row and name not in unknown}

    def _read_without_edit(self, lead: Lead) -> Exchange:
        for _ in range(TRIES):
            exchange = self._update(lead, {}, BEARER)
            if exchange.status < 500:
                break
        return exchange

    def _update(self, lead: Lead, updates: Mapping[str, Any], authorization: str | None) -> Exchange:
        exchange = self.send(lead.campaign, body_of(lead, updates), authorization=authorization)
        if exchange.status == 200 and exchange.row:
            self._latest[lead] = exchange.row
        return exchange


def body_of(lead: Lead, updates: Mapping[str, Any]) -> bytes:
    """The body of an edit."""
    return json.dumps({"prospect_id": lead.id, "updates": updates}, ensure_ascii=False).encode()
