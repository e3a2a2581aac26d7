"""The sandbox as a person runs it: a process of its own, on a free port."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from mock.process import Server, serving
from mock.sandbox.admin import PREFIX
from puffle import contract
from tests.running import DRAFT, KEY, LEAD

OPERATION = contract.load().operation("updateLeadInCampaign")
PATH = OPERATION.path(id=DRAFT)
HEADERS = {"Authorization": f"Bearer {KEY}"}


@contextlib.contextmanager
def sandbox(*options: object, show: Callable[[str], None] = lambda _: None) -> Iterator[Server]:
    """Run ``python -m mock.sandbox`` with these options while the block runs; ``show`` is handed what it prints."""
    command = [sys.executable, "-m", "mock.sandbox", "--port", "0", *map(str, options)]
    with serving(command, show) as server:
        yield server


def edit(server: Server, lead: str = LEAD, headers: dict[str, str] | None = None, **updates: object) -> httpx.Response:
    """Edit a lead of the draft campaign."""
    body = {"prospect_id": lead, "updates": updates}
    return httpx.patch(server.url + PATH, json=body, headers={**HEADERS, **(headers or {})}, timeout=30)


def rows(server: Server) -> dict[str, dict[str, Any]]:
    """All rows that the sandbox keeps, by the id of the lead."""
    workspaces = httpx.get(f"{server.url}{PREFIX}/state").json()["workspaces"]
    return {row["id"]: row for workspace in workspaces for c in workspace["campaigns"] for row in c["leads"]}


def connect(server: Server) -> socket.socket:
    """A connection of which every byte is the caller's own."""
    address = urlsplit(server.url)
    return socket.create_connection((address.hostname, address.port), timeout=30)


def received(connection: socket.socket) -> bytes:
    """Everything that comes until the other side closes."""
    with connection:
        parts = []
        with contextlib.suppress(ConnectionResetError):
            while part := connection.recv(65536):
                parts.append(part)
        return b"".join(parts)


def raw_request(body: bytes, *headers: str) -> bytes:
    """An edit of the draft campaign, byte by byte as it goes over the wire."""
    lines = [f"PATCH {PATH} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {KEY}", *headers]
    head = "\r\n".join([*lines, "Content-Type: application/json", f"Content-Length: {len(body)}"])
    return f"{head}\r\n\r\n".encode() + body


GOOD = raw_request(b'{"prospect_id": "%s", "updates": {"company": "Whole"}}' % LEAD.encode())


def status_of(answer: bytes) -> int:
    """The status of the first answer."""
    assert answer.startswith(b"HTTP/1.1 "), answer
    return int(answer[9:12])


def resident(server: Server) -> int:
    """Bytes of memory that the process holds."""
    lines = Path(f"/proc/{server.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))
