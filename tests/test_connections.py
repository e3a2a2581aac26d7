"""Several requests on one connection, whole and broken, and what becomes of them when the sandbox ends."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from mock.process import Server
from mock.sandbox.server import MOST_WAITING
from tests.running import KEY, LEAD
from tests.sandboxes import GOOD, PATH, connect, edit, raw_request, received, resident, rows, sandbox, status_of

BROKEN = b"PATCH " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with sandbox() as running:
        yield running


@contextlib.contextmanager
def sandbox_that_says(*options: object) -> Iterator[tuple[Server, list[str]]]:
    """A sandbox, and all that it has printed when it has ended."""
    lines: list[str] = []
    with sandbox(*options, show=lines.append) as running:
        yield running, lines
    assert "Traceback" not in "".join(lines), "".join(lines)


def statuses(answers: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answers)]


def exchanged(server: Server, data: bytes, last: bool = False) -> bytes:
    """Everything that comes for these bytes; ``last`` says that no more is sent."""
    connection = connect(server)
    connection.sendall(data)
    if last:
        connection.shutdown(socket.SHUT_WR)
    return received(connection)


def test_client_that_says_no_more_gets_its_answer(server: Server) -> None:
    connection = connect(server)
    connection.sendall(GOOD)
    connection.shutdown(1)
    answer = received(connection)
    assert status_of(answer) == 200
    assert b'"company":"Whole"' in answer


def test_pipelined_requests_are_answered_in_order(server: Server) -> None:
    connection = connect(server)
    companies = [f"Company {number}" for number in range(20)]
    requests = b"".join(
        raw_request(b'{"prospect_id": "%s", "updates": {"company": "%s"}}' % (LEAD.encode(), company.encode()))
        for company in companies
    )
    connection.sendall(requests + b"no request\r\n\r\n")
    answers = received(connection)
    assert re.findall(rb'"company":"([^"]*)"', answers) == [company.encode() for company in companies]


def test_no_request_is_said_in_the_contracts_shape(server: Server) -> None:
    connection = connect(server)
    connection.sendall(b"no request\r\n\r\n")
    answer = received(connection)
    assert status_of(answer) == 400
    assert b"content-type: application/json" in answer
    assert answer.endswith(b'{"error":"Invalid HTTP request received."}')


def test_expectation_is_met(server: Server) -> None:
    connection = connect(server)
    head, _, body = raw_request(GOOD.partition(b"\r\n\r\n")[2], "Expect: 100-continue", "Connection: close").partition(
        b"\r\n\r\n"
    )
    connection.sendall(head + b"\r\n\r\n")
    assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(body)
    assert status_of(received(connection)) == 200


@pytest.mark.parametrize("behind", [BROKEN, b"no request\r\n\r\n", GOOD[:-5], GOOD[:40], b"X: " + b"y" * 70_000])
@pytest.mark.parametrize("latency", ["0ms", "200ms"])
def test_broken_request_costs_the_one_before_it_nothing(behind: bytes, latency: str) -> None:
    with sandbox_that_says("--latency", latency) as (server, _):
        answers = exchanged(server, GOOD + behind, last=True)
        assert statuses(answers)[0] == 200
        assert statuses(answers)[1:] in ([], [400], [431])
        assert rows(server)[LEAD]["company"] == "Whole"


def test_requests_that_nobody_takes_the_answers_of_are_bounded(server: Server) -> None:
    assert len(httpx.get(server.url).content) > 2**20, "a large answer, which stays in memory once"
    before = resident(server)
    connection = connect(server)
    connection.setblocking(False)
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        try:
            connection.send(b"GET / HTTP/1.1\r\n\r\n" * 14_000)
        except BlockingIOError:
            time.sleep(0.01)
        except OSError:
            break
    assert resident(server) - before < 16 * 2**20
    assert edit(server).status_code == 200
    connection.close()


def test_as_many_requests_as_may_wait_are_answered(server: Server) -> None:
    answers = exchanged(server, GOOD * MOST_WAITING, last=True)
    assert statuses(answers) == [200] * MOST_WAITING


@pytest.mark.parametrize("cut", [None, 30, 150, 260])
@pytest.mark.parametrize("offer", ["h2c", "websocket"])
def test_offer_of_another_protocol_is_passed_over(server: Server, offer: str, cut: int | None) -> None:
    """As ``curl --http2`` and Java's HttpClient make it with each request."""
    offers = ("Connection: Upgrade, HTTP2-Settings", f"Upgrade: {offer}", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA")
    request = raw_request(b'{"prospect_id": "%s", "updates": {"headline": "Offered"}}' % LEAD.encode(), *offers)
    connection = connect(server)
    for part in (request[:cut], request[cut:] if cut else b"") if cut else (request,):
        connection.sendall(part)
        time.sleep(0.05)
    connection.sendall(GOOD + b"no request\r\n\r\n")
    answers = received(connection)
    assert statuses(answers)[:2] == [200, 200]
    assert answers.count(b'"headline":"Offered"') == 2


def test_trailer_is_no_header(server: Server) -> None:
    body = b'{"prospect_id": "%s", "updates": {}}' % LEAD.encode()
    head = f"PATCH {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    trailer = f"0\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode()
    assert status_of(exchanged(server, head.encode() + b"%x\r\n%b\r\n" % (len(body), body) + trailer, last=True)) == 401


def test_request_is_answered_once(server: Server) -> None:
    connection = connect(server)
    connection.sendall(b"GET /nowhere HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    first = connection.recv(65536)
    connection.sendall(b"ZZZ\r\n")
    assert statuses(first + received(connection)) == [404]


@pytest.mark.parametrize("behind", [b"", GOOD[:-5], GOOD[:40], GOOD])
def test_whole_requests_are_finished_at_sigterm(behind: bytes) -> None:
    with sandbox_that_says("--latency", "400ms") as (server, _):
        connection = connect(server)
        connection.sendall(GOOD + behind)
        time.sleep(0.2)
        os.kill(server.pid, signal.SIGTERM)
        assert statuses(received(connection)) == [200] * (2 if behind == GOOD else 1)
        assert server.wait() == 0


def test_told_twice_it_ends_at_once() -> None:
    with sandbox_that_says("--latency", "30s") as (server, _):
        connection = connect(server)
        connection.sendall(GOOD)
        time.sleep(0.3)
        began = time.monotonic()
        for _ in range(2):
            os.kill(server.pid, signal.SIGINT)
            time.sleep(0.4)
        assert server.wait() == 0
        assert time.monotonic() - began < 3
        assert received(connection) == b""
