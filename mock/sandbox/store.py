"""Where the sandbox keeps its campaigns and leads: SQLite, in memory or in a file."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from mock.sandbox.seed import Workspace

_KIND = 0x50554646  # SQLite's application_id: this file is a sandbox's
_VERSION = 1
_TABLES = """
    CREATE TABLE workspace (name TEXT PRIMARY KEY, user_id TEXT NOT NULL, key_digest BLOB NOT NULL);
    CREATE TABLE campaign (id TEXT PRIMARY KEY, workspace TEXT NOT NULL REFERENCES workspace, status TEXT NOT NULL);
    CREATE TABLE lead (
        number INTEGER PRIMARY KEY, campaign_id TEXT NOT NULL REFERENCES campaign, id TEXT NOT NULL, row TEXT NOT NULL,
        UNIQUE (campaign_id, id)
    );
"""
_READ = "SELECT number, row FROM lead WHERE campaign_id = ? AND id = ?"
# Nobody else may have edited the row since it was read: another process can have the file open too.
_EDIT = "UPDATE lead SET row = ? WHERE number = ? AND row = ?"
_MOST_ROWS_KEPT = 10_000

Row = dict[str, Any]


class Unusable(Exception):
    """The file cannot hold the sandbox's data; the message says why."""


class Unavailable(Exception):
    """The file cannot be read or written now. Nothing was changed."""


class Locked(Unavailable):
    """Another program is writing to the file. It is worth trying again at once."""


class Store:
    """Workspaces, campaigns and leads. Ids are UUIDs in lower case; a row is a lead as the API answers it."""

    def __init__(self, seed: Sequence[Workspace], file: Path | None = None) -> None:
        """Open the file, or start in memory; what is still empty is filled from the seed.

        Raises:
            Unusable: the file cannot be opened, or is something else.
        """
        self._seed = seed
        self._rows: dict[tuple[str, str], tuple[int, str, Row]] = {}
        try:
            self._database = sqlite3.connect(file or ":memory:", timeout=0, isolation_level=None)
            self._open()
        except (sqlite3.Error, Unavailable) as error:
            raise Unusable(f"{file}: {error}") from None

    def workspace(self, key: str) -> str | None:
        """The workspace of an API key. The time it takes does not tell how much of a key is right."""
        given, found = _digest(key), None
        for digest, name in self._keys:
            if hmac.compare_digest(digest, given):
                found = name
        return found

    def status(self, workspace: str, campaign: str) -> str | None:
        """The campaign's status, None where that workspace has no such campaign."""
        return self._statuses.get((workspace, campaign))

    def lead(self, campaign: str, lead: str) -> Row | None:
        """The row of a lead, None where that campaign has no such lead."""
        found = self._read(campaign, lead)
        return found and found[2]

    def edit(self, campaign: str, lead: str, fields: Row, now: str) -> Row | None:
        """Set fields of one lead in one statement, and answer with the row after it.

        Args:
            campaign: the campaign that the lead must be in.
            lead: the lead to edit.
            fields: the values to set; columns that are not named keep theirs.
            now: the time of the edit, in UTC, as RFC 3339 with milliseconds and ``Z``.

        Returns:
            The row, None where that campaign has no such lead.

        Raises:
            Unavailable: it could not be written.
        """
        found = self._rows.get((campaign, lead)) or self._read(campaign, lead)
        while found:
            number, before, row = found
            row = row | fields
            row["updated_at"] = max(row.get("updated_at") or "", now)
            text = orjson.dumps(row).decode()
            if self._run(_EDIT, text, number, before).rowcount:
                if len(self._rows) >= _MOST_ROWS_KEPT:
                    self._rows.clear()
                self._rows[campaign, lead] = number, text, row
                return row
            found = self._read(campaign, lead)
        return None

    def set_status(self, campaign: str, status: str) -> bool:
        """Move a campaign to a status; False where there is no such campaign."""
        changed = self._run("UPDATE campaign SET status = ? WHERE id = ?", status, campaign).rowcount > 0
        self._look_up()
        return changed

    def reset(self) -> None:
        """Go back to the seed."""
        with self._transaction():
            for table in ("lead", "campaign", "workspace"):
                self._run(f"DELETE FROM {table}")  # noqa: S608 -- the three names above
            self._fill()
        self._rows.clear()
        self._look_up()

    def workspaces(self) -> list[dict[str, Any]]:
        """All that is kept, but for the keys: workspaces, their campaigns, and the rows in these."""
        return [
            {"name": name, "user_id": user_id, "campaigns": [*self._campaigns(name)]}
            for name, user_id in self._run("SELECT name, user_id FROM workspace ORDER BY rowid").fetchall()
        ]

    def count(self) -> int:
        """How many leads there are.

        Raises:
            Unavailable: the file cannot be read now.
        """
        return int(self._run("SELECT count(*) FROM lead").fetchone()[0])

    def _campaigns(self, workspace: str) -> Iterator[dict[str, Any]]:
        campaigns = self._run("SELECT id, status FROM campaign WHERE workspace = ? ORDER BY rowid", workspace)
        for campaign, status in campaigns.fetchall():
            leads = self._run("SELECT row FROM lead WHERE campaign_id = ? ORDER BY number", campaign).fetchall()
            yield {"id": campaign, "status": status, "leads": [orjson.loads(row) for (row,) in leads]}

    def close(self) -> None:
        """Write what is still in SQLite's log into the file itself, and let it go."""
        self._database.close()

    def _open(self) -> None:
        kind, version = (self._run(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
        tables = self._run("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if tables and (kind, version) != (_KIND, _VERSION):
            raise Unavailable("it is not a data file of this version of the sandbox; name another")
        # An edit is on its way to the disk when it is answered: it survives the end of this process, however sudden.
        self._run("PRAGMA journal_mode = WAL")
        self._run("PRAGMA synchronous = NORMAL")
        if not tables:
            with self._transaction():
                for statement in _TABLES.split(";"):
                    self._run(statement)
                self._run(f"PRAGMA application_id = {_KIND}")
                self._run(f"PRAGMA user_version = {_VERSION}")
                self._fill()
        self._look_up()

    def _fill(self) -> None:
        for workspace in self._seed:
            key = _digest(workspace.key)
            self._run("INSERT INTO workspace VALUES (?, ?, ?)", workspace.name, workspace.user_id, key)
            for campaign in workspace.campaigns:
                self._run("INSERT INTO campaign VALUES (?, ?, ?)", campaign.id, workspace.name, campaign.status)
                for lead in campaign.leads:
                    text = orjson.dumps(lead).decode()
                    self._run("INSERT INTO lead VALUES (NULL, ?, ?, ?)", campaign.id, lead["id"], text)

    def _look_up(self) -> None:
        keys = self._run("SELECT key_digest, name FROM workspace").fetchall()
        campaigns = self._run("SELECT workspace, id, status FROM campaign").fetchall()
        self._keys: list[tuple[bytes, str]] = keys
        self._statuses = {(workspace, campaign): status for workspace, campaign, status in campaigns}

    def _read(self, campaign: str, lead: str) -> tuple[int, str, Row] | None:
        found = self._run(_READ, campaign, lead).fetchone()
        return found and (*found, orjson.loads(found[1]))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._run("BEGIN IMMEDIATE")
        try:
            yield
            self._run("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.rollback()
            raise

    def _run(self, statement: str, *values: str | bytes | int) -> sqlite3.Cursor:
        try:
            return self._database.execute(statement, values)
        except sqlite3.OperationalError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            kind = Locked if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) else Unavailable
            raise kind(str(error)) from None


def _digest(key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8", "surrogateescape"), digest_size=32).digest()
