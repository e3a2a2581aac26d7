"""Update Lead in Campaign: its rules, as small methods in the order in which a request meets them."""

from __future__ import annotations

from collections.abc import Mapping

from puffle.contract import Operation

from ..exceptions import IdentityTaken, Refusal
from ..handler import check_storable
from ..messages import Incoming, Reply
from ..store import Store
from .access import Access
from .leads import Lead, edited

OPERATION = "PATCH /api/campaigns/{id}/leads"


class UpdateLeadInCampaign(Access):
    """Edits the listed fields of one lead."""

    def __init__(self, operation: Operation, store: Store) -> None:
        super().__init__(operation, store)
        contract = operation.contract
        fields = contract.members(contract.resolve(contract.members(operation.request_schema or {})["updates"]))
        lead = contract.members(contract.resolve(contract.members(operation.response_schema(200) or {})["prospect"]))
        self.listed_fields = frozenset(fields)
        # A value is stored only if the response can show it: the lead's schema may be stricter than the request's.
        self._values = self.validator({"properties": {name: lead[name] for name in fields if name in lead}})

    def respond(self, incoming: Incoming) -> Reply:
        campaign_id = next(iter(incoming.parameters.values()))
        return Reply.json(200, {"prospect": self.update_lead(campaign_id, incoming.headers, incoming.body)})

    def update_lead(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> Lead:
        workspace = self.authenticate(headers.get("authorization", ""))
        campaign = self.check_campaign_id(campaign_id)
        status = self.find_campaign(workspace, campaign).status
        self.check_media_type(headers.get("content-type", ""))
        request = self.parse(body)
        self.require_draft(status)
        fields = self.select_fields(request["updates"])
        self.check_values(fields)
        return self.edit(campaign, str(request["prospect_id"]).lower(), fields)

    def select_fields(self, updates: Lead) -> Lead:
        """The listed fields; the others are ignored."""
        return {name: value for name, value in updates.items() if name in self.listed_fields}

    def check_values(self, fields: Lead) -> None:
        """Refuse values that the response could not show."""
        check_storable(self._values, fields, "updates")

    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        if fields:
            try:
                found = self.store.edit(
                    campaign, lead, lambda before: edited(before, fields, self.now()), self.identity
                )
            except IdentityTaken as error:
                raise Refusal(400, f"updates: another lead of the campaign has the identity {error}") from None
        else:
            found = self.store.lead(campaign, lead)
        if found is None:
            raise Refusal(404, "Lead not found in this campaign.")
        return found


Handler = UpdateLeadInCampaign
