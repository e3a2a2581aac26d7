"""Removes the leads of a run, and knows whether any may be left: the target under test may say what is not so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import pytest

from ..exceptions import CannotJudge, RunAborted
from ..exchange import Exchange
from .leads import lead_id
from .roster import REMOVE

if TYPE_CHECKING:
    from ..run import Run

REMOVED_AT_ONCE = (500, 100, 20)
"""How many leads to remove with one request, then one: fewer at each try, for targets that do not remove many."""
MAX_REFUSALS = 3
"""How many requests in a row may be refused before the others of a try are not sent."""
MAX_READ_ALONE = 2000
"""How many leads may be read one by one, if longer pages lack some."""
COUNTS = ("counts-added-leads", "counts-removed-leads")


class Cleaning:
    """Removes leads, and counts what the target said it added and removed."""

    def __init__(self, run: Run) -> None:
        self._run, self._roster, self._guard = run, run.roster, run.client.guard
        self._left: Counter[str] = Counter()
        """How many leads were added and not removed, by campaign, as the responses said."""
        self._uncounted: set[str] = set()
        """The campaigns with a response that did not say how many leads it removed."""
        self._gone: set[str] = set()
        """The ids of leads that were removed."""

    def start(self, left: Mapping[str, int], campaigns: Iterable[str] = ()) -> None:
        """Count anew, from what is left of an earlier run in these campaigns."""
        self._left, self._uncounted = Counter(left), {*campaigns} - left.keys()

    def has_added(self, exchange: Exchange) -> None:
        self._left[exchange.campaign] += _count(exchange, "imported") or 0

    def has_removed(self, exchange: Exchange, ids: Iterable[str]) -> None:
        """A request to remove leads was sent; without ids, it was about all of them."""
        removed, ids = _count(exchange, "deleted"), set(ids)
        if exchange.status == 200 and not ids:
            self._left[exchange.campaign] = 0
        elif removed is not None:
            self._left[exchange.campaign] -= removed
            self._gone |= ids if removed == len(ids) else set()
        elif exchange.status in (0, 200) or exchange.status >= 500:
            self._uncounted.add(exchange.campaign)

    def remove_all(self, campaign: str, mark: str) -> int | None:
        """Remove the leads with a mark from a campaign; how many may be left, None if that is not known."""
        if self._roster.is_stateless:
            return 0
        try:
            if not (own := self._own(campaign, mark)) and not self._may_be_left(campaign):
                return 0
            for at_once in chain(REMOVED_AT_ONCE, repeat(1)):
                if not own:
                    break
                self._remove(campaign, own, at_once)
                before, own = own, self._own(campaign, mark)
                if at_once == 1 and len(own) >= len(before):
                    break
            if not own and self._may_be_left(campaign):
                self._remove(campaign, sorted(self._guard.own - self._gone), 1)  # which were listed at one time
            return max(len(own), self._may_be_left(campaign))
        except CannotJudge:
            raise
        except (pytest.skip.Exception, Exception, RunAborted):
            return None

    def _may_be_left(self, campaign: str) -> int:
        """How many leads may be left that are not listed: those that were counted, or as many as lists lack."""
        counts_are_wrong = any(map(self._run.has_failed, COUNTS))
        return self._hidden if campaign in self._uncounted or counts_are_wrong else max(0, self._left[campaign])

    _hidden = 0
    """How many leads the latest list had, as it said, more than it showed."""

    def _own(self, campaign: str, mark: str) -> list[str]:
        """The ids of the leads with a mark; pages are read to the end, whatever total they say, and one by one."""
        leads, total = self._read(campaign, 100)
        if len(leads) < total <= MAX_READ_ALONE:
            leads |= self._read(campaign, 1)[0]
        self._hidden = max(0, total - len(leads))
        own = [lead for lead in leads if self._roster.is_own(leads[lead], mark)]
        self._guard.own |= set(own)
        return own

    def _read(self, campaign: str, limit: int) -> tuple[dict[str, dict[str, Any]], int]:
        """Leads by id, and their total as the list says it."""
        leads: dict[str, dict[str, Any]] = {}
        for exchange in self._roster.read(campaign, to_the_end=True, limit=limit):
            leads |= {lead_id(lead): lead for lead in self._roster.leads_in(exchange)}
        return leads, int(exchange.json["total"])

    def _remove(self, campaign: str, ids: list[str], at_once: int) -> None:
        refused = 0
        for start in range(0, len(ids), at_once):
            part = {"prospect_ids": ids[start : start + at_once]}
            refused = refused + 1 if self._run.targets[REMOVE].send(campaign, part).status != 200 else 0
            if refused >= MAX_REFUSALS:
                return


def _count(exchange: Exchange, name: str) -> int | None:
    count = exchange.json.get(name) if isinstance(exchange.json, dict) and exchange.status == 200 else None
    return count if isinstance(count, int) and not isinstance(count, bool) else None
