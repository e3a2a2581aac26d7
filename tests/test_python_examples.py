"""The Python examples run unchanged, and handle everything that can go wrong."""

from __future__ import annotations

import asyncio
import runpy
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from puffle_client import AuthenticatedClient
from puffle_client.models import Lead

from tests.running import KEY, ROOT, command
from tests.scripted import ScriptedServer, scripted

pytestmark = pytest.mark.slow

FOLDER = ROOT / "examples" / "python"
SYNC, ASYNC = FOLDER / "edit_lead.py", FOLDER / "edit_lead_async.py"
BOTH = pytest.mark.parametrize("example", [SYNC, ASYNC], ids=["sync", "async"])
ROW = {"id": "3c90c3cc-0d44-4b50-8888-8dd25736052a", "campaign_id": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
       "user_id": "6b0d549b-6f03-475a-9600-a35a099950d8", "status": "pending", "first_name": "Janet",
       "last_name": "Smith", "position": "Chief Revenue Officer"}  # fmt: skip
NOWHERE = "http://127.0.0.1:1"
Edit = Callable[..., tuple[Lead, list[float]]]
SAVED = httpx.Response(200, json={"prospect": ROW})
THROTTLED = httpx.Response(429, json={"error": "Too many requests."}, headers={"Retry-After": "7"})
LONG = httpx.Response(429, json={"error": "Too many requests."}, headers={"Retry-After": "999"})


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with scripted() as server:
        yield server


def run(example: Path, url: str, key: str = KEY) -> tuple[int, str, str]:
    done = command(sys.executable, str(example), PUFFLE_API_BASE_URL=url, PUFFLE_API_KEY=key)
    return done.returncode, done.stdout, done.stderr


@BOTH
def test_example_edits_a_lead_and_waits_when_throttled(example: Path, server: ScriptedServer) -> None:
    throttled = {"status": 429, "headers": {"Retry-After": 0}, "body": {"error": "Too many requests."}}
    server.script([throttled, {"status": 200, "body": {"prospect": ROW}}])
    assert run(example, server.url) == (0, "Janet Smith, Chief Revenue Officer\n", "")
    assert len(server.requests) == 2


@BOTH
def test_example_reports_errors_in_one_line(example: Path, server: ScriptedServer) -> None:
    server.script([{"status": 401, "body": {"error": "unauthorized"}}])
    assert run(example, server.url) == (1, "", "not edited: 401: unauthorized\n")
    assert run(example, NOWHERE) == (1, "", "not edited: no response (ConnectError)\n")


@pytest.mark.parametrize("key", [f"{KEY}\r", f"{KEY}\n", "pk_sandbox_ä"])
def test_invalid_key_is_not_printed(key: str) -> None:
    message = "PUFFLE_API_KEY contains characters that no key has: copy it again\n"
    assert run(SYNC, NOWHERE, key) == (1, "", message)


@pytest.fixture(params=[SYNC, ASYNC], ids=["sync", "async"])
def example(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, dict[str, Any]]:
    """The file and the names of an example."""
    monkeypatch.syspath_prepend(FOLDER)
    return request.param, runpy.run_path(str(request.param))


@pytest.fixture
def edit_lead(example: tuple[Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> Edit:
    """Runs ``edit_lead`` of an example against these responses; gives the lead and the seconds of each wait."""
    file, names = example
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    def run(*responses: httpx.Response) -> tuple[Lead, list[float]]:
        # A client closes the responses that it receives, so give it copies.
        left = iter([httpx.Response(one.status_code, headers=one.headers, content=one.content) for one in responses])
        transport = httpx.MockTransport(lambda _: next(left))
        client = AuthenticatedClient(NOWHERE, token=KEY, raise_on_unexpected_status=True)
        if file == SYNC:
            monkeypatch.setattr("time.sleep", waits.append)
            client.set_httpx_client(httpx.Client(base_url=NOWHERE, transport=transport))
            return names["edit_lead"](client, names["CAMPAIGN"], names["EDIT"]), waits
        monkeypatch.setattr("asyncio.sleep", sleep)
        client.set_async_httpx_client(httpx.AsyncClient(base_url=NOWHERE, transport=transport))
        return asyncio.run(names["edit_lead"](client, names["CAMPAIGN"], names["EDIT"])), waits

    return run


def test_example_waits_as_long_as_the_server_asks(edit_lead: Edit) -> None:
    lead, waits = edit_lead(THROTTLED, THROTTLED, SAVED)
    assert (lead.first_name, waits) == ("Janet", [7.0, 7.0])


def test_example_backs_off_exponentially_without_retry_after(
    edit_lead: Edit,
) -> None:
    bare = httpx.Response(429, json={"error": "Too many requests."})
    assert edit_lead(bare, bare, bare, SAVED)[1] == [0.5, 1.0, 2.0]


UNEXPECTED = "the response is not one that the contract describes"


@pytest.mark.parametrize(
    ("responses", "message"),
    [
        ([LONG], "throttled for 999 s: try again later"),
        ([THROTTLED] * 5, "throttled 5 times"),
        ([httpx.Response(502, html="<h1>Bad gateway</h1>")], UNEXPECTED),
        ([httpx.Response(200, html="<h1>Log in</h1>")], UNEXPECTED),
        ([httpx.Response(200, json={"prospect": {}})], UNEXPECTED),
        ([httpx.Response(200, json=[])], UNEXPECTED),
        ([httpx.Response(599)], UNEXPECTED),
        ([httpx.Response(403, json={"error": "forbidden"})], "403: forbidden"),
    ],
)
def test_other_responses_are_reported(
    example: tuple[Path, dict[str, Any]],
    edit_lead: Edit,
    responses: list[httpx.Response],
    message: str,
) -> None:
    with pytest.raises(example[1]["NotEdited"]) as raised:
        edit_lead(*responses)
    assert str(raised.value) == message
