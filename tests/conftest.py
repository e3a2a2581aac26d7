"""What all tests share, and what ``make proof`` adds to pytest's report."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browsing import running_browser
from tests.matrix import matrix


def pytest_xdist_auto_num_workers() -> int:
    """Three processes for two cores: a third of the time a test waits, for a server to start, say."""
    return max(2, (os.cpu_count() or 1) * 3 // 2)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--matrix", action="store_true", help="print which rules' tests see which mutant")
    parser.addoption("--rewrite-cases", action="store_true", help="take what puffle prints now as what it should print")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("matrix"):
        reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
        terminalreporter.section("mutants by rule")
        for line in matrix(found for report in reports for found in report.user_properties):
            terminalreporter.write_line(line)


@pytest.fixture(autouse=True)
def reports_go_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test writes its reports into the working tree."""
    monkeypatch.setenv("REPORT", str(tmp_path / "report"))


@pytest.fixture(scope="module")  # while Playwright runs, nothing else in this process may run an event loop
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser
