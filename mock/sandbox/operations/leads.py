"""What operations, seed and store know about a lead."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from puffle.contract import Contract, Schema

Lead = dict[str, Any]

OWNER: Schema = {"user_id": {"type": "string", "format": "uuid"}}
"""What a seed file says about a workspace for all of its leads."""
# Validators disagree about quoted local parts, address literals and domains without a dot. The sandbox accepts only
# addresses that all of them accept, as the contract leaves it free to, so that no response of it is in dispute.
_WORD, _LABEL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+", r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN_ADDRESS = re.compile(rf"(?=.{{1,64}}@){_WORD}(?:\.{_WORD})*@(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})+")
_UTC_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_NORMALISED: dict[str, Callable[[str], str]] = {
    "email": str.lower,
    "linkedin_url": lambda url: url.partition("?")[0].rstrip("/"),
}
FORMATS = {"email": lambda text: _PLAIN_ADDRESS.fullmatch(text) is not None}


def seed_schema(contract: Contract) -> Schema:
    """The schema of a lead in a seed file, where its place says which campaign and owner it has."""
    lead = lead_schema(contract)
    required = contract.required_members(lead) - {"campaign_id", *OWNER} | {"id"}
    return {"type": "object", "properties": contract.members(lead), "required": sorted(required)}


def lead_schema(contract: Contract) -> Schema:
    """The schema of a lead in a response."""
    responses = (contract.members(one.response_schema(200) or {}) for one in contract.operations)
    return contract.resolve(next((shown["prospect"] for shown in responses if "prospect" in shown), {}))


def lead_id(lead: Lead) -> str:
    """The id of a lead as the store spells it."""
    return str(lead["id"]).lower()


def identity(lead: Lead, field: str) -> str | None:
    """What identifies a lead among those that are identified by this field, normalised; None if it has nothing."""
    text = str(lead.get(field) or "")
    return _NORMALISED.get(field, str)(text) or None


def completed(lead: Lead, campaign: str, owner: Mapping[str, Any]) -> Lead:
    """A lead of a seed file, with the fields that follow from its place in the file.

    Raises:
        ValueError: it contradicts its place.
    """
    whole = {"id": "", "campaign_id": campaign, **owner, **lead} | {"id": lead_id(lead)}
    if whole["campaign_id"].lower() != campaign:
        raise ValueError(f"campaign_id: the lead is listed in campaign {campaign}")
    if not _UTC_TIME.fullmatch(whole.get("updated_at") or "2023-11-07T05:31:56Z"):  # it is compared as text
        raise ValueError("updated_at: write it in UTC, such as 2023-11-07T05:31:56Z")
    return whole


def edited(lead: Lead, fields: Lead, now: str) -> Lead:
    """The lead with these fields, edited at that time: in UTC, as RFC 3339 with milliseconds and ``Z``."""
    return lead | fields | {"updated_at": max(lead.get("updated_at") or "", now)}


def now() -> str:
    """The time as ``edited`` wants it."""
    return _rfc3339(time.time_ns() // 1_000_000)


@lru_cache(1)
def _rfc3339(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return time.strftime(f"%Y-%m-%dT%H:%M:%S.{rest:03}Z", time.gmtime(seconds))
