"""The rules that operations share: whose key it is, whose campaign, and whether its leads may be changed."""

from __future__ import annotations

from puffle.contract import Operation

from ..exceptions import Refusal
from ..handler import Handler, bearer_token
from ..store import Campaign, Store
from . import leads
from .leads import FORMATS, Lead

DRAFT = "draft"


class Access(Handler):
    """An operation on the leads of the campaign that the path names."""

    formats = FORMATS

    def __init__(self, operation: Operation, store: Store) -> None:
        super().__init__(operation, store)
        self._campaign = next(part["name"] for part in operation.parameters if part["in"] == "path")
        self.identity_fields = operation.contract.campaign_types

    def authenticate(self, authorization: str) -> str:
        token = bearer_token(authorization)
        workspace = self.store.workspace(token) if token else None
        if workspace is None:
            raise Refusal(401, "unauthorized")
        return workspace

    def check_campaign_id(self, campaign_id: str) -> str:
        """The campaign's id as the store spells it."""
        self.read_parameters("path", {self._campaign: [campaign_id]})
        return campaign_id.lower()

    def find_campaign(self, workspace: str, campaign: str) -> Campaign:
        found = self.store.campaign(workspace, campaign)
        if found is None:
            raise Refusal(404, "Campaign not found.")
        return found

    def require_draft(self, status: str) -> None:
        if status != DRAFT:
            raise Refusal(400, f"The campaign is {status}; its leads can be changed only while it is a draft.")

    def identity(self, campaign: Campaign, lead: Lead) -> str | None:
        """What identifies a lead in a campaign, normalised; None if it has nothing that does."""
        field = self.identity_fields.get(campaign.type)
        return leads.identity(lead, field) if field else None

    def now(self) -> str:
        """The time of a change, as ``leads.edited`` wants it."""
        return leads.now()
