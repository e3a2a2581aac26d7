"""The command ``puffle`` as users type it: the cases of ``tests/cases``, see ``tests/cli_cases.py``.

``pytest tests/test_cli.py --rewrite-cases`` makes what the command does now the expected result.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mock.sandbox.admin import PREFIX
from puffle import contract
from puffle.contract import Operation
from tests import cli_cases
from tests.running import KEY, in_bash, needs
from tests.sandboxes import sandbox
from tests.scripted import ScriptedServer, scripted

SANDBOX_URL = "http://127.0.0.1:4011"
IN_PROCESS = [name for name in cli_cases.names() if "command" in cli_cases.read(name)]
IN_BASH = [name for name in cli_cases.names() if "script" in cli_cases.read(name)]


@pytest.fixture(scope="module")
def sandbox_url() -> Iterator[str]:
    with sandbox() as server:
        yield server.url


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with scripted() as server:
        yield server


@pytest.mark.parametrize("name", [*IN_PROCESS, *(pytest.param(name, marks=pytest.mark.slow) for name in IN_BASH)])
def test_case(
    name: str, server: ScriptedServer, tmp_path: Path, request: pytest.FixtureRequest, pytestconfig: pytest.Config
) -> None:
    case = cli_cases.read(name)
    scripted = "responses" in case
    if scripted:
        server.script(case["responses"])
        url = server.url
    else:
        url = request.getfixturevalue("sandbox_url")
        httpx.post(f"{url}{PREFIX}/reset").raise_for_status()
    for file, text in case.get("files", {}).items():
        (tmp_path / file).write_text(text.replace("{server}", url), "utf-8")

    if "command" in case:
        actual = cli_cases.run(case, url, tmp_path, cli_cases.environment_of(case, url, KEY))
    else:
        for tool in ("jq", "curl"):
            if re.search(rf"\b{tool}\b", case["script"]):
                needs(tool)
        done = in_bash(case["script"], tmp_path, url)
        actual = cli_cases.outcome(done.returncode, done.stdout, done.stderr, url)
    if scripted:
        actual["sent"] = server.sent()

    if pytestconfig.getoption("rewrite_cases"):
        given = {part: case[part] for part in case if part not in ("exit", "stdout", "stderr", "sent")}
        cli_cases.write(name, {**given, **actual})
    expected = {part: text for part, text in cli_cases.read(name).items() if part in (*actual, "stdout", "stderr")}
    assert actual == expected, "if that is right, run `pytest tests/test_cli.py --rewrite-cases`"
    printed = actual.get("stdout", "") + actual.get("stderr", "")
    assert KEY not in printed.replace(f"PUFFLE_API_KEY={KEY}\n", "")
    for _, headers, body in server.requests if scripted else ():
        assert KEY.encode() not in body
        assert not headers.get("user-agent", "").startswith("puffle") or headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("operation", contract.load().operations, ids=lambda operation: operation.id)
def test_examples_in_the_help_can_be_run_unchanged(operation: Operation, sandbox_url: str, tmp_path: Path) -> None:
    help_command = {"command": f"puffle {' '.join(operation.command)} --help"}
    manual = cli_cases.run(help_command, sandbox_url, tmp_path, {})["stdout"].replace(SANDBOX_URL, sandbox_url)
    export, *commands = manual.partition("Example:\n")[2].partition("\n\n")[0].split("  puffle ")
    variables = dict(word.split("=", 1) for word in shlex.split(export, comments=True)[1:])
    assert len(commands) in (1, 2)
    example = next(operation.examples())
    for command in commands:
        httpx.post(f"{sandbox_url}{PREFIX}/reset").raise_for_status()
        done = cli_cases.run({"command": f"puffle {command}".replace("\\\n", "")}, sandbox_url, tmp_path, variables)
        assert done["exit"] == 0
        assert json.loads(done["stdout"]).keys() == example.response.keys()
