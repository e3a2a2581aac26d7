"""The state of the sandbox: workspaces, their campaigns, and the leads in these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from ..seed import Workspace

Lead = dict[str, Any]


class Store(Protocol):
    """Ids are UUIDs in lower case. Every method raises StoreUnavailable if the state cannot be read or written."""

    filled: bool
    """Whether its content comes from the seed that it was opened with."""

    def workspace(self, key: str) -> str | None:
        """The workspace that a key belongs to. The time it takes does not reveal how much of a key is right."""

    def status(self, workspace: str, campaign: str) -> str | None:
        """The status of a campaign; None if the workspace has no such campaign."""

    def lead(self, campaign: str, lead: str) -> Lead | None:
        """A lead; None if the campaign has no such lead."""

    def edit(self, campaign: str, lead: str, change: Callable[[Lead], Lead]) -> Lead | None:
        """Replace a lead by what ``change`` returns for it, atomically; None if the campaign has no such lead."""

    def set_status(self, campaign: str, status: str) -> bool:
        """Move a campaign to a status; False if there is no such campaign."""

    def reset(self) -> None:
        """Go back to the seed."""

    def workspaces(self) -> list[dict[str, Any]]:
        """The whole state except for the keys."""

    def count(self) -> int:
        """The number of leads."""

    def close(self) -> None:
        """Release the file."""


def open_store(seed: Sequence[Workspace], file: Path | None = None) -> Store:
    """Open a data file, or keep the state in memory; what is empty is filled from the seed.

    Raises:
        UnusableStore: the file is used by another process, is not a data file, or cannot be opened.
    """
    from .sqlite import SQLiteStore

    return SQLiteStore(seed, file)
