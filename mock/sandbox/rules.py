"""The rules of ``updateLeadInCampaign``, as small methods in the order in which a request meets them.

What a rule promises stands in ``x-rules`` of ``openapi.yaml``; this module only keeps it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs
import orjson

from mock.sandbox.store import Store
from puffle.contract import JSON, Contract, Schema

OPERATION = "updateLeadInCampaign"
DRAFT = "draft"
LONGEST_REASON = 200

# Validators differ on quoted names, address literals and domains without a dot. A row that one of them refuses is no
# row to answer with: the sandbox takes the addresses that all of them take, as the contract leaves it free to.
_WORD, _LABEL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+", r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN_ADDRESS = re.compile(rf"(?=.{{1,64}}@){_WORD}(?:\.{_WORD})*@(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})+")


class Refusal(Exception):
    """The answer to a request that is not carried out."""

    def __init__(self, status: int, error: str) -> None:
        """Take the status and the text of the answer."""
        super().__init__(error)
        self.status = status
        self.error = error


class Rules:
    """The one operation of the contract, on top of a store."""

    def __init__(self, contract: Contract, store: Store) -> None:
        """Compile the validators from the contract's schemas."""
        self.store = store
        operation = contract.operation(OPERATION)
        updatable = contract.schema("LeadFields")["properties"]
        row = contract.schema("Lead")["properties"]
        self.listed_fields = frozenset(updatable)
        self._campaign_id = _validator(contract, operation.parameters[0]["schema"])
        self._body = _validator(contract, operation.request_content["schema"])
        # What a field may hold follows from the row that must be answered, such as the format of its email.
        self._values = _validator(contract, {"properties": {name: row[name] for name in updatable if name in row}})

    def update_lead(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        """Carry out one request.

        Returns:
            The edited row.

        Raises:
            Refusal: the request breaks a rule; nothing was changed.
        """
        workspace = self.authenticate(headers.get("authorization", ""))
        campaign = self.check_campaign_id(campaign_id)
        status = self.find_campaign(workspace, campaign)
        self.check_media_type(headers.get("content-type", ""))
        request = self.parse(body)
        self.require_draft(status)
        fields = self.select_fields(request["updates"])
        self.check_values(fields)
        return self.edit(campaign, str(request["prospect_id"]).lower(), fields)

    def check_shape(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> None:
        """What the schemas alone can say of a request, whoever sends it and whatever the store holds.

        Raises:
            Refusal: the request is not as the contract describes it.
        """
        if not bearer_token(headers.get("authorization", "")):
            raise Refusal(401, "unauthorized")
        self.check_campaign_id(campaign_id)
        self.check_media_type(headers.get("content-type", ""))
        self.parse(body)

    def authenticate(self, authorization: str) -> str:
        """The workspace whose key the request bears."""
        token = bearer_token(authorization)
        workspace = self.store.workspace(token) if token else None
        if token and workspace is None and self.store.catch_up():
            workspace = self.store.workspace(token)
        if workspace is None:
            raise Refusal(401, "unauthorized")
        return workspace

    def check_campaign_id(self, campaign_id: str) -> str:
        """The campaign's id in the store's spelling."""
        _validate(self._campaign_id, campaign_id, "id")
        return campaign_id.lower()

    def find_campaign(self, workspace: str, campaign: str) -> str:
        """The status of the campaign, which must be the workspace's own."""
        status = self.store.status(workspace, campaign)
        if status != DRAFT and self.store.catch_up():
            status = self.store.status(workspace, campaign)
        if status is None:
            raise Refusal(404, "Campaign not found.")
        return status

    def check_media_type(self, content_type: str) -> None:
        """Only JSON is read."""
        if content_type.partition(";")[0].strip().lower() != JSON:
            raise Refusal(415, f"Send the body as {JSON}.")

    def parse(self, body: bytes) -> dict[str, Any]:
        """The body as the contract's schema describes it."""
        try:
            request: dict[str, Any] = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise Refusal(400, f"The body cannot be read as JSON: {error}") from None
        _validate(self._body, request, "")
        return request

    def require_draft(self, status: str) -> None:
        """The roster is frozen outside draft."""
        if status != DRAFT:
            raise Refusal(400, f"The campaign is {status}; only the leads of a draft campaign can be edited.")

    def select_fields(self, updates: dict[str, Any]) -> dict[str, str]:
        """The listed fields; the others are ignored."""
        return {name: value for name, value in updates.items() if name in self.listed_fields}

    def check_values(self, fields: dict[str, str]) -> None:
        """A value that the row could not be answered with is refused."""
        _validate(self._values, fields, "updates")

    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> dict[str, Any]:
        """Store the fields of one lead of that campaign."""
        row = self.store.edit(campaign, lead, fields, self.now()) if fields else self.store.lead(campaign, lead)
        if row is None:
            raise Refusal(404, "Lead not found in this campaign.")
        return row

    def now(self) -> str:
        """The time of an edit, in the store's spelling."""
        return _spelled(time.time_ns() // 1_000_000)


def bearer_token(authorization: str) -> str:
    """The token of an ``Authorization`` header, empty where it holds none."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


@lru_cache(1)
def _spelled(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return time.strftime(f"%Y-%m-%dT%H:%M:%S.{rest:03}Z", time.gmtime(seconds))


def _validator(contract: Contract, schema: Schema) -> jsonschema_rs.Draft202012Validator:
    formats = {"email": _is_plain_address}
    return jsonschema_rs.Draft202012Validator(contract.standalone(schema), validate_formats=True, formats=formats)


def _is_plain_address(text: str) -> bool:
    return _PLAIN_ADDRESS.fullmatch(text) is not None


def _validate(validator: jsonschema_rs.Draft202012Validator, value: Any, name: str) -> None:
    if validator.is_valid(value):
        return
    for error in validator.iter_errors(value):
        place = ".".join(map(str, ([name] if name else []) + list(error.instance_path))) or "body"
        raise Refusal(400, f"{place}: {_shortened(error.message)}")


def _shortened(message: str) -> str:
    """The message with a long value in it cut in the middle: the reason stands at its end."""
    if len(message) <= LONGEST_REASON:
        return message
    half = LONGEST_REASON // 2
    return f"{message[:half]} … {message[-half:]}"
