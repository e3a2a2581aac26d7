"""Mutants that find other duplicates, or change the leads that exist."""

from __future__ import annotations

from mock.sandbox import seed
from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.add_leads_to_campaign import AddLeadsToCampaign
from mock.sandbox.operations.leads import Lead
from mock.sandbox.store import Campaign, Store
from puffle.contract import Operation
from tests.operations.add_leads_to_campaign.bases import all_leads, change
from tests.operations.registry import breaks


class IdentifiesOtherwise(AddLeadsToCampaign):
    """Finds duplicates by another identity than the one that the store compares."""

    def identity(self, campaign: Campaign, lead: Lead) -> str | None:
        text = lead.get(self.identity_fields[campaign.type])
        return self.identify(campaign, text) if text else None

    def identify(self, campaign: Campaign, text: str) -> str:
        raise NotImplementedError


@breaks("duplicates-not-added")
class ComparesEmailsByCase(IdentifiesOtherwise):
    def identify(self, campaign: Campaign, text: str) -> str:
        return text if campaign.type == "email" else text.partition("?")[0].rstrip("/")


@breaks("duplicates-not-added")
class ComparesDomainsByCase(IdentifiesOtherwise):
    def identify(self, campaign: Campaign, text: str) -> str:
        name, _, domain = text.partition("@")
        return f"{name.lower()}@{domain}" if campaign.type == "email" else text.partition("?")[0].rstrip("/")


@breaks("duplicates-not-added")
class ComparesUrlsAsTheyAre(IdentifiesOtherwise):
    def identify(self, campaign: Campaign, text: str) -> str:
        return text.lower() if campaign.type == "email" else text


@breaks("duplicates-not-added")
class ComparesUrlsWithTheirQuery(IdentifiesOtherwise):
    def identify(self, campaign: Campaign, text: str) -> str:
        return text.lower() if campaign.type == "email" else text.rstrip("/")


@breaks("duplicates-not-added")
class ComparesUrlsWithTheirSlashes(IdentifiesOtherwise):
    def identify(self, campaign: Campaign, text: str) -> str:
        return text.lower() if campaign.type == "email" else text.partition("?")[0]


@breaks("duplicates-not-added")
class RemovesOneSlashOfUrls(IdentifiesOtherwise):
    def identify(self, campaign: Campaign, text: str) -> str:
        return text.lower() if campaign.type == "email" else text.partition("?")[0].removesuffix("/")


@breaks("duplicates-not-added")
class RemovesSlashesBeforeTheQuery(IdentifiesOtherwise):
    def identify(self, campaign: Campaign, text: str) -> str:
        return text.lower() if campaign.type == "email" else text.rstrip("/").partition("?")[0]


@breaks("duplicates-not-added")
class TakesAnyCampaignForAnEmailCampaign(AddLeadsToCampaign):
    """Finds duplicates by email address in every campaign, although LinkedIn campaigns need a URL."""

    def identity(self, campaign: Campaign, lead: Lead) -> str | None:
        found = super().identity(campaign, lead)
        return (lead.get("email") or found) if found else None


@breaks("duplicates-not-added")
class ComparesBothIdentities(AddLeadsToCampaign):
    """Takes only a lead of the same email address and the same URL for a duplicate."""

    def identity(self, campaign: Campaign, lead: Lead) -> str | None:
        found = super().identity(campaign, lead)
        parts = [
            super(ComparesBothIdentities, self).identity(campaign._replace(type=kind), lead) or "" for kind in TYPES
        ]
        return " ".join(parts) if found else None


TYPES = ("email", "linkedin")


@breaks("duplicates-not-added")
class ComparesEitherIdentity(AddLeadsToCampaign):
    """Takes a lead of the same email address or the same URL for a duplicate."""

    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        known = all_leads(self, campaign)
        seen = {lead[name] for lead in known for name in ("email", "linkedin_url")} - {None}
        new = []
        for lead in leads:
            if not seen & {lead["email"], lead["linkedin_url"]}:
                new.append(lead)
            seen |= {lead["email"], lead["linkedin_url"]} - {None}
        imported, _ = super().insert(campaign, new)
        return imported, len(leads) - imported


@breaks("duplicates-not-added")
class ComparesLeadsByName(AddLeadsToCampaign):
    """Takes a lead of the same full name and company for a duplicate, too."""

    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        seen = {(lead["name"], lead["company"]) for lead in all_leads(self, campaign)}
        new = [lead for lead in leads if not lead["name"] or (lead["name"], lead["company"]) not in seen]
        imported, _ = super().insert(campaign, new)
        return imported, len(leads) - imported


@breaks("duplicates-not-added")
class MissesDuplicatesWithinTheRequest(AddLeadsToCampaign):
    """Looks for duplicates among the leads that the campaign had before."""

    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        known = {self.identity(campaign, lead) for lead in all_leads(self, campaign)}
        new = [lead for lead in leads if self.identity(campaign, lead) not in known]
        self.store.add(campaign.id, [(f"{number} {lead['id']}", lead) for number, lead in enumerate(new)])
        return len(new), len(leads) - len(new)


@breaks("duplicates-not-added")
class MissesDuplicatesInTheCampaign(AddLeadsToCampaign):
    """Looks for duplicates within the request alone."""

    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        new = {self.identity(campaign, lead): lead for lead in reversed(leads)}
        return self.store.add(campaign.id, [(lead["id"], lead) for lead in new.values()]), len(leads) - len(new)


