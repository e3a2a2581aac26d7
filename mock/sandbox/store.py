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
    CREATE TABLE campaign (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, workspace TEXT NOT NULL REFERENCES workspace,
        status TEXT NOT NULL
    );
    CREATE TABLE lead (
        number INTEGER PRIMARY KEY, campaign INTEGER NOT NULL REFERENCES campaign, id TEXT NOT NULL, row TEXT NOT NULL,
        UNIQUE (campaign, id)
    );
"""
_READ = """
    SELECT lead.number, row, status FROM campaign JOIN lead ON lead.campaign = campaign.number
    WHERE campaign.id = ? AND lead.id = ?
"""
# Another process can have the file open too: the row must be as it was read, and its campaign as it was looked up.
_EDIT = """
    UPDATE lead SET row = ?
    WHERE number = ? AND row = ? AND (SELECT status FROM campaign WHERE number = lead.campaign) = ?
"""
_ADD_LEAD = "INSERT INTO lead VALUES (NULL, (SELECT number FROM campaign WHERE id = ?), ?, ?)"
_MOST_ROWS_KEPT = 10_000
_LONGEST_OPENING = 5000  # milliseconds

Row = dict[str, Any]


class Unusable(Exception):
    """The file cannot hold the sandbox's data; the message says why."""


class Unavailable(Exception):
    """The file cannot be read or written now. Nothing was changed."""


class Busy(Unavailable):
    """Another program is writing to the file, or has just written. It is worth trying again at once."""


class Store:
    """Workspaces, campaigns and leads. Ids are UUIDs in lower case; a row is a lead as the API answers it."""

    def __init__(self, seed: Sequence[Workspace], file: Path | None = None) -> None:
        """Open the file, or start in memory; what is still empty is filled from the seed.

        Raises:
            Unusable: the file cannot be opened, or is something else.
        """
        self._seed = seed
        self.filled = False
        """Whether what is kept comes from the seed at hand, and not from one before."""
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
        found = self._campaigns.get(campaign)
        return found[1] if found and found[0] == workspace else None

    def catch_up(self) -> bool:
        """Look again at keys and statuses where another process has written to the file; False where none has."""
        if self._pragma("data_version") == self._version:
            return False
        self._look_up()
        return True

    def lead(self, campaign: str, lead: str) -> Row | None:
        """The row of a lead, None where that campaign has no such lead.

        Raises:
            Unavailable: it could not be read.
        """
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
            if self._change(_EDIT, text, number, before, self._campaigns[campaign][1]):
                if len(self._rows) >= _MOST_ROWS_KEPT:
                    self._rows.clear()
                self._rows[campaign, lead] = number, text, row
                return row
            found = self._read(campaign, lead)
        return None

    def set_status(self, campaign: str, status: str) -> bool:
        """Move a campaign to a status; False where there is no such campaign."""
        changed = self._change("UPDATE campaign SET status = ? WHERE id = ?", status, campaign) > 0
        self._look_up()
        return changed

    def reset(self) -> None:
        """Go back to the seed."""
        with self._transaction():
            for table in ("lead", "campaign", "workspace"):
                self._change(f"DELETE FROM {table}")  # noqa: S608 -- the three names above
            self._fill()
        self._rows.clear()
        self._look_up()

    def workspaces(self) -> list[dict[str, Any]]:
        """All that is kept, but for the keys: workspaces, their campaigns, and the rows in these."""
        return [
            {"name": name, "user_id": user_id, "campaigns": [*self._campaigns_of(name)]}
            for name, user_id in self._rows_of("SELECT name, user_id FROM workspace ORDER BY rowid")
        ]

    def count(self) -> int:
        """How many leads there are.

        Raises:
            Unavailable: the file cannot be read now.
        """
        return int(self._rows_of("SELECT count(*) FROM lead")[0][0])

    def _campaigns_of(self, workspace: str) -> Iterator[dict[str, Any]]:
        campaigns = self._rows_of(
            "SELECT number, id, status FROM campaign WHERE workspace = ? ORDER BY number", workspace
        )
        for number, campaign, status in campaigns:
            leads = self._rows_of("SELECT row FROM lead WHERE campaign = ? ORDER BY number", number)
            yield {"id": campaign, "status": status, "leads": [orjson.loads(row) for (row,) in leads]}

    def close(self) -> None:
        """Write what is still in SQLite's log into the file itself, and let it go."""
        self._database.close()

    def _open(self) -> None:
        self._change(f"PRAGMA busy_timeout = {_LONGEST_OPENING}")
        if not self._is_empty():
            self._make_sure_it_is_ours()
        # An edit is on its way to the disk when it is answered: it survives the end of this process, however sudden.
        self._change("PRAGMA journal_mode = WAL")
        self._change("PRAGMA synchronous = NORMAL")
        with self._transaction():
            if self._is_empty():
                for statement in _TABLES.split(";"):
                    self._change(statement)
                self._change(f"PRAGMA application_id = {_KIND}")
                self._change(f"PRAGMA user_version = {_VERSION}")
                self._fill()
        self._change("PRAGMA busy_timeout = 0")
        self._look_up()

    def _is_empty(self) -> bool:
        return self._rows_of("SELECT count(*) FROM sqlite_schema") == [(0,)]

    def _make_sure_it_is_ours(self) -> None:
        if (self._pragma("application_id"), self._pragma("user_version")) != (_KIND, _VERSION):
            raise Unavailable("it is not a data file of this version of the sandbox; name another")

    def _fill(self) -> None:
        self.filled = True
        for workspace in self._seed:
            key = _digest(workspace.key)
            self._change("INSERT INTO workspace VALUES (?, ?, ?)", workspace.name, workspace.user_id, key)
            for campaign in workspace.campaigns:
                values = campaign.id, workspace.name, campaign.status
                self._change("INSERT INTO campaign VALUES (NULL, ?, ?, ?)", *values)
                for lead in campaign.leads:
                    text = orjson.dumps(lead).decode()
                    self._change(_ADD_LEAD, campaign.id, lead["id"], text)

    def _look_up(self) -> None:
        self._version = self._pragma("data_version")
        self._keys: list[tuple[bytes, str]] = self._rows_of("SELECT key_digest, name FROM workspace")
        campaigns = self._rows_of("SELECT id, workspace, status FROM campaign")
        self._campaigns = {campaign: (workspace, status) for campaign, workspace, status in campaigns}

    def _read(self, campaign: str, lead: str) -> tuple[int, str, Row] | None:
        for number, text, status in self._rows_of(_READ, campaign, lead):
            if status != self._campaigns[campaign][1]:
                self._look_up()
                raise Busy("another program has just moved the campaign")
            return number, text, orjson.loads(text)
        return None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._change("BEGIN IMMEDIATE")
        try:
            yield
            self._change("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.rollback()
            raise

    def _pragma(self, name: str) -> int:
        return int(self._rows_of(f"PRAGMA {name}")[0][0])

    def _rows_of(self, statement: str, *values: str | int) -> list[Any]:
        try:
            return self._database.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise _unavailable(error) from None

    def _change(self, statement: str, *values: str | bytes | int) -> int:
        """The number of rows that were changed."""
        try:
            return self._database.execute(statement, values).rowcount
        except sqlite3.DatabaseError as error:
            raise _unavailable(error) from None


def _unavailable(error: sqlite3.DatabaseError) -> Unavailable:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return (Busy if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) else Unavailable)(str(error))


def _digest(key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8", "surrogateescape"), digest_size=32).digest()
