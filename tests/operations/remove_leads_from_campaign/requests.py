"""Mutants that accept invalid requests, or refuse valid ones."""

from __future__ import annotations

import contextlib

import orjson

from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.remove_leads_from_campaign import RemoveLeadsFromCampaign
from mock.sandbox.store import Campaign
from tests.operations.registry import breaks
from tests.operations.remove_leads_from_campaign.bases import Body, ConvertsRequests, Looks

NO_LEAD = "00000000-0000-4000-8000-0000000000ff"


class RemovesNothingFor(ConvertsRequests):
    """Answers some invalid requests with 200, and removes nothing."""

    def convert_request(self, request: Body) -> Body:
        return {"prospect_ids": [NO_LEAD]} if self.accepts(request) else request

    def accepts(self, request: Body) -> bool:
        raise NotImplementedError


class RemovesAllFor(ConvertsRequests):
    """Takes some invalid requests for ``all``."""

    def convert_request(self, request: Body) -> Body:
        return {"all": True} if self.accepts(request) else request

    def accepts(self, request: Body) -> bool:
        raise NotImplementedError


@breaks("names-what-to-remove")
class AcceptsAnEmptyRequest(RemovesNothingFor):
    def accepts(self, request: Body) -> bool:
        return not request.keys() & {"prospect_ids", "all"}


@breaks("names-what-to-remove")
class RemovesAllForAnEmptyRequest(RemovesAllFor):
    def accepts(self, request: Body) -> bool:
        return not request.keys() & {"prospect_ids", "all"}


@breaks("names-what-to-remove")
class AcceptsAllFalse(RemovesNothingFor):
    def accepts(self, request: Body) -> bool:
        return [*request] == ["all"] and request["all"] is False


@breaks("names-what-to-remove")
class RemovesAllForAllFalse(RemovesAllFor):
    def accepts(self, request: Body) -> bool:
        return [*request] == ["all"] and request["all"] is False


@breaks("names-what-to-remove")
class Returns404ForAnEmptyRequest(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        if not request.keys() & {"prospect_ids", "all"}:
            raise Refusal(404, "Lead not found.")
        return request


@breaks("removes-up-to-500")
class AcceptsNoIds(RemovesNothingFor):
    def accepts(self, request: Body) -> bool:
        return request == {"prospect_ids": []}


@breaks("removes-up-to-500")
class RemovesAllForNoIds(RemovesAllFor):
    def accepts(self, request: Body) -> bool:
        return request == {"prospect_ids": []}


class HasAnotherLimit(RemoveLeadsFromCampaign):
    """Has another limit to the number of ids."""

    most: int

    def parse(self, body: bytes) -> Body:
        with contextlib.suppress(orjson.JSONDecodeError, TypeError, LookupError):
            ids = orjson.loads(body)["prospect_ids"]
            if len(ids) > self.most:
                raise Refusal(400, f"prospect_ids: at most {self.most} ids are allowed")
            if len(ids) > 500:
                return {"prospect_ids": ids}
        return super().parse(body)


@breaks("removes-up-to-500")
class Refuses500Ids(HasAnotherLimit):
    most = 499


@breaks("removes-up-to-500")
class Refuses101Ids(HasAnotherLimit):
    most = 100


@breaks("removes-up-to-500")
class Accepts501Ids(HasAnotherLimit):
    most = 501


@breaks("removes-up-to-500")
class AcceptsAnyNumberOfIds(HasAnotherLimit):
    most = 1_000_000


@breaks("removes-up-to-500")
class IgnoresIdsAfterThe500th(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        ids = request.get("prospect_ids")
        return {"prospect_ids": ids[:500]} if isinstance(ids, list) and len(ids) > 500 else request


@breaks("removes-up-to-500")
class RemovesAtMost100(RemoveLeadsFromCampaign):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        return super().remove(campaign, ids[:100])


@breaks("removes-up-to-500")
class RefusesTooManyIdsWith413(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        ids = request.get("prospect_ids")
        if isinstance(ids, list) and len(ids) > 500:
            raise Refusal(413, "Too many ids.")
        return request


@breaks("invalid-request-refused")
class AcceptsASingleId(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        ids = request.get("prospect_ids")
        return {"prospect_ids": [ids]} if isinstance(ids, str) else request


@breaks("invalid-request-refused")
class AcceptsLeadsForIds(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        ids = request.get("prospect_ids")
        if isinstance(ids, list):
            request["prospect_ids"] = [one.get("id", NO_LEAD) if isinstance(one, dict) else one for one in ids]
        return request


@breaks("invalid-request-refused")
class IgnoresIdsOfAnotherType(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        ids = request.get("prospect_ids")
        if isinstance(ids, list) and ids:
            request["prospect_ids"] = [one if isinstance(one, str) else NO_LEAD for one in ids]
        return request


@breaks("invalid-request-refused")
class IgnoresNullIds(RemovesNothingFor):
    def accepts(self, request: Body) -> bool:
        return "prospect_ids" in request and request["prospect_ids"] is None


@breaks("invalid-request-refused")
class RemovesAllForTheTextTrue(RemovesAllFor):
    def accepts(self, request: Body) -> bool:
        return request.get("all") == "true"


@breaks("invalid-request-refused")
class RemovesAllForTheTextFalse(RemovesAllFor):
    def accepts(self, request: Body) -> bool:
        return request.get("all") == "false"


@breaks("invalid-request-refused")
class RemovesAllForTheNumberOne(RemovesAllFor):
    def accepts(self, request: Body) -> bool:
        return request.get("all") == 1 and request["all"] is not True


@breaks("requests")
class IgnoresAllSetToNull(RemovesNothingFor):
    def accepts(self, request: Body) -> bool:
        return "all" in request and request["all"] is None


@breaks("requests")
class SkipsMalformedIds(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        ids = request.get("prospect_ids")
        if isinstance(ids, list):
            request["prospect_ids"] = [NO_LEAD if isinstance(one, str) and len(one) != 36 else one for one in ids]
        return request


@breaks("invalid-request-refused")
class ComparesTheFirst36Characters(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        ids = request.get("prospect_ids")
        if isinstance(ids, list):
            request["prospect_ids"] = [one[:36] if isinstance(one, str) else one for one in ids]
        return request


@breaks("invalid-request-refused")
class RemovesLeadsByTheBeginningOfTheirIds(Looks):
    def parse(self, body: bytes) -> Body:
        try:
            return super().parse(body)
        except Refusal:
            with contextlib.suppress(orjson.JSONDecodeError, TypeError, LookupError):
                ids = orjson.loads(body)["prospect_ids"]
                if isinstance(ids, list) and ids and all(isinstance(one, str) and len(one) >= 8 for one in ids):
                    return {"prospect_ids": ids}
            raise

    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        return super().remove(campaign, [lead for lead in self.ids(campaign.id) if lead.startswith(tuple(ids))])
