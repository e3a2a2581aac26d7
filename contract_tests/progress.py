"""Shows how far a run is."""

import contextlib
import time
from typing import TextIO

from .client import Client


class Progress:
    """A line that is overwritten on a terminal; elsewhere, a new line every ten seconds."""

    def __init__(self, stream: TextIO, client: Client) -> None:
        self.tests = 0
        self._stream, self._client, self._live = stream, client, stream.isatty()
        self._started = self._shown = time.monotonic()
        self._begun, self._rule = 0, ""

    def begin(self, rule: str) -> None:
        self._begun, self._rule = self._begun + 1, rule

    def update(self) -> None:
        if (now := time.monotonic()) - self._shown >= (0.1 if self._live else 10):
            self._shown, requests = now, self._client.requests
            progress = f"test {self._begun} of {self.tests}, {requests} requests, {now - self._started:.0f} s"
            self._show(f"\r\033[K  {progress}: {self._rule}" if self._live else f"  {progress}: {self._rule}\n")

    def end(self) -> None:
        self._show("\r\033[K" if self._live else "")

    def _show(self, text: str) -> None:
        # A terminal that is gone must not keep the leads from being restored.
        with contextlib.suppress(OSError, ValueError):
            print(text, end="", file=self._stream, flush=True)
