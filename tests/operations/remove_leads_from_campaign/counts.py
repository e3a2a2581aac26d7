"""Mutants whose counts are wrong, or that handle unknown and repeated ids in a way that the contract rules out."""

from __future__ import annotations

from collections.abc import Mapping

from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.remove_leads_from_campaign import RemoveLeadsFromCampaign
from mock.sandbox.store import Campaign
from tests.operations.registry import breaks
from tests.operations.remove_leads_from_campaign.bases import Looks, RefusesUnknownLeads
from tests.rewriting import Response


@breaks("counts-removed-leads")
def always_counts_one(response: Response) -> None:
    if response.status == 200:
        response.json["deleted"] = 1


@breaks("counts-removed-leads")
def always_counts_none(response: Response) -> None:
    if response.status == 200 and response.json["deleted"] != "all":
        response.json["deleted"] = 0


@breaks("counts-removed-leads")
def always_says_all(response: Response) -> None:
    if response.status == 200:
        response.json["deleted"] = "all"


@breaks("counts-removed-leads")
class SaysAllWhenNoneIsLeft(Looks):
    def remove_leads(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> dict[str, int | str]:
        removed = super().remove_leads(campaign_id, headers, body)
        return removed if self.ids(campaign_id.lower()) else {"deleted": "all"}


@breaks("counts-removed-leads")
class CountsOneRemovalTooMany(RemoveLeadsFromCampaign):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        return super().remove(campaign, ids) + 1


@breaks("counts-removed-leads")
class CountsOneRemovalTooFew(RemoveLeadsFromCampaign):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        return max(0, super().remove(campaign, ids) - 1)


@breaks("counts-removed-leads")
class CountsAtMost100(RemoveLeadsFromCampaign):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        return min(100, super().remove(campaign, ids))


@breaks("counts-removed-leads")
class CountsTheLeadsThatAreLeft(Looks):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        super().remove(campaign, ids)
        return len(self.ids(campaign.id))


@breaks("counts-removed-leads")
class CountsTheLeadsThatWereThere(Looks):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        before = len(self.ids(campaign.id))
        super().remove(campaign, ids)
        return before


@breaks("skips-unknown-leads")
class CountsUnknownLeads(RemoveLeadsFromCampaign):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        super().remove(campaign, ids)
        return len(set(ids))


@breaks("skips-unknown-leads")
class CountsRepeatedIds(Looks):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        known = set(self.ids(campaign.id))
        super().remove(campaign, ids)
        return sum(one in known for one in ids)


@breaks("skips-unknown-leads")
class CountsLeadsThatWereRemovedBefore(RemoveLeadsFromCampaign):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        self.removed = {*getattr(self, "removed", set()), *ids}
        known = super().remove(campaign, ids)
        return len(set(ids)) if known < len(set(ids)) and self.removed.issuperset(ids) else known


@breaks("skips-unknown-leads")
class RefusesRepeatedIds(RemoveLeadsFromCampaign):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        if len(ids) != len(set(ids)):
            raise Refusal(400, "prospect_ids: an id is repeated")
        return super().remove(campaign, ids)


@breaks("skips-unknown-leads")
class RemovesNothingIfOneLeadIsUnknown(Looks):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        return super().remove(campaign, ids if set(ids) <= set(self.ids(campaign.id)) else [])


@breaks("skips-unknown-leads")
class StopsAtTheFirstUnknownLead(Looks):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        known = self.ids(campaign.id)
        unknown = [place for place, lead in enumerate(ids) if lead not in known]
        return super().remove(campaign, ids[: unknown[0]] if unknown else ids)


@breaks("skips-unknown-leads")
class Returns403ForUnknownLeads(RefusesUnknownLeads):
    status = 403


@breaks("skips-unknown-leads")
class Returns500ForUnknownLeads(RefusesUnknownLeads):
    status = 500


@breaks("skips-unknown-leads")
class FailsWhenNothingIsRemoved(RemoveLeadsFromCampaign):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        removed = super().remove(campaign, ids)
        if not removed:
            raise Refusal(409, "No lead was removed.")
        return removed
