from __future__ import annotations

from tests.running import ROOT, command, make


def test_contract_and_python_are_clean() -> None:
    run = make("lint")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "warning" not in (run.stdout + run.stderr).lower().replace("deprecation warning: node.js 20", "")


def test_linter_refuses_a_contract_that_breaks_its_rules() -> None:
    broken = ROOT / "tests" / "broken-contract.yaml"
    run = command(str(ROOT / "node_modules" / ".bin" / "redocly"), "lint", str(broken), REDOCLY_TELEMETRY="off")
    assert run.returncode == 1
    for rule in (
        "security-defined",
        "operation-4xx-response",
        "no-unused-components",
        "no-invalid-media-type-examples",
    ):
        assert rule in run.stdout + run.stderr
