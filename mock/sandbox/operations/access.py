"""The rules that operations share: whose key it is, whose campaign, and whether its leads may be changed."""

from __future__ import annotations

from puffle.contract import Operation

from ..exceptions import Refusal
from ..handler import Handler, bearer_token
from ..store import Store
from .leads import FORMATS

DRAFT = "draft"


class Access(Handler):
    """An operation on the leads of the campaign that the path names."""

    formats = FORMATS

    def __init__(self, operation: Operation, store: Store) -> None:
        super().__init__(operation, store)
        self._campaign = next(part["name"] for part in operation.parameters if part["in"] == "path")

    def authenticate(self, authorization: str) -> str:
        token = bearer_token(authorization)
        workspace = self.store.workspace(token) if token else None
        if workspace is None:
            raise Refusal(401, "unauthorized")
        return workspace

    def check_campaign_id(self, campaign_id: str) -> str:
        """The campaign's id as the store spells it."""
        self.check_parameter("path", self._campaign, campaign_id)
        return campaign_id.lower()

    def find_campaign(self, workspace: str, campaign: str) -> str:
        status = self.store.status(workspace, campaign)
        if status is None:
            raise Refusal(404, "Campaign not found.")
        return status

    def require_draft(self, status: str) -> None:
        if status != DRAFT:
            raise Refusal(400, f"The campaign is {status}; only the leads of a draft campaign can be edited.")
