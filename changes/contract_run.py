"""Run the contract tests of an earlier state against today's sandbox: they judge as its consumers would."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from changes.exceptions import CannotRunTests
from mock.exceptions import ServerNotReady
from mock.process import serving
from mock.run import SANDBOX, variables

PASSED, FAILED = 0, 1
KEPT_VARIABLES = ("HOME", "LANG", "PATH", "TMPDIR")
"""All others could be settings of the contract tests."""


@dataclass(frozen=True)
class RuleResult:
    """The result of one rule of the earlier contract."""

    id: str
    text: str
    state: str
    """``passed``, ``failed``, ``warning`` (a contradicted assumption) or ``not verified``."""
    facts: tuple[str, ...] = ()
    """What was expected and what came, if it did not pass."""


def run_contract_tests(base: Path) -> list[RuleResult]:
    """Run the contract tests in a folder; raises ``CannotRunTests`` if it has none, or they do not run to their end."""
    if not (base / "contract_tests" / "__main__.py").exists():
        raise CannotRunTests("it has no contract tests")
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    try:
        with serving(SANDBOX) as sandbox:
            target = {"BASE_URL": sandbox.url, "PUFFLE_MOCK_URL": sandbox.url}  # older contract tests read BASE_URL
            run = subprocess.run(
                [sys.executable, "-m", "contract_tests"], cwd=base, env={**kept, **variables(), **target},
                stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            )  # fmt: skip
    except ServerNotReady as error:
        raise CannotRunTests(f"today's sandbox does not start: {error}") from None
    if run.returncode not in (PASSED, FAILED):
        errors = run.stderr.strip().splitlines()
        raise CannotRunTests(errors[-1] if errors else f"they ended with exit code {run.returncode}")
    try:
        return list(read_report(base / "contract-report" / "junit.xml"))
    except (OSError, ET.ParseError) as error:
        raise CannotRunTests(f"their report cannot be read: {error}") from None


def read_report(report: Path) -> Iterator[RuleResult]:
    """The results in a JUnit report of any version of the contract tests."""
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 -- our own tests have just written it
        state = "passed"
        for tag, meaning in (("failure", "failed"), ("error", "not verified"), ("skipped", "not verified")):
            if (result := case.find(tag)) is not None:
                warning = result.get("message", "").startswith(("warning", "contradicted"))
                state = "warning" if warning else meaning
        text, *facts = "".join(case.itertext()).strip().splitlines() or [""]
        found = tuple(fact for fact in facts if fact.startswith(("expected: ", "got: ")))
        yield RuleResult(case.attrib["name"], text, state, found)
