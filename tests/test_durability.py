"""What was answered 200 is kept, whatever happens to the process, the file or the disk."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import resource
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from mock.process import Server
from mock.sandbox import seed
from mock.sandbox.admin import PREFIX
from mock.sandbox.store import Store
from tests.running import DRAFT, LEAD
from tests.sandboxes import HEADERS, OPERATION, PATH, edit, rows, sandbox

FIELDS = ("company", "first_name", "headline", "last_name", "name", "position")
LEADS = [row["id"] for row in seed.load()[0].campaign("draft").leads]


class Editor(threading.Thread):
    """A client that edits one field of one lead again and again, as long as it is answered."""

    def __init__(self, server: Server, lead: str, field: str, begin: int, most: int) -> None:
        super().__init__()
        self.lead, self.field = lead, field
        self.tried = self.acknowledged = begin
        self._most = most
        self._address = urlsplit(server.url).netloc

    def run(self) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=10)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            while self.tried < self._most:
                self.tried += 1
                body = {"prospect_id": self.lead, "updates": {self.field: self.value(self.tried)}}
                connection.request("PATCH", PATH, json.dumps(body), {**HEADERS, "Content-Type": "application/json"})
                with connection.getresponse() as answer:
                    row = json.loads(answer.read())["prospect"]
                assert (answer.status, row[self.field]) == (200, self.value(self.tried))
                self.acknowledged = self.tried

    def value(self, number: int) -> str:
        return f"{number}@example.com" if self.field == "email" else str(number)


def test_acknowledged_edits_survive_kill_9(tmp_path: Path) -> None:
    places = [(lead, field) for lead in LEADS for field in FIELDS[:4]]
    assert len(places) == 16
    kept = dict.fromkeys(places, 0)
    edits = 0
    for _ in range(20):
        with sandbox("--data", tmp_path / "leads.db") as server:
            editors = [Editor(server, lead, field, kept[lead, field], 10**9) for lead, field in places]
            for editor in editors:
                editor.start()
            time.sleep(0.2)
            os.kill(server.pid, signal.SIGKILL)
            for editor in editors:
                editor.join()
        with Stored(tmp_path / "leads.db") as stored:
            for editor in editors:
                value = int(stored[editor.lead][editor.field]) if editor.acknowledged else editor.acknowledged
                assert editor.acknowledged <= value <= editor.tried, "lost, or never sent"
                edits += editor.acknowledged - kept[editor.lead, editor.field]
                kept[editor.lead, editor.field] = max(value, editor.acknowledged)
    assert edits > 20 * 16


class Stored(contextlib.AbstractContextManager[dict[str, dict[str, str]]]):
    """The rows of the draft campaign, read as the sandbox reads them when it starts again."""

    def __init__(self, file: Path) -> None:
        self._store = Store(seed.load(), file)

    def __enter__(self) -> dict[str, dict[str, str]]:
        return {lead: self._store.lead(DRAFT, lead) or {} for lead in LEADS}

    def __exit__(self, *_: object) -> None:
        self._store.close()


@pytest.mark.parametrize("kept_in", ["memory", "file"])
def test_no_edit_of_64_clients_is_lost(tmp_path: Path, kept_in: str) -> None:
    fields = sorted(OPERATION.contract.schema("LeadFields")["properties"])
    leads = [f"00000000-0000-4000-8000-{number:012}" for number in range(8)]
    campaign = {"id": DRAFT, "status": "draft", "leads": [{"id": lead, "status": "pending"} for lead in leads]}
    alice = seed.load()[0]
    workspace = {"name": "alice", "key": alice.key, "user_id": alice.user_id, "campaigns": [campaign]}
    (tmp_path / "seed.json").write_text(json.dumps({"workspaces": [workspace]}))
    data = ("--data", tmp_path / "leads.db") if kept_in == "file" else ()
    with sandbox("--seed", tmp_path / "seed.json", *data) as server:
        editors = [Editor(server, lead, field, 0, 12) for lead in leads for field in fields]
        assert len(editors) == 64
        for editor in editors:
            editor.start()
        for editor in editors:
            editor.join()
        stored = rows(server)
    assert {editor.acknowledged for editor in editors} == {12}
    for editor in editors:
        assert stored[editor.lead][editor.field] == editor.value(12)


def test_two_sandboxes_on_one_file_lose_nothing(tmp_path: Path) -> None:
    file = tmp_path / "leads.db"
    with sandbox("--data", file) as one, sandbox("--data", file) as other:
        for number in range(30):
            server, field = ((one, "company"), (other, "headline"))[number % 2]
            change: dict[str, Any] = {field: str(number)}
            row = edit(server, **change).json()["prospect"]
            assert row[field] == str(number)
            if number:
                assert row[("company", "headline")[(number - 1) % 2]] == str(number - 1)


def test_campaign_moved_through_one_sandbox_is_moved_in_the_other(tmp_path: Path) -> None:
    file = tmp_path / "leads.db"
    with sandbox("--data", file) as one, sandbox("--data", file) as other:
        for server, another, status in ((one, other, "active"), (other, one, "paused")):
            moved = httpx.put(f"{server.url}{PREFIX}/campaigns/{DRAFT}/status", json={"status": status})
            assert moved.status_code == 200
            for answer in (edit(another, company="Frozen"), edit(another)):
                assert (answer.status_code, status in answer.json()["error"]) == (400, True)
        httpx.post(f"{one.url}{PREFIX}/reset")
        assert edit(other, company="A draft again").status_code == 200
        assert edit(one, headline="Both").json()["prospect"]["company"] == "A draft again"


def test_sandboxes_that_start_at_once_share_a_new_file(tmp_path: Path) -> None:
    for number in range(5):
        file = tmp_path / f"{number}.db"
        with ThreadPoolExecutor(4) as pool:
            assert [*pool.map(opened, [file] * 4)] == [15] * 4


def opened(file: Path) -> int:
    with contextlib.closing(Store(seed.load(), file)) as store:
        return store.count()


def test_damaged_file_is_answered_503(tmp_path: Path) -> None:
    file = tmp_path / "leads.db"
    lines: list[str] = []
    with sandbox("--data", file) as server:
        edit(server, company="Whole")
    with sandbox("--data", file, show=lines.append) as server:
        os.truncate(file, 5000)
        answer = edit(server, company="Lost")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert "The data file cannot be used" in answer.json()["error"]
        assert httpx.get(f"{server.url}{PREFIX}/state").status_code == 503
    assert "Traceback" not in "".join(lines)


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold the file as another program does that writes to it."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as another:
        another.execute("BEGIN IMMEDIATE")
        yield
        another.execute("ROLLBACK")


def test_locked_file_is_answered_503_and_nothing_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "leads.db"
    with sandbox("--data", file) as server:
        assert edit(server, company="Before").status_code == 200
        with locked(file), ThreadPoolExecutor() as pool:
            waiting = [pool.submit(edit, server, company=f"Never {number}") for number in range(8)]
            assert httpx.get(f"{server.url}{PREFIX}/health").status_code == 200
            assert not any(future.done() for future in waiting), "who waits for the lock does not hold up others"
            answers = [future.result() for future in waiting]
            reset = httpx.post(f"{server.url}{PREFIX}/reset")
        for answer in (*answers, reset):
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
            assert "The data file cannot be used" in answer.json()["error"]
        row = edit(server, headline="After").json()["prospect"]
    assert (row["company"], row["headline"]) == ("Before", "After")


def test_short_lock_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "leads.db"
    with sandbox("--data", file) as server, ThreadPoolExecutor() as pool:
        with locked(file):
            waiting = pool.submit(edit, server, company="Patient")
            time.sleep(0.2)
        assert waiting.result().status_code == 200


def test_full_disk_is_answered_503_and_nothing_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "leads.db"
    with sandbox("--data", file) as server:
        limits = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (128 * 1024, limits[1]))
        statuses, kept = [], ""
        for number in range(60):
            answer = edit(server, company=f"{number} " + "x" * 2000)
            statuses.append(answer.status_code)
            kept = answer.json()["prospect"]["company"] if answer.status_code == 200 else kept
        assert set(statuses) == {200, 503}
        assert statuses[-1] == 503
        assert rows(server)[LEAD]["company"] == kept
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, limits)
        assert edit(server, headline="There is room again").status_code == 200
        os.kill(server.pid, signal.SIGKILL)
    with Stored(file) as stored:
        assert (stored[LEAD]["company"], stored[LEAD]["headline"]) == (kept, "There is room again")


def test_request_under_way_is_finished_at_sigterm(tmp_path: Path) -> None:
    file = tmp_path / "leads.db"
    with sandbox("--data", file, "--latency", "600ms") as server, ThreadPoolExecutor() as pool:
        under_way = [pool.submit(edit, server, lead, company="Finished") for lead in LEADS]
        time.sleep(0.3)
        os.kill(server.pid, signal.SIGTERM)
        assert [future.result().status_code for future in under_way] == [200] * 4
        assert server.wait() == 0
    with Stored(file) as stored:
        assert {row["company"] for row in stored.values()} == {"Finished"}
    assert [path.name for path in tmp_path.iterdir()] == ["leads.db"], "SQLite's log has gone into the file"
