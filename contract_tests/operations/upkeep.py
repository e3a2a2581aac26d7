"""Keeps the campaigns as they were: removes what the run, or one that crashed, has added, and compares the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from ..exceptions import CannotJudge, RunAborted
from ..exchange import Exchange
from ..guard import MARK, parts
from ..ledger import Entry, settle, taken
from ..settings import Lead
from ..verdict import counted
from .cleaning import Cleaning
from .differences import Leads, differences
from .leads import Fields, lead_id
from .roster import ADD, COMPLETE, IDENTITY, LIST, REMOVES_LEADS

if TYPE_CHECKING:
    from ..run import Run

MAX_LOOSE = 10
"""How many leads the tests may add before they are removed."""
MAX_COMPARED = 1000
"""How many leads of a campaign are compared at the end of the run."""
MAX_TRIES = 3
"""How often something is tried before and after the tests, for servers that fail intermittently."""

T = TypeVar("T")


class Upkeep:
    """What a run does about the campaigns before, during and after its tests."""

    def __init__(self, run: Run) -> None:
        self._run, self._roster, self._guard = run, run.roster, run.client.guard
        self._before: dict[str, Leads] = {}
        """The campaigns before the run."""
        self._added_to: set[str] = set()
        self._dirty: set[str] = set()
        """The campaigns with leads that can be removed."""
        self._loose = 0
        self._can_remove = True
        self.cleaning = Cleaning(run)
        self._fields = Fields(run.contract, {}, run.roster.lead_schemas)
        self.violations: list[tuple[str, str]] = []
        """The rules that were violated according to the leads at the end of the run, and how those differ."""

    # Before the tests:

    def prepare(self) -> None:
        """Remove what earlier runs left behind, remember what is there, and add the leads that edits are about.

        Raises:
            CannotJudge: the target cannot be reached, the key is refused, or the campaign cannot be used.
        """
        settings, roster = self._run.settings, self._roster
        if not roster.is_listed or roster.is_stateless:
            return
        listing = self._run.targets[LIST]
        listing.check_usable(_patiently(lambda: listing.send(settings.campaign, query={"limit": 1})))
        if roster.is_provisioned:
            self._guard.editable -= {lead.id for lead in (settings.lead, settings.other) if lead}
            self.remove_leftovers()
        for campaign in filter(None, (settings.campaign, settings.scratch_campaign, settings.launched_campaign)):
            if (leads := self._attempt(partial(self._read, campaign))) is not None:
                self._before[campaign] = leads
            else:
                self._run.notes.append(
                    f"campaign {campaign} has too many leads, or cannot be listed: it is not compared"
                )
        self._guard.draft_was_empty = self._before.get(settings.campaign) == {}
        self._look_up_launched()
        if roster.is_provisioned:
            self._provision()

    def _look_up_launched(self) -> None:
        campaign = self._run.settings.launched_campaign or ""
        for lead in self._before.get(campaign, {}).values():
            self._guard.known_values |= {str(lead[name]).lower() for name in IDENTITY if lead.get(name)}
            self._roster.launched = self._roster.launched or Lead(campaign, lead_id(lead))
        if launched := self._roster.launched:
            self._guard.editable.add(launched.id)
            found = self._before.get(campaign, {}).get(launched.id, {})
            self._roster.launched_item = {name: found[name] for name in IDENTITY if found.get(name)} or None

    def _provision(self) -> None:
        """Add the leads that edits are about; what is wrong with a response is left to the tests that need them."""
        campaign, adding = self._run.settings.campaign, self._run.targets[ADD]
        items = self._roster.new_items(2, **COMPLETE)
        exchange = _patiently(lambda: adding.send(campaign, {"prospects": items}))
        adding.check_usable(exchange)
        if exchange.status == 200:
            self._roster.kept = self._attempt(partial(self._roster.look_up, campaign, items)) or []

    # During the tests:

    def is_about_to_add(self, campaign: str) -> None:
        """A request that may add leads is about to be sent."""
        if campaign in (self._run.settings.campaign, self._run.settings.scratch_campaign):
            self._run.ledger.expect(campaign)
            self._added_to.add(campaign)
            self._dirty.add(campaign)

    def has_added(self, exchange: Exchange) -> None:
        """A request that may have added leads was sent."""
        imported = exchange.json.get("imported") if isinstance(exchange.json, dict) else 0
        self._loose += imported if isinstance(imported, int) else 1
        self.cleaning.has_added(exchange)

    def tidy(self) -> None:
        """Remove what tests have added, if that is much."""
        if self._loose >= MAX_LOOSE:
            self.sweep()

    def sweep(self) -> None:
        """Remove what tests have added, so that lists stay short; what cannot be removed now stays until the end."""
        campaigns, self._dirty, self._loose = self._dirty, set(), 0
        if self._can_remove and self._roster.is_trusted and not self._run.has_failed(REMOVES_LEADS):
            for campaign in campaigns:
                if self._attempt(partial(self._remove_loose, campaign)) is None:
                    self._can_remove = False

    def _remove_loose(self, campaign: str) -> bool:
        own = (Lead(campaign, lead_id(lead)) for lead in self._roster.own_in(campaign))
        self._roster.remove(filter(self._roster.is_loose, own))
        return True

    # After the tests:

    def close(self) -> None:
        """Remove everything that the run has added, and compare the campaigns with what they were."""
        ledger = self._run.ledger
        left = self.clear(Entry(self._run.settings.base_url, self._guard.mark, self._added_to, file=ledger.file))
        ledger.close(left=left)
        for campaign, before in self._before.items():
            if campaign != self._run.settings.scratch_campaign:
                after = self._attempt(partial(self._read, campaign), at_end=True)
                if after is None:
                    self._run.notes.append(f"campaign {campaign} cannot be listed: compare its leads yourself")
                else:
                    self._compare(campaign, before, after)

    def _compare(self, campaign: str, before: Leads, after: Leads) -> None:
        """Note what is different in leads that the run did not add."""
        is_draft = campaign == self._run.settings.campaign
        for found in differences(self._fields, campaign, before, after, is_draft=is_draft):
            self._run.notes.append(found.text)
            judged = {rule.id for target in self._run.targets.values() for rule in target.operation.rules}
            is_restored = is_draft and found.lead in self._guard.editable  # as far as that was possible
            if not is_restored and (rules := [rule for rule in found.rules if rule in judged]):
                self.violations.append((rules[0], found.text))

    def remove_leftovers(self) -> None:
        """Remove what runs that have crashed left behind on this target."""
        with taken(self._run.settings.ledger) as entries:
            for entry in entries:
                if entry.base_url == self._run.settings.base_url:
                    self._guard.campaigns |= entry.campaigns
                    self._guard.own |= {lead.id for lead in entry.leads}
                    self.cleaning.start(entry.left, entry.campaigns)
                    settle(entry.file, self.clear(entry))
            self.cleaning.start({})

    def clear(self, entry: Entry) -> dict[str, int]:
        """Remove the leads of a run; note and return how many may be left, by campaign."""
        left = {}
        for campaign in sorted(entry.campaigns):
            if (count := self.cleaning.remove_all(campaign, entry.mark)) != 0:
                left[campaign] = count or 0
                leads = "leads" if count is None else counted(count, "lead")
                which = f'the email addresses contain "{entry.mark}"'
                again = (
                    f"; `make contract-clean` tries again (if none is, delete {entry.file})" if entry.file.name else ""
                )
                self._run.notes.append(f"{leads} may be left in campaign {campaign}: {which}{again}")
        return left

    def _read(self, campaign: str) -> Leads | None:
        """The leads of a campaign that no run has added; None if there are too many of them."""
        leads: Leads = {}
        for exchange in self._roster.pages(campaign, limit=100):
            found = {lead_id(lead): lead for lead in self._roster.leads_in(exchange) if not _is_marked(lead)}
            leads |= {lead: found[lead] for lead in found if lead not in self._guard.own}
            if len(leads) > MAX_COMPARED:
                return None
        return leads

    def _attempt(self, action: Callable[[], T], *, at_end: bool = False) -> T | None:
        """What an action returns; None if the target does not let it happen."""
        try:
            return action()
        except CannotJudge:
            raise
        except (pytest.skip.Exception, Exception):
            return None
        except RunAborted:
            if at_end:
                return None
            raise


def _patiently(send: Callable[[], Exchange]) -> Exchange:
    for _ in range(MAX_TRIES):
        exchange = send()
        if exchange.status < 500:
            break
    return exchange


def _is_marked(lead: Mapping[str, Any]) -> bool:
    return any(isinstance(part, str) and re.search(MARK, part) for part in parts(lead))
