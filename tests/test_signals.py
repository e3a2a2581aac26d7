"""Tests pass, and what they start can be interrupted, even if pytest itself was started with signals ignored."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.running import ROOT, command

CHILD = "import signal; print([n for n in (signal.SIGINT, signal.SIGHUP) if signal.getsignal(n) is signal.SIG_IGN])"


def test_child_processes_do_not_ignore_signals() -> None:
    assert command(sys.executable, "-c", CHILD).stdout == "[]\n"


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["0", "1"])
def test_signals_that_pytest_was_told_to_ignore_are_restored_for_child_processes(workers: str) -> None:
    this = f"{__file__}::{test_child_processes_do_not_ignore_signals.__name__}"
    pytest_command = f"trap '' INT HUP; {sys.executable} -m pytest -q -n {workers} {this}"
    done = subprocess.run(["bash", "-c", pytest_command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
