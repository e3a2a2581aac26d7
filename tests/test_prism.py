"""Prism, started and ended as a front-end developer's `make mock` does."""

from __future__ import annotations

import json
import signal
import socket
import sys
from collections.abc import Iterator

import httpx
import pytest

from mock import prism
from mock.process import NotServing, serving
from puffle import contract
from tests.implementations import implementation
from tests.rewriting import Answer
from tests.running import DRAFT, KEY, LEAD, background, command, group_is_gone, served

OPERATION = contract.load().operation("updateLeadInCampaign")
PATH = OPERATION.path(id=DRAFT)
EDIT = {"prospect_id": LEAD, "updates": {"first_name": "Jane"}}
KEY_HEADER = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(prism.command()) as server:
        yield server.url + PATH


def test_answers_with_an_example(url: str) -> None:
    answer = httpx.patch(url, json=EDIT, headers=KEY_HEADER)
    assert answer.status_code == 200
    assert answer.json()["prospect"]["id"] == LEAD


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
def test_refuses_a_bad_body(url: str, body: object) -> None:
    answer = httpx.patch(url, json=body, headers=KEY_HEADER)
    assert answer.status_code == 400
    assert isinstance(answer.json()["error"], str)


def test_answers_a_body_that_is_no_json(url: str) -> None:
    headers = {**KEY_HEADER, "Content-Type": "application/json"}
    assert httpx.patch(url, content='{"prospect_id": ', headers=headers).status_code == 400


def test_wants_a_bearer_token(url: str) -> None:
    assert httpx.patch(url, json=EDIT).status_code == 401


@pytest.mark.parametrize("status", OPERATION.responses)
def test_answers_every_declared_status_when_asked(url: str, status: int) -> None:
    answer = httpx.patch(url, json=EDIT, headers={**KEY_HEADER, "Prefer": f"code={status}"})
    examples = OPERATION.responses[status]["content"]["application/json"]["examples"].values()
    assert answer.status_code == status
    assert answer.json() in [example["value"] for example in examples]


def test_lets_a_browser_of_another_origin_through(url: str) -> None:
    wanted = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization,content-type"}
    allowed = httpx.options(url, headers={"Origin": "http://localhost:5173", **wanted}).headers
    assert allowed["Access-Control-Allow-Origin"] in ("*", "http://localhost:5173")
    assert "PATCH" in allowed["Access-Control-Allow-Methods"]
    assert {"authorization", "content-type"} <= set(allowed["Access-Control-Allow-Headers"].lower().split(","))
    answer = httpx.patch(url, json=EDIT, headers={**KEY_HEADER, "Origin": "http://localhost:5173"})
    assert answer.headers["Access-Control-Allow-Origin"] in ("*", "http://localhost:5173")


def test_proxy_reports_what_breaks_the_contract() -> None:
    def forget_the_status(answer: Answer) -> None:
        answer.row.pop("status")

    for broken, expected in ((False, ""), (True, "status")):
        make_app = (lambda: implementation(forget_the_status)) if broken else implementation
        with served(make_app) as upstream, serving(prism.command(upstream=upstream)) as proxy:
            answer = httpx.patch(proxy.url + PATH, json=EDIT, headers=KEY_HEADER)
        assert answer.status_code == 200
        violations = json.loads(answer.headers.get("sl-violations", "[]"))
        assert (expected in str(violations)) if broken else violations == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_leaves_nothing_behind(number: signal.Signals) -> None:
    with background(sys.executable, "-m", "mock.prism", "--port", "0") as server:
        url = server.listening()
        assert httpx.patch(url + PATH, json=EDIT, headers=KEY_HEADER).status_code == 200
        child = server.child()
        server.process.send_signal(number)
        server.process.wait(20)
    assert group_is_gone(child)
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_early_death_is_noticed() -> None:
    ended = pytest.raises(NotServing, match="it ended before it was ready: no contract here")
    with ended, serving([sys.executable, "-c", "print('no contract here')"]):
        pytest.fail("it serves")


@pytest.mark.parametrize("module", ["mock.prism", "mock.sandbox"])
def test_taken_port_is_said_in_one_line(module: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        run = command(sys.executable, "-m", module, "--port", str(taken.getsockname()[1]))
    assert run.returncode == 2
    assert run.stdout == ""
    assert run.stderr.count("\n") == 1
    assert "name another with PORT=" in run.stderr


def test_proxy_without_upstream_is_said_in_one_line() -> None:
    run = command(sys.executable, "-m", "mock.prism", "--upstream", "")
    assert run.returncode == 2
    assert run.stderr == "the proxy needs a server to stand in front of: make proxy UPSTREAM=https://…\n"
