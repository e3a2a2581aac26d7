"""What all tests share, and what ``make proof`` adds to pytest's report."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# A background shell starts its commands with SIGINT ignored, nohup with SIGHUP ignored, and every child would inherit
# that. A handler is not inherited: with one that does nothing, children start with the default.
for _number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, lambda *_: None)


def pytest_xdist_auto_num_workers() -> int:
    """Three processes for two cores: a third of the time a test waits, for example for a server to start."""
    return max(2, (os.cpu_count() or 1) * 3 // 2)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--matrix", action="store_true", help="judge mutants by all tests, and print which of them fail")
    parser.addoption("--rewrite-cases", action="store_true", help="expect what puffle prints now")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: not part of `make check`")
    # pytest has one set of markers per process, also when a test judges a target.
    for name in ("rule", "cases"):
        config.addinivalue_line("markers", f"{name}: see contract_tests/plugin.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the proof last: its many short tests keep all workers busy until the end."""
    items.sort(key=lambda item: item.path.name == "test_proof.py")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("matrix"):
        from tests.matrix import matrix

        reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
        terminalreporter.section("mutants by rule")
        for line in matrix(found for report in reports for found in report.user_properties):
            terminalreporter.write_line(line)


@pytest.fixture(scope="module")  # while Playwright runs, nothing else in this process may run an event loop
def browser() -> Iterator[Browser]:
    from tests.browsing import running_browser

    with running_browser() as browser:
        yield browser
