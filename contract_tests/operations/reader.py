"""Leads as the target shows them: through the operation that lists them, if that is judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sized
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from puffle.contract import operation_key

from ..exceptions import RuleViolation
from ..exchange import Exchange
from ..guard import folded
from ..responses import RESPONSES
from ..settings import Lead
from .leads import Fields, lead_id, lead_schemas
from .order import Order

if TYPE_CHECKING:
    from ..run import Run
    from ..target import Target

PATH = "/api/campaigns/{id}/leads"
LIST, ADD, UPDATE, REMOVE = (operation_key(f"{method} {PATH}") for method in ("GET", "POST", "PATCH", "DELETE"))
IDENTITY = ("email", "linkedin_url")
"""The fields that can identify a lead."""
LISTS_EVERY_LEAD, LISTS_CHANGES, ADDS_EVERY_LEAD = "lists-every-lead-once", "lists-changes-at-once", "adds-every-lead"
REMOVES_LEADS, REMOVED_IS_GONE = "removes-given-leads", "removed-is-gone"
TRUSTED_IF_KEPT = (LISTS_EVERY_LEAD, LISTS_CHANGES, "listing-changes-nothing", "true-totals")
"""Leads are read through the list unless one of these rules has failed."""
FEW = 20
"""How many leads to ask for at once when a lead is looked up."""


class Seen(NamedTuple):
    """A lead as a response shows it."""

    exchange: Exchange
    lead: dict[str, Any]


class Reader:
    """Reads lists, and leads in them."""

    def __init__(self, run: Run) -> None:
        self._run, self._guard = run, run.client.guard
        self.lead_schemas = lead_schemas(run.contract)
        """The schemas of the fields of a lead."""
        self.order = Order(self)
        self._pages: dict[str, int] = {}
        """The page on which a lead was found, by its id."""
        self._shown: dict[str, set[str]] = {}
        """The fields that an operation has shown, by its key."""

    @property
    def is_listed(self) -> bool:
        """Whether the operation that lists leads is judged."""
        return LIST in self._run.targets

    @property
    def is_trusted(self) -> bool:
        """Whether lists show what is there, as far as is known."""
        return self.is_listed and not self.is_stateless and not any(map(self._run.has_failed, TRUSTED_IF_KEPT))

    @property
    def is_stateless(self) -> bool:
        """Whether the target is a mock for which no lead exists."""
        return self._run.settings.deviations.is_stateless

    def pages(self, campaign: str, **query: Any) -> Iterator[Exchange]:
        """The responses with each page of a list, up to the last lead.

        Raises:
            RuleViolation: a page was refused, or cannot be read, or pages are not in order.
        """
        for number, exchange in enumerate(self.read(campaign, **query)):
            if number == 0:
                self.order.require(exchange)
            yield exchange

    def read(self, campaign: str, *, to_the_end: bool = False, **query: Any) -> Iterator[Exchange]:
        """The same, whether pages are in order or not; a full page may not be the last, whatever the total says.

        ``to_the_end`` reads up to a page that shows nothing new.
        """
        seen: set[str] = set()
        number, is_beyond = query.pop("page", 1), False
        while True:
            exchange = self.listing.send(campaign, query={**query, "page": number})
            if is_beyond and exchange.status != 200:  # it may be refused
                return
            if exchange.status == 400 and query.pop("limit", None):  # it may be too high for the target
                continue
            yield exchange
            leads = self.leads_in(exchange)
            new = set(map(lead_id, leads)) - seen
            seen, number = seen | new, number + 1
            is_beyond = len(seen) >= exchange.json["total"]
            if not new or (is_beyond and not to_the_end and not _is_full(exchange, leads, query)):
                return

    def leads_in(self, exchange: Exchange) -> list[dict[str, Any]]:
        """The leads on a page; a response that shows none blocks the test."""
        expected, page = "200 with a page of leads", exchange.json
        self.listing.require(exchange, "lists-any-campaign", expected)
        if not (isinstance(page, dict) and isinstance(page.get("prospects"), list) and _is_count(page.get("total"))):
            self.listing.block(exchange, RESPONSES, expected)
        leads = [lead for lead in page["prospects"] if isinstance(lead, dict)]
        for lead in leads:
            self._shown.setdefault(exchange.operation, set()).update(lead)
        return leads

    def listed(self, campaign: str, **query: Any) -> list[dict[str, Any]]:
        """All leads of a campaign, or those that a query asks for."""
        query = {"limit": 100, **query}
        return [lead for exchange in self.pages(campaign, **query) for lead in self.leads_in(exchange)]

    def find(self, lead: Lead) -> Seen | None:
        """A lead as the list shows it; None if it does not. It costs one request while the lead stays on its page."""
        first = self._pages.get(lead.id, 1)
        exchange = self.listing.send(lead.campaign, query={"limit": FEW, "page": first})
        leads = self.leads_in(exchange)
        if (found := _of(lead, leads)) is None and (
            first > 1 or exchange.json["total"] > len(leads) or len(leads) >= FEW
        ):
            for number, exchange in enumerate(self.pages(lead.campaign, limit=FEW), 1):
                if found := _of(lead, self.leads_in(exchange)):
                    self._pages[lead.id] = number
                    break
        return None if found is None else Seen(exchange, found)

    def some(self, campaign: str) -> dict[str, Seen]:
        """The leads on the first page of a list, by id: all of them if they are not many."""
        exchange = next(self.read(campaign, limit=100))
        return {lead_id(lead): Seen(exchange, lead) for lead in self.leads_in(exchange)}

    def found(self, lead: Lead) -> Seen | None:
        """A lead as the list shows it; None if it does not, or cannot be read."""
        try:
            return self.find(lead)
        except (RuleViolation, pytest.skip.Exception):
            return None

    def see(self, exchange: Exchange, lead: dict[str, Any]) -> Seen:
        """A lead that a response shows."""
        self._shown.setdefault(exchange.operation, set()).update(lead)
        return Seen(exchange, lead)

    def shows(self, key: str, name: str) -> bool:
        """Whether an operation has ever shown a field: lists may have fewer than the response to an edit."""
        return name in self._shown.get(key, ())

    def changed(self, fields: Fields, before: Seen, after: Seen, but: Iterable[str] = ()) -> list[str]:
        """The fields in which a lead differs from what it was, except ``updated_at`` and those in ``but``.

        When another operation showed it before, fields that one of the two never shows do not count, and neither do
        null instead of the empty string and a normalised form of a value.
        """
        names = fields.changed(before.lead, after.lead, but)
        one, other = before.exchange.operation, after.exchange.operation
        if one == other:
            return names
        shown = self._shown.get(one, set()) & self._shown.get(other, set())

        def is_same(name: str) -> bool:
            was, now = before.lead.get(name), after.lead.get(name)
            return fields.stored_as_sent(name, was, now) or fields.stored_as_sent(name, now, was)

        return [name for name in names if name in shown and not is_same(name)]

    @property
    def listing(self) -> Target:
        """The operation that lists leads."""
        return self._run.targets[LIST]


def identities(item: Mapping[str, Any]) -> list[Any]:
    """The values in an object that could identify a lead, whatever the spelling of their names."""
    names = {folded(name) for name in IDENTITY}
    return [value for name, value in item.items() if folded(name) in names]


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_full(exchange: Exchange, leads: Sized, query: Mapping[str, Any]) -> bool:
    """Whether a page has as many leads as a page can have."""
    limits = (query.get("limit"), exchange.json.get("limit"))
    return len(leads) >= min((limit for limit in limits if isinstance(limit, int)), default=0)


def _of(lead: Lead, leads: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    return next((one for one in leads if lead_id(one) == lead.id), None)
