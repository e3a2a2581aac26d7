"""The ``puffle`` command as a person types it: each folder of ``tests/cases`` is a command and all that comes of it.

``command`` is run by bash, in a copy of its folder, against the sandbox as it is seeded, or against a server that
gives the answers of ``answers.yaml`` in turn. Compared are the files ``stdout``, ``stderr`` and ``exit`` and, where
there are answers, ``sent``: method, path and body of each request. ``{server}`` stands for the server's address,
``{now}`` for the time of an edit, ``{version}`` for that of the package and of the contract.
``make test ARGS='tests/test_cli.py --rewrite-cases'`` writes the files anew.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml

from mock.process import Server
from mock.sandbox.admin import PREFIX
from puffle import contract
from tests.running import KEY, ROOT, in_bash, needs
from tests.sandboxes import sandbox
from tests.scripted import scripted

CASES = ROOT / "tests" / "cases"
_NOW = re.compile(r'(?<="updated_at": ")20[2-9]\d-[^"]+')
_VERSION = re.compile(rf"(\bpuffle |\bcontract ){re.escape(contract.load().version)}\b")
_TOOLS = ("jq", "curl")


@pytest.fixture(scope="module")
def seeded() -> Iterator[Server]:
    with sandbox() as server:
        yield server


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_case(case: Path, seeded: Server, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    command = (case / "command").read_text("utf-8")
    for tool in _TOOLS:
        if re.search(rf"\b{tool}\b", command):
            needs(tool)
    folder = tmp_path / "case"
    shutil.copytree(case, folder)
    came: dict[str, str] = {}
    if (case / "answers.yaml").exists():
        with scripted(yaml.safe_load((case / "answers.yaml").read_text("utf-8"))) as server:
            done, url = in_bash(command, folder, server.url), server.url
            came["sent"] = server.lines()
        assert all(KEY.encode() not in request.partition(b"\r\n\r\n")[2] for request in server.requests)
        asked = [request for request in server.requests if b"puffle/" in request.partition(b"\r\n\r\n")[0]]
        assert all(b"\r\nAccept-Encoding: identity\r\n" in request for request in asked), "else it is not as received"
    else:
        httpx.post(f"{seeded.url}{PREFIX}/reset").raise_for_status()
        done, url = in_bash(command, folder, seeded.url), seeded.url
    for name, printed in (("stdout", done.stdout), ("stderr", done.stderr)):
        text = printed.decode("utf-8")
        assert KEY not in text.replace(f"export PUFFLE_API_BASE_URL=http://127.0.0.1:4011 PUFFLE_API_KEY={KEY}", "")
        assert "Traceback" not in text
        came[name] = _VERSION.sub(r"\1{version}", _NOW.sub("{now}", text.replace(url, "{server}")))
    came["exit"] = f"{done.returncode}\n"
    if pytestconfig.getoption("rewrite_cases"):
        for name, text in came.items():
            (case / name).write_text(text, "utf-8")
    expected = {name: (case / name).read_text("utf-8") for name in came}
    assert came == expected, "if that is right, `make test ARGS='tests/test_cli.py --rewrite-cases'` takes it over"


def test_example_of_the_manual_runs_as_it_stands(seeded: Server, tmp_path: Path) -> None:
    manual = (CASES / "help-of-the-update" / "stdout").read_text("utf-8")
    example = re.search(r"^Example:\n(.*?)\n\n", manual, re.MULTILINE | re.DOTALL)
    assert example
    assert example[1].count("puffle campaign lead update") == 2
    for command in example[1].replace("http://127.0.0.1:4011", seeded.url).split("  puffle ")[1:]:
        httpx.post(f"{seeded.url}{PREFIX}/reset").raise_for_status()
        setting = example[1].partition("  puffle ")[0].replace("http://127.0.0.1:4011", seeded.url)
        done = in_bash(f"unset PUFFLE_API_KEY\n{setting}puffle {command}", tmp_path, "http://127.0.0.1:1")
        assert (done.returncode, done.stderr) == (0, b"")
        shown = next(contract.load().operation("updateLeadInCampaign").examples()).body["updates"]
        assert shown.items() <= json.loads(done.stdout)["prospect"].items()


def test_key_of_the_manual_is_one_of_the_sandbox() -> None:
    server = contract.load().servers[-1]
    assert (server["url"], server["x-api-key"]) == ("http://127.0.0.1:4011", KEY)
