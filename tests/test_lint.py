"""The linter's rules are in force; that the project keeps them is checked by `make lint`, which `make check` runs."""

from __future__ import annotations

import pytest

from tests.running import ROOT, command


@pytest.mark.slow
def test_linter_refuses_a_contract_that_breaks_its_rules() -> None:
    broken = ROOT / "tests" / "broken-contract.yaml"
    linted = command(str(ROOT / "node_modules" / ".bin" / "redocly"), "lint", str(broken), REDOCLY_TELEMETRY="off")
    assert linted.returncode == 1
    for rule in (
        "security-defined",
        "operation-4xx-response",
        "no-unused-components",
        "no-invalid-media-type-examples",
    ):
        assert rule in linted.stdout + linted.stderr
