"""Run the contract tests of an earlier state against today's sandbox: they judge as its consumers would."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from changes.exceptions import CannotRunTests
from mock.process import ServerNotReady, serving
from mock.run import SANDBOX, variables

KEPT_VARIABLES = ("HOME", "LANG", "PATH", "TMPDIR")
"""All others could be settings of the contract tests."""


class RuleResult(NamedTuple):
    """The result of one rule of the earlier contract."""

    id: str
    text: str
    state: str
    """``passed``, ``failed``, ``warning`` (a contradicted assumption) or ``not verified``."""
    facts: tuple[str, ...] = ()
    """The expected and the actual result, if it did not pass."""


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
    if run.returncode not in (0, 1):  # passed or failed
        errors = run.stderr.strip().splitlines()
        raise CannotRunTests(errors[-1] if errors else f"they ended with exit code {run.returncode}")
    try:
        return list(read_report(base / "contract-report" / "junit.xml"))
    except (OSError, ET.ParseError) as error:
        raise CannotRunTests(f"their report cannot be read: {error}") from None


def read_report(report: Path) -> Iterator[RuleResult]:
    """The results in a JUnit report of any version of the contract tests."""
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 -- our own tests have just written it
        states = {"failure": "failed", "error": "not verified", "skipped": "not verified"}
        result = next((part for part in case if part.tag in states), None)
        state = "passed" if result is None else states[result.tag]
        if result is not None and result.get("message", "").startswith(("warning", "contradicted")):
            state = "warning"
        text, *facts = "".join(case.itertext()).strip().splitlines() or [""]
        found = tuple(fact for fact in facts if fact.startswith(("expected: ", "got: ")))
        yield RuleResult(case.attrib["name"], text, state, found)
