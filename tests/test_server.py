"""The sandbox on the wire: requests that are slow, large, broken or many, and what becomes of them when it ends."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
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
from mock.sandbox.messages import MAX_BODY_BYTES
from mock.sandbox.server import KEEP_ALIVE, MAX_HEAD_BYTES, READ_TIMEOUT
from tests import raw_requests
from tests.running import KEY, LEAD
from tests.sandboxes import (
    BODY,
    GOOD,
    HEADERS,
    LAST,
    PATH,
    connect,
    edit,
    exchange,
    listed,
    raw_request,
    received,
    resident,
    rows,
    sandbox,
    status_of,
)  # fmt: skip

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with sandbox() as running:
        yield running


def statuses(responses: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", responses)]


def test_slow_requests_time_out_and_delay_no_others() -> None:
    """Nothing at all, half a head, half a body, and a body that arrives a byte at a time."""
    with sandbox() as server, ThreadPoolExecutor(8) as pool:
        waiting = {part: pool.submit(timed, server, GOOD[:part]) for part in (0, 40, len(GOOD) - 9)}
        dripping = pool.submit(drip, server)
        time.sleep(1)
        assert edit(server, headline="Others are served").status_code == 200
        for part, future in waiting.items():
            response, seconds = future.result()
            assert READ_TIMEOUT <= seconds < READ_TIMEOUT + 5
            assert (status_of(response) == 400) if part else (response == b"")
        assert dripping.result() < READ_TIMEOUT + 5
        assert rows(server)[LEAD]["company"] == "Acme Corporation"


def timed(server: Server, part: bytes) -> tuple[bytes, float]:
    began = time.monotonic()
    return exchange(server, part), time.monotonic() - began


def drip(server: Server) -> float:
    began = time.monotonic()
    with connect(server) as connection:
        try:
            connection.sendall(GOOD[:-40])
            while time.monotonic() - began < 2 * READ_TIMEOUT:
                connection.sendall(b" ")
                time.sleep(0.2)
        except OSError:
            pass
    return time.monotonic() - began


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("what", ["path", "header", "headers"])
def test_head_is_bounded(server: Server, at_once: bool, what: str) -> None:
    fill = b"x" * (MAX_HEAD_BYTES + 1)
    start = b"PATCH " + PATH.encode()
    request = {
        "path": start + fill + b" HTTP/1.1\r\n",
        "header": start + b" HTTP/1.1\r\nX: " + fill + b"\r\n",
        "headers": start + b" HTTP/1.1\r\n" + b"X: 123456789\r\n" * 20_000,
    }[what] + b"Connection: close\r\n\r\n"
    parts = [request] if at_once else [request[at : at + 9000] for at in range(0, len(request), 9000)]
    response = exchange(server, *parts)
    assert response == b"" or status_of(response) == 431  # the end of the connection may overtake the response
    assert edit(server).status_code == 200


def test_large_head_is_refused_in_words(server: Server) -> None:
    response = httpx.patch(server.url + PATH, headers={"X": "x" * MAX_HEAD_BYTES})
    assert (response.status_code, response.json()) == (431, {"error": "The headers are larger than 65536 bytes."})


def test_large_body_is_refused_in_words_and_takes_no_memory(server: Server) -> None:
    before = resident(server)
    response = httpx.patch(server.url + PATH, content=b" " * 64 * 2**20, headers=HEADERS)
    assert (response.status_code, response.json()) == (
        400,
        {"error": f"The body is larger than {MAX_BODY_BYTES} bytes."},
    )
    assert resident(server) - before < 2 * MAX_BODY_BYTES


def test_what_is_not_http_is_refused_in_words(server: Server) -> None:
    response = exchange(server, b"no request\r\n\r\n")
    assert status_of(response) == 400
    assert b"content-type: application/json" in response
    assert response.endswith(b'{"error":"Invalid HTTP request received."}')


def test_client_is_told_how_long_a_connection_can_be_used(server: Server) -> None:
    assert edit(server).headers["Keep-Alive"] == f"timeout={KEEP_ALIVE}"


def test_client_that_waits_before_it_sends_its_body_is_asked_for_it(server: Server) -> None:
    head, _, body = raw_request(BODY, "Expect: 100-continue", "Connection: close").partition(b"\r\n\r\n")
    with connect(server) as connection:
        connection.sendall(head + b"\r\n\r\n")
        assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert status_of(received(connection)) == 200


def test_requests_on_one_connection_are_answered_in_order(server: Server) -> None:
    companies = [b"Company %d" % number for number in range(20)]
    requests = [raw_request(BODY.replace(b"Whole", company)) for company in companies]
    assert re.findall(rb'"company":"([^"]*)"', exchange(server, b"".join(requests) + LAST)) == [*companies, b"Whole"]


def test_client_that_does_not_read_responses_takes_little_memory(server: Server) -> None:
    edit(server)
    before, sent = resident(server), 0
    with connect(server) as connection:
        connection.setblocking(False)
        requests, end = memoryview(GOOD * 20_000), time.monotonic() + 2
        while time.monotonic() < end and sent < len(requests):
            try:
                sent += connection.send(requests[sent : sent + 65536])
            except BlockingIOError:
                time.sleep(0.01)
        assert resident(server) - before < 24 * 2**20
    assert edit(server).status_code == 200


def test_offer_of_another_protocol_is_ignored(server: Server) -> None:
    """``curl --http2`` and Java's HttpClient offer h2c with each request."""
    offer = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA")
    assert statuses(exchange(server, raw_request(BODY, *offer) + LAST)) == [200, 200]


