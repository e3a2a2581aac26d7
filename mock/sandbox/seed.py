"""What the sandbox holds when it starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

SEED_FILE = Path(__file__).with_name("seed.yaml")


@dataclass(frozen=True)
class Campaign:
    """A campaign and the leads in it, each a whole row as the contract's ``Lead`` describes it."""

    id: str
    status: str
    leads: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Workspace:
    """A customer of the API: an API key and the campaigns that it reaches."""

    name: str
    key: str
    campaigns: tuple[Campaign, ...]

    def campaign(self, status: str) -> Campaign:
        """The first campaign of that status.

        Raises:
            LookupError: there is none.
        """
        for campaign in self.campaigns:
            if campaign.status == status:
                return campaign
        raise LookupError(f"{self.name} has no {status} campaign")


def load(file: Path = SEED_FILE) -> tuple[Workspace, ...]:
    """Read the workspaces of a seed file, by default the sandbox's own."""
    document = yaml.safe_load(file.read_text("utf-8"))
    return tuple(
        Workspace(workspace["name"], workspace["key"], tuple(_campaigns(workspace)))
        for workspace in document["workspaces"]
    )


def _campaigns(workspace: dict[str, Any]) -> Iterator[Campaign]:
    for campaign in workspace["campaigns"]:
        belongs_to = {"campaign_id": campaign["id"], "user_id": workspace["user_id"]}
        leads = tuple({"id": lead["id"], **belongs_to, **lead} for lead in campaign["leads"])
        yield Campaign(campaign["id"], campaign["status"], leads)
