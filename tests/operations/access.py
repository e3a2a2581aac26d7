"""Mutants and variants of what operations share.

Each is combined with the handler of every operation; a mutant only with those whose operation has the rule.
"""

from __future__ import annotations

import base64
import contextlib
import json
from typing import Any

from mock.sandbox import seed
from mock.sandbox.exceptions import Refusal
from mock.sandbox.messages import Incoming, Reply
from mock.sandbox.operations.access import Access
from mock.sandbox.store import Campaign
from tests.operations.registry import breaks, harmless

KEY = seed.load()[0].key


@breaks("bearer-required")
class AcceptsAnyKey(Access):
    def authenticate(self, authorization: str) -> str:
        return super().authenticate(f"Bearer {KEY}" if authorization.startswith("Bearer ") else "")


@breaks("bearer-required")
class AcceptsAMissingKey(Access):
    def authenticate(self, authorization: str) -> str:
        return super().authenticate(authorization or f"Bearer {KEY}")


@breaks("bearer-required")
class AcceptsTheKeyUnderAnyScheme(Access):
    def authenticate(self, authorization: str) -> str:
        return super().authenticate("Bearer " + authorization.rpartition(" ")[2])


@breaks("bearer-required")
class AcceptsAnyKeyThatStartsWithTheRightOne(Access):
    def authenticate(self, authorization: str) -> str:
        return super().authenticate(authorization[: len(f"Bearer {KEY}")])


@breaks("bearer-required")
class IgnoresCaseInKeys(Access):
    def authenticate(self, authorization: str) -> str:
        return super().authenticate("Bearer " + authorization.removeprefix("Bearer ").lower() if authorization else "")


@breaks("bearer-required")
class AcceptsTheKeyAsBasicUsername(Access):
    def authenticate(self, authorization: str) -> str:
        if authorization == "Basic " + base64.b64encode(f"{KEY}:".encode()).decode():
            authorization = f"Bearer {KEY}"
        return super().authenticate(authorization)


@breaks("bearer-required")
class ChecksTheKeyAfterTheCampaign(Access):
    def respond(self, incoming: Incoming) -> Reply:
        campaign = next(iter(incoming.parameters.values()))
        if not self.store.campaign("alice", campaign) and not self.store.campaign("bob", campaign):
            raise Refusal(404, "Campaign not found.")
        return super().respond(incoming)  # type: ignore[safe-super] # of the handler that it is combined with


@breaks("bearer-required")
class RefusesAWrongKeyWith403(Access):
    def authenticate(self, authorization: str) -> str:
        try:
            return super().authenticate(authorization)
        except Refusal:
            raise Refusal(403 if authorization else 401, "forbidden") from None


@breaks("bearer-required")
class AcceptsAnyWellFormedKey(Access):
    def authenticate(self, authorization: str) -> str:
        return super().authenticate(f"Bearer {KEY}" if authorization.startswith("Bearer pk_") else "")


@breaks("bearer-required")
class RemembersTheLastKey(Access):
    workspace = ""

    def authenticate(self, authorization: str) -> str:
        self.workspace = super().authenticate(authorization) if authorization or not self.workspace else self.workspace
        return self.workspace


@breaks("bearer-required")
class IgnoresTextAfterTheKey(Access):
    def authenticate(self, authorization: str) -> str:
        return super().authenticate(" ".join(authorization.split()[:2]))


@breaks("own-campaigns-only")
class AllowsCampaignsOfOtherWorkspaces(Access):
    def find_campaign(self, workspace: str, campaign: str) -> Campaign:
        return self.store.campaign("bob", campaign) or super().find_campaign(workspace, campaign)


@breaks("own-campaigns-only")
class RefusesForeignCampaignsWith403(Access):
    def find_campaign(self, workspace: str, campaign: str) -> Campaign:
        if self.store.campaign("bob", campaign):
            raise Refusal(403, "forbidden")
        return super().find_campaign(workspace, campaign)


@breaks("own-campaigns-only")
class RefusesUnknownCampaignsWith400(Access):
    def find_campaign(self, workspace: str, campaign: str) -> Campaign:
        try:
            return super().find_campaign(workspace, campaign)
        except Refusal as refusal:
            raise Refusal(400, refusal.error) from None


@breaks("draft-only")
class EditsRunningCampaigns(Access):
    def require_draft(self, status: str) -> None:
        if status != "active":
            super().require_draft(status)


@breaks("draft-only")
class DoesNotNameTheStatus(Access):
    def require_draft(self, status: str) -> None:
        if status != "draft":
            raise Refusal(400, "The roster is frozen.")


@breaks("draft-only")
class Returns409OutsideDraft(Access):
    def require_draft(self, status: str) -> None:
        if status != "draft":
            raise Refusal(409, f"The campaign is {status}.")


@breaks("invalid-request-refused")
class RefusesInvalidBodiesWith422(Access):
    def parse(self, body: bytes) -> Any:
        try:
            return super().parse(body)
        except Refusal as refusal:
            raise Refusal(422, refusal.error) from None


@breaks("invalid-request-refused")
class IgnoresTextAfterTheBody(Access):
    def parse(self, body: bytes) -> Any:
        with contextlib.suppress(ValueError, RecursionError):
            text = body.decode().lstrip()
            return super().parse(text[: json.JSONDecoder().raw_decode(text)[1]].encode())
        return super().parse(body)


@breaks("invalid-request-refused")
class UnwrapsAnArray(Access):
    def parse(self, body: bytes) -> Any:
        return super().parse(body[1:-1] if body.startswith(b"[{") else body)


@breaks("invalid-request-refused")
class Returns500ForAnArray(Access):
    def parse(self, body: bytes) -> Any:
        if body.strip().startswith(b"["):
            raise Refusal(500, "list indices must be integers or slices, not str")
        return super().parse(body)


@breaks("invalid-request-refused")
class AcceptsTrailingCommas(Access):
    def parse(self, body: bytes) -> Any:
        return super().parse(body.replace(b",}", b"}"))


@breaks("invalid-request-refused")
class AcceptsSingleQuotes(Access):
    def parse(self, body: bytes) -> Any:
        return super().parse(body.replace(b"'", b'"') if b'"' not in body else body)


@breaks("responses")
class Returns500ForDeepBodies(Access):
    def parse(self, body: bytes) -> Any:
        if body.count(b"[") > 100:
            raise Refusal(500, "maximum recursion depth exceeded")
        return super().parse(body)


@breaks("refusal-changes-nothing")
class EditsBeforeCheckingTheKey(Access):
    def respond(self, incoming: Incoming) -> Reply:
        headers = {**incoming.headers, "authorization": f"Bearer {KEY}"}
        reply = super().respond(incoming._replace(headers=headers))  # type: ignore[safe-super]
        self.authenticate(incoming.headers.get("authorization", ""))
        return reply


@harmless
class IgnoresTheContentType(Access):
    def check_media_type(self, content_type: str) -> None:
        """Accept any content type."""


@harmless
class Returns404ForAnInvalidCampaignId(Access):
    def check_campaign_id(self, campaign_id: str) -> str:
        return campaign_id.lower()


@harmless
class RefusesDeepBodies(Access):
    def parse(self, body: bytes) -> Any:
        if body.count(b"[") > 100:
            raise Refusal(400, "the body is nested too deeply")
        return super().parse(body)
