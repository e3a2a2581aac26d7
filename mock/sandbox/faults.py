"""Injected faults: delays and failures, to build spinners, retries and error states against."""

from __future__ import annotations

import json
import random
import re
from argparse import ArgumentTypeError
from collections.abc import Sequence

MAX_LATENCY = 600.0
InjectedFault = tuple[float, int]
"""A share of the requests, from 0 to 1, and the status that they fail with."""
_UNITS = {"ms": 0.001, "s": 1.0}
_TIME = re.compile(r"(\d+(?:\.\d+)?)(ms|s)")
_FAILURE = re.compile(r"(\d+(?:\.\d+)?)%=([45]\d\d)")


def read_latency(text: str) -> tuple[float, float]:
    """Read ``200ms``, ``1.5s`` or ``50ms-2s``: the shortest and the longest delay in seconds."""
    times = [_TIME.fullmatch(part) for part in text.split("-")]
    seconds = [float(time[1]) * _UNITS[time[2]] for time in times if time]
    if len(seconds) != len(times) or len(times) > 2 or seconds != sorted(seconds):
        raise ArgumentTypeError(f"{json.dumps(text)} is not a latency: write 200ms, 1.5s or 50ms-2s")
    if seconds[-1] > MAX_LATENCY:
        raise ArgumentTypeError(f"{json.dumps(text)} is too long: at most {MAX_LATENCY:.0f}s")
    return seconds[0], seconds[-1]


def read_failure(text: str) -> InjectedFault:
    found = _FAILURE.fullmatch(text)
    if not found or not 0 < float(found[1]) <= 100:
        form = "write a share and a status from 400 to 599, such as 5%=429"
        raise ArgumentTypeError(f"{json.dumps(text)} is not a failure: {form}")
    return float(found[1]) / 100, int(found[2])


class Faults:
    """Draws a delay and a failure for each request; the same seed draws the same ones in the same order."""

    def __init__(self, latency: tuple[float, float], failures: Sequence[InjectedFault] = (), seed: int = 0) -> None:
        self._latency = latency
        self._failures = failures
        self._random = random.Random(seed)  # noqa: S311 -- not a secret

    def draw(self) -> tuple[float, int | None]:
        """For the next request: the delay in seconds, and the status to fail with or None."""
        delay = self._random.uniform(*self._latency)
        point = self._random.random()
        for share, status in self._failures:
            point -= share
            if point < 0:
                return delay, status
        return delay, None
