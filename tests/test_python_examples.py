"""The Python examples: they run as they stand, and handle what goes wrong."""

from __future__ import annotations

import asyncio
import runpy
from typing import Any

import httpx
import pytest
from puffle_client import AuthenticatedClient
from puffle_client.models import Lead

from tests.running import KEY, ROOT, command
from tests.sandboxes import sandbox

FOLDER = ROOT / "examples" / "python"
SYNC, ASYNC = FOLDER / "edit_lead.py", FOLDER / "edit_lead_async.py"
BOTH = pytest.mark.parametrize("example", [SYNC, ASYNC], ids=["sync", "async"])
ROW = {"id": "3c90c3cc-0d44-4b50-8888-8dd25736052a", "campaign_id": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
       "user_id": "6b0d549b-6f03-475a-9600-a35a099950d8", "status": "pending", "first_name": "Janet"}  # fmt: skip
NOWHERE = "http://127.0.0.1:1"
SAVED = httpx.Response(200, json={"prospect": ROW})
THROTTLED = httpx.Response(429, json={"error": "Too many requests."}, headers={"Retry-After": "7"})
LONG = httpx.Response(429, json={"error": "Too many requests."}, headers={"Retry-After": "999"})


def run(example: Any, url: str, key: str = KEY) -> tuple[int, str, str]:
    done = command("python", str(example), PUFFLE_API_BASE_URL=url, PUFFLE_API_KEY=key)
    return done.returncode, done.stdout, done.stderr


@BOTH
def test_example_edits_a_lead_and_waits_while_it_is_throttled(example: Any) -> None:
    lines: list[str] = []
    with sandbox("--fail", "50%=429", "--random-seed", "1", show=lines.append) as server:
        assert run(example, server.url) == (0, "Janet Smith, Chief Revenue Officer\n", "")
    assert [line.split()[3] for line in lines if "PATCH /" in line] == ["429", "200"]


@BOTH
def test_example_says_in_one_line_what_went_wrong(example: Any) -> None:
    with sandbox() as server:
        assert run(example, server.url, "pk_sandbox_nobody") == (1, "", "not edited: 401: unauthorized\n")
        assert run(example, server.url, "pk_sandbox_bob") == (1, "", "not edited: 404: Campaign not found.\n")
    code, printed, said = run(example, NOWHERE)
    assert (code, printed, said.count("\n")) == (1, "", 1)
    assert said == "not edited: no answer (ConnectError)\n"


@BOTH
@pytest.mark.parametrize("key", [f"{KEY}\r", f"{KEY} ", f"{KEY}\n", "pk_sandbox_ä"])
def test_key_that_is_none_is_not_printed(example: Any, key: str) -> None:
    code, printed, said = run(example, NOWHERE, key)
    assert (code, printed, said.count("\n")) == (1, "", 1)
    assert "pk_" not in said


@pytest.fixture(params=[SYNC, ASYNC], ids=["sync", "async"])
def edited(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs an example's ``edit_lead`` against these answers; gives the lead, and how long it waited between them."""
    monkeypatch.syspath_prepend(FOLDER)
    names = runpy.run_path(str(request.param))
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    def edit(*answers: httpx.Response) -> tuple[Lead, list[float]]:
        # A response belongs to the client that has taken it, so each one is given as a copy.
        left = iter([httpx.Response(one.status_code, headers=one.headers, content=one.content) for one in answers])
        transport = httpx.MockTransport(lambda _: next(left))
        client = AuthenticatedClient(NOWHERE, token=KEY, raise_on_unexpected_status=True)
        if request.param == SYNC:
            monkeypatch.setattr("time.sleep", waits.append)
            client.set_httpx_client(httpx.Client(base_url=NOWHERE, transport=transport))
            return names["edit_lead"](client, names["CAMPAIGN"], names["EDIT"]), waits
        monkeypatch.setattr("asyncio.sleep", sleep)
        client.set_async_httpx_client(httpx.AsyncClient(base_url=NOWHERE, transport=transport))
        return asyncio.run(names["edit_lead"](client, names["CAMPAIGN"], names["EDIT"])), waits

    edit.NotEdited = names["NotEdited"]  # type: ignore[attr-defined]
    return edit


def test_wait_is_as_long_as_the_server_asks(edited: Any) -> None:
    lead, waits = edited(THROTTLED, THROTTLED, SAVED)
    assert (lead.first_name, waits) == ("Janet", [7.0, 7.0])


def test_wait_grows_where_the_server_asks_for_none(edited: Any) -> None:
    bare = httpx.Response(429, json={"error": "Too many requests."})
    assert edited(bare, bare, bare, SAVED)[1] == [0.5, 1.0, 2.0]


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ([LONG], "throttled for 999 s: try again later"),
        ([THROTTLED] * 5, "throttled 5 times"),
        ([httpx.Response(502, html="<h1>Bad gateway</h1>")], "the answer is none that the contract describes"),
        ([httpx.Response(200, html="<h1>Log in</h1>")], "the answer is none that the contract describes"),
        ([httpx.Response(200, json={"prospect": {}})], "the answer is none that the contract describes"),
        ([httpx.Response(200, json=[])], "the answer is none that the contract describes"),
        ([httpx.Response(599)], "the answer is none that the contract describes"),
        ([httpx.Response(403, json={"error": "forbidden"})], "403: forbidden"),
    ],
)  # fmt: skip
def test_answer_that_is_no_success_is_told_apart(edited: Any, answers: list[httpx.Response], says: str) -> None:
    with pytest.raises(edited.NotEdited) as raised:
        edited(*answers)
    assert str(raised.value) == says
