"""How far a run is, for whoever waits for it."""

from __future__ import annotations

import contextlib
import time
from typing import TextIO

from contract_tests.gate import Gate

SECONDS_BETWEEN_LINES = 10.0
"""Where no terminal shows it, a run that takes longer says now and then that it goes on."""
SECONDS_BETWEEN_LOOKS = 0.1


class Progress:
    """A line that is written over on a terminal; elsewhere one now and then."""

    def __init__(self, stream: TextIO, gate: Gate) -> None:
        """Take where it is shown, and what counts the requests."""
        self.tests = 0
        """How many there are."""
        self._stream = stream
        self._gate = gate
        self._live = stream.isatty()
        self._pause = SECONDS_BETWEEN_LOOKS if self._live else SECONDS_BETWEEN_LINES
        self._started = self._shown = time.monotonic()
        self._done = 0
        self.ended = False
        """Nothing that is sent from now on belongs to a test."""
        self._rule = ""

    def begin(self, rule: str) -> None:
        """A test of this rule begins."""
        self._done += 1
        self._rule = rule
        self.tick()

    def tick(self) -> None:
        """Something was sent."""
        now = time.monotonic()
        if self.ended or now - self._shown < self._pause:
            return
        self._shown = now
        seconds = now - self._started
        line = f"  test {self._done} of {self.tests}, {self._gate.requests} requests, {seconds:.0f} s: {self._rule}"
        self._show(f"\r\033[K{line}" if self._live else f"{line}\n")

    def end(self) -> None:
        """Leave nothing on the terminal, and say no more."""
        self.ended = True
        if self._live:
            self._show("\r\033[K")

    def _show(self, text: str) -> None:
        # A terminal that is gone must not keep the leads from being put back.
        with contextlib.suppress(OSError, ValueError):
            print(text, end="", file=self._stream, flush=True)
