"""Mutants that go wrong when all leads of a campaign are removed."""

from __future__ import annotations

from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.remove_leads_from_campaign import RemoveLeadsFromCampaign
from mock.sandbox.store import Campaign
from tests.operations.registry import breaks
from tests.operations.remove_leads_from_campaign.bases import CAMPAIGNS, DRAFT, SCRATCH, Body, ConvertsRequests, Looks


class RemovesSomeForAll(Looks):
    """Removes some of the leads."""

    chosen: slice

    def remove_all(self, campaign: Campaign) -> int | str:
        self.store.remove(campaign.id, self.ids(campaign.id)[self.chosen])
        return "all"


@breaks("removes-all")
class LeavesTheFirstLead(RemovesSomeForAll):
    chosen = slice(1, None)


@breaks("removes-all")
class LeavesTheLastLead(RemovesSomeForAll):
    chosen = slice(0, -1)


@breaks("removes-all")
class RemovesOnlyTheFirstOfAll(RemovesSomeForAll):
    chosen = slice(0, 1)


@breaks("removes-all")
class RemovesThePageOf100(RemovesSomeForAll):
    chosen = slice(0, 100)


@breaks("removes-all")
class RemovesTheFirst500(RemovesSomeForAll):
    chosen = slice(0, 500)


@breaks("removes-all")
class SaysAllButRemovesNothing(RemovesSomeForAll):
    chosen = slice(0, 0)


@breaks("removes-all")
class LeavesLeadsWithoutNames(Looks):
    def remove_all(self, campaign: Campaign) -> int | str:
        return self.remove(campaign, [lead["id"] for lead in self.leads(campaign.id) if lead["first_name"]])


@breaks("removes-all")
class LeavesLeadsWithCustomFields(Looks):
    def remove_all(self, campaign: Campaign) -> int | str:
        return self.remove(campaign, [lead["id"] for lead in self.leads(campaign.id) if not lead["custom_fields"]])


@breaks("removes-all")
class IgnoresAll(RemoveLeadsFromCampaign):
    def remove_all(self, campaign: Campaign) -> int | str:
        return self.remove(campaign, [])


@breaks("removes-all")
class RefusesAll(RemoveLeadsFromCampaign):
    def remove_all(self, campaign: Campaign) -> int | str:
        raise Refusal(400, f"prospect_ids: name the leads of campaign {campaign.id}")


@breaks("removes-all")
class RemovesAllOfEveryDraft(RemoveLeadsFromCampaign):
    def remove_all(self, campaign: Campaign) -> int | str:
        for other in (DRAFT, SCRATCH):
            self.store.remove_all(other)
        return super().remove_all(campaign)


@breaks("removes-all")
class RemovesAllOfTheWorkspace(RemoveLeadsFromCampaign):
    def remove_all(self, campaign: Campaign) -> int | str:
        for other in CAMPAIGNS:
            self.store.remove_all(other)
        return super().remove_all(campaign)


@breaks("removes-all")
class RemovesAllOfTheFirstDraftInstead(RemoveLeadsFromCampaign):
    def remove_all(self, campaign: Campaign) -> int | str:
        return super().remove_all(campaign._replace(id=DRAFT))


class CountsForAll(RemoveLeadsFromCampaign):
    """Answers with a number that differs from the number of leads that were removed."""

    error = 0

    def remove_all(self, campaign: Campaign) -> int | str:
        return max(0, self.store.remove_all(campaign.id) + self.error)


@breaks("removes-all")
class CountsOneTooManyForAll(CountsForAll):
    error = 1


@breaks("removes-all")
class CountsOneTooFewForAll(CountsForAll):
    error = -1


@breaks("removes-all")
class CountsNoneForAll(CountsForAll):
    error = -1_000_000


@breaks("removes-all")
class RemovesAllTheNextTime(Looks):
    """Removes the leads that were there the last time: those added since stay."""

    def remove_all(self, campaign: Campaign) -> int | str:
        before, self.before = getattr(self, "before", []), self.ids(campaign.id)
        self.store.remove(campaign.id, before)
        return "all"


@breaks("removes-all")
class AcceptsAllOnlyAsText(ConvertsRequests):
    def convert_request(self, request: Body) -> Body:
        if request.get("all") is True:
            raise Refusal(400, 'all: true is not of type "string"')
        return request
