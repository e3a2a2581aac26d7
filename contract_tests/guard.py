"""Decides what may be sent: nothing about campaigns and leads that were not configured for the run."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence

from .exceptions import UnsafeRequest
from .exchange import Request
from .settings import Lead

UNKNOWN_ID = "00000000-0000-4000-8000-{:012x}"
"""Ids of campaigns and leads that do not exist in any workspace."""
_UNKNOWN = re.compile(r"00000000-0000-4000-8000-[0-9a-f]{12}\Z")


class Guard:
    """Checks each request before it is sent.

    Args:
        leads: the configured leads; their campaigns are the configured campaigns.
        checks: what each operation checks in addition, by operation key; no other operation is sent.
    """

    def __init__(self, leads: Sequence[Lead], checks: Mapping[str, Callable[[Guard, Request], None]]) -> None:
        self.protected: frozenset[str] = frozenset()
        """Fields that no request may set."""
        self._checks = checks
        self._campaigns = {lead.campaign for lead in leads}
        self._leads = {lead.id for lead in leads}

    def check(self, request: Request) -> None:
        """Raise ``UnsafeRequest`` for a request that could change something else."""
        if request.operation not in self._checks:
            raise UnsafeRequest(f"{request.operation} has no guard: nothing was sent")
        if request.campaign not in self._campaigns and not _UNKNOWN.match(request.campaign):
            raise UnsafeRequest(f"campaign {request.campaign} is not configured: nothing was sent")
        self._checks[request.operation](self, request)

    def check_lead(self, value: object) -> None:
        """Raise ``UnsafeRequest`` for the id of a lead that was not configured and may exist."""
        lead = as_uuid(value)
        if lead is not None and lead not in self._leads and not _UNKNOWN.match(lead):
            raise UnsafeRequest(f"lead {lead} is not configured: nothing was sent")

    def check_fields(self, names: Iterable[str]) -> None:
        """Raise ``UnsafeRequest`` when a field that a request would set is protected."""
        for name in filter(self.is_protected, names):
            raise UnsafeRequest(f"{name} was empty and could not be cleared again: nothing was sent")

    def is_protected(self, name: str) -> bool:
        """Whether a field is protected, in any spelling that a lenient server might accept."""
        return any(_folded(name) == _folded(field) for field in self.protected)


def as_uuid(value: object) -> str | None:
    """The UUID that a lenient server might read from a value; None when it is not a UUID in any spelling."""
    try:
        return str(uuid.UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _folded(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.casefold())
