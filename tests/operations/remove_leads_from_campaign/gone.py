"""Mutants that do not let go of removed leads, or let go of them too late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mock.sandbox.operations.leads import Lead
from mock.sandbox.store import Campaign, Store
from puffle.contract import Operation
from tests.operations.registry import breaks
from tests.operations.remove_leads_from_campaign.bases import Looks


class KeepsRemoved(Looks):
    """Keeps the leads that it removes, and replaces some methods of the store, which all operations use."""

    replaced: tuple[str, ...] = ()
    """The names of the methods; the store's own are in ``original``."""

    def __init__(self, operation: Operation, store: Store) -> None:
        super().__init__(operation, store)
        self.removed: dict[tuple[str, str], Lead] = {}
        self.original: dict[str, Any] = {name: getattr(store, name) for name in self.replaced}
        for name in self.replaced:
            setattr(store, name, getattr(self, name))

    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        self.keep(campaign.id, [lead for lead in self.leads(campaign.id) if lead["id"] in ids])
        return super().remove(campaign, ids)

    def keep(self, campaign: str, leads: list[Lead]) -> None:
        self.removed |= {(campaign, lead["id"]): lead for lead in leads}


class ListsRemovedLeads(KeepsRemoved):
    """Lists removed leads. If no other operation knew them, nobody could tell that the list is not at fault."""

    def page(self, campaign: str, status: str | None, offset: int, limit: int) -> tuple[list[Lead], int]:
        leads, _ = self.original["page"](campaign, None, 0, 1_000_000)
        leads = [*leads, *(lead for (other, _), lead in self.removed.items() if other == campaign)]
        leads = [lead for lead in leads if status in (None, lead["status"])]
        return leads[offset : offset + limit], len(leads)


@breaks("removed-is-gone")
class StillUpdatesRemovedLeads(KeepsRemoved):
    replaced: tuple[str, ...] = ("lead", "edit")

    def lead(self, campaign: str, lead: str) -> Lead | None:
        found: Lead | None = self.original["lead"](campaign, lead)
        return found or self.removed.get((campaign, lead))

    def edit(self, campaign: str, lead: str, change: Callable[[Lead], Lead], identify: object) -> Lead | None:
        found: Lead | None = self.original["edit"](campaign, lead, change, identify)
        if found is None and (campaign, lead) in self.removed:
            found = self.removed[campaign, lead] = change(self.removed[campaign, lead])
        return found


@breaks("removed-is-gone")
class StillListsAndUpdatesRemovedLeads(StillUpdatesRemovedLeads):
    replaced: tuple[str, ...] = ("lead", "edit", "page")
    page = ListsRemovedLeads.page


@breaks("removed-is-gone")
class StillReadsRemovedLeads(StillUpdatesRemovedLeads):
    """Only an edit of nothing shows the removed lead."""

    replaced: tuple[str, ...] = ("lead",)


@breaks("removed-is-gone")
class ChangesTheStatusInstead(Looks):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        removed = [lead for lead in self.ids(campaign.id) if lead in ids]
        for lead in removed:
            self.store.edit(campaign.id, lead, lambda before: before | {"status": "removed"}, self.identity)
        return len(removed)


@breaks("removed-is-gone")
class KeepsTheIdentityTaken(KeepsRemoved):
    replaced: tuple[str, ...] = ("add",)

    def add(self, campaign: str, leads: Sequence[tuple[str | None, Lead]]) -> int:
        taken = {lead[field] for lead in self.removed.values() for field in ("email", "linkedin_url")}
        return int(
            self.original["add"](campaign, [(identity, lead) for identity, lead in leads if identity not in taken])
        )


@breaks("removed-is-gone")
class StillListsAndKeepsTheIdentityTaken(KeepsTheIdentityTaken):
    replaced: tuple[str, ...] = ("add", "page")
    page = ListsRemovedLeads.page


@breaks("removed-is-gone")
class RevivesTheOldLead(KeepsRemoved):
    """Brings a removed lead back, with its old values, when one of the same identity is added."""

    replaced: tuple[str, ...] = ("add",)

    def add(self, campaign: str, leads: Sequence[tuple[str | None, Lead]]) -> int:
        old: dict[Any, Lead] = {}
        for (other, _), lead in self.removed.items():
            if other == campaign:
                old |= {lead["email"]: lead, lead["linkedin_url"]: lead}
        return int(self.original["add"](campaign, [(identity, old.get(identity, lead)) for identity, lead in leads]))


@breaks("removed-is-gone")
class RemovesTheNextTime(KeepsRemoved):
    """Removes leads only when the next ones are to be removed."""

    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        known = [
            one for one in dict.fromkeys(ids) if one in self.ids(campaign.id) and (campaign.id, one) not in self.removed
        ]
        for other, lead in self.removed:
            self.store.remove(other, [lead])
        self.removed.clear()
        self.keep(campaign.id, [lead for lead in self.leads(campaign.id) if lead["id"] in known])
        return len(known)


@breaks("removed-is-gone")
class RemovesAfterTheNextList(KeepsRemoved):
    """Removes leads only after they have been listed once more."""

    replaced: tuple[str, ...] = ("page",)
    pending: tuple[str, list[str]] | None = None

    def leads(self, campaign: str) -> list[Lead]:
        return list(self.original["page"](campaign, None, 0, 1_000_000)[0])

    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        self.flush()
        known = [lead for lead in self.ids(campaign.id) if lead in ids]
        self.pending = campaign.id, known
        return len(known)

    def flush(self) -> None:
        if self.pending:
            self.store.remove(*self.pending)
        self.pending = None

    def page(self, campaign: str, status: str | None, offset: int, limit: int) -> tuple[list[Lead], int]:
        shown: tuple[list[Lead], int] = self.original["page"](campaign, status, offset, limit)
        self.flush()
        return shown


@breaks("removed-is-gone")
class BringsLeadsBackWhenOthersAreAdded(KeepsRemoved):
    replaced: tuple[str, ...] = ("add",)

    def add(self, campaign: str, leads: Sequence[tuple[str | None, Lead]]) -> int:
        added = int(self.original["add"](campaign, leads))
        for (other, _), lead in self.removed.items():
            self.original["add"](other, [(lead["email"], lead)])
        self.removed.clear()
        return added
