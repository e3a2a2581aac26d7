"""Decides what may be sent: nothing that could change leads other than those that the run may change."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from .exceptions import UnsafeRequest
from .exchange import Request
from .settings import Settings

UNKNOWN_ID = "00000000-0000-4000-8000-{:012x}"
"""Ids of campaigns and leads that do not exist in any workspace."""
MARK = r"kit[0-9a-f]{10}-[0-9]"
"""A pattern that is found in every lead that any run has added."""
_UNKNOWN = re.compile(r"00000000-0000-4000-8000-[0-9a-f]{12}\Z")


class Guard:
    """Checks each request before it is sent.

    Args:
        settings: the configured campaigns and leads.
        checks: what each operation checks in addition, by operation key; no other operation is sent.
    """

    def __init__(self, settings: Settings, checks: Mapping[str, Callable[[Guard, Request], None]]) -> None:
        self.settings = settings
        self.mark = f"kit{secrets.token_hex(5)}"  # as in MARK
        """A text in every lead that the run adds."""
        self.campaigns = set(settings.campaigns)
        """The campaigns that requests may be about, besides those that do not exist."""
        self.own: set[str] = set()
        """The ids of the leads that the run, or an earlier one that crashed, has added."""
        self.editable = {lead.id for lead in settings.leads}
        """The ids of leads that were there before and may be edited."""
        self.known_values: set[str] = set()
        """What identifies the leads of the campaign that is not a draft."""
        self.draft_was_empty = False
        """Whether the draft campaign had no leads before the run."""
        self.protected: frozenset[str] = frozenset()
        """Fields that no request may set."""
        self._checks = checks

    def check(self, request: Request) -> None:
        """Raise ``UnsafeRequest`` for a request that could change something else."""
        if request.operation not in self._checks:
            raise UnsafeRequest(f"{request.operation} has no guard: nothing was sent")
        if request.campaign not in self.campaigns and not is_unknown(request.campaign):
            raise UnsafeRequest(f"campaign {request.campaign} is not configured: nothing was sent")
        if "?" in request.url and request.method != "GET":
            raise UnsafeRequest(f"a query could change what {request.method} does: nothing was sent")
        self._checks[request.operation](self, request)

    def check_lead(self, value: object, allowed: Iterable[str] = ()) -> None:
        """Raise ``UnsafeRequest`` for the id of a lead that may exist, is not of the run, and not in ``allowed``."""
        lead = as_uuid(value)
        if lead is not None and lead not in self.own and lead not in allowed and not is_unknown(lead):
            raise UnsafeRequest(f"lead {lead} is not of this run: nothing was sent")

    def check_fields(self, names: Iterable[str]) -> None:
        """Raise ``UnsafeRequest`` when a field that a request would set is protected."""
        for name in filter(self.is_protected, names):
            raise UnsafeRequest(f"{name} was empty and could not be cleared again: nothing was sent")

    def is_protected(self, name: str) -> bool:
        """Whether a field is protected, in any spelling that a lenient server might accept."""
        return any(folded(name) == folded(field) for field in self.protected)


def is_unknown(value: str) -> bool:
    """Whether an id is one of those that do not exist."""
    return _UNKNOWN.match(value) is not None


def as_uuid(value: object) -> str | None:
    """The UUID that a lenient server might read from a value; None when it is not a UUID in any spelling."""
    try:
        return str(uuid.UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def folded(name: str) -> str:
    """A name as a lenient server might compare it."""
    return re.sub("[^a-z0-9]", "", name.casefold())


def parts(value: Any) -> Iterator[Any]:
    """A JSON value and everything in it."""
    left = [value]
    while left:
        yield (part := left.pop())
        if isinstance(part, dict | list):
            left += part.values() if isinstance(part, dict) else part
