"""Add Leads to Campaign: its rules, as small methods in the order in which a request meets them."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from puffle.contract import Operation

from ..exceptions import Refusal
from ..handler import check_storable
from ..messages import Incoming, Reply
from ..store import Campaign, Store
from .access import Access
from .leads import Lead, lead_schema

OPERATION = "POST /api/campaigns/{id}/leads"


class AddLeadsToCampaign(Access):
    """Adds the leads that the campaign does not have yet."""

    def __init__(self, operation: Operation, store: Store) -> None:
        super().__init__(operation, store)
        contract = operation.contract
        given = contract.resolve(contract.members(operation.request_schema or {})["prospects"])
        self.listed_fields = frozenset(contract.members(contract.resolve(given["items"])))
        members = contract.members(lead_schema(contract))
        # A value is stored only if a response can show it: the lead's schema may be stricter than the request's.
        values = {name: members[name] for name in self.listed_fields if name in members}
        self._values = self.validator({"type": "array", "items": {"properties": values}})
        self._members = [*members]
        self._nullable = {name for name, schema in members.items() if self.validator(schema).is_valid(None)}

    def respond(self, incoming: Incoming) -> Reply:
        campaign_id = next(iter(incoming.parameters.values()))
        return Reply.json(200, self.add_leads(campaign_id, incoming.headers, incoming.body))

    def add_leads(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> dict[str, int]:
        workspace = self.authenticate(headers.get("authorization", ""))
        campaign = self.find_campaign(workspace, self.check_campaign_id(campaign_id))
        self.check_media_type(headers.get("content-type", ""))
        request = self.parse(body)
        self.require_draft(campaign.status)
        items = [self.select_fields(item) for item in request["prospects"]]
        self.check_values(items)
        self.check_identities(campaign, items)
        imported, duplicates = self.insert(campaign, [self.new_lead(campaign, item) for item in items])
        return {"imported": imported, "duplicates": duplicates}

    def select_fields(self, item: Lead) -> Lead:
        """The members of a lead that can be given; the others are ignored."""
        return {name: value for name, value in item.items() if name in self.listed_fields}

    def check_values(self, items: list[Lead]) -> None:
        """Refuse values that a response could not show."""
        check_storable(self._values, items, "prospects")

    def check_identities(self, campaign: Campaign, items: list[Lead]) -> None:
        """Refuse the whole request if a lead has nothing that identifies it."""
        field = self.identity_fields.get(campaign.type)
        for number, item in enumerate(items if field else ()):
            if self.identity(campaign, item) is None:
                raise Refusal(
                    400, f"prospects.{number}.{field}: every lead of a campaign of type {campaign.type} needs it"
                )

    def new_lead(self, campaign: Campaign, item: Lead) -> Lead:
        """The lead that is made of the given members."""
        now = self.now()
        names = [item[part] for part in ("first_name", "last_name") if item.get(part)]
        lead = {
            **dict.fromkeys(self._members),
            "id": str(uuid4()),
            "campaign_id": campaign.id,
            **campaign.owner,
            "status": "pending",
            "name": " ".join(names) or None,
            "source": "api",
            "created_at": now,
            "updated_at": now,
            **item,
        }
        return {name: value for name, value in lead.items() if value is not None or name in self._nullable}

    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        """Add the leads, all or nothing: how many were added, and how many the campaign had already."""
        imported = self.store.add(campaign.id, [(self.identity(campaign, lead), lead) for lead in leads])
        return imported, len(leads) - imported


Handler = AddLeadsToCampaign