@breaks("duplicates-not-added")
class ComparesTheFirst100Leads(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        known = {self.identity(campaign, lead) for lead in all_leads(self, campaign)[:100]}
        new = {self.identity(campaign, lead): lead for lead in reversed(leads)}
        added = [lead for identity, lead in new.items() if identity not in known]
        return self.store.add(campaign.id, [(lead["id"], lead) for lead in added]), len(leads) - len(added)


@breaks("duplicates-not-added")
class RemembersFormerIdentities(AddLeadsToCampaign):
    """Takes a lead for a duplicate if the campaign ever had one of its identity."""

    def __init__(self, operation: Operation, store: Store) -> None:
        super().__init__(operation, store)
        self.former = set[tuple[str, str | None]]()

    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        new = [lead for lead in leads if (campaign.id, self.identity(campaign, lead)) not in self.former]
        self.former |= {(campaign.id, self.identity(campaign, lead)) for lead in leads}
        imported, _ = super().insert(campaign, new)
        return imported, len(leads) - imported


@breaks("duplicates-not-added")
class ComparesIdentitiesAsTheyWereAdded(AddLeadsToCampaign):
    """Misses a duplicate of a lead that was edited."""

    def __init__(self, operation: Operation, store: Store) -> None:
        super().__init__(operation, store)
        self.identities = dict[str, str | None]()

    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        known = {self.identities.get(lead["id"], self.identity(campaign, lead)) for lead in all_leads(self, campaign)}
        new = {self.identity(campaign, lead): lead for lead in reversed(leads)}
        added = [lead for identity, lead in new.items() if identity not in known]
        self.identities |= {lead["id"]: self.identity(campaign, lead) for lead in added}
        return self.store.add(campaign.id, [(lead["id"], lead) for lead in added]), len(leads) - len(added)


@breaks("duplicates-not-added")
class IgnoresTagsOfEmailAddresses(IdentifiesOtherwise):
    def identify(self, campaign: Campaign, text: str) -> str:
        name, _, domain = text.lower().partition("@")
        return f"{name.partition('+')[0]}@{domain}" if campaign.type == "email" else text.partition("?")[0].rstrip("/")


@breaks("duplicates-not-added")
class MissesEveryDuplicate(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        return self.store.add(campaign.id, [(lead["id"], lead) for lead in leads]), 0


@breaks("duplicates-not-added")
class KeepsTheLastOfARequest(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        return super().insert(campaign, leads[::-1])


@breaks("duplicates-not-added")
class MergesDuplicatesWithinTheRequest(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        merged: dict[str | None, Lead] = {}
        for lead in leads:
            first = merged.setdefault(self.identity(campaign, lead), lead)
            first |= {name: value for name, value in lead.items() if first[name] is None}
        imported, duplicates = super().insert(campaign, [*merged.values()])
        return imported, duplicates + len(leads) - len(merged)


class ChangesDuplicates(AddLeadsToCampaign):
    """Changes the lead that has the identity of a duplicate."""

    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        known = {self.identity(campaign, lead): lead for lead in all_leads(self, campaign)}
        for lead in leads:
            if before := known.get(self.identity(campaign, lead)):
                given = {name: lead[name] for name in self.listed_fields if lead[name] is not None}
                change(self, campaign, before["id"], self.changes(before, given))
        return super().insert(campaign, leads)

    def changes(self, before: Lead, given: Lead) -> Lead:
        raise NotImplementedError


@breaks("duplicates-not-added")
class UpdatesTheLeadThatExists(ChangesDuplicates):
    def changes(self, before: Lead, given: Lead) -> Lead:  # noqa: ARG002
        return given


@breaks("duplicates-not-added")
class FillsTheLeadThatExists(ChangesDuplicates):
    def changes(self, before: Lead, given: Lead) -> Lead:
        return {name: value for name, value in given.items() if before[name] is None}


@breaks("duplicates-not-added")
class MergesCustomFieldsOfDuplicates(ChangesDuplicates):
    def changes(self, before: Lead, given: Lead) -> Lead:
        return {"custom_fields": {**(before["custom_fields"] or {}), **given.get("custom_fields", {})}}


@breaks("duplicates-not-added")
class MovesUpdatedAtOfDuplicates(ChangesDuplicates):
    def changes(self, before: Lead, given: Lead) -> Lead:  # noqa: ARG002
        return {"updated_at": "2099-01-01T00:00:00Z"}


@breaks("duplicates-not-added")
class RestartsDuplicates(ChangesDuplicates):
    def changes(self, before: Lead, given: Lead) -> Lead:  # noqa: ARG002
        return {"status": "duplicate"}


@breaks("duplicates-not-added")
class ReplacesTheLeadThatExists(AddLeadsToCampaign):
    """The new lead has another id."""

    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        new = {self.identity(campaign, lead) for lead in leads}
        old = [lead["id"] for lead in all_leads(self, campaign) if self.identity(campaign, lead) in new]
        self.store.remove(campaign.id, old)
        imported, _ = super().insert(campaign, leads)
        return imported - len(old), len(leads) - imported + len(old)


@breaks("duplicates-not-added")
class RefusesDuplicates(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        known = {self.identity(campaign, lead) for lead in all_leads(self, campaign)}
        if any(self.identity(campaign, lead) in known for lead in leads):
            raise Refusal(400, "prospects: a lead of this identity exists")
        return super().insert(campaign, leads)


@breaks("duplicates-not-added")
class FindsDuplicatesInOtherCampaigns(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        known = set()
        for other in seed.load()[0].campaigns:
            if other.id != campaign.id:
                elsewhere = self.find_campaign(campaign.workspace, other.id)
                known |= {self.identity(campaign, lead) for lead in all_leads(self, elsewhere)}
        imported, _ = super().insert(campaign, [lead for lead in leads if self.identity(campaign, lead) not in known])
        return imported, len(leads) - imported
