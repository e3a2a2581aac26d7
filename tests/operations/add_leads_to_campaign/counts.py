"""Mutants that count wrongly, or add leads without an identity."""

from __future__ import annotations

from mock.sandbox.operations.add_leads_to_campaign import AddLeadsToCampaign
from mock.sandbox.operations.leads import Lead
from mock.sandbox.store import Campaign
from tests.operations.add_leads_to_campaign.bases import ConvertsItems, SkipsLeadsWithoutIdentity, all_leads
from tests.operations.registry import breaks


@breaks("counts-added-leads")
class SwapsTheCounts(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        imported, duplicates = super().insert(campaign, leads)
        return duplicates, imported


@breaks("counts-added-leads")
class CountsDuplicatesAsImported(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        _, duplicates = super().insert(campaign, leads)
        return len(leads), duplicates


@breaks("counts-added-leads")
class CountsNoDuplicates(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        return super().insert(campaign, leads)[0], 0


@breaks("counts-added-leads")
class CountsDuplicatesOnceEach(AddLeadsToCampaign):
    """Counts identities that are duplicates instead of leads."""

    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        known = {self.identity(campaign, lead) for lead in all_leads(self, campaign)}
        identities = [self.identity(campaign, lead) for lead in leads]
        repeated = {one for one in identities if identities.count(one) > 1 or one in known}
        return super().insert(campaign, leads)[0], len(repeated)


@breaks("counts-added-leads")
class CountsOnlyDuplicatesInTheCampaign(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        known = {self.identity(campaign, lead) for lead in all_leads(self, campaign)}
        imported, _ = super().insert(campaign, leads)
        return imported, sum(self.identity(campaign, lead) in known for lead in leads)


@breaks("counts-added-leads")
class CountsOnlyDuplicatesWithinTheRequest(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        imported, _ = super().insert(campaign, leads)
        return imported, len(leads) - len({self.identity(campaign, lead) for lead in leads})


@breaks("counts-added-leads")
class CountsTheWholeCampaign(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        duplicates = super().insert(campaign, leads)[1]
        return len(all_leads(self, campaign)), duplicates


@breaks("counts-added-leads")
class CountsOneTooMany(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        imported, duplicates = super().insert(campaign, leads)
        return imported + 1, duplicates


@breaks("counts-added-leads")
class CountsAtMostOneDuplicate(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        imported, duplicates = super().insert(campaign, leads)
        return imported, min(duplicates, 1)


@breaks("counts-added-leads")
class CountsInThePreviousRequestToo(AddLeadsToCampaign):
    imported = duplicates = 0

    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        imported, duplicates = super().insert(campaign, leads)
        self.imported, self.duplicates = self.imported + imported, self.duplicates + duplicates
        return self.imported, self.duplicates


@breaks("counts-added-leads")
class CountsRequestsWithDuplicatesAsNothing(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        imported, duplicates = super().insert(campaign, leads)
        return (0 if duplicates else imported), duplicates


@breaks("needs-identity")
class AddsLeadsWithoutIdentity(AddLeadsToCampaign):
    def check_identities(self, campaign: Campaign, items: list[Lead]) -> None:
        """Accept them."""


@breaks("needs-identity")
class AddsOneLeadWithoutIdentity(AddLeadsToCampaign):
    """Takes the second one for a duplicate of the first."""

    def check_identities(self, campaign: Campaign, items: list[Lead]) -> None:
        """Accept them."""

    def identity(self, campaign: Campaign, lead: Lead) -> str | None:
        return super().identity(campaign, lead) or ""


@breaks("needs-identity")
class AcceptsEitherIdentity(AddLeadsToCampaign):
    """Adds a lead without email address to an email campaign if it has a URL."""

    def identity(self, campaign: Campaign, lead: Lead) -> str | None:
        return super().identity(campaign, lead) or lead.get("email") or lead.get("linkedin_url")


@breaks("needs-identity")
class CountsSkippedLeadsAsDuplicates(SkipsLeadsWithoutIdentity):
    def counts(self, imported: int, duplicates: int, skipped: int) -> tuple[int, int]:
        return imported, duplicates + skipped


@breaks("needs-identity")
class CountsSkippedLeadsAsImported(SkipsLeadsWithoutIdentity):
    def counts(self, imported: int, duplicates: int, skipped: int) -> tuple[int, int]:
        return imported + skipped, duplicates


@breaks("needs-identity")
class IgnoresRequestsWithALeadWithoutIdentity(AddLeadsToCampaign):
    def check_identities(self, campaign: Campaign, items: list[Lead]) -> None:
        """Leave them to ``insert``."""

    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        complete = all(self.identity(campaign, lead) for lead in leads)
        return super().insert(campaign, leads) if complete else (0, 0)


@breaks("needs-identity")
class MakesUpAnIdentity(ConvertsItems):
    def convert_item(self, item: object) -> object:
        return {"email": "unknown@example.com", **item} if isinstance(item, dict) else item
