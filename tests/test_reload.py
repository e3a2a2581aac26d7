"""``--reload``: a changed contract is served without losing the leads, and a broken one is not."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from mock.process import serving
from mock.sandbox import seed
from mock.sandbox.app import Sandbox
from mock.sandbox.reload import Reloading
from mock.sandbox.rules import Rules
from mock.sandbox.store import Store
from puffle import contract
from tests.running import DRAFT, LEAD, ROOT
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
    rewrite(text.replace("version: 0.1.0", "version: 0.2.0"))
    assert said.pop() == "openapi.yaml has changed: serving contract 0.2.0"
    for broken in (
        "a: [",
        "",
        text.replace("operationId: updateLeadInCampaign", "operationId: other"),
        "openapi: 3.1.0",
    ):
        rewrite(broken)
        assert said.pop().startswith("openapi.yaml has changed and cannot be served, the one before stays: ")
        assert served.operation.contract.version == "0.2.0"
    file.unlink()
    reloading.look()
    assert "cannot be served" in said.pop()
    lead = served.store.lead(DRAFT, LEAD)
    assert lead
    assert lead["company"] == "Kept"


def test_reload_is_seen_by_clients(tmp_path: Path) -> None:
    """In a copy of the project, for its openapi.yaml is the one that is watched."""
    for name in ("mock", "puffle"):
        shutil.copytree(ROOT / name, tmp_path / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "openapi.yaml", tmp_path)
    file = tmp_path / "openapi.yaml"
    run = (
        f"import runpy, sys; sys.path.insert(0, {str(tmp_path)!r}); runpy.run_module('mock.sandbox', None, '__main__')"
    )
    with serving([sys.executable, "-c", run, "--port", "0", "--reload"]) as server:
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
