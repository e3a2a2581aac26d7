"""Judge targets in this process, with the same arguments and output as ``python -m contract_tests``."""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from dataclasses import dataclass, replace
from functools import cached_property, partial
from unittest.mock import patch

from starlette.types import ASGIApp

from contract_tests import __main__ as contract_tests
from contract_tests.judge import judge
from contract_tests.settings import PROFILES
from mock import run
from tests.running import clean_environment
from tests.transport import AppTransport


@dataclass(frozen=True)
class Judgement:
    """What the contract tests printed, and their exit code."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def printed(self) -> str:
        """Everything."""
        return self.stdout + self.stderr

    @cached_property
    def failed(self) -> frozenset[str]:
        """The rules and schema checks that failed, assumptions included."""
        return frozenset(re.findall(r"^  (?:FAILED|warning) +(\S+)", self.stdout, re.MULTILINE))

    @cached_property
    def violated(self) -> frozenset[str]:
        """Those that failed and are not assumed."""
        return frozenset(re.findall(r"^  FAILED +(\S+)", self.stdout, re.MULTILINE))

    @cached_property
    def not_verified(self) -> frozenset[str]:
        """The rules about which no test could tell."""
        return frozenset(re.findall(r"^  not verified +(\S+)", self.stdout, re.MULTILINE))


def judged(
    target: str | ASGIApp, *arguments: str, cases: int | None = None, url: str = "http://127.0.0.1", **environment: str
) -> Judgement:
    """Judge a target with the ids of the seed.

    Args:
        target: its URL, or an application, which is called without a socket.
        arguments: further arguments of ``python -m contract_tests``, which may choose tests.
        cases: the number of cases that each test draws, without shrinking; None draws those of the profile.
        url: the URL that an application is told to have.
        environment: variables in addition to those of the seed; an empty one counts as not set.
    """
    called = judge if isinstance(target, str) else partial(judge, transport=AppTransport(target))
    profile = replace(PROFILES["quick"], cases=cases, shrink_seconds=0) if cases else PROFILES["quick"]
    stdout, stderr = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with (
        tempfile.TemporaryDirectory() as report,
        patch.dict(os.environ, clean_environment({**run.variables(), **environment}), clear=True),
        patch.dict(PROFILES, quick=profile),
        patch.object(contract_tests, "judge", called),
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
    ):
        base_url = target if isinstance(target, str) else url
        options = ["--base-url", base_url, "--report", report, "--ledger", f"{report}/ledger"]
        exit_code = contract_tests.main([*options, *arguments])
    return Judgement(exit_code, *(_text(stream) for stream in (stdout, stderr)))


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()
