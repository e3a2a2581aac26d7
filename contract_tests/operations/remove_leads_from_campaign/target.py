"""How leads are removed, and which requests are safe: those about leads that the run has added."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ... import target
from ...exceptions import UnsafeRequest
from ...exchange import Exchange, Request
from ...guard import UNKNOWN_ID, Guard, as_uuid, folded, parts
from ...responses import RESPONSES
from ...settings import Lead
from ...target import blocked_by
from ..leads import Fields
from ..roster import ADD, LIST, TRUSTED_IF_KEPT

_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_BEGINNING = re.compile("[0-9a-f-]{0,35}", re.IGNORECASE)
"""What ids begin with, which a lenient server might compare with them."""
SCRATCH = "PUFFLE_SCRATCH_CAMPAIGN_ID"
WIPING = f"{SCRATCH}, or use an empty draft,"
"""What a test needs that sends what a broken target could take for a request to remove everything."""
FEW = 3
MANY = 500
"""How many leads one request can remove."""
GIVEN_LEADS = "removes-given-leads"
"""The rule that fails when leads cannot be removed by id."""


class Removal(NamedTuple):
    """A request to remove leads, and the leads of a campaign before and after it, by id."""

    exchange: Exchange
    campaign: str
    before: Mapping[str, Mapping[str, Any]]
    after: Mapping[str, Mapping[str, Any]]

    @property
    def gone(self) -> int:
        """How many leads are not listed any more."""
        return len(self.before.keys() - self.after.keys())


class Target(target.Target):
    """Removes leads that the run has added."""

    first = (GIVEN_LEADS,)
    needs = (LIST, ADD)

    @staticmethod
    def check(guard: Guard, request: Request) -> None:
        """Allow ids of leads of the run, and ids that do not exist; anything else where nothing can be lost."""
        text = request.body.decode("utf-8", "replace")
        found = [*parts(request.sent)]
        values = [part for part in found if isinstance(part, str)] + _UUID.findall(text)
        for value in values:
            guard.check_lead(value)
        scratch = request.campaign == guard.settings.scratch_campaign
        names = {folded(name) for part in found if isinstance(part, dict) for name in part}
        says_all = "all" in names or (request.sent is None and "all" in text.lower())
        if says_all and not scratch:
            raise UnsafeRequest("all leads of a campaign could be removed: nothing was sent")
        can_be_wiped = scratch or (request.campaign == guard.settings.campaign and guard.draft_was_empty)
        if can_be_wiped:
            return
        if not any(map(as_uuid, values)):
            raise UnsafeRequest("a request that names no lead could remove all of them: nothing was sent")
        if any(isinstance(part, int | float) or _BEGINNING.fullmatch(str(part)) for part in found):
            raise UnsafeRequest("a value could be taken for the beginning of an id: nothing was sent")

    @property
    def expendable(self) -> str:
        scratch = self.settings.scratch_campaign
        if scratch is None and self.client.guard.draft_was_empty:
            return self.settings.campaign
        return self.need(scratch, WIPING)

    def ordinary(self) -> SearchStrategy[Any]:
        return st.integers(1, 3).map(self._body)

    @property
    def plain(self) -> Any:
        return self._body(1)

    def _body(self, count: int) -> dict[str, Any]:
        return {"prospect_ids": [lead.id for lead in self.roster.spare(count)]}

    def address(self, body: Any, campaign: str) -> Any:
        """The same body with ids of a few leads of the run; the others do not exist."""
        if not isinstance(body, dict):
            return body
        is_scratch = campaign == self.settings.scratch_campaign
        if not is_scratch:
            body = {name: value for name, value in body.items() if folded(name) != "all"}
        elif self.left_open(body):
            body = _without("all" if body["all"] is True else "prospect_ids", body)
        if isinstance(ids := body.get("prospect_ids"), list):
            is_launched = campaign == self.settings.launched_campaign
            own = iter(() if is_launched else self.roster.spare(FEW, campaign if is_scratch else None))
            body = {**body, "prospect_ids": [self._addressed(value, at, own) for at, value in enumerate(ids)]}
        return body

    def _addressed(self, value: Any, at: int, own: Iterator[Lead]) -> Any:
        if not as_uuid(value):
            return value
        lead = next(own, None)
        return lead.id if lead else UNKNOWN_ID.format(at)

    def left_open(self, body: Any) -> bool:
        """The contract does not say what happens when both members are given."""
        return isinstance(body, dict) and {"prospect_ids", "all"} <= set(body)

    def is_about_leads(self, exchange: Exchange) -> bool:
        """Whether leads that do not exist are refused in the same way where nothing else is wrong."""
        if exchange.status not in (400, 404) or self.named_status(exchange):
            return False
        unknown = self.send(self.settings.campaign, {"prospect_ids": [UNKNOWN_ID.format(0)]})
        return exchange.status == unknown.status

    def deliver(self, request: Request) -> Exchange:
        exchange = self.client.send(request)
        ids = {lead for part in parts(request.sent) if (lead := as_uuid(part))}
        self.run.upkeep.cleaning.has_removed(exchange, ids)
        if exchange.status not in (400, 401, 403, 404):
            self.roster.forget(request.campaign, ids or None)
        return exchange

    @property
    def own_campaigns(self) -> list[str]:
        """The configured campaigns of the workspace."""
        return [campaign for campaign in self.settings.campaigns if campaign != self.settings.foreign_campaign]

    @cached_property
    def _fields(self) -> Fields:
        return Fields(self.operation.contract, {}, self.roster.lead_schemas)

    def changed(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
        """The fields in which a lead differs from what it was, except ``updated_at``."""
        return self._fields.changed(before, after)

    def leads_in(self, campaign: str) -> dict[str, dict[str, Any]]:
        """The leads of a campaign by id; without a list that shows them, the rule is not verified."""
        for rule in filter(self.run.has_failed, TRUSTED_IF_KEPT):
            pytest.skip(blocked_by(rule))
        return {str(lead.get("id")).lower(): lead for lead in self.roster.listed(campaign)}

    def remove(self, campaign: str, ids: Sequence[str]) -> Removal:
        before = self.leads_in(campaign)
        exchange = self.send(campaign, {"prospect_ids": ids})
        return Removal(exchange, campaign, before, self.leads_in(campaign))

    def accepted(self, leads: Sequence[Lead]) -> Exchange:
        """The response to a request to remove leads of one campaign; if it is refused, the test is blocked."""
        exchange = self.send(leads[0].campaign, {"prospect_ids": [lead.id for lead in leads]})
        if exchange.status != 200:
            is_declared = exchange.status >= 400 and self.operation.response(exchange.status) is not None
            self.block(exchange, GIVEN_LEADS if is_declared else RESPONSES, "200, the leads removed")
        return exchange

    def removed(self, leads: Sequence[Lead]) -> Removal:
        """The same, with the leads of the campaign before and after it."""
        campaign = leads[0].campaign
        before = self.leads_in(campaign)
        exchange = self.accepted(leads)
        return Removal(exchange, campaign, before, self.leads_in(campaign))

    @cached_property
    def many(self) -> Removal:
        """The removal of as many leads as one request can remove; one of the same campaign stays."""
        return self._removal_of(MANY)

    @cached_property
    def too_many(self) -> Removal:
        """The removal of one lead more."""
        return self._removal_of(MANY + 1)

    def _removal_of(self, count: int) -> Removal:
        campaign = self.settings.scratch_campaign or self.settings.campaign
        return self.remove(campaign, [lead.id for lead in self.roster.add(MANY + 1, campaign)[:count]])


def _without(name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return {other: value for other, value in body.items() if other != name}
