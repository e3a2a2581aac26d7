"""The sandbox as a user runs it: a process of its own on a free port."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
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
from tests.targets import make_app
from tests.transport import AppTransport

_FOUND = contract.load().find(KEY_OF_OPERATION)
assert _FOUND
OPERATION = _FOUND
_MEMBERS = OPERATION.contract.members
FIELDS = sorted(_MEMBERS(OPERATION.contract.resolve(_MEMBERS(OPERATION.request_schema or {})["updates"])))
"""The listed fields."""
PATH = f"/api/campaigns/{DRAFT}/leads"
HEADERS = {"Authorization": f"Bearer {KEY}"}
Where = Server | httpx.Client


@contextlib.contextmanager
def sandbox(*options: object, show: Callable[[str], object] = lambda _: None) -> Iterator[Server]:
    """Run ``python -m mock.sandbox`` with these options while the block runs; ``show`` gets each line it prints."""
    command = [sys.executable, "-m", "mock.sandbox", "--port", "0", *map(str, options)]
    with serving(command, show) as server:
        yield server


def in_process(document: Mapping[str, Any] = OPERATION.contract.document) -> httpx.Client:
    """A client, with the key of the draft campaign, of a fresh sandbox in this process."""
    return httpx.Client(
        transport=AppTransport(make_app(document=document)), base_url="http://127.0.0.1", headers=HEADERS
    )


def edit(where: Where, lead: str = LEAD, headers: dict[str, str] | None = None, **updates: object) -> httpx.Response:
    """Edit a lead of the draft campaign."""
    body = {"prospect_id": lead, "updates": updates}
    return _send(where, "PATCH", PATH, json=body, headers={**HEADERS, **(headers or {})})


def listed(where: Where, *, campaign: str = DRAFT, **query: str | int) -> dict[str, Any]:
    """A page of a campaign's leads, with what is said about all pages."""
    response = _send(where, "GET", PATH.replace(DRAFT, campaign), params=query, headers=HEADERS)
    assert response.status_code == 200, response.text
    page: dict[str, Any] = response.json()
    return page


def add(where: Where, *leads: object, campaign: str = DRAFT) -> httpx.Response:
    return _send(where, "POST", PATH.replace(DRAFT, campaign), json={"prospects": leads}, headers=HEADERS)


def remove(where: Where, *, campaign: str = DRAFT, **body: object) -> httpx.Response:
    return _send(where, "DELETE", PATH.replace(DRAFT, campaign), json=body, headers=HEADERS)


def rows(where: Where) -> dict[str, dict[str, Any]]:
    """All leads of a sandbox by id."""
    workspaces = _send(where, "GET", f"{PREFIX}/state").json()["workspaces"]
    return {lead["id"]: lead for workspace in workspaces for c in workspace["campaigns"] for lead in c["leads"]}


def _send(where: Where, method: str, path: str, **options: Any) -> httpx.Response:
    if isinstance(where, Server):
        return httpx.request(method, where.url + path, timeout=30, **options)
    return where.request(method, path, timeout=30, **options)


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
