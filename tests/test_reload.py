"""A contract that cannot be served is reported in one line; ``--reload`` keeps the old one, and always the leads."""

from __future__ import annotations

import copy
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from mock.process import serving
from mock.sandbox import seed
from mock.sandbox.app import Sandbox
from mock.sandbox.reload import Reloader
from mock.sandbox.store import Store
from puffle import contract
from tests.running import LEAD, ROOT, command
from tests.sandboxes import PATH, edit, rows
from tests.transport import AppTransport

pytestmark = pytest.mark.slow

TEXT = (ROOT / "openapi.yaml").read_text("utf-8")
BROKEN = {
    "not YAML": ("a: [", "line 2: "),
    "empty": ("", "not an OpenAPI document: info is missing"),
    "no paths": ("openapi: 3.1.0\ninfo: {version: 1}", "not an OpenAPI document: paths is missing"),
    "a missing $ref": (TEXT.replace("schemas/LeadFields'", "schemas/Gone'"), "$ref #/components/schemas/Gone leads"),
    "a required member renamed": (TEXT.replace("        updates:\n          $ref", "        changes:\n          $ref"),
        "PATCH /api/campaigns/{id}/leads is not described as the sandbox needs it (KeyError: 'updates')"),
    "an invalid schema": (TEXT.replace("type: [string, 'null']", "type: text"), "invalid schema: "),
}  # fmt: skip


@pytest.mark.parametrize(("text", "says"), BROKEN.values(), ids=BROKEN)
def test_broken_contract_is_not_served(tmp_path: Path, text: str, says: str) -> None:
    """Neither at the start nor later: then the one before it still is."""
    file = tmp_path / "openapi.yaml"
    file.write_text(TEXT, "utf-8")
    lines: list[str] = []
    sandbox = Sandbox(contract.load(file), Store(seed.load()))
    reloader = Reloader(file, sandbox, lines.append)
    reloader.check()
    assert lines == []
    client = httpx.Client(transport=AppTransport(sandbox), base_url="http://127.0.0.1")
    assert edit(client, company="Kept").status_code == 200

    for number, broken in enumerate((text, None)):
        if broken is None:
            file.unlink()
        else:
            file.write_text(broken, "utf-8")
        reloader.check()
        line = lines.pop()
        assert line.startswith("openapi.yaml has changed but cannot be served, the contract before it still is: ")
        assert (says if number == 0 else "No such file") in line
        assert "\n" not in line
        assert edit(client).json()["prospect"]["company"] == "Kept"


def test_changed_contract_is_served_with_the_same_leads(tmp_path: Path) -> None:
    file = tmp_path / "openapi.yaml"
    file.write_text(TEXT, "utf-8")
    lines: list[str] = []
    sandbox = Sandbox(contract.load(file), Store(seed.load()), cors=True)
    client = httpx.Client(transport=AppTransport(sandbox), base_url="http://127.0.0.1")
    edit(client, company="Kept")

    def change(apply: Callable[[dict[str, Any]], object]) -> None:
        reloader = Reloader(file, sandbox, lines.append)
        document = copy.deepcopy(yaml.safe_load(TEXT))
        apply(document)
        (tmp_path / "new.yaml").write_text(yaml.safe_dump(document), "utf-8")
        (tmp_path / "new.yaml").replace(file)
        reloader.check()

    def add_a_field(document: dict[str, Any]) -> None:
        document["info"]["version"] = "99.0.0"
        for name in ("LeadFields", "Lead"):
            document["components"]["schemas"][name]["properties"]["shoe_size"] = {"type": "integer"}

    change(add_a_field)
    assert lines.pop() == "openapi.yaml has changed: serving contract 99.0.0"
    lead = edit(client, shoe_size=42).json()["prospect"]
    assert (lead["shoe_size"], lead["company"]) == (42, "Kept")

    def change_the_method(document: dict[str, Any]) -> None:
        (path,) = document["paths"].values()
        path["put"] = path.pop("patch")

    change(change_the_method)
    assert lines.pop() == "PUT /api/campaigns/{id}/leads has no module: it responds with examples."
    assert edit(client).status_code == 405
    preflight = {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "PUT"}
    assert client.options(PATH, headers=preflight).headers["Access-Control-Allow-Methods"] == "DELETE, GET, POST, PUT"


def copied(folder: Path) -> list[str]:
    """The command of a copy of the sandbox, whose openapi.yaml a test may change."""
    for name in ("mock", "puffle"):
        shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "openapi.yaml", folder)
    code = f"import runpy, sys; sys.path.insert(0, {str(folder)!r}); runpy.run_module('mock.sandbox', None, '__main__')"
    return [sys.executable, "-c", code, "--port", "0"]


@pytest.mark.slow
def test_commands_say_it_in_one_line_or_reload(tmp_path: Path) -> None:
    start, file = copied(tmp_path), tmp_path / "openapi.yaml"
    for text, says in (BROKEN["empty"], BROKEN["a required member renamed"]):
        file.write_text(text, "utf-8")
        run = command(*start)
        assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1), run.stderr
        assert run.stderr.startswith(f"openapi.yaml cannot be served: {says}")
    file.write_text(TEXT, "utf-8")
    with serving([*start, "--reload"]) as server:
        assert edit(server, company="Kept", headline="Not listed soon").status_code == 200
        file.write_text(TEXT.replace("version: 0.", "version: 99."), "utf-8")
        deadline = time.monotonic() + 20
        while not httpx.get(f"{server.url}/_sandbox/health").json()["contract"].startswith("99."):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert rows(server)[LEAD]["company"] == "Kept"