FUZZED = 3000
AT_ONCE = 64
WAIT = 0.15
SEED = 20231107


def test_nothing_on_the_wire_brings_it_down(tmp_path: Path) -> None:
    """Requests from a seeded generator, each on its own connection, some of them followed by another one."""
    draw = random.Random(SEED)
    with sandbox("--data", tmp_path / "leads.db") as server:
        found = asyncio.run(fuzz(server, draw, FUZZED // 4))
        before = resident(server)
        found += asyncio.run(fuzz(server, draw, FUZZED - FUZZED // 4))
        grown = resident(server) - before
        assert httpx.get(f"{server.url}{PREFIX}/health").json()["leads"] > 15
        assert listed(server, limit=1000)["total"] == len(listed(server, limit=1000)["prospects"]) > 4
        assert edit(server, company="Still there").json()["prospect"]["company"] == "Still there"
    assert sum(found.values()) > FUZZED / 2
    assert {status for status in found if status >= 500} == set(), found
    assert {200, 400, 401, 404, 405, 415, 431} <= set(found), found
    assert grown < 8 * 2**20, f"{grown / 2**20:.1f} MiB more after {FUZZED * 3 // 4} requests"


async def fuzz(server: Server, draw: random.Random, number: int) -> Counter[int]:
    found: Counter[int] = Counter()
    address = urlsplit(server.url)
    requests = (raw_requests.raw_request(draw) for _ in range(number))

    async def client() -> None:
        for request in requests:
            reader, writer = await asyncio.open_connection(address.hostname, address.port)
            try:
                writer.write(request + (LAST if len(request) % 7 == 0 else b""))
                responses = b""
                while part := await asyncio.wait_for(reader.read(65536), WAIT):
                    responses += part
            except (OSError, TimeoutError):  # the server waits for more, or keeps the connection open
                pass
            finally:
                writer.close()
            found.update(statuses(responses))

    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    return found


def test_log_is_readable_and_contains_no_key() -> None:
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
    log = "".join(lines[2:])
    assert re.search(rf"^\d\d:\d\d:\d\d PATCH {PATH} 200 \d+\.\d ms$", log, re.MULTILINE)
    assert re.search(rf'^\d\d:\d\d:\d\d PATCH {PATH} 400 \d+\.\d ms  updates.email: "jane" is not', log, re.MULTILINE)
    assert len(lines[2:]) == 10
    assert secret not in log
    assert KEY not in log
    assert "never_seen" not in log
    assert log.count("[key]") >= 4


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_requests_in_progress_are_finished_at_the_end(number: signal.Signals) -> None:
    lines: list[str] = []
    with sandbox("--latency", "1s", show=lines.append) as server, connect(server) as half, connect(server) as whole:
        half.sendall(GOOD[:-5])
        whole.sendall(GOOD)
        time.sleep(0.5)
        os.kill(server.pid, number)
        assert statuses(received(whole)) == [200]
        assert received(half) == b""
        assert server.wait() == 0
    assert "Traceback" not in "".join(lines)


def test_second_signal_ends_it_at_once() -> None:
    lines: list[str] = []
    with sandbox("--latency", "30s", show=lines.append) as server, connect(server) as connection:
        connection.sendall(GOOD)
        time.sleep(0.3)
        began = time.monotonic()
        for _ in range(2):
            os.kill(server.pid, signal.SIGINT)
            time.sleep(0.4)
        assert server.wait() == 0
        assert time.monotonic() - began < 3
        assert statuses(received(connection)) == [503]
    assert "Traceback" not in "".join(lines)
