"""The leads that tests use: those that the run adds, or the configured ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..exchange import Exchange
from ..guard import UNKNOWN_ID, parts
from ..settings import Lead
from .leads import count_in, lead_id
from .reader import (
    ADD,
    ADDS_EVERY_LEAD,
    IDENTITY,
    LIST,
    LISTS_CHANGES,
    LISTS_EVERY_LEAD,
    REMOVE,
    REMOVED_IS_GONE,
    REMOVES_LEADS,
    TRUSTED_IF_KEPT,
    UPDATE,
    Reader,
    Seen,
    identities,
)  # fmt: skip

if TYPE_CHECKING:
    from ..run import Run

__all__ = [
    "ADD", "ADDS_EVERY_LEAD", "IDENTITY", "LIST", "LISTS_CHANGES", "LISTS_EVERY_LEAD", "REMOVE", "REMOVED_IS_GONE",
    "REMOVES_LEADS", "TRUSTED_IF_KEPT", "UPDATE", "Roster", "Seen", "identities",
]  # fmt: skip

MAX_REMOVED = 500
"""How many leads one request can remove."""
COMPLETE: Mapping[str, Any] = {
    "first_name": "Kit",
    "last_name": "Contract",
    "company": "Contract Kit",
    "position": "Tester",
    "headline": "Added by a contract test",
    "custom_fields": {"region": "EMEA", "seats": 25, "address": {"city": "Dresden", "geo": {"lat": 51.05}}},
}
"""A lead that has something to lose in every field that can be given."""
DIFFERENT: Sequence[Mapping[str, Any]] = (
    {"company": "Contract Kit", "headline": "Has no name", "custom_fields": {"tier": 3}},
    COMPLETE,
    {"first_name": "Kim", "last_name": "Contract", "company": "Kit & Sons", "position": "Tester"},
    {},
)
"""What the leads of a run have besides their identities, in turn: a target may treat some of them otherwise."""


class Roster(Reader):
    """Reads, adds and removes leads, and keeps some of the run for the tests."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.launched: Lead | None = run.settings.launched
        """A lead of the campaign that is not a draft."""
        self.launched_item: dict[str, Any] | None = None
        """What identifies a lead of that campaign; None if that is not known."""
        self.kept: list[Lead] = []
        """The leads of the run that edits are about, as far as they could be added."""
        self._spare: dict[str, list[Lead]] = {}
        self._number = 0
        self._added: set[tuple[str, str]] = set()
        """Campaigns and the identities that were added to them."""

    @property
    def is_provisioned(self) -> bool:
        """Whether the run can add leads of its own, find and remove them: the tests use no others then."""
        return not self.is_stateless and {LIST, ADD, REMOVE} <= set(self._run.targets)

    @property
    def lead(self) -> Lead:
        """The lead that edits are about."""
        return self._lead(0)

    @property
    def other(self) -> Lead | None:
        """Another lead of the same campaign; None if there is none."""
        return self._lead(1) if self.is_provisioned else self._run.settings.other

    def _lead(self, number: int) -> Lead:
        if not self.is_provisioned:
            assert self._run.settings.lead is not None
            return self._run.settings.lead
        while len(self.kept) <= number:
            self.kept += self.add(**COMPLETE)
        return self.kept[number]

    def spare(self, count: int = 1, campaign: str | None = None) -> list[Lead]:
        """Leads of the run that may be edited and removed."""
        campaign = campaign or self._run.settings.campaign
        if self.is_stateless:
            return [Lead(campaign, UNKNOWN_ID.format(number)) for number in range(count)]
        spare = self._spare.setdefault(campaign, [])
        if len(spare) < count:
            spare += self.add(max(5, count - len(spare)), campaign)
        return spare[:count]

    def is_loose(self, lead: Lead) -> bool:
        """Whether a lead of the run is not kept for other tests."""
        return lead not in self.kept and lead not in self._spare.get(lead.campaign, ())

    def new_items(self, count: int = 1, **fields: Any) -> list[dict[str, Any]]:
        """Leads to add, each with identities that no lead has; a field that is None is left out.

        They differ in what else they have; those with all of it have ``**COMPLETE``.
        """
        items = []
        for _ in range(count):
            self._number += 1
            mark = f"{self._guard.mark}-{self._number}"
            item = {
                "email": f"kit+{mark}@example.com",
                "linkedin_url": f"https://www.linkedin.com/in/kit-{mark}",
                **DIFFERENT[self._number % len(DIFFERENT)],
                **fields,
            }
            items.append({name: value for name, value in item.items() if value is not None})
        return items

    def add(self, count: int = 1, campaign: str | None = None, **fields: Any) -> list[Lead]:
        """Add leads, and look up their ids.

        Raises:
            RuleViolation: they were not added, or are not listed.
        """
        campaign = campaign or self._run.settings.campaign
        items = self.new_items(count, **fields)
        identities = {(campaign, str(item[name])) for item in items for name in IDENTITY if name in item}
        was_removed = bool(identities & self._added)
        self._added |= identities
        adding = self._run.targets[ADD]
        exchange = adding.send(campaign, {"prospects": items})
        adding.require(exchange, ADDS_EVERY_LEAD, f"200, {count} leads imported")
        found = self.look_up(campaign, items)
        if len(found) < count:
            if count_in(exchange, "duplicates"):
                rule = REMOVED_IS_GONE if was_removed else ADDS_EVERY_LEAD
                adding.block(exchange, rule, f"{count} leads imported: the campaign has none of them")
            self._blame(campaign, items, exchange, len(found))
        return found

    def look_up(self, campaign: str, items: Iterable[Mapping[str, Any]]) -> list[Lead]:
        """The leads that were added with these identities, in this order, as far as they are listed."""
        listed: dict[str, Lead] = {}
        for lead in self.own_in(campaign):
            for name in IDENTITY:
                listed[str(lead.get(name)).lower()] = Lead(campaign, lead_id(lead))
        found = (listed.get(str(item.get(name)).lower()) for item in items for name in IDENTITY if name in item)
        return list(dict.fromkeys(filter(None, found)))

    def _blame(self, campaign: str, items: list[dict[str, Any]], added: Exchange, found: int) -> None:
        """Some leads that were added are not listed: adding them again tells which operation is wrong."""
        again = self._run.targets[ADD].send(campaign, {"prospects": items})
        is_there = count_in(again, "duplicates") == len(items)
        if is_there:
            self.order.expect(campaign)
        rule = LISTS_CHANGES if is_there else ADDS_EVERY_LEAD
        expected = f"{len(items)} leads that were added to be listed, not {found}"
        exchange = next(self.pages(campaign, limit=100)) if is_there else added
        self.listing.block(exchange, rule, expected, after=added if is_there else None)

    def remove(self, leads: Iterable[Lead]) -> None:
        """Remove leads of the run.

        Raises:
            RuleViolation: they were not removed.
        """
        removing = self._run.targets[REMOVE]
        for campaign, ids in _by_campaign(leads).items():
            for start in range(0, len(ids), MAX_REMOVED):
                exchange = removing.send(campaign, {"prospect_ids": ids[start : start + MAX_REMOVED]})
                removing.require(exchange, REMOVES_LEADS, "200, the leads removed")

    def forget(self, campaign: str, ids: Iterable[str] | None = None) -> None:
        """Spare leads may have been removed: those with these ids, or all of them."""
        spare, gone = self._spare.get(campaign, []), None if ids is None else set(ids)
        self._spare[campaign] = [lead for lead in spare if gone is not None and lead.id not in gone]

    def own_in(self, campaign: str, mark: str = "") -> list[dict[str, Any]]:
        """The listed leads of a campaign that this run, or one with another mark, has added."""
        own, pages = mark or self._guard.mark, self.read(campaign, limit=100)
        leads = [lead for exchange in pages for lead in self.leads_in(exchange) if self.is_own(lead, own)]
        ids = {lead_id(lead) for lead in leads}
        if not mark:
            self._run.ledger.add(Lead(campaign, one) for one in ids - self._guard.own)
        self._guard.own |= ids
        return leads

    def is_own(self, lead: Mapping[str, Any], mark: str) -> bool:
        """Whether this run, or one with another mark, has added a lead."""
        texts = (part for part in parts(lead) if isinstance(part, str))
        return lead_id(lead) in self._guard.own or any(mark in text.lower() for text in texts)


def _by_campaign(leads: Iterable[Lead]) -> dict[str, list[str]]:
    campaigns: dict[str, list[str]] = {}
    for lead in leads:
        campaigns.setdefault(lead.campaign, []).append(lead.id)
    return campaigns
