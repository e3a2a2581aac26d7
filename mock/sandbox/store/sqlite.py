"""The state in SQLite: in memory, or in a file that belongs to one process."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from ..exceptions import StoreUnavailable, UnusableStore

if TYPE_CHECKING:
    from ..seed import Workspace

Lead = dict[str, Any]

_KIND_AND_VERSION = (0x50554646, 2)
_CREATE = (
    f"PRAGMA application_id = {_KIND_AND_VERSION[0]}",
    f"PRAGMA user_version = {_KIND_AND_VERSION[1]}",
    "CREATE TABLE workspace (name TEXT PRIMARY KEY, owner TEXT NOT NULL, key_digest BLOB NOT NULL)",
    "CREATE TABLE campaign (id TEXT PRIMARY KEY, workspace TEXT NOT NULL REFERENCES workspace, status TEXT NOT NULL)",
    """CREATE TABLE lead (
        number INTEGER PRIMARY KEY, campaign TEXT NOT NULL REFERENCES campaign, id TEXT NOT NULL, fields TEXT NOT NULL,
        UNIQUE (campaign, id))""",
)


class Store:
    """Ids are UUIDs in lower case. Every method raises StoreUnavailable if the state cannot be read or written.

    Raises:
        UnusableStore: the file is used by another process, is not a data file, or cannot be opened.
    """

    def __init__(self, seed: Sequence[Workspace], file: Path | None = None) -> None:
        self.filled = False  # whether its content comes from the seed that it was opened with
        self._seed = seed
        self._cache: dict[tuple[str, str], tuple[int, Lead]] = {}
        try:
            self._database = sqlite3.connect(file or ":memory:", timeout=0, isolation_level=None)
            self._open()
        except (sqlite3.Error, StoreUnavailable) as error:
            raise UnusableStore(f"{file}: {error}") from None

    def workspace(self, key: str) -> str | None:
        """The workspace that a key belongs to. The time it takes does not reveal how much of a key is right."""
        given, found = _digest(key), None
        for digest, name in self._keys:
            if hmac.compare_digest(digest, given):
                found = name
        return found

    def status(self, workspace: str, campaign: str) -> str | None:
        """The status of a campaign; None if the workspace has no such campaign."""
        owner, status = self._campaigns.get(campaign, (None, None))
        return status if owner == workspace else None

    def lead(self, campaign: str, lead: str) -> Lead | None:
        """A lead; None if the campaign has no such lead."""
        found = self._find(campaign, lead)
        return found and found[1]

    def edit(self, campaign: str, lead: str, change: Callable[[Lead], Lead]) -> Lead | None:
        """Replace a lead by what ``change`` returns for it, atomically; None if the campaign has no such lead."""
        found = self._find(campaign, lead)
        if found is None:
            return None
        edited = change(found[1])
        self._execute("UPDATE lead SET fields = ? WHERE number = ?", orjson.dumps(edited).decode(), found[0])
        self._cache[campaign, lead] = found[0], edited
        return edited

    def set_status(self, campaign: str, status: str) -> bool:
        """Move a campaign to a status; False if there is no such campaign."""
        changed = self._execute("UPDATE campaign SET status = ? WHERE id = ? RETURNING id", status, campaign)
        self._look_up()
        return bool(changed)

    def reset(self) -> None:
        """Go back to the seed."""
        self._fill("DELETE FROM lead", "DELETE FROM campaign", "DELETE FROM workspace")
        self._cache.clear()
        self._look_up()

    def workspaces(self) -> list[dict[str, Any]]:
        """The whole state except for the keys."""
        workspaces = {
            name: {"name": name, **orjson.loads(owner), "campaigns": []}
            for name, owner in self._execute("SELECT name, owner FROM workspace ORDER BY rowid")
        }
        for campaign, workspace, status in self._execute("SELECT id, workspace, status FROM campaign ORDER BY rowid"):
            leads = self._execute("SELECT fields FROM lead WHERE campaign = ? ORDER BY number", campaign)
            shown = {"id": campaign, "status": status, "leads": [orjson.loads(fields) for (fields,) in leads]}
            workspaces[workspace]["campaigns"].append(shown)
        return [*workspaces.values()]

    def count(self) -> int:
        """The number of leads."""
        return int(self._execute("SELECT count(*) FROM lead")[0][0])

    def close(self) -> None:
        self._database.close()

    def _open(self) -> None:
        # The first read locks the file, and the end of the process releases it, however it ends.
        self._execute("PRAGMA locking_mode = EXCLUSIVE")
        is_new = self._execute("SELECT count(*) FROM sqlite_schema") == [(0,)]
        found = tuple(self._execute(f"PRAGMA {name}")[0][0] for name in ("application_id", "user_version"))
        if not is_new and found != _KIND_AND_VERSION:
            raise StoreUnavailable("it is not a data file of this version of the sandbox; use another file")
        # What is committed is with the operating system: it survives the end of this process, however it ends.
        self._execute("PRAGMA journal_mode = WAL")
        self._execute("PRAGMA synchronous = NORMAL")
        if is_new:
            self._fill(*_CREATE)
        self._look_up()

    def _fill(self, *statements: str) -> None:
        """Execute the statements and insert the seed, all or nothing."""
        self._execute("BEGIN IMMEDIATE")
        try:
            for statement in statements:
                self._execute(statement)
            for workspace in self._seed:
                owner = orjson.dumps(workspace.owner).decode()
                self._execute("INSERT INTO workspace VALUES (?, ?, ?)", workspace.name, owner, _digest(workspace.key))
                for campaign in workspace.campaigns:
                    self._execute("INSERT INTO campaign VALUES (?, ?, ?)", campaign.id, workspace.name, campaign.status)
                    for lead_id, lead in zip(campaign.lead_ids, campaign.leads, strict=True):
                        fields = orjson.dumps(lead).decode()
                        self._execute("INSERT INTO lead VALUES (NULL, ?, ?, ?)", campaign.id, lead_id, fields)
            self._execute("COMMIT")
            self.filled = True
        finally:
            if self._database.in_transaction:
                self._database.rollback()

    def _look_up(self) -> None:
        self._keys: list[tuple[bytes, str]] = self._execute("SELECT key_digest, name FROM workspace")
        campaigns = self._execute("SELECT id, workspace, status FROM campaign")
        self._campaigns = {campaign: (workspace, status) for campaign, workspace, status in campaigns}

    def _find(self, campaign: str, lead: str) -> tuple[int, Lead] | None:
        found = self._cache.get((campaign, lead))
        if found is None:
            for number, text in self._execute(
                "SELECT number, fields FROM lead WHERE campaign = ? AND id = ?", campaign, lead
            ):
                found = self._cache[campaign, lead] = number, orjson.loads(text)
        return found

    def _execute(self, statement: str, *values: str | bytes | int) -> list[Any]:
        try:
            return self._database.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            busy = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
            raise StoreUnavailable("another process is using it" if busy else str(error)) from None


def _digest(key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8", "surrogateescape"), digest_size=32).digest()
