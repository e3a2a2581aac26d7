"""Which requests to add leads are safe: those whose leads can be recognised and removed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ... import target
from ...exceptions import UnsafeRequest
from ...exchange import Exchange, Request
from ...guard import Guard, folded
from ...responses import RESPONSES
from .. import values
from ..leads import Fields, count_in
from ..roster import ADDS_EVERY_LEAD, IDENTITY, LIST, LISTS_CHANGES, REMOVE, TRUSTED_IF_KEPT, identities
from .listing import Item, Listing

CUSTOM_FIELDS = "custom_fields"
_NAMES = st.sampled_from(["region", "Team Size", "größe", "status", "email", "x"]) | st.text("abcXYZ_", min_size=1)
_VALUES = (
    values.names | st.integers(-(2**31), 2**31) | st.integers(-99, 99).map(lambda number: number / 4) | st.booleans()
)
_NESTED = _VALUES | st.lists(_VALUES, max_size=3) | st.dictionaries(_NAMES, _VALUES, max_size=3)
custom_fields = st.dictionaries(_NAMES, _NESTED, max_size=5)
"""Custom fields with values of every type but null, which a target may refuse."""


class Many(NamedTuple):
    """A request with many leads, and a second one with a few of them.

    Args:
        exchange: the first request.
        listed: how many more leads are listed after it.
        again: the second request.
        listed_again: how many more are listed after that.
    """

    exchange: Exchange
    listed: int
    again: Exchange
    listed_again: int


class Target(target.Target):
    """Adds leads that carry the mark of the run."""

    first = ("adds-every-lead",)
    needs = (LIST, REMOVE)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        contract = self.operation.contract
        prospects = contract.resolve(contract.members(self.schema)["prospects"])
        item = contract.members(contract.resolve(prospects["items"]))
        self.fields = Fields(contract, item, self.roster.lead_schemas)
        """The fields that can be given, and those of a lead."""
        self.names = tuple(name for name in self.fields.editable if self.fields[name].is_free_text)
        """The names and titles that can be given."""
        scratch = self.settings.scratch_campaign
        self.places = {"draft": self.settings.campaign, **({"scratch": scratch} if scratch else {})}
        """The campaigns that leads may be added to: they may differ in type."""
        self._sufficient: dict[str, list[str]] = {}

    @staticmethod
    def check(guard: Guard, request: Request) -> None:
        """Allow leads with the mark of the run; elsewhere than in drafts, nothing that could be added."""
        settings = guard.settings
        for item in _items(request):
            if request.campaign == settings.foreign_campaign:
                raise UnsafeRequest("a lead could be added to a campaign of another workspace: nothing was sent")
            if request.campaign == settings.launched_campaign:
                if not {str(value).lower() for value in identities(item)} <= guard.known_values:
                    raise UnsafeRequest("a lead could be added to a campaign that is not a draft: nothing was sent")
            elif guard.mark not in json.dumps(item).lower():
                raise UnsafeRequest("a lead without the mark of this run could be added: nothing was sent")

    def ordinary(self) -> SearchStrategy[Any]:
        return self.ordinary_leads().map(self._body)

    @property
    def plain(self) -> Any:
        return {"prospects": self.roster.new_items()}

    def _body(self, leads: Sequence[Item]) -> dict[str, Any]:
        return {"prospects": self.identified(leads)}

    def address(self, body: Any, campaign: str) -> Any:
        if not isinstance(body, dict) or not isinstance(body.get("prospects"), list):
            return body
        return {**body, "prospects": [self._addressed(item, campaign) for item in body["prospects"]]}

    def _addressed(self, item: Any, campaign: str) -> Any:
        """The lead with an identity that may be sent to a campaign; one of another type stays as it is."""
        if not isinstance(item, dict):
            return item
        item = {name: value for name, value in item.items() if name in IDENTITY or not identities({name: value})}
        if campaign == self.settings.foreign_campaign:
            flat = {name: value for name, value in item.items() if not isinstance(value, dict | list)}
            return {name: value for name, value in flat.items() if name not in IDENTITY}
        if campaign == self.settings.launched_campaign:
            return {name: value for name, value in item.items() if name not in IDENTITY} | (
                self.roster.launched_item or {}
            )
        new = self.roster.new_items()[0]
        wrong = {name: item[name] for name in IDENTITY if not isinstance(item.get(name, ""), str)}
        item = {**item, **_identity(new), **wrong}
        return item if len(wrong) < len(IDENTITY) else {**item, "company": new["linkedin_url"]}

    def left_open(self, body: Any) -> bool:
        """The contract does not say what happens to null in a field that can be given."""
        items = body.get("prospects") if isinstance(body, dict) else None
        leads = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        return any(lead.get(name, "") is None for lead in leads for name in self.fields.editable)

    def deliver(self, request: Request) -> Exchange:
        self.run.upkeep.is_about_to_add(request.campaign)
        exchange = self.client.send(request)
        self.run.upkeep.has_added(exchange)
        return exchange

    def prepare(self) -> None:
        if len(self.places) == 1:
            both = "set PUFFLE_SCRATCH_CAMPAIGN_ID to a draft of the other type to verify both"
            self.notes.append(f"leads are added to one campaign, and so to one type of campaign only: {both}")

    # What the tests of this operation use:

    def parametrize(self) -> Mapping[str, Sequence[str]]:
        return {"place": tuple(self.places)}

    def ordinary_leads(self) -> SearchStrategy[list[Item]]:
        """Leads with values that must be accepted, but without identities."""
        values = {name: self.fields[name].ordinary for name in self.names}
        return _leads({**values, CUSTOM_FIELDS: custom_fields})

    def any_leads(self) -> SearchStrategy[list[Item]]:
        """Leads with any values, but without identities."""
        return _leads({name: self.fields[name].mixed() for name in self.names})

    def forbidden(self, name: str) -> list[Any]:
        """Values that the schema of a field forbids. The contract does not say what happens to null."""
        return [value for value in self.fields[name].forbidden if value is not None]

    def identified(self, leads: Sequence[Item]) -> list[Item]:
        """Leads with these fields, and with identities that no lead has."""
        return [{**fields, **_identity(self.roster.new_items()[0])} for fields in leads]

    def added(self, campaign: str, items: Sequence[Item]) -> Exchange:
        """Add leads with ordinary values; a target that refuses them violates the rule that it adds them."""
        exchange = self.send(campaign, {"prospects": items})
        if exchange.status != 200:
            declared = exchange.status >= 400 and self.operation.response(exchange.status) is not None
            self.block(exchange, ADDS_EVERY_LEAD if declared else RESPONSES, "200, the leads added")
        return exchange

    def listing(self, campaign: str) -> Listing:
        """What the list shows of a campaign."""
        self._need_list()
        pages = [(exchange, self.roster.leads_in(exchange)) for exchange in self.roster.pages(campaign, limit=100)]
        return Listing(campaign, pages)

    def _need_list(self) -> None:
        """A list that is known to be wrong is no witness: without it, a rule is not verified."""
        for rule in filter(self.run.has_failed, TRUSTED_IF_KEPT):
            pytest.skip(target.blocked_by(rule))

    def is_stored(self, name: str, sent: Any, got: Any) -> bool:
        """Whether a field has the value that was sent, or a form of it that the contract allows."""
        return self.fields.stored_as_sent(name, sent, got) or (sent == {} and got is None)

    def has(self, campaign: str, items: Sequence[Item]) -> bool:
        """Whether leads are duplicates when they are added again: then a list that does not show them is wrong."""
        again = self.send(campaign, {"prospects": items})
        return bool(count_in(again, "duplicates") == len(items))

    def sufficient_identities(self, campaign: str) -> list[str]:
        """The fields that identify a lead of a campaign when it has no other: the campaign's type is not visible."""
        if campaign not in self._sufficient:
            items = {name: {name: self.identified([{}])[0][name]} for name in IDENTITY}
            exchanges = {name: self.send(campaign, {"prospects": [item]}) for name, item in items.items()}
            listing = self.listing(campaign)
            found = [name for name, item in items.items() if listing.having(item)]
            for name, exchange in exchanges.items() if not found else ():
                if exchange.status == 200 and count_in(exchange, "imported") and self.has(campaign, [items[name]]):
                    self.roster.order.expect(campaign)
                    self.block(listing.last, LISTS_CHANGES, "the lead that was added to be listed", exchange)
            self._sufficient[campaign] = found
        return self._sufficient[campaign]

    @cached_property
    def thousand(self) -> Many:
        """A request with as many leads as are allowed."""
        items = self.identified([{}] * 1000)
        return Many(*self._sent(items), *self._sent(items[:2] + items[-2:]))

    @cached_property
    def too_many(self) -> tuple[Exchange, int]:
        """A request with one lead more than is allowed, and how many more are listed after it."""
        return self._sent(self.identified([{}] * 1001))

    def _sent(self, items: Sequence[Item]) -> tuple[Exchange, int]:
        before = self._total()
        exchange = self.send(self.settings.campaign, {"prospects": items})
        return exchange, self._total() - before

    def _total(self) -> int:
        self._need_list()
        exchange = next(self.roster.pages(self.settings.campaign, limit=1))
        self.roster.leads_in(exchange)
        return int(exchange.json["total"])


def _leads(values: Mapping[str, SearchStrategy[Any]]) -> SearchStrategy[list[Item]]:
    return st.lists(st.fixed_dictionaries({}, optional=values), min_size=1, max_size=4)


def _identity(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in IDENTITY}


def _items(request: Request) -> Iterator[dict[str, Any]]:
    """Everything in a body that a lenient server might take for a lead with an identity."""
    left = [request.body.decode("latin-1") if request.sent is None else request.sent]
    while left:
        part = left.pop()
        if isinstance(part, dict) and identities(part):
            yield part
        elif isinstance(part, dict | list):
            left += part.values() if isinstance(part, dict) else part
        elif isinstance(part, str) and "{" in part:
            try:
                left.append(json.loads(part))  # serialized twice
            except (ValueError, RecursionError):
                if any(folded(name) in folded(part) for name in IDENTITY):
                    yield {IDENTITY[0]: part}
