"""Servers as child processes: wait until one is ready, notice if it ends early, and end all that it has started."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

LISTENING = re.compile(r"listening on (http://\S+:\d+)")
START_TIMEOUT = 60.0
STOP_TIMEOUT = 10.0


class ServerNotReady(Exception):
    """A server cannot start, ended before it was ready, or was not ready in time."""


@contextlib.contextmanager
def serving(command: Sequence[str], show: Callable[[str], object] = lambda _: None) -> Iterator[Server]:
    """Run a server that prints ``listening on http://…`` when it is ready, and ``show`` the lines that it prints.

    It runs for the duration of the block, which SIGTERM and SIGHUP end like an exception.

    Raises:
        ServerNotReady: it ended, or was not ready in time.
    """

    def leave(number: int, _: FrameType | None) -> NoReturn:
        for one in before:  # make passes signals on, so a second one comes: it must not interrupt the end of the server
            signal.signal(one, signal.SIG_IGN)
        sys.exit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        server = Server(command, show)
        try:
            server.wait_until_ready()
            yield server
        finally:
            server.end()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Server:
    """A child process that leads a process group of its own."""

    def __init__(self, command: Sequence[str], show: Callable[[str], object]) -> None:
        self.url = ""
        self._show = show
        self._last_line = "it printed nothing"
        self._ready = threading.Event()
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, encoding="utf-8", errors="replace", start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise ServerNotReady(f"{Path(command[0]).name} cannot be started: {error.strerror}") from None
        self.pid = self._process.pid
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_until_ready(self) -> None:
        """Wait for what the child itself prints: another server may be listening on the port."""
        if not self._ready.wait(START_TIMEOUT):
            raise ServerNotReady(f"it was not ready within {START_TIMEOUT:.0f} s")
        if not self.url:
            raise ServerNotReady(f"it ended before it was ready: {self._last_line}")

    def wait(self) -> int:
        return self._process.wait()

    def end(self) -> None:
        """End the process group, and wait until it is gone."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            deadline = time.monotonic() + STOP_TIMEOUT
            with contextlib.suppress(ProcessLookupError):  # it is gone
                os.killpg(self.pid, number)
                while time.monotonic() < deadline:
                    self._process.poll()
                    os.killpg(self.pid, 0)
                    time.sleep(0.01)
        self._reader.join()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._last_line = line.strip() or self._last_line
                self._show(line)
                found = LISTENING.search(line)
                if found and not self.url:
                    self.url = found[1]
                    self._ready.set()
        self._ready.set()
