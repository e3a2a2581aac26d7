"""A change that got a 200 response is kept, whatever happens to the process, the file or the disk."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from mock.process import Server
from mock.sandbox import seed
from mock.sandbox.store import Store
from tests.running import DRAFT, LEAD, command
from tests.sandboxes import (
    BODY,
    FIELDS,
    HEADERS,
    PATH,
    add,
    connect,
    edit,
    listed,
    raw_request,
    received,
    remove,
    rows,
    sandbox,
    status_of,
)  # fmt: skip

pytestmark = pytest.mark.slow

LEADS = seed.load()[0].campaign("draft").lead_ids
TEXTS = [field for field in FIELDS if field not in ("email", "linkedin_url")]


class Editor(threading.Thread):
    """A client that edits one field of one lead again and again until the server is gone."""

    def __init__(self, server: Server, lead: str, field: str, first: int, last: int) -> None:
        super().__init__()
        self.lead, self.field = lead, field
        self.sent = self.acknowledged = first
        self._last = last
        self._address = urlsplit(server.url).netloc

    def run(self) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=10)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            while self.sent < self._last:
                self.sent += 1
                body = {"prospect_id": self.lead, "updates": {self.field: str(self.sent)}}
                connection.request("PATCH", PATH, json.dumps(body), {**HEADERS, "Content-Type": "application/json"})
                with connection.getresponse() as response:
                    lead = json.loads(response.read())["prospect"]
                assert (response.status, lead[self.field]) == (200, str(self.sent))
                self.acknowledged = self.sent


@contextlib.contextmanager
def stored(file: Path) -> Iterator[dict[str, dict[str, str]]]:
    """The leads of the draft campaign as the next sandbox reads them."""
    with contextlib.closing(Store(seed.load(), file)) as store:
        yield {lead: store.lead(DRAFT, lead) or {} for lead in LEADS}


def test_acknowledged_edits_survive_kill_9(tmp_path: Path) -> None:
    kept = {(lead, field): 0 for lead in LEADS for field in TEXTS[:4]}
    edits = 0
    for _ in range(10):
        with sandbox("--data", tmp_path / "leads.db") as server:
            editors = [Editor(server, *place, first, 10**9) for place, first in kept.items()]
            for editor in editors:
                editor.start()
            time.sleep(0.2)
            os.kill(server.pid, signal.SIGKILL)
            for editor in editors:
                editor.join()
        with stored(tmp_path / "leads.db") as leads:
            for editor in editors:
                value = int(leads[editor.lead][editor.field]) if editor.acknowledged else 0
                assert editor.acknowledged <= value <= editor.sent, "lost, or never sent"
                edits += editor.acknowledged - kept[editor.lead, editor.field]
                kept[editor.lead, editor.field] = max(value, editor.acknowledged)
    assert edits > 10 * len(kept)


class Importer(threading.Thread):
    """A client that adds leads and removes half of them, again and again, until the server is gone."""

    SIZE = 40

    def __init__(self, server: Server, first: int) -> None:
        super().__init__()
        self.batch = first
        self.unanswered: tuple[str, set[str]] = "", set()
        """The method of the request that got no response, and the leads that it was about."""
        self.kept: set[str] = set()
        self._server = server

    def run(self) -> None:
        with contextlib.suppress(httpx.HTTPError):
            while True:
                self.batch += 1
                emails = [f"{self.batch}-{number}@example.com" for number in range(self.SIZE)]
                self.unanswered = "POST", set(emails)
                assert add(self._server, *({"email": email} for email in emails)).json()["imported"] == self.SIZE
                self.kept |= set(emails)
                self.unanswered = "", set()
                half = self.SIZE // 2
                newest = listed(self._server, page=listed(self._server)["total"] // half, limit=half)["prospects"]
                self.unanswered = "DELETE", {lead["email"] for lead in newest}
                assert remove(self._server, prospect_ids=[lead["id"] for lead in newest]).json() == {"deleted": half}
                self.kept -= self.unanswered[1]
                self.unanswered = "", set()


def test_added_and_removed_leads_survive_kill_9_all_or_nothing(tmp_path: Path) -> None:
    file, kept, batch = tmp_path / "leads.db", set[str](), 0
    for pause in (0, 0.005, 0.01, 0.02, 0.04):
        with sandbox("--data", file) as server:
            importer = Importer(server, batch)
            importer.kept = kept
            importer.start()
            while importer.batch < batch + 3:
                assert importer.is_alive()
                time.sleep(0.002)
            time.sleep(pause)
            os.kill(server.pid, signal.SIGKILL)
            importer.join()
        with contextlib.closing(Store(seed.load(), file)) as store:
            leads, total = store.page(DRAFT, None, 0, 10**6)
        found = {lead["email"] for lead in leads[len(LEADS) :]}
        method, unanswered = importer.unanswered
        assert found in (importer.kept, importer.kept ^ unanswered), f"{method} was carried out in part"
        assert total == len(found) + len(LEADS)
        kept, batch = found, importer.batch
    assert kept


@pytest.mark.parametrize("kept_in", ["memory", "file"])
def test_concurrent_edits_of_different_fields_are_all_kept(tmp_path: Path, kept_in: str) -> None:
    with sandbox(*(["--data", tmp_path / "leads.db"] if kept_in == "file" else [])) as server:
        editors = [Editor(server, lead, field, 0, 12) for lead in LEADS for field in TEXTS]
        assert len(editors) == 24
        for editor in editors:
            editor.start()
        for editor in editors:
            editor.join()
        leads = rows(server)
    assert {(editor.acknowledged, leads[editor.lead][editor.field]) for editor in editors} == {(12, "12")}


def test_file_belongs_to_one_process(tmp_path: Path) -> None:
    """A second one is told so; the end of the first, however sudden, makes way."""
    file = tmp_path / "leads.db"
    for first_start in (True, False):
        with sandbox("--data", file) as server:
            second = command(sys.executable, "-m", "mock.sandbox", "--port", "0", "--data", str(file))
            assert (second.returncode, second.stdout) == (2, "")
            assert second.stderr == f"{file}: another process is using it\n"
            assert edit(server, headline="First" if first_start else "Second").status_code == 200
            os.kill(server.pid, signal.SIGKILL)
            server.wait()
    with stored(file) as leads:
        assert leads[LEAD]["headline"] == "Second"


def test_full_disk_gets_503_and_nothing_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "leads.db"
    with sandbox("--data", file) as server:
        limits = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (128 * 1024, limits[1]))
        responses, kept = [], ""
        for number in range(60):
            responses.append(edit(server, company=f"{number} " + "x" * 2000))
            if responses[-1].status_code == 200:
                kept = responses[-1].json()["prospect"]["company"]
        assert {response.status_code for response in responses} == {200, 503}
        assert (responses[-1].status_code, responses[-1].headers["Retry-After"]) == (503, "1")
        assert responses[-1].json()["error"].startswith("The data file cannot be used: ")
        assert rows(server)[LEAD]["company"] == kept
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, limits)
        assert edit(server, headline="There is room again").status_code == 200
        os.kill(server.pid, signal.SIGKILL)
    with stored(file) as leads:
        assert (leads[LEAD]["company"], leads[LEAD]["headline"]) == (kept, "There is room again")


def test_full_disk_refuses_to_add_leads_all_or_nothing(tmp_path: Path) -> None:
    file = tmp_path / "leads.db"
    with sandbox("--data", file) as server:
        limits = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (256 * 1024, limits[1]))
        leads = [{"email": f"{number}@example.com", "headline": "x" * 1000} for number in range(1000)]
        assert add(server, *leads).status_code == 503
        assert listed(server)["total"] == len(LEADS)
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, limits)
        assert add(server, *leads).json() == {"imported": 1000, "duplicates": 0}
        assert listed(server, page=11)["prospects"][-1]["email"] == "999@example.com"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to a read-only file")
def test_read_only_file_is_reported_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "leads.db"
    with sandbox("--data", file):
        pass
    file.chmod(0o400)
    run = command(sys.executable, "-m", "mock.sandbox", "--port", "0", "--data", str(file))
    assert (run.returncode, run.stderr) == (2, f"{file}: attempt to write a readonly database\n")


def test_requests_in_progress_are_kept_at_sigterm(tmp_path: Path) -> None:
    file = tmp_path / "leads.db"
    with sandbox("--data", file, "--latency", "1s") as server, contextlib.ExitStack() as connections:
        in_progress = [connections.enter_context(connect(server)) for _ in LEADS]
        for connection, lead in zip(in_progress, LEADS, strict=True):
            connection.sendall(raw_request(BODY.replace(LEAD.encode(), lead.encode())))
        time.sleep(0.5)
        os.kill(server.pid, signal.SIGTERM)
        assert [status_of(received(connection)) for connection in in_progress] == [200] * 4
        assert server.wait() == 0
    with stored(file) as leads:
        assert {lead["company"] for lead in leads.values()} == {"Whole"}
    assert [path.name for path in tmp_path.iterdir()] == ["leads.db"], "SQLite's log is now in the file"
