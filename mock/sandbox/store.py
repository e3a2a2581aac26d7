"""Where the sandbox keeps its campaigns and leads: SQLite, in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

import orjson

from mock.sandbox.seed import Workspace

_TABLES = """
    CREATE TABLE workspace (key TEXT PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE campaign (id TEXT PRIMARY KEY, workspace TEXT NOT NULL, status TEXT NOT NULL);
    CREATE TABLE lead (
        id TEXT NOT NULL, campaign_id TEXT NOT NULL REFERENCES campaign, row TEXT NOT NULL,
        PRIMARY KEY (campaign_id, id)
    );
"""

# Times in UTC with `Z` compare as text.
_EDIT = """
    UPDATE lead
    SET row = json_set(
        json_patch(row, :fields), '$.updated_at', max(coalesce(json_extract(row, '$.updated_at'), ''), :now)
    )
    WHERE campaign_id = :campaign AND id = :lead
    RETURNING row
"""


class Store:
    """Campaigns and leads. Ids are UUIDs in lower case; a row is a lead as the API answers it."""

    def __init__(self, workspaces: Iterable[Workspace]) -> None:
        """Start with the given workspaces."""
        self._database = sqlite3.connect(":memory:", isolation_level=None)
        self._database.executescript(_TABLES)
        for workspace in workspaces:
            self._run("INSERT INTO workspace VALUES (?, ?)", workspace.key, workspace.name)
            for campaign in workspace.campaigns:
                self._run("INSERT INTO campaign VALUES (?, ?, ?)", campaign.id, workspace.name, campaign.status)
                for lead in campaign.leads:
                    self._run("INSERT INTO lead VALUES (?, ?, ?)", lead["id"], campaign.id, _text(lead))

    def workspaces(self) -> list[tuple[str, str]]:
        """The API key and the name of each workspace."""
        return self._run("SELECT key, name FROM workspace").fetchall()

    def status(self, workspace: str, campaign: str) -> str | None:
        """The campaign's status, None where that workspace has no such campaign."""
        found = self._run("SELECT status FROM campaign WHERE id = ? AND workspace = ?", campaign, workspace).fetchone()
        return found and str(found[0])

    def lead(self, campaign: str, lead: str) -> dict[str, Any] | None:
        """The row of a lead, None where that campaign has no such lead."""
        return _row(self._run("SELECT row FROM lead WHERE campaign_id = ? AND id = ?", campaign, lead))

    def edit(self, campaign: str, lead: str, fields: dict[str, str], now: str) -> dict[str, Any] | None:
        """Set fields of one lead in one statement, and answer with the row after it.

        Args:
            campaign: the campaign that the lead must be in.
            lead: the lead to edit.
            fields: the values to set; columns that are not named keep theirs.
            now: the time of the edit, in UTC, as RFC 3339 with milliseconds and ``Z``.

        Returns:
            The row, None where that campaign has no such lead.
        """
        values = {"campaign": campaign, "lead": lead, "fields": _text(fields), "now": now}
        return _row(self._database.execute(_EDIT, values))

    def _run(self, statement: str, *values: str) -> sqlite3.Cursor:
        return self._database.execute(statement, values)


def _text(value: dict[str, Any]) -> str:
    return orjson.dumps(value).decode()


def _row(cursor: sqlite3.Cursor) -> dict[str, Any] | None:
    found = cursor.fetchall()
    return orjson.loads(found[0][0]) if found else None
