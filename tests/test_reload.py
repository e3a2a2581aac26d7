"""``--reload``: a changed contract is served without losing the leads, and a broken one is not."""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from pathlib import Path

import httpx

from mock.process import serving
from mock.sandbox import seed
from mock.sandbox.app import Sandbox
from mock.sandbox.reload import Reloading
from mock.sandbox.rules import Rules
from mock.sandbox.store import Store
from puffle import contract
from tests.running import DRAFT, LEAD, ROOT, command
from tests.sandboxes import edit, rows


def test_changed_contract_is_served_and_a_broken_one_is_not(tmp_path: Path) -> None:
    file = tmp_path / "openapi.yaml"
    shutil.copy(ROOT / "openapi.yaml", file)
    said: list[str] = []
    original = contract.load(file)
    served = Sandbox(original, Rules(original, Store(seed.load())))
    reloading = Reloading(file, served, said.append)
    reloading.look()
    assert said == []

    def rewrite(text: str) -> None:
        replacement = tmp_path / "new.yaml"
        replacement.write_text(text, "utf-8")
        replacement.replace(file)
        reloading.look()

    text = file.read_text("utf-8")
    served.store.edit(DRAFT, LEAD, {"company": "Kept"}, "2026-01-01T00:00:00.000Z")
    rewrite(text.replace(f"version: {contract.load().version}", "version: 99.0.0"))
    assert said.pop() == "openapi.yaml has changed: serving contract 99.0.0"
    for broken in (
        "a: [",
        "",
        text.replace("operationId: updateLeadInCampaign", "operationId: other"),
        "openapi: 3.1.0",
    ):
        rewrite(broken)
        assert said.pop().startswith("openapi.yaml has changed and cannot be served, the one before stays: ")
        assert served.operation.contract.version == "99.0.0"
    file.unlink()
    reloading.look()
    assert "cannot be served" in said.pop()
    lead = served.store.lead(DRAFT, LEAD)
    assert lead
    assert lead["company"] == "Kept"


def copied(folder: Path) -> list[str]:
    """The command of a copy of the project, whose openapi.yaml may be changed."""
    for name in ("mock", "puffle"):
        shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "openapi.yaml", folder)
    code = f"import runpy, sys; sys.path.insert(0, {str(folder)!r}); runpy.run_module('mock.sandbox', None, '__main__')"
    return [sys.executable, "-c", code, "--port", "0"]


def test_contract_that_cannot_be_served_is_said_in_one_line(tmp_path: Path) -> None:
    start = copied(tmp_path)
    file = tmp_path / "openapi.yaml"
    for content in ("a: [", "", "openapi: 3.1.0", "paths: {}", None):
        if content is None:
            file.unlink()
        else:
            file.write_text(content)
        run = command(*start)
        assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1), run.stderr
        assert run.stderr.startswith("openapi.yaml cannot be served: ")


def test_method_that_pages_may_use_is_the_contracts(tmp_path: Path) -> None:
    text = (ROOT / "openapi.yaml").read_text("utf-8")
    (tmp_path / "openapi.yaml").write_text(text.replace("\n    patch:\n", "\n    put:\n"), "utf-8")
    original, changed = contract.load(), contract.load(tmp_path / "openapi.yaml")
    store = Store(seed.load())
    served = Sandbox(original, Rules(original, store), cors=True)
    served.use(changed, Rules(changed, store))

    async def preflight() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://localhost") as client:
            wanted = {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "PUT"}
            return await client.options(changed.operations[0].path(id=DRAFT), headers=wanted)

    answer = asyncio.run(preflight())
    assert (answer.status_code, answer.headers["Access-Control-Allow-Methods"]) == (200, "PUT")


def test_reload_is_seen_by_clients(tmp_path: Path) -> None:
    start = copied(tmp_path)
    file = tmp_path / "openapi.yaml"
    with serving([*start, "--reload"]) as server:
        assert edit(server, company="Kept", shoe_size="large").status_code == 200
        assert "shoe_size" not in rows(server)[LEAD]
        text = file.read_text("utf-8")
        field = "        headline:\n          type: string\n          description: Headline of the LinkedIn profile.\n"
        assert text.count(field) == 1
        file.write_text(text.replace(field, field + field.replace("headline", "shoe_size")), "utf-8")
        deadline = time.monotonic() + 20
        while "shoe_size" not in edit(server, shoe_size="large").json()["prospect"]:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert rows(server)[LEAD]["company"] == "Kept"
