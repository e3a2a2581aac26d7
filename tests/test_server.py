"""The sandbox at the level of bytes on a connection: slow, large, broken and many of them."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from mock.process import Server
from mock.sandbox.admin import PREFIX
from mock.sandbox.server import LARGEST_HEAD, LARGEST_REQUEST, LONGEST_REQUEST
from tests import raw_requests
from tests.running import KEY, LEAD
from tests.sandboxes import (
    GOOD,
    HEADERS,
    PATH,
    connect,
    edit,
    raw_request,
    received,
    resident,
    rows,
    sandbox,
    status_of,
)  # fmt: skip


def test_slow_and_half_sent_requests_time_out() -> None:
    """Nothing at all, half a head, half a body, and a body that drips."""
    with sandbox() as server, ThreadPoolExecutor(8) as pool:
        waiting = {part: pool.submit(waited, server, GOOD[:part]) for part in (0, 40, len(GOOD) - 9)}
        dripping = pool.submit(dripped, server)
        time.sleep(1)
        assert edit(server, headline="Others are served meanwhile").status_code == 200
        for part, future in waiting.items():
            answer, took = future.result()
            assert LONGEST_REQUEST <= took < LONGEST_REQUEST + 5
            assert (status_of(answer) == 400) if part else (answer == b"")
        assert dripping.result() < LONGEST_REQUEST + 5
        assert rows(server)[LEAD]["company"] == "Acme Corporation"


def waited(server: Server, part: bytes) -> tuple[bytes, float]:
    began = time.monotonic()
    connection = connect(server)
    connection.sendall(part)
    return received(connection), time.monotonic() - began


def dripped(server: Server) -> float:
    began = time.monotonic()
    with connect(server) as connection:
        try:
            connection.sendall(GOOD[:-40])
            while time.monotonic() - began < 2 * LONGEST_REQUEST:
                connection.sendall(b" ")
                time.sleep(0.2)
        except OSError:
            pass
    return time.monotonic() - began


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with sandbox() as running:
        yield running


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("what", ["path", "header", "headers"])
def test_head_is_bounded(server: Server, at_once: bool, what: str) -> None:
    fill = b"x" * (LARGEST_HEAD + 1)
    start = b"PATCH " + PATH.encode()
    request = {
        "path": start + fill + b" HTTP/1.1\r\n",
        "header": start + b" HTTP/1.1\r\nX: " + fill + b"\r\n",
        "headers": start + b" HTTP/1.1\r\n" + b"X: 123456789\r\n" * 20_000,
    }[what] + b"\r\n"
    connection = connect(server)
    for part in [request] if at_once else [request[at : at + 30_000] for at in range(0, len(request), 30_000)]:
        try:
            connection.sendall(part)
        except OSError:
            break
        time.sleep(0 if at_once else 0.01)
    answer = received(connection)
    assert answer == b"" or status_of(answer) == 431  # the close may overtake the answer
    assert edit(server).status_code == 200


def test_body_is_bounded(server: Server) -> None:
    head = raw_request(b"").replace(b"Content-Length: 0", b"Content-Length: %d" % (4 * LARGEST_REQUEST))
    connection = connect(server)
    sent = 0
    try:
        connection.sendall(head)
        for _ in range(4 * LARGEST_REQUEST // 2**20):
            connection.sendall(b" " * 2**20)
            sent += 2**20
    except OSError:
        pass
    received(connection)
    assert sent < 2 * LARGEST_REQUEST
    assert edit(server).status_code == 200


FUZZED = 20_000
AT_ONCE = 32
SEED = 20231107


def test_nothing_on_the_wire_brings_it_down(tmp_path: Path) -> None:
    """Requests from a seeded generator, each on a connection of its own, a few of them with a second one behind."""
    draw = random.Random(SEED)
    with sandbox("--data", tmp_path / "leads.db") as server:
        statuses = asyncio.run(fuzzed(server, draw, FUZZED // 4))
        before = resident(server)
        statuses += asyncio.run(fuzzed(server, draw, FUZZED - FUZZED // 4))
        grown = resident(server) - before
        assert httpx.get(f"{server.url}{PREFIX}/health").json()["leads"] == 15
        row = edit(server, company="Still there").json()["prospect"]
    assert row["company"] == "Still there"
    assert sum(statuses.values()) > FUZZED / 2
    assert {status for status in statuses if status >= 500} == set(), statuses
    assert {200, 400, 401, 404, 405, 415, 431} <= set(statuses), statuses
    assert grown < 8 * 2**20, f"{grown / 2**20:.1f} MiB more after {FUZZED * 3 // 4} requests"


async def fuzzed(server: Server, draw: random.Random, number: int) -> Counter[int]:
    statuses: Counter[int] = Counter()
    address = urlsplit(server.url)
    requests = (raw_requests.raw_request(draw) for _ in range(number))

    async def client() -> None:
        for request in requests:
            reader, writer = await asyncio.open_connection(address.hostname, address.port)
            try:
                writer.write(request + (GOOD if len(request) % 7 == 0 else b""))
                writer.write_eof()
                answer = await asyncio.wait_for(reader.read(), 30)
            except OSError:
                answer = b""
            finally:
                writer.close()
            statuses.update(map(int, re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)))

    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    return statuses


def test_log_is_readable_and_holds_no_key() -> None:
    lines: list[str] = []
    secret = "pk_live_never_seen"  # noqa: S105
    with sandbox(show=lines.append) as server:
        edit(server, company="Acme")
        edit(server, email="jane")
        edit(server, headers={"Authorization": f"Bearer {secret}"})
        edit(server, lead=secret)
        edit(server, first_name=[KEY])
        httpx.patch(server.url + PATH.replace("3c90", secret, 1), headers=HEADERS)
        httpx.get(f"{server.url}/nowhere?key={secret}", headers={"X-Key": secret})
        httpx.get(f"{server.url}/nowhere/{secret}%0aforged 200")
        httpx.get(f"{server.url}/nowhere/pk%5Flive.never_seen")
        httpx.get(f"{server.url}/{'x' * 160}{KEY}")
        time.sleep(0.3)
    log = "".join(lines[3:])
    assert re.search(rf"^\d\d:\d\d:\d\d PATCH {PATH} 200 \d+\.\d ms$", log, re.MULTILINE)
    assert re.search(rf'^\d\d:\d\d:\d\d PATCH {PATH} 400 \d+\.\d ms  updates.email: "jane" is not', log, re.MULTILINE)
    assert len(lines[3:]) == 10
    assert secret not in log
    assert KEY not in log
    assert "never_seen" not in log
    assert log.count("[key]") >= 4
