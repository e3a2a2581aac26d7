"""Prism and the commands that start mocks: they respond, notice failures, and leave no process behind."""

from __future__ import annotations

import functools
import json
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mock import prism
from mock.process import ServerNotReady, serving
from tests.rewriting import Response
from tests.running import LEAD, background, command, group_is_gone, served
from tests.sandboxes import HEADERS, OPERATION, PATH
from tests.targets import make_app

pytestmark = pytest.mark.slow

EDIT = {"prospect_id": LEAD, "updates": {"first_name": "Jane"}}
ORIGIN = "http://localhost:5173"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(prism.command()) as server:
        yield server.url + PATH


def test_responds_with_an_example(url: str) -> None:
    response = httpx.patch(url, json=EDIT, headers=HEADERS)
    assert response.status_code == 200
    assert response.json()["prospect"]["id"] == LEAD


@pytest.mark.parametrize(
    "body",
    [
        {**EDIT, "updates": {"first_name": 7}},
        {"updates": {}},
        {**EDIT, "updates": []},
        {**EDIT, "prospect_id": "7"},
        [],
    ],
    ids=str,
)
def test_refuses_an_invalid_body(url: str, body: object) -> None:
    response = httpx.patch(url, json=body, headers=HEADERS)
    assert response.status_code == 400
    assert isinstance(response.json()["error"], str)


def test_refuses_a_body_that_is_not_json(url: str) -> None:
    headers = {**HEADERS, "Content-Type": "application/json"}
    assert httpx.patch(url, content='{"prospect_id": ', headers=headers).status_code == 400


def test_requires_a_bearer_token(url: str) -> None:
    assert httpx.patch(url, json=EDIT).status_code == 401


@pytest.mark.parametrize("status", OPERATION.responses)
def test_responds_with_every_declared_status_on_request(url: str, status: str) -> None:
    response = httpx.patch(url, json=EDIT, headers={**HEADERS, "Prefer": f"code={status}"})
    examples = OPERATION.responses[status]["content"]["application/json"]["examples"].values()
    assert response.status_code == int(status)
    assert response.json() in [example["value"] for example in examples]


def test_pages_of_other_origins_may_use_it(url: str) -> None:
    asked = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization,content-type"}
    allowed = httpx.options(url, headers={"Origin": ORIGIN, **asked}).headers
    assert allowed["Access-Control-Allow-Origin"] in ("*", ORIGIN)
    assert "PATCH" in allowed["Access-Control-Allow-Methods"]
    assert {"authorization", "content-type"} <= set(allowed["Access-Control-Allow-Headers"].lower().split(","))
    response = httpx.patch(url, json=EDIT, headers={**HEADERS, "Origin": ORIGIN})
    assert response.headers["Access-Control-Allow-Origin"] in ("*", ORIGIN)


def test_proxy_reports_violations_of_the_contract() -> None:
    def leave_out_the_status(response: Response) -> None:
        response.lead.pop("status")

    for difference, expected in ((None, ""), (leave_out_the_status, "status")):
        with (
            served(functools.partial(make_app, difference)) as upstream,
            serving(prism.command(upstream=upstream)) as proxy,
        ):
            response = httpx.patch(proxy.url + PATH, json=EDIT, headers=HEADERS)
        assert response.status_code == 200
        violations = json.loads(response.headers.get("sl-violations", "[]"))
        assert (expected in str(violations)) if expected else violations == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_prism_ends_with_its_command(number: signal.Signals) -> None:
    with background(sys.executable, "-m", "mock.prism", "--port", "0") as server:
        url = server.listening()
        assert httpx.patch(url + PATH, json=EDIT, headers=HEADERS).status_code == 200
        child = server.child()
        server.process.send_signal(number)
        server.process.wait(20)
    assert group_is_gone(child)
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_early_end_of_a_server_is_noticed() -> None:
    ended = pytest.raises(ServerNotReady, match="it ended before it was ready: no contract here")
    with ended, serving([sys.executable, "-c", "print('no contract here')"]):
        pytest.fail("it serves")


def test_server_that_ignores_sigterm_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mock.process.STOP_TIMEOUT", 0.3)
    ignore = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    code = f"{ignore}; print('listening on http://127.0.0.1:1', flush=True); time.sleep(60)"
    with serving([sys.executable, "-c", code]) as server:
        began = time.monotonic()
    assert group_is_gone(server.pid)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("module", ["mock.prism", "mock.sandbox"])
def test_occupied_port_is_reported_in_one_line(module: str) -> None:
    with socket.socket() as occupied:
        occupied.bind(("127.0.0.1", 0))
        occupied.listen()
        run = command(sys.executable, "-m", module, "--port", str(occupied.getsockname()[1]))
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert "Address already in use; use another PORT=" in run.stderr


@pytest.mark.parametrize("upstream", ["", "localhost:80", "ftp://localhost", "http://", "http://["])
def test_proxy_needs_an_upstream(upstream: str) -> None:
    run = command(sys.executable, "-m", "mock.prism", "--upstream", upstream)
    assert (run.returncode, run.stderr.count("\n")) == (2, 1)
    assert "the proxy needs a server to forward requests to; use make proxy UPSTREAM=https://…" in run.stderr


SHOW = "import os; print(*(os.environ.get(f'PUFFLE_{name}') for name in ('MOCK', 'MOCK_URL', 'MOCK_DEVIATIONS')))"


@pytest.mark.parametrize("name", ["sandbox", "prism", "proxy"])
def test_command_finds_its_mock_in_the_environment(name: str) -> None:
    run = command(sys.executable, "-m", "mock.run", name, "--", sys.executable, "-c", f"{SHOW}; raise SystemExit(3)")
    mock, url, deviations = run.stdout.splitlines()[0].split()
    assert (run.returncode, run.stderr, mock) == (3, "", name)
    assert url.startswith("http://127.0.0.1:")
    assert deviations == "None" if name == "sandbox" else Path(deviations).name == f"{name}-deviations.yaml"
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_unknown_mock_is_reported_in_one_line() -> None:
    run = command(sys.executable, "-m", "mock.run", "prisma", "--", "true")
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert run.stderr.startswith("there is no mock prisma; use TARGET=sandbox, ")
