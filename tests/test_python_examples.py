"""The Python examples run unchanged, and say in one line whether the edit was made, whatever goes wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.python_examples import FOLDER, ROW, UNREADABLE, Outcome, Run, runner, throttled
from tests.running import KEY, command
from tests.scripted import ScriptedResponse, ScriptedServer, scripted

EDITS = pytest.mark.parametrize("example", ["edit_lead", "edit_lead_async"])
SAVED = {"status": 200, "body": {"prospect": ROW}}
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted() as server:
        yield server


@pytest.fixture
def run(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(server, monkeypatch, capsys)


@EDITS
def test_edit_is_repeated_when_throttled(example: str, run: Run, server: ScriptedServer) -> None:
    ended = run(example, responses=[throttled("7"), throttled("0"), SAVED])
    assert ended == Outcome("", "Janet Smith, Chief Revenue Officer\n", [7.0, 0.0])
    assert len({(line, body) for line, _, body in server.requests}) == 1


@EDITS
def test_edit_backs_off_exponentially_without_retry_after(example: str, run: Run) -> None:
    html = {"status": 429, "body": "<h1>Slow down</h1>"}
    assert run(example, responses=[throttled(None), html, html, SAVED]).waits == [0.5, 1.0, 2.0]


@EDITS
@pytest.mark.parametrize(
    ("responses", "failure"),
    [
        ([throttled("999")], "not edited: throttled for 999 s: try again later"),
        ([throttled()] * 5, "not edited: throttled 5 times"),
        ([{"status": 403, "body": {"error": "forbidden"}}], "not edited: 403: forbidden"),
        ([{"status": 400, "body": {"error": f"two\nlines \x1b[31m {KEY}"}}],
         "not edited: 400: two lines [31m $PUFFLE_API_KEY"),
        ([{"status": 401, "body": ""}], f"not edited: 401: {UNREADABLE}"),
        ([{"status": 404, "body": "[]"}], f"not edited: 404: {UNREADABLE}"),
        ([{"status": 302, "headers": {"Location": "/login"}}], f"not edited: 302: {UNREADABLE}"),
        ([{"status": 499}], f"not edited: 499: {UNREADABLE}"),
        ([{"status": 502, "body": "<h1>Bad gateway</h1>"}], f"perhaps edited: 502: {UNREADABLE}"),
        ([{"status": 520}], f"perhaps edited: 520: {UNREADABLE}"),
        ([{}], "perhaps edited: no response (RemoteProtocolError: Server disconnected without sending a response.)"),
        ([{"status": 200, "headers": {"Content-Encoding": "gzip"}, "body": "xxxx"}],
         "perhaps edited: no response (DecodingError: Error -3 while decompressing data: incorrect header check)"),
        *(
            ([{"status": status, "body": body}],
             f"edited, but the response is unreadable: {status}: {UNREADABLE}")
            for status, body in [
                (200, "<h1>Log in</h1>"), (200, ""), (200, []), (200, "null"), (200, "[" * 100_000), (204, ""),
                (200, {"prospect": {}}), (200, {"prospect": {**ROW, "created_at": "yesterday"}}),
            ]
        ),
    ],
)  # fmt: skip
def test_failed_edit_says_whether_it_was_made(
    example: str, responses: list[ScriptedResponse], failure: str, run: Run
) -> None:
    assert run(example, responses=responses)[:2] == (failure, "")


@EDITS
def test_edit_without_a_connection_was_not_made(example: str, run: Run) -> None:
    ended = run(example, responses=[], url=NOWHERE)
    assert ended.failure.startswith("not edited: no response (ConnectError: ")


BAD_SETTINGS = [
    ({"PUFFLE_API_KEY": "pk_sandbox_ä"}, "the key is empty or contains characters that no key has; copy it again"),
    ({"PUFFLE_API_KEY": f"{KEY}\r"}, "the key is empty or contains characters that no key has; copy it again"),
    ({"PUFFLE_API_BASE_URL": "http://example.com"},
     "base_url: example.com is another machine: use https, to keep the key secret"),
    ({"NO_PROXY": "fe80::/10"}, "NO_PROXY cannot be used: Invalid port: ':'; correct or unset it"),
    ({"ALL_PROXY": "socks5://127.0.0.1:1"},
     "ALL_PROXY cannot be used: Using SOCKS proxy, but the 'socksio' package is not installed. Make "
     "sure to install httpx using `pip install httpx[socks]`; correct or unset it"),
    ({"SSL_CERT_FILE": "/nowhere.pem"},
     'SSL_CERT_FILE: cannot read certificates from "/nowhere.pem": No such file or directory; correct or unset it'),
]  # fmt: skip


@pytest.mark.slow
@EDITS
@pytest.mark.parametrize(("environment", "reason"), BAD_SETTINGS)
def test_bad_settings_are_named(example: str, environment: dict[str, str], reason: str) -> None:
    environment = {"PUFFLE_API_BASE_URL": "https://example.com", "PUFFLE_API_KEY": KEY, **environment}
    ended = command(sys.executable, str(FOLDER / f"{example}.py"), **environment)
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", f"not edited: {reason}\n")


@pytest.mark.slow
@EDITS
def test_requests_to_this_machine_use_nothing_of_the_environment(example: str, server: ScriptedServer) -> None:
    server.script([SAVED])
    ended = command(
        sys.executable, str(FOLDER / f"{example}.py"), PUFFLE_API_BASE_URL=server.url, PUFFLE_API_KEY=KEY,
        HTTP_PROXY=NOWHERE, ALL_PROXY="socks5://127.0.0.1:1", NO_PROXY="fe80::/10", SSL_CERT_FILE="/nowhere.pem",
    )  # fmt: skip
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "Janet Smith, Chief Revenue Officer\n", "")
