"""Mutants that remove too little, too much, or something else."""

from __future__ import annotations

from typing import ClassVar

from mock.sandbox.operations.leads import Lead
from mock.sandbox.operations.remove_leads_from_campaign import RemoveLeadsFromCampaign
from mock.sandbox.store import Campaign
from tests.operations.registry import breaks
from tests.operations.remove_leads_from_campaign.bases import CAMPAIGNS, Body, ConvertsRequests, Looks


@breaks("removes-given-leads")
class RemovesOnlyTheFirstLead(RemoveLeadsFromCampaign):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        return super().remove(campaign, ids[:1])


@breaks("removes-given-leads")
class RemovesOnlyTheLastLead(RemoveLeadsFromCampaign):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        return super().remove(campaign, ids[-1:])


@breaks("removes-given-leads")
class LeavesTheLastOfSeveral(RemoveLeadsFromCampaign):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        return super().remove(campaign, ids[:-1] or ids)


@breaks("removes-given-leads")
class RemovesAtMostTwo(RemoveLeadsFromCampaign):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        return super().remove(campaign, ids[:2])


@breaks("removes-given-leads")
class RemovesNothing(RemoveLeadsFromCampaign):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        super().remove(campaign, [])
        return len(ids)


@breaks("removes-given-leads")
class LeavesGivenLeadsWithoutCompany(Looks):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        known = {lead["id"] for lead in self.leads(campaign.id) if lead["company"]}
        return super().remove(campaign, [lead for lead in ids if lead in known])


class RemovesNeighbours(Looks):
    """Removes other leads, whose places in the campaign follow from those of the given ones."""

    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        everyone = self.ids(campaign.id)
        places = [place for place, lead in enumerate(everyone) if lead in ids]
        return super().remove(campaign, [everyone[place] for place in self.places(places, len(everyone))])

    def places(self, given: list[int], leads: int) -> list[int]:
        raise NotImplementedError


@breaks("removes-given-leads")
class RemovesTheNextLeadAsWell(RemovesNeighbours):
    def places(self, given: list[int], leads: int) -> list[int]:
        return [*given, min(given[-1] + 1, leads - 1)] if given else []


@breaks("removes-given-leads")
class RemovesTheNextLeadInstead(RemovesNeighbours):
    def places(self, given: list[int], leads: int) -> list[int]:
        return [(place + 1) % leads for place in given]


@breaks("removes-given-leads")
class RemovesAsManyOfTheLatestLeads(RemovesNeighbours):
    def places(self, given: list[int], leads: int) -> list[int]:
        return [*range(leads - len(given), leads)]


@breaks("removes-given-leads")
class RemovesTheLeadsInBetween(RemovesNeighbours):
    def places(self, given: list[int], leads: int) -> list[int]:  # noqa: ARG002
        return [*range(given[0], given[-1] + 1)] if given else []


@breaks("removes-given-leads")
class RemovesLeadsOfAnyCampaign(RemoveLeadsFromCampaign):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        removed = super().remove(campaign, ids)
        return removed + sum(self.store.remove(other, ids) for other in CAMPAIGNS if other != campaign.id)


@breaks("removes-given-leads")
class RemovesLeadsOfAnyCampaignUncounted(RemoveLeadsFromCampaign):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        removed = super().remove(campaign, ids)
        for other in CAMPAIGNS:
            self.store.remove(other, ids)
        return removed


class RemovesSimilarLeads(Looks):
    """Removes leads that share something with the given ones, from some campaigns."""

    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        given = [self.shared(lead) for lead in self.leads(campaign.id) if lead["id"] in ids]
        removed = super().remove(campaign, ids)
        for other in self.campaigns(campaign.id):
            self.store.remove(other, [lead["id"] for lead in self.leads(other) if self.shared(lead) in given])
        return removed

    def shared(self, lead: Lead) -> object:
        raise NotImplementedError

    def campaigns(self, campaign: str) -> list[str]:
        raise NotImplementedError


@breaks("removes-given-leads")
class RemovesTheAddressFromAllCampaigns(RemovesSimilarLeads):
    def shared(self, lead: Lead) -> object:
        return lead["email"]

    def campaigns(self, campaign: str) -> list[str]:  # noqa: ARG002
        return CAMPAIGNS


@breaks("removes-given-leads")
class RemovesTheProfileFromAllCampaigns(RemovesSimilarLeads):
    def shared(self, lead: Lead) -> object:
        return lead["linkedin_url"]

    def campaigns(self, campaign: str) -> list[str]:  # noqa: ARG002
        return CAMPAIGNS


@breaks("removes-given-leads")
class RemovesLeadsOfTheSameName(RemovesSimilarLeads):
    def shared(self, lead: Lead) -> object:
        return lead["first_name"], lead["last_name"]

    def campaigns(self, campaign: str) -> list[str]:
        return [campaign]


@breaks("removes-given-leads")
class ComparesIdsCaseSensitively(ConvertsRequests):
    upper: frozenset[str] = frozenset()

    def convert_request(self, request: Body) -> Body:
        ids = request.get("prospect_ids")
        given = ids if isinstance(ids, list) else []
        self.upper = frozenset(one.lower() for one in given if isinstance(one, str) and one != one.lower())
        return request

    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        return super().remove(campaign, [one for one in ids if one not in self.upper])


class ChangesOtherLeads(Looks):
    """Changes the leads that stay."""

    changes: ClassVar[Lead]

    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        removed = super().remove(campaign, ids)
        for lead in self.ids(campaign.id):
            self.store.edit(campaign.id, lead, lambda before: before | self.changes, self.identity)
        return removed


@breaks("removes-given-leads")
class ChangesTheSourceOfOtherLeads(ChangesOtherLeads):
    changes: ClassVar[Lead] = {"source_ref": "left"}


@breaks("removes-given-leads")
class ClearsTheCompanyOfOtherLeads(ChangesOtherLeads):
    changes: ClassVar[Lead] = {"company": None}


@breaks("removes-given-leads")
class MovesLeadsToAnotherCampaign(Looks):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        moved = [lead for lead in self.leads(campaign.id) if lead["id"] in ids]
        removed = super().remove(campaign, ids)
        for other in CAMPAIGNS:
            if other != campaign.id:
                self.store.add(other, [(lead["linkedin_url"], lead | {"campaign_id": other}) for lead in moved])
        return removed


@breaks("removes-given-leads")
class RemovesAllIfNoLeadIsKnown(Looks):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        if set(ids).isdisjoint(self.ids(campaign.id)):
            return self.store.remove_all(campaign.id)
        return super().remove(campaign, ids)
