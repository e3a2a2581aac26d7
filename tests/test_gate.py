"""The one way out of the contract tests: what may leave, how fast, and when it ends."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace

import pytest
from starlette.types import ASGIApp

from contract_tests.exchange import Exchange
from contract_tests.gate import MOST_THROTTLED, MOST_UNANSWERED, UNKNOWN, Gate, Stopped
from contract_tests.settings import Settings
from contract_tests.target import Target, body_of
from mock import run
from mock.sandbox import seed
from puffle.throttling import seconds_to_wait
from tests.implementations import CONTRACT, implementation
from tests.proving import judged
from tests.rewriting import Answer
from tests.running import DRAFT, LEAD, served

OPERATION = CONTRACT.operation("updateLeadInCampaign")
VARIABLES = run.variables()
NOWHERE = "http://127.0.0.1:1"


def gate_to(url: str, **given: str) -> Gate:
    return Gate(Settings.read({**VARIABLES, "BASE_URL": url, **given}), OPERATION, lambda _: None)


@pytest.fixture
def gate() -> Iterator[Gate]:
    with served(implementation) as url, closing(gate_to(url)) as gate:
        yield gate


def test_nothing_leaves_for_a_campaign_that_is_not_configured(gate: Gate) -> None:
    paused = seed.load()[0].campaign("paused").id
    for campaign in (paused, "", "../x", "00000000-0000-4000-8000-00000000000g", f"{DRAFT}/../{paused}"):
        with pytest.raises(ValueError, match="nothing was sent"):
            gate.send(campaign, b"{}")
    assert gate.requests == 0
    assert gate.send(UNKNOWN.format(7), b"{}").status == 404


def test_nothing_leaves_for_a_lead_that_is_not_configured(gate: Gate) -> None:
    paused = seed.load()[0].campaign("paused").leads[0]["id"]
    for lead in (paused, paused.upper(), paused.replace("-", ""), f"{{{paused}}}", f"urn:uuid:{paused}"):
        with pytest.raises(ValueError, match="nothing was sent"):
            gate.send(DRAFT, f'{{"prospect_id": "{lead}", "updates": {{}}}}'.encode())
    assert gate.requests == 0
    for lead in (LEAD, UNKNOWN.format(7), "no uuid"):
        gate.send(DRAFT, f'{{"prospect_id": "{lead}", "updates": {{}}}}'.encode())
    assert gate.requests == 3


def test_nothing_leaves_that_would_edit_a_field_which_could_not_be_put_back(gate: Gate) -> None:
    gate.closed_to = frozenset({"headline"})
    settings = Settings.read({**VARIABLES, "BASE_URL": NOWHERE})
    for value in ("x", 7, None):
        with pytest.raises(ValueError, match="could not be cleared"):
            gate.send(DRAFT, body_of(settings.lead, {"company": "Acme", "headline": value}))
    assert gate.requests == 0


def recording(seen: list[tuple[str, str]]) -> Callable[[], ASGIApp]:
    """The sandbox, with what it was sent written down."""

    def make_app() -> ASGIApp:
        app = implementation()

        async def record(scope: dict[str, object], receive: Callable[[], object], send: object) -> None:
            seen.append((str(scope["method"]), str(scope["path"])))
            await app(scope, receive, send)  # type: ignore[arg-type]

        return record  # type: ignore[return-value]

    return make_app


def test_whole_run_sends_only_patches_to_the_configured_campaigns() -> None:
    seen: list[tuple[str, str]] = []
    with served(recording(seen)) as url:
        assert judged(url).exit_code == 0
    allowed = {OPERATION.path(id=VARIABLES[f"PUFFLE_{kind}CAMPAIGN_ID"]) for kind in ("", "LAUNCHED_", "FOREIGN_")}
    others = {(method, path) for method, path in seen if method != "PATCH" or path not in allowed}
    assert len(seen) > 800
    assert all(
        method == "PATCH" and re.fullmatch(r"/api/campaigns/00000000-0000-4000-8000-[0-9a-f]{12}/leads", path)
        for method, path in others
    )


def test_throttled_request_waits_and_is_sent_again() -> None:
    answers = iter([429])

    def throttle_once(answer: Answer) -> None:
        answer.status = next(answers, answer.status)
        answer.headers["retry-after"] = "1"

    with served(partial(implementation, throttle_once)) as url, closing(gate_to(url)) as gate:
        started = time.monotonic()
        assert gate.send(DRAFT, b"{}").status == 400
        assert time.monotonic() - started >= 1
    assert gate.requests == 2


@pytest.mark.parametrize(
    ("retry_after", "shortest", "longest"),
    [("7", 7, 7), ("{:%a, %d %b %Y %H:%M:%S} GMT", 50, 60), ("Mon, 01 Jan 2024 00:00:00 GMT", 0, 0), ("soon", 2, 2)],
)
def test_retry_after_is_obeyed_in_each_spelling(retry_after: str, shortest: float, longest: float) -> None:
    after = retry_after.format(datetime.now(UTC) + timedelta(seconds=60))
    assert shortest <= seconds_to_wait(after, attempt=2) <= longest


@pytest.mark.parametrize(("retry_after", "requests"), [("3600", 1), ("0", MOST_THROTTLED)])
def test_run_ends_where_it_is_throttled_for_too_long(retry_after: str, requests: int) -> None:
    def throttle(answer: Answer) -> None:
        answer.status, answer.headers["retry-after"] = 429, retry_after

    again_later = pytest.raises(Stopped, match="try again later")
    with served(partial(implementation, throttle)) as url, closing(gate_to(url)) as gate, again_later:
        gate.send(DRAFT, b"{}")
    assert gate.requests == requests


@pytest.mark.parametrize("never", [b"x" * 70_000, b"HTTP/1.1 103 Early Hints\r\n\r\n"])
def test_answer_of_another_kind_is_understood_or_given_up(never: bytes) -> None:
    """A body without end is given up, an interim answer is passed over."""
    hints = never.startswith(b"HTTP")
    body = b'{"error": "no"}'
    last = b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    endless = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"

    def answer(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(65_536)
            connection.sendall(never + last + body if hints else endless)
            while not hints:
                connection.sendall(never)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, args=(listener,))
        thread.start()
        with closing(gate_to(f"http://127.0.0.1:{listener.getsockname()[1]}")) as gate:
            exchange = gate.send(DRAFT, b"{}")
        thread.join()
    if hints:
        assert (exchange.status, exchange.text) == (400, body.decode())
    else:
        assert (exchange.status, exchange.text) == (0, "no answer: no end within 10 s and 4194304 bytes")


def test_requests_keep_to_the_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, waits = [100.0], []

    def wait(_: Gate, seconds: float) -> None:
        waits.append(seconds)
        clock[0] += max(0.0, seconds)

    with served(implementation) as url, closing(gate_to(url, RATE="4")) as gate:
        monkeypatch.setattr(Gate, "_wait", wait)
        monkeypatch.setattr("contract_tests.gate.time", SimpleNamespace(monotonic=lambda: clock[0]))
        for _ in range(9):
            gate.send(DRAFT, b"{}")
    assert clock[0] == 100.0 + 8 / 4


def test_interrupted_gate_sends_nothing(gate: Gate) -> None:
    gate.interrupt()
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            gate.send(DRAFT, b"{}")
    assert gate.requests == 0
    gate.reopen()
    assert gate.send(DRAFT, b"{}").status == 400


def test_interrupt_ends_a_wait() -> None:
    def throttle(answer: Answer) -> None:
        answer.status, answer.headers["retry-after"] = 429, "100"

    with served(partial(implementation, throttle)) as url, closing(gate_to(url)) as gate:
        threading.Timer(0.2, gate.interrupt).start()
        with pytest.raises(KeyboardInterrupt):
            gate.send(DRAFT, b"{}")


def test_run_is_given_up_where_no_answers_come() -> None:
    seen: list[Exchange] = []
    settings = Settings.read({**VARIABLES, "BASE_URL": NOWHERE})
    target = Target(settings, OPERATION, seen.append)
    for _ in range(MOST_UNANSWERED - 1):
        assert target.edit(settings.lead, {}).status == 0
    with pytest.raises(Stopped):
        target.edit(settings.lead, {})
    assert target.gate.gave_up
    assert [exchange.status for exchange in seen] == [0] * MOST_UNANSWERED
    target.put_back()
    assert target.notes == [f"given up early: {MOST_UNANSWERED} requests got no answer"]
