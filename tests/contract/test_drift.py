"""The files in `generated/` are what the contract gives."""

from __future__ import annotations

import filecmp
from collections.abc import Iterator
from pathlib import Path

from tests.reporting import fail_with
from tests.running import ROOT, make


def differences(one: Path, other: Path) -> Iterator[str]:
    """The files that are not the same in two folders, except Python's caches."""
    files = [
        {path.relative_to(root) for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc"}
        for root in (one, other)
    ]
    for file in sorted(files[0] | files[1]):
        if file not in files[0] & files[1] or not filecmp.cmp(one / file, other / file, shallow=False):
            yield str(file)


def test_generated_files_are_up_to_date(tmp_path: Path) -> None:
    if make("generate", f"OUT={tmp_path}").returncode:
        fail_with("generated/ is out of date:", ["correct openapi.yaml, then run `make generate`"])
    fail_with("generated/ is out of date: run `make generate`", differences(ROOT / "generated", tmp_path))
