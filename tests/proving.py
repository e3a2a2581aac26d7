"""Judge one implementation after another, each in a process of its own that need not import everything anew."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import schemathesis  # noqa: F401 -- imported once, in the process that the others are forked from
from starlette.types import ASGIApp

from contract_tests import __main__ as contract_tests
from contract_tests import settings
from mock import run
from tests.running import LONGEST_COMMAND, served

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "tests.proving", "tests.mutants", "tests.variants", "_hypothesis_pytestplugin", "schemathesis.pytest.plugin",
        "schemathesis.specs.openapi.coverage", "schemathesis.specs.openapi.schemas", "schemathesis.transport.wsgi",
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Judgement:
    """What the contract tests came to."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def printed(self) -> str:
        """All of it."""
        return self.stdout + self.stderr

    @cached_property
    def broken(self) -> frozenset[str]:
        """The rules and shapes that are not kept."""
        return frozenset(re.findall(r"^  (?:BROKEN|contradicted) +(\S+)", self.printed, re.MULTILINE))


def judged(
    where: str | Callable[[], ASGIApp], *tests: str, cases: int | None = None, elsewhere: bool = False, **given: str
) -> Judgement:
    """Judge an implementation, by all tests or those chosen.

    Args:
        where: its URL, or what makes it: a function or class of a module, which another process can find.
        tests: pytest's options that choose tests.
        cases: how many each test draws, none of which is shrunk; None judges as ``PROFILE=quick`` does.
        elsewhere: whether to take its host for one that is not this machine.
        given: variables beside those of the seed data.
    """
    with tempfile.TemporaryDirectory() as folder:
        process = FORKS.Process(
            target=_judge, args=(where, tests, cases, elsewhere, {"REPORT": folder, **given}, folder)
        )
        process.start()
        process.join(LONGEST_COMMAND)
        if process.exitcode is None:
            process.kill()
            process.join()
        assert process.exitcode is not None
        return Judgement(process.exitcode, *((Path(folder) / name).read_text("utf-8") for name in ("stdout", "stderr")))


def _judge(
    where: str | Callable[[], ASGIApp],
    tests: tuple[str, ...],
    cases: int | None,
    elsewhere: bool,
    given: Mapping[str, str],
    folder: str,
) -> None:
    gc.freeze()  # what was imported before the fork stays, and need not be looked through again and again
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(Path(folder) / name, os.O_WRONLY | os.O_CREAT), descriptor)
    if cases:
        settings.PROFILES["quick"] = settings.Profile(cases, 0)
        contract_tests.SECONDS_TO_SHRINK = 0
    if elsewhere:
        settings.Settings.loopback = property(lambda _: False)  # type: ignore[assignment, method-assign]
        given = {"CONFIRM": "127.0.0.1", "RATE": "10000", **given}
    with contextlib.nullcontext(where) if isinstance(where, str) else served(where) as url:
        os.environ.update({**run.variables(), "BASE_URL": url, **given})
        sys.exit(contract_tests.main(list(tests)))
