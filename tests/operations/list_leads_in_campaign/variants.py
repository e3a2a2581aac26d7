"""Harmless variants: lists that differ where the contract leaves room."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from mock.sandbox.exceptions import Refusal
from mock.sandbox.messages import Incoming, Reply
from mock.sandbox.operations.leads import Lead
from mock.sandbox.operations.list_leads_in_campaign import ListLeadsInCampaign
from mock.sandbox.store import Campaign
from tests.operations.list_leads_in_campaign.bases import ChangesLeads, ChoosesLeads, Query
from tests.operations.registry import harmless
from tests.rewriting import Response


@harmless
class ListsTheNewestFirst(ChoosesLeads):
    def choose(self, campaign: Campaign, status: str | None) -> list[Lead]:
        return super().choose(campaign, status)[::-1]


@harmless
class SortsByIdWhenFiltered(ChoosesLeads):
    def choose(self, campaign: Campaign, status: str | None) -> list[Lead]:
        leads = super().choose(campaign, status)
        return sorted(leads, key=lambda lead: str(lead["id"])) if status else leads


@harmless
class ListsTheLastEditedFirst(ChoosesLeads):
    def choose(self, campaign: Campaign, status: str | None) -> list[Lead]:
        leads = super().choose(campaign, status)
        return sorted(leads, key=lambda lead: (lead["updated_at"], lead["id"]), reverse=True)


@harmless
class LowersLimitsTo10(ListLeadsInCampaign):
    def read_query(self, query: Query) -> tuple[int, int, str | None]:
        page, limit, status = super().read_query(query)
        return page, min(limit, 10 if "limit" in query else limit), status


@harmless
class RefusesLimitsOver20(ListLeadsInCampaign):
    def read_query(self, query: Query) -> tuple[int, int, str | None]:
        page, limit, status = super().read_query(query)
        if "limit" in query and limit > 20:
            raise Refusal(400, f"limit: {limit} is greater than the maximum of 20")
        return page, limit, status


@harmless
class RefusesUnknownStatuses(ListLeadsInCampaign):
    def read_query(self, query: Query) -> tuple[int, int, str | None]:
        page, limit, status = super().read_query(query)
        if status not in (None, "pending", "sent", "replied", "bounced", "completed", "timed_out"):
            raise Refusal(400, "status: there is no such status")
        return page, limit, status


@harmless
class RefusesPagesOver10000(ListLeadsInCampaign):
    def read_query(self, query: Query) -> tuple[int, int, str | None]:
        page, limit, status = super().read_query(query)
        if page > 10_000:
            raise Refusal(400, "page: at most 10000 is allowed")
        return page, limit, status


@harmless
class ChecksTheQueryFirst(ListLeadsInCampaign):
    """Except for the key."""

    def respond(self, incoming: Incoming) -> Reply:
        self.authenticate(incoming.headers.get("authorization", ""))
        self.read_query(incoming.query)
        return super().respond(incoming)


@harmless
class ShowsIdentitiesNormalised(ChangesLeads):
    def change_lead(self, lead: Lead) -> Lead:
        url, email = lead["linkedin_url"], lead["email"]
        normalised = url and url.partition("?")[0].rstrip("/") if str(url).startswith("http") else url
        return lead | {"email": email and email.lower(), "linkedin_url": normalised}


@harmless
def adds_members_to_the_page(response: Response) -> None:
    if response.status == 200:
        response.json |= {"total_pages": 7, "has_more": False, "next": None, "prospects_count": 0}
        for number, lead in enumerate(response.json["prospects"]):
            lead |= {"tags": ["x"], "index": number, "views": response.number, "title": lead["position"]}


@harmless
def omits_nulls_in_lists(response: Response) -> None:
    if response.status == 200:
        leads = response.json["prospects"]
        response.json["prospects"] = [
            {name: value for name, value in lead.items() if value is not None} for lead in leads
        ]


@harmless
def shows_fewer_fields_in_lists(response: Response) -> None:
    """Without some that examples of the vendor's reference leave out."""
    if response.status == 200:
        for lead in response.json["prospects"]:
            for name in (
                "custom_fields",
                "source",
                "source_ref",
                "created_at",
                "updated_at",
                "bounced_at",
                "replied_at",
            ):
                del lead[name]
            for name in ("name", "headline", "current_node_id"):
                del lead[name]


@harmless
def spells_ids_and_times_of_lists_differently(response: Response) -> None:
    if response.status == 200:
        for lead in response.json["prospects"]:
            for name in ("id", "campaign_id", "user_id"):
                lead[name] = lead[name].upper()
            for name in ("created_at", "updated_at"):
                moment = datetime.fromisoformat(lead[name]).astimezone(timezone(timedelta(hours=2)))
                lead[name] = moment.isoformat(timespec="microseconds")


@harmless
def describes_refusals_of_lists(response: Response) -> None:
    if response.status == 400:
        response.json |= {"code": "invalid_query", "details": [{"parameter": "page"}]}
