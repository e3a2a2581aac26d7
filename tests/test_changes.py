"""What a change of the contract means, row by row of the table in ``changes/``."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from changes.change import worst_of
from changes.compare import compare
from changes.version import bump, called_for, read
from puffle import contract

ROWS = sorted((Path(__file__).parent / "changes").iterdir())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_change_is_judged_right(row: Path) -> None:
    before, after = (contract.load(row / f"{name}.yaml") for name in ("before", "after"))
    right = yaml.safe_load((row / "verdict.yaml").read_text("utf-8"))
    changes = compare(before, after)
    found = [{change.verdict.label: change.where} for change in changes]
    assert sorted(map(str, found)) == sorted(map(str, right["changes"]))
    version = read(before.version)
    assert bump(version, called_for(version, worst_of(changes))) == right["bump"]
    for change in changes:
        assert (before if change.gone else after).line(*change.place) > 0
