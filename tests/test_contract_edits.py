"""After an edit of the contract, `make check` says in a few lines what to do next."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.repositories import Copy

pytestmark = pytest.mark.slow

MAX_LINES = 25


def check_after(folder: Path, pattern: str, replacement: str) -> str:
    """What `make check` prints after every match in the schemas of the contract was replaced; it must fail."""
    copy = Copy(folder)
    copy.borrow_tools()
    file = copy.folder / "openapi.yaml"
    before, schemas, after = file.read_text("utf-8").partition("\n  schemas:\n")
    edited, count = re.subn(pattern, replacement, after, flags=re.MULTILINE)
    assert count > 0
    file.write_text(before + schemas + edited, "utf-8")
    checked = copy.run("make", "check")
    assert checked.returncode == 2
    printed = checked.stdout + checked.stderr
    assert len(printed.splitlines()) <= MAX_LINES, printed
    assert re.search("generated/ is out of date:.*run `make generate`", printed, re.DOTALL)
    return printed


def test_renamed_field(tmp_path: Path) -> None:
    printed = check_after(tmp_path, r"^        headline:$", "        tagline:")
    assert re.search(
        r"openapi\.yaml: correct .*(?:\n  .*)*\n  line \d+ \(full-row\): prospect\.headline: not in the ", printed
    )
    assert re.search(r"seed\.yaml: correct the leads:\n  headline: not in the schema .*\n  tagline: missing", printed)


def test_new_required_field(tmp_path: Path) -> None:
    field = "      properties:\n        region:\n          type: string\n          description: Sales region.\n"
    pattern = r"^        - status\n      properties:\n"
    printed = check_after(tmp_path, pattern, f"        - status\n        - region\n{field}")
    assert re.search(
        r"openapi\.yaml: correct .*(?:\n  .*)*\n  line \d+ \(full-row\): prospect: \"region\" is a required", printed
    )
    assert re.search(r"seed\.yaml: correct the leads:\n  \"region\" is a required property \(\d+ times\)", printed)


def test_tightened_field(tmp_path: Path) -> None:
    pattern, limit = r"^(        position:\n          type: .*\n)", r"\1          maxLength: 9\n"
    printed = check_after(tmp_path, pattern, limit)
    assert re.search(
        r"openapi\.yaml: correct .*(?:\n  .*)*\n  line \d+ \(full-row\): updates\.position: .*longer than 9", printed
    )
    assert re.search(r"seed\.yaml: correct the leads:\n  position: .*longer than 9", printed)


def test_new_description(tmp_path: Path) -> None:
    printed = check_after(tmp_path, r"Headline of the LinkedIn profile\.", "Headline of the profile.")
    assert "openapi.yaml" not in printed
