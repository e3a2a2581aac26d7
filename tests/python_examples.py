"""Run the Python examples in this process, against scripted responses."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
from typing import NamedTuple

import pytest

from tests.running import DRAFT, KEY, ROOT
from tests.scripted import ScriptedResponse, ScriptedServer

FOLDER = ROOT / "examples" / "python"
ROW = {"id": "3c90c3cc-0d44-4b50-8888-8dd25736052a", "campaign_id": DRAFT, "status": "pending",
       "user_id": "6b0d549b-6f03-475a-9600-a35a099950d8", "first_name": "Janet", "last_name": "Smith",
       "email": "jsmith@example.com", "position": "Chief Revenue Officer", "company": None}  # fmt: skip
UNREADABLE = "the response is not one that the contract describes"


def throttled(retry_after: str | None = "7") -> ScriptedResponse:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return {"status": 429, "headers": headers, "body": {"error": "Too many requests."}}


class Outcome(NamedTuple):
    """How an example ended: the line of the failure, or nothing, what it printed, and the seconds of each wait."""

    failure: str
    printed: str
    waits: list[float]


Run = Callable[..., Outcome]


def runner(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs an example with arguments against responses."""
    monkeypatch.syspath_prepend(FOLDER)
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    def run(example: str, *arguments: str, responses: list[ScriptedResponse], url: str = server.url) -> Outcome:
        server.script(responses)
        waits.clear()
        with monkeypatch.context() as patch:
            patch.setenv("PUFFLE_API_BASE_URL", url)
            patch.setenv("PUFFLE_API_KEY", KEY)
            patch.delitem(sys.modules, "common", raising=False)
            patch.setattr("sys.argv", [example, *arguments])
            common = import_module("common")
            patch.setattr(common, "time", SimpleNamespace(sleep=waits.append))
            patch.setattr(common, "asyncio", SimpleNamespace(sleep=sleep))
            failure = ""
            try:
                runpy.run_path(str(FOLDER / f"{example}.py"), run_name="__main__")
            except SystemExit as ended:
                failure = str(ended.code)
            return Outcome(failure, capsys.readouterr().out, [*waits])

    return run
