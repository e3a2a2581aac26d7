"""Readable failures of the checks that tell an editor of the contract what to do next."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable

import pytest

MAX_PROBLEMS = 8


def fail_with(title: str, problems: Iterable[str]) -> None:
    """Fail the test with a list and no traceback, if there are any problems; equal ones are counted."""
    counted = Counter(problems)
    if counted:
        problems = [f"{problem}{f' ({times} times)' if times > 1 else ''}" for problem, times in counted.items()]
        more = [f"… and {len(problems) - MAX_PROBLEMS} more"] if len(problems) > MAX_PROBLEMS else []
        lines = (
            textwrap.fill(each, 120, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
            for each in problems[:MAX_PROBLEMS] + more
        )
        pytest.fail("\n".join([title, *lines]), pytrace=False)
