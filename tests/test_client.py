"""The HTTP client of the contract tests: how fast it sends, how long it waits, and when it gives up."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import httpx
import pytest

from contract_tests.client import MAX_429_RETRIES, MAX_UNANSWERED, Client
from contract_tests.exceptions import RunAborted
from contract_tests.exchange import Exchange, Request
from contract_tests.guard import Guard
from contract_tests.settings import Settings
from mock import run
from puffle.throttling import seconds_to_wait
from tests.running import DRAFT, KEY

Respond = Callable[[httpx.Request], httpx.Response]


def client(
    respond: Respond | None, *arguments: str, url: str = "http://127.0.0.1:1", seen: list[Exchange] | None = None
) -> Client:
    settings = Settings.read(["--base-url", url, *arguments], run.variables())
    guard = Guard(settings, {"operation": lambda _, __: None})
    transport = httpx.MockTransport(respond) if respond else None
    return Client(settings, guard, seen.append if seen is not None else lambda _: None, transport)


def request(url: str = "http://127.0.0.1:1") -> Request:
    return Request("PATCH", url, "Bearer {key}", "application/json", b"{}", campaign=DRAFT, operation="operation")


def always(status: int, **headers: str) -> Respond:
    return lambda _: httpx.Response(status, headers=headers)


def test_throttled_request_is_sent_again_after_a_wait() -> None:
    responses = iter([httpx.Response(429, headers={"Retry-After": "1"}), httpx.Response(400)])
    throttled, started = client(lambda _: next(responses)), time.monotonic()
    assert throttled.send(request()).status == 400
    assert time.monotonic() - started >= 1
    assert throttled.requests == 2


@pytest.mark.parametrize(
    ("retry_after", "shortest", "longest"),
    [("7", 7, 7), ("{:%a, %d %b %Y %H:%M:%S} GMT", 50, 60), ("Mon, 01 Jan 2024 00:00:00 GMT", 0, 0), ("soon", 2, 2)],
)
def test_retry_after_is_understood_in_every_form(retry_after: str, shortest: float, longest: float) -> None:
    header = retry_after.format(datetime.now(UTC) + timedelta(seconds=60))
    assert shortest <= seconds_to_wait(header, attempt=2) <= longest


@pytest.mark.parametrize(("retry_after", "requests"), [("3600", 1), ("0", MAX_429_RETRIES)])
def test_run_is_aborted_when_it_is_throttled_for_too_long(retry_after: str, requests: int) -> None:
    throttled = client(always(429, **{"Retry-After": retry_after}))
    with pytest.raises(RunAborted, match="try again later"):
        throttled.send(request())
    assert throttled.requests == requests


def test_run_is_aborted_when_there_are_no_responses() -> None:
    seen: list[Exchange] = []
    unanswered = client(None, seen=seen)
    for _ in range(MAX_UNANSWERED - 1):
        assert unanswered.send(request()).status == 0
    with pytest.raises(RunAborted, match="got no response"):
        unanswered.send(request())
    assert [exchange.status for exchange in seen] == [0] * MAX_UNANSWERED


def test_key_is_sent_but_not_shown() -> None:
    sent: list[str] = []

    def echo(received: httpx.Request) -> httpx.Response:
        sent.append(received.headers["Authorization"])
        return httpx.Response(200, content=f"you sent {sent[-1]}")

    exchange = client(echo).send(request())
    assert sent == [f"Bearer {KEY}"]
    assert exchange.text == "you sent Bearer $PUFFLE_API_KEY"


def serve_once(respond: Callable[[socket.socket], None], use: Callable[[str], Exchange]) -> Exchange:
    """The exchange with a server that handles one connection."""

    def handle(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(65_536)
            respond(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=handle, args=(listener,))
        thread.start()
        exchange = use(f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread.join()
    return exchange


def send_to(url: str) -> Exchange:
    with contextlib.closing(client(None, url=url)) as real:
        return real.send(request(url))


def test_endless_response_is_cut_off() -> None:
    def respond(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while True:
            connection.sendall(b"x" * 70_000)

    exchange = serve_once(respond, send_to)
    assert exchange.status == 0
    assert exchange.text == "no response: the response did not end within 10 s and 4194304 bytes"


def test_interim_response_is_skipped() -> None:
    def respond(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno")

    exchange = serve_once(respond, send_to)
    assert (exchange.status, exchange.text) == (400, "no")


def test_rate_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]

    def wait(_: Client, seconds: float) -> None:
        clock[0] += max(0.0, seconds)

    limited = client(always(400), "--rate", "4")
    monkeypatch.setattr(Client, "_wait", wait)
    monkeypatch.setattr("contract_tests.client.time", SimpleNamespace(monotonic=lambda: clock[0]))
    for _ in range(9):
        limited.send(request())
    assert clock[0] == 100.0 + 8 / 4


def test_interrupted_client_sends_nothing_until_it_restores() -> None:
    interrupted = client(always(400))
    interrupted.interrupt()
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            interrupted.send(request())
    assert interrupted.requests == 0
    interrupted.start_restoring()
    interrupted.interrupt()
    assert interrupted.send(request()).status == 400


def test_interrupt_ends_a_wait() -> None:
    waiting = client(always(429, **{"Retry-After": "100"}))
    threading.Timer(0.1, waiting.interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        waiting.send(request())
