"""Waits and failures on purpose, so that spinners, retries and error states can be built."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

_UNITS = {"ms": 0.001, "s": 1.0}
_TIME = re.compile(r"(\d+(?:\.\d+)?)(ms|s)")
_FAILURE = re.compile(r"(\d+(?:\.\d+)?)%=([45]\d\d)")
LONGEST_LATENCY = 600.0


@dataclass(frozen=True)
class Latency:
    """How long an answer waits: evenly between two numbers of seconds."""

    shortest: float = 0.0
    longest: float = 0.0

    @classmethod
    def read(cls, text: str) -> Latency:
        """Read ``200ms``, ``1.5s`` or ``50ms-2s``.

        Raises:
            ValueError: it is none of these.
        """
        times = [_TIME.fullmatch(part) for part in text.split("-")]
        seconds = [float(time[1]) * _UNITS[time[2]] for time in times if time]
        if len(seconds) != len(times) or len(times) > 2 or seconds != sorted(seconds):
            raise ValueError(f"{text!r} is no latency: write 200ms, 1.5s or 50ms-2s")
        if seconds[-1] > LONGEST_LATENCY:
            raise ValueError(f"{text!r} is too long: at most {LONGEST_LATENCY:.0f}s")
        return cls(seconds[0], seconds[-1])


@dataclass(frozen=True)
class Failure:
    """A share of the requests, from 0 to 1, and the status that they are answered with instead."""

    share: float
    status: int

    @classmethod
    def read(cls, text: str) -> Failure:
        """Read ``5%=429``.

        Raises:
            ValueError: it is not of that form.
        """
        found = _FAILURE.fullmatch(text)
        if not found or not 0 < float(found[1]) <= 100:
            raise ValueError(f"{text!r} is no failure: write a share and a status from 400 to 599, such as 5%=429")
        return cls(float(found[1]) / 100, int(found[2]))


class Faults:
    """Draws a wait and a failure for each request; the same seed draws the same, request by request."""

    def __init__(self, latency: Latency = Latency(), failures: tuple[Failure, ...] = (), seed: int = 0) -> None:
        """Take what to draw from.

        Raises:
            ValueError: more than all requests are to fail.
        """
        if sum(failure.share for failure in failures) > 1 + 1e-9:
            raise ValueError("the shares of --fail add up to more than 100%")
        self.latency = latency
        self.failures = failures
        self._random = random.Random(seed)  # noqa: S311 -- no secret hangs on it

    def draw(self) -> tuple[float, int | None]:
        """For the next request: seconds to wait, and the status to fail with or None."""
        wait = self._random.uniform(self.latency.shortest, self.latency.longest) if self.latency.longest else 0.0
        if not self.failures:
            return wait, None
        point = self._random.random()
        for failure in self.failures:
            point -= failure.share
            if point < 0:
                return wait, failure.status
        return wait, None
