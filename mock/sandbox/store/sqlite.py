"""The state in SQLite: in memory, or in a file that belongs to one process."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from ..exceptions import IdentityTaken, StoreUnavailable, UnusableStore
from .order import Order

if TYPE_CHECKING:
    from ..seed import Workspace

Lead = dict[str, Any]

MAX_CACHED_LEADS = 10_000
_KIND_AND_VERSION = (0x50554646, 3)
_CREATE = (
    f"PRAGMA application_id = {_KIND_AND_VERSION[0]}",
    f"PRAGMA user_version = {_KIND_AND_VERSION[1]}",
    "CREATE TABLE workspace (name TEXT PRIMARY KEY, owner TEXT NOT NULL, key_digest BLOB NOT NULL)",
    """CREATE TABLE campaign (
        id TEXT PRIMARY KEY, workspace TEXT NOT NULL REFERENCES workspace, type TEXT NOT NULL, status TEXT NOT NULL)""",
    """CREATE TABLE lead (
        number INTEGER PRIMARY KEY, campaign TEXT NOT NULL REFERENCES campaign, id TEXT NOT NULL, identity TEXT,
        status TEXT AS (json_extract(fields, '$.status')) STORED, fields TEXT NOT NULL,
        UNIQUE (campaign, id), UNIQUE (campaign, identity))""",
)


class Campaign(NamedTuple):
    """A campaign without its leads."""

    id: str
    workspace: str
    type: str
    status: str
    owner: Mapping[str, Any]
    """Values that all leads of its workspace have."""


class Store:
    """Ids are UUIDs in lower case; an identity is what a campaign has at most one lead of, if it is not None.

    Every method raises StoreUnavailable if the state cannot be read or written.

    Raises:
        UnusableStore: the file is used by another process, is not a data file, or cannot be opened.
    """

    def __init__(self, seed: Sequence[Workspace], file: Path | None = None) -> None:
        self.filled = False  # whether its content comes from the seed that it was opened with
        self._seed = seed
        self._cache: dict[tuple[str, str], tuple[int, Lead]] = {}
        self._orders: dict[str, Order] = {}
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

    def campaign(self, workspace: str, campaign: str) -> Campaign | None:
        """A campaign; None if the workspace has no such campaign."""
        found = self._campaigns.get(campaign)
        return found if found and found.workspace == workspace else None

    def page(self, campaign: str, status: str | None, offset: int, limit: int) -> tuple[list[Lead], int]:
        """Some leads of a campaign in the order in which they were added, and how many there are.

        Args:
            campaign: its id.
            status: only leads of this status, if it is not None.
            offset: how many of them to skip.
            limit: the most to return.
        """
        numbers = self._order(campaign).numbers(status)
        chosen = orjson.dumps(numbers[offset : offset + limit]).decode()
        statement = "SELECT fields FROM lead WHERE number IN (SELECT value FROM json_each(?)) ORDER BY number"
        return [orjson.loads(fields) for (fields,) in self._execute(statement, chosen)], len(numbers)

    def lead(self, campaign: str, lead: str) -> Lead | None:
        """A lead; None if the campaign has no such lead."""
        found = self._find(campaign, lead)
        return found and found[1]

    def edit(
        self,
        campaign: str,
        lead: str,
        change: Callable[[Lead], Lead],
        identify: Callable[[Campaign, Lead], str | None],
    ) -> Lead | None:
        """Replace a lead by what ``change`` returns for it, atomically; None if the campaign has no such lead.

        Raises:
            IdentityTaken: another lead of the campaign has the new identity; nothing was changed.
        """
        found = self._find(campaign, lead)
        if found is None:
            return None
        number, before = found
        old_identity = identify(self._campaigns[campaign], before)
        after = change(before)
        fields, identity = orjson.dumps(after).decode(), identify(self._campaigns[campaign], after)
        if identity == old_identity:
            self._execute("UPDATE lead SET fields = ? WHERE number = ?", fields, number)
        elif not self._execute(
            "UPDATE OR IGNORE lead SET fields = ?, identity = ? WHERE number = ? RETURNING number",
            fields, identity, number,
        ):  # fmt: skip
            raise IdentityTaken(orjson.dumps(identity).decode())
        if before.get("status") != after.get("status"):
            self._orders.pop(campaign, None)
        self._cache[campaign, lead] = number, after
        return after

    def add(self, campaign: str, leads: Iterable[tuple[str | None, Lead]]) -> int:
        """Add leads, each with its identity, all or nothing; how many had an identity that was not there yet."""
        order = self._order(campaign)
        with self._transaction():
            added = [one for identity, lead in leads for one in self._insert(campaign, identity, lead)]
        order.add(added)
        return len(added)

    def remove(self, campaign: str, leads: Iterable[str]) -> int:
        """Remove leads of a campaign by id, all or nothing; how many there were."""
        ids = orjson.dumps([*leads]).decode()
        order = self._order(campaign)
        removed = self._execute(
            "DELETE FROM lead WHERE campaign = ? AND id IN (SELECT value FROM json_each(?)) RETURNING number, id",
            campaign, ids,
        )  # fmt: skip
        order.remove({number for number, _ in removed})
        for _, lead in removed:
            self._cache.pop((campaign, lead), None)
        return len(removed)

    def remove_all(self, campaign: str) -> int:
        """Remove all leads of a campaign; how many there were."""
        removed = len(self._order(campaign).numbers(None))
        self._execute("DELETE FROM lead WHERE campaign = ?", campaign)
        del self._orders[campaign]
        self._cache.clear()
        return removed

    def set_status(self, campaign: str, status: str) -> bool:
        """Move a campaign to a status; False if there is no such campaign."""
        changed = self._execute("UPDATE campaign SET status = ? WHERE id = ? RETURNING id", status, campaign)
        self._look_up()
        return bool(changed)

    def reset(self) -> None:
        """Go back to the seed."""
        self._fill("DELETE FROM lead", "DELETE FROM campaign", "DELETE FROM workspace")
        self._cache.clear()
        self._orders.clear()
        self._look_up()

    def workspaces(self) -> list[dict[str, Any]]:
        """The whole state except for the keys."""
        workspaces = {
            name: {"name": name, **orjson.loads(owner), "campaigns": []}
            for name, owner in self._execute("SELECT name, owner FROM workspace ORDER BY rowid")
        }
        for campaign in self._campaigns.values():
            leads = self._execute("SELECT fields FROM lead WHERE campaign = ? ORDER BY number", campaign.id)
            shown = {"id": campaign.id, "type": campaign.type, "status": campaign.status}
            listed = [orjson.loads(fields) for (fields,) in leads]
            workspaces[campaign.workspace]["campaigns"].append({**shown, "leads": listed})
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
        # Adding many leads to a long roster touches pages all over the indexes.
        self._execute("PRAGMA cache_size = -65536")  # KiB, if it is needed
        self._execute("PRAGMA wal_autocheckpoint = 8000")
        if is_new:
            self._fill(*_CREATE)
        self._look_up()

    def _fill(self, *statements: str) -> None:
        """Execute the statements and insert the seed, all or nothing."""
        with self._transaction():
            for statement in statements:
                self._execute(statement)
            for workspace in self._seed:
                owner = orjson.dumps(workspace.owner).decode()
                self._execute("INSERT INTO workspace VALUES (?, ?, ?)", workspace.name, owner, _digest(workspace.key))
                for campaign in workspace.campaigns:
                    self._execute(
                        "INSERT INTO campaign VALUES (?, ?, ?, ?)",
                        campaign.id, workspace.name, campaign.type, campaign.status,
                    )  # fmt: skip
                    for identity, lead in zip(campaign.identities, campaign.leads, strict=True):
                        self._insert(campaign.id, identity, lead)
        self.filled = True

    def _insert(self, campaign: str, identity: str | None, lead: Lead) -> list[Any]:
        """Insert a lead unless the campaign has its identity; its number and status if it was inserted."""
        return self._execute(
            """INSERT INTO lead (campaign, id, identity, fields) VALUES (?, ?, ?, ?)
            ON CONFLICT (campaign, identity) DO NOTHING RETURNING number, status""",
            campaign, lead["id"], identity, orjson.dumps(lead).decode(),
        )  # fmt: skip

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Keep what the block does all or nothing."""
        self._execute("BEGIN IMMEDIATE")
        try:
            yield
            self._execute("COMMIT")
        finally:
            if self._database.in_transaction:
                self._database.rollback()

    def _look_up(self) -> None:
        self._keys: list[tuple[bytes, str]] = self._execute("SELECT key_digest, name FROM workspace")
        campaigns = self._execute(
            "SELECT id, workspace, type, status, owner FROM campaign JOIN workspace ON name = workspace "
            "ORDER BY campaign.rowid"
        )
        self._campaigns = {
            campaign: Campaign(campaign, workspace, kind, status, orjson.loads(owner))
            for campaign, workspace, kind, status, owner in campaigns
        }

    def _order(self, campaign: str) -> Order:
        if campaign not in self._orders:
            statement = "SELECT number, status FROM lead WHERE campaign = ? ORDER BY number"
            self._orders[campaign] = Order(self._execute(statement, campaign))
        return self._orders[campaign]

    def _find(self, campaign: str, lead: str) -> tuple[int, Lead] | None:
        found = self._cache.get((campaign, lead))
        if found is None:
            for number, text in self._execute(
                "SELECT number, fields FROM lead WHERE campaign = ? AND id = ?", campaign, lead
            ):
                if len(self._cache) >= MAX_CACHED_LEADS:
                    self._cache.clear()
                found = self._cache[campaign, lead] = number, orjson.loads(text)
        return found

    def _execute(self, statement: str, *values: str | bytes | int | None) -> list[Any]:
        try:
            return self._database.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            busy = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
            raise StoreUnavailable("another process is using it" if busy else str(error)) from None


def _digest(key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8", "surrogateescape"), digest_size=32).digest()
