"""Mutants that remove leads outside drafts, or while they refuse a request."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import orjson

from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.remove_leads_from_campaign import RemoveLeadsFromCampaign
from mock.sandbox.store import Campaign
from tests.operations.registry import breaks
from tests.operations.remove_leads_from_campaign.bases import (
    DRAFT,
    SCRATCH,
    Body,
    ConvertsRequests,
    Looks,
    RefusesUnknownLeads,
)


@breaks("draft-only")
class RemovesNothingOutsideDraft(RemoveLeadsFromCampaign):
    def require_draft(self, status: str) -> None:
        """Let every status pass; ``remove`` finds no lead of ours in such a campaign."""


@breaks("draft-only")
class SaysNotADraft(RemoveLeadsFromCampaign):
    def require_draft(self, status: str) -> None:
        if status != "draft":
            raise Refusal(400, "The campaign is not a draft.")


@breaks("draft-only")
class ChecksTheDraftOnlyForAll(ConvertsRequests):
    all = False

    def convert_request(self, request: Body) -> Body:
        self.all = "all" in request
        return request

    def require_draft(self, status: str) -> None:
        super().require_draft(status if self.all else "draft")


class RemovesWhenItRefuses(Looks):
    """Removes the given leads of both drafts although it refuses the request."""

    def remove_leads(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> dict[str, int | str]:
        try:
            return super().remove_leads(campaign_id, headers, body)
        except Refusal as refusal:
            with contextlib.suppress(orjson.JSONDecodeError, TypeError, LookupError):
                ids = [one for one in orjson.loads(body)["prospect_ids"] if isinstance(one, str)]
                if self.removes(refusal, campaign_id, ids):
                    for campaign in (DRAFT, SCRATCH):
                        self.store.remove(campaign, self.chosen(ids))
            raise

    def removes(self, refusal: Refusal, campaign: str, ids: list[str]) -> bool:
        raise NotImplementedError

    def chosen(self, ids: list[str]) -> list[str]:
        return ids


@breaks("refusal-changes-nothing")
class RemovesTheLeadsNextToAnInvalidId(RemovesWhenItRefuses):
    def removes(self, refusal: Refusal, campaign: str, ids: list[str]) -> bool:
        return refusal.status == 400 and campaign == DRAFT and len(ids) <= 500


@breaks("refusal-changes-nothing")
class RemovesTheLeadsBeforeAnInvalidId(RemovesTheLeadsNextToAnInvalidId):
    def chosen(self, ids: list[str]) -> list[str]:
        invalid = [place for place, one in enumerate(ids) if len(one) != 36]
        return ids[: invalid[0]] if invalid else []


@breaks("refusal-changes-nothing")
class RemovesTheLeadsAfterAnInvalidId(RemovesTheLeadsNextToAnInvalidId):
    def chosen(self, ids: list[str]) -> list[str]:
        invalid = [place for place, one in enumerate(ids) if len(one) != 36]
        return ids[invalid[-1] + 1 :] if invalid else []


@breaks("refusal-changes-nothing")
class RemovesThe500FirstOfTooMany(RemovesWhenItRefuses):
    def removes(self, refusal: Refusal, campaign: str, ids: list[str]) -> bool:  # noqa: ARG002
        return len(ids) > 500

    def chosen(self, ids: list[str]) -> list[str]:
        return ids[:500]


@breaks("refusal-changes-nothing")
class RemovesWithoutAKey(RemovesWhenItRefuses):
    def removes(self, refusal: Refusal, campaign: str, ids: list[str]) -> bool:  # noqa: ARG002
        return refusal.status == 401


@breaks("refusal-changes-nothing")
class RemovesThroughUnknownCampaigns(RemovesWhenItRefuses):
    def removes(self, refusal: Refusal, campaign: str, ids: list[str]) -> bool:  # noqa: ARG002
        return refusal.status == 404


@breaks("refusal-changes-nothing")
class RemovesThroughFrozenCampaigns(RemovesWhenItRefuses):
    def removes(self, refusal: Refusal, campaign: str, ids: list[str]) -> bool:  # noqa: ARG002
        return "The campaign is" in refusal.error


@breaks("refusal-changes-nothing")
class RemovesKnownLeadsBeforeItRefusesUnknownOnes(RefusesUnknownLeads):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        known = set(self.ids(campaign.id)).intersection(ids)
        self.store.remove(campaign.id, sorted(known))
        return super().remove(campaign, ids)


@breaks("refusal-changes-nothing")
class RemovesAllBeforeItRefusesAllFalse(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        if request == {"all": False}:
            self.store.remove_all(SCRATCH)
        return request
