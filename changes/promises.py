"""Yesterday's consumers: the contract tests as they were, run against the sandbox as it is."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mock.process import NotServing, serving
from mock.run import SANDBOX, variables

JUDGED, BROKEN = 0, 1
OWN_SETTINGS = ("BASE_URL", "CASE", "DEVIATIONS", "MOCK", "PYTHONPATH", "RATE", "REPORT", "RESTORE", "STRICT")


class NotJudged(Exception):
    """The contract tests of that state could not be run to their end: the message says why."""


@dataclass(frozen=True)
class Promise:
    """A promise of the contract as it was, and whether today's sandbox keeps it."""

    id: str
    text: str
    state: str
    """``kept``, ``broken``, ``contradicted`` (an assumption) or ``not verified``."""
    found: tuple[str, ...] = ()
    """What was expected and what came, where it is not kept."""


def judge(base: Path) -> list[Promise]:
    """Run the contract tests of an earlier state against today's sandbox.

    Args:
        base: the folder with the files of that state; its report is left in ``contract-report`` there.

    Raises:
        NotJudged: they are not there, or could not be run to their end.
    """
    if not (base / "contract_tests" / "__main__.py").exists():
        raise NotJudged("it has no contract tests")
    report = base / "contract-report"
    kept = {name: value for name, value in os.environ.items() if name not in OWN_SETTINGS}
    try:
        with serving(SANDBOX) as sandbox:
            environment = {**kept, **variables(), "BASE_URL": sandbox.url, "REPORT": str(report)}
            run = subprocess.run(
                [sys.executable, "-m", "contract_tests"],
                cwd=base, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            )  # fmt: skip
    except NotServing as error:
        raise NotJudged(f"today's sandbox does not serve: {error}") from None
    if run.returncode not in (JUDGED, BROKEN):
        said = run.stderr.strip().splitlines()
        raise NotJudged(said[-1] if said else f"they ended with {run.returncode}")
    return list(_promises(report / "junit.xml"))


def _promises(report: Path) -> Iterator[Promise]:
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 -- written just now, by our own tests
        state = "kept"
        for tag, meaning in (("failure", "broken"), ("error", "not verified"), ("skipped", "not verified")):
            if (result := case.find(tag)) is not None:
                contradicted = result.get("message", "").startswith("contradicted")
                state = "contradicted" if contradicted else meaning
        text, *facts = "".join(case.itertext()).strip().splitlines()
        found = tuple(fact for fact in facts if fact.startswith(("expected: ", "got: ")))
        yield Promise(case.attrib["name"], text, state, found)
