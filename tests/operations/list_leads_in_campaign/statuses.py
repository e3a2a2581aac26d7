"""Mutants that filter by status wrongly."""

from __future__ import annotations

from fnmatch import fnmatchcase

from mock.sandbox.operations.leads import Lead
from mock.sandbox.operations.list_leads_in_campaign import ListLeadsInCampaign
from mock.sandbox.store import Campaign
from tests.operations.list_leads_in_campaign.bases import ALL, ChoosesLeads
from tests.operations.registry import breaks


class MatchesStatuses(ChoosesLeads):
    """Compares the status of a lead with the one that was asked for in another way."""

    def choose(self, campaign: Campaign, status: str | None) -> list[Lead]:
        leads = super().choose(campaign, None)
        return leads if status is None else [lead for lead in leads if self.matches(lead["status"], status)]

    def matches(self, status: str, wanted: str) -> bool:
        raise NotImplementedError


@breaks("filters-by-status")
class IgnoresTheStatus(MatchesStatuses):
    def matches(self, status: str, wanted: str) -> bool:  # noqa: ARG002
        return True


@breaks("filters-by-status")
class ExcludesTheStatus(MatchesStatuses):
    def matches(self, status: str, wanted: str) -> bool:
        return status != wanted


@breaks("filters-by-status")
class NeverFindsAStatus(MatchesStatuses):
    def matches(self, status: str, wanted: str) -> bool:  # noqa: ARG002
        return False


@breaks("filters-by-status")
class IgnoresCaseInStatuses(MatchesStatuses):
    def matches(self, status: str, wanted: str) -> bool:
        return status == wanted.lower()


@breaks("filters-by-status")
class ComparesWithUpperCaseStatuses(MatchesStatuses):
    def matches(self, status: str, wanted: str) -> bool:
        return status.upper() == wanted


@breaks("filters-by-status")
class FindsStatusesByTheirBeginning(MatchesStatuses):
    def matches(self, status: str, wanted: str) -> bool:
        return status.startswith(wanted)


@breaks("filters-by-status")
class FindsStatusesByAPartOfThem(MatchesStatuses):
    def matches(self, status: str, wanted: str) -> bool:
        return wanted in status


@breaks("filters-by-status")
class ComparesFirstLetters(MatchesStatuses):
    def matches(self, status: str, wanted: str) -> bool:
        return status[:1] == wanted[:1]


@breaks("filters-by-status")
class FindsStatusesByPattern(MatchesStatuses):
    """As LIKE does in SQL."""

    def matches(self, status: str, wanted: str) -> bool:
        return fnmatchcase(status, wanted.replace("%", "*").replace("_", "?"))


@breaks("filters-by-status")
class ListsEverythingForAnUnknownStatus(MatchesStatuses):
    def matches(self, status: str, wanted: str) -> bool:
        return status == wanted or wanted not in ("pending", "sent", "replied", "bounced", "completed", "timed_out")


@breaks("filters-by-status")
class CountsRepliesAsSent(MatchesStatuses):
    def matches(self, status: str, wanted: str) -> bool:
        return status == wanted or (wanted == "sent" and status == "replied")


@breaks("filters-by-status")
class ListsPendingLeadsToo(MatchesStatuses):
    def matches(self, status: str, wanted: str) -> bool:
        return status in (wanted, "pending")


@breaks("filters-by-status")
class ListsOnlyTheFirstMatch(ChoosesLeads):
    def choose(self, campaign: Campaign, status: str | None) -> list[Lead]:
        leads = super().choose(campaign, status)
        return leads if status is None else leads[:1]


@breaks("filters-by-status")
class FiltersAfterPaging(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads, _ = super().find(campaign, page, limit, None)
        total = self.store.page(campaign.id, status, 0, 0)[1]
        return [lead for lead in leads if status is None or lead["status"] == status], total


@breaks("filters-by-status")
class FiltersOnlyTheFirstPage(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        leads, total = super().find(campaign, page, limit, status)
        return (self.store.page(campaign.id, None, (page - 1) * limit, limit)[0] if page > 1 else leads), total


@breaks("filters-by-status")
class FiltersByTheStatusOfThePreviousRequest(ListLeadsInCampaign):
    previous: str | None = None

    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        if status is not None:
            status, self.previous = self.previous or status, status
        return super().find(campaign, page, limit, status)


@breaks("filters-by-status")
class ShowsTheStatusThatWasAskedFor(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Lead], int]:
        if status is None:
            return super().find(campaign, page, limit, status)
        leads = [lead | {"status": status} for lead in self.store.page(campaign.id, None, 0, ALL)[0]]
        return leads[(page - 1) * limit : page * limit], len(leads)
