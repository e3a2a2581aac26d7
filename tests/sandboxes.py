"""The sandbox as a user runs it: a process of its own on a free port."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import yaml

from mock.process import Server, serving
from mock.sandbox import seed
from mock.sandbox.admin import PREFIX
from mock.sandbox.operations.update_lead_in_campaign import OPERATION as KEY_OF_OPERATION
from puffle import contract
from tests.running import DRAFT, KEY, LEAD

_FOUND = contract.load().find(KEY_OF_OPERATION)
assert _FOUND
OPERATION = _FOUND
_MEMBERS = OPERATION.contract.members
FIELDS = sorted(_MEMBERS(OPERATION.contract.resolve(_MEMBERS(OPERATION.request_schema or {})["updates"])))
"""The listed fields."""
PATH = f"/api/campaigns/{DRAFT}/leads"
HEADERS = {"Authorization": f"Bearer {KEY}"}


@contextlib.contextmanager
def sandbox(*options: object, show: Callable[[str], object] = lambda _: None) -> Iterator[Server]:
    """Run ``python -m mock.sandbox`` with these options while the block runs; ``show`` gets each line it prints."""
    command = [sys.executable, "-m", "mock.sandbox", "--port", "0", *map(str, options)]
    with serving(command, show) as server:
        yield server


def edit(
    where: Server | httpx.Client, lead: str = LEAD, headers: dict[str, str] | None = None, **updates: object
) -> httpx.Response:
    """Edit a lead of the draft campaign."""
    url = where.url if isinstance(where, Server) else str(where.base_url).rstrip("/")
    patch = httpx.patch if isinstance(where, Server) else where.patch
    body = {"prospect_id": lead, "updates": updates}
    return patch(url + PATH, json=body, headers={**HEADERS, **(headers or {})}, timeout=30)


def rows(where: Server | httpx.Client) -> dict[str, dict[str, Any]]:
    """All leads of a sandbox by id."""
    url = where.url if isinstance(where, Server) else str(where.base_url).rstrip("/")
    get = httpx.get if isinstance(where, Server) else where.get
    workspaces = get(f"{url}{PREFIX}/state").json()["workspaces"]
    return {lead["id"]: lead for workspace in workspaces for c in workspace["campaigns"] for lead in c["leads"]}


def connect(server: Server) -> socket.socket:
    """A connection on which the test writes every byte itself."""
    address = urlsplit(server.url)
    return socket.create_connection((address.hostname, address.port), timeout=30)


def exchange(server: Server, *parts: bytes) -> bytes:
    """Send these parts one after the other, and return everything that comes back until the server closes."""
    with connect(server) as connection, contextlib.suppress(ConnectionError):
        for part in parts:
            connection.sendall(part)
        return received(connection)
    return b""


def received(connection: socket.socket) -> bytes:
    """Everything that comes back until the server closes."""
    parts = []
    with contextlib.suppress(ConnectionError):
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def raw_request(body: bytes, *headers: str) -> bytes:
    """An edit of the draft campaign as bytes."""
    lines = [f"PATCH {PATH} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {KEY}", *headers]
    head = "\r\n".join([*lines, "Content-Type: application/json", f"Content-Length: {len(body)}"])
    return f"{head}\r\n\r\n".encode() + body


BODY = b'{"prospect_id": "%s", "updates": {"company": "Whole"}}' % LEAD.encode()
GOOD = raw_request(BODY)
LAST = raw_request(BODY, "Connection: close")


def status_of(response: bytes) -> int:
    """The status of the first response."""
    assert response.startswith(b"HTTP/1.1 "), response
    return int(response[9:12])


def resident(server: Server) -> int:
    """The bytes of memory that the process has."""
    lines = Path(f"/proc/{server.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


def changed_seed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The sandbox's own seed file with a change."""
    document: dict[str, Any] = yaml.safe_load(seed.SEED_FILE.read_text("utf-8"))
    change(document)
    return document


def first_lead(document: dict[str, Any]) -> dict[str, Any]:
    """The first lead of a seed file."""
    lead: dict[str, Any] = document["workspaces"][0]["campaigns"][0]["leads"][0]
    return lead
