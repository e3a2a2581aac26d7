"""Servers as child processes: wait until they listen, notice when they die early, and leave none behind."""

from __future__ import annotations

import contextlib
import os
import queue
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
LONGEST_START = 60.0
LONGEST_END = 10.0


class NotServing(Exception):
    """The server ended, or said nothing in time, before it was listening."""


@contextlib.contextmanager
def serving(command: Sequence[str], show: Callable[[str], None] = lambda _: None) -> Iterator[Server]:
    """Run a server while the block runs.

    It is a process group of its own, and the whole group is ended with the block, also when SIGTERM or SIGHUP ends it.

    Args:
        command: the program and its arguments; it prints ``listening on http://…`` when it is ready.
        show: is handed each line that it prints.

    Raises:
        NotServing: it ended early, or was not ready within a minute.
    """
    with _signals_as_exits():
        server = Server(command, show)
        try:
            server.wait_until_listening()
            yield server
        finally:
            server.end()


class Server:
    """A child process that serves."""

    def __init__(self, command: Sequence[str], show: Callable[[str], None]) -> None:
        """Start it in a process group of its own."""
        self.url = ""
        self._show = show
        self._last_line = ""
        self._listening: queue.Queue[str | None] = queue.Queue()
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, encoding="utf-8", errors="replace", start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise NotServing(f"it cannot be started: {Path(command[0]).name}: {error.strerror}") from None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process, which leads the group."""
        return self._process.pid

    def wait_until_listening(self) -> None:
        """Wait for the child's own word, never for whatever else may answer on the port."""
        try:
            url = self._listening.get(timeout=LONGEST_START)
        except queue.Empty:
            raise NotServing(f"it was not ready within {LONGEST_START:.0f} s") from None
        if url is None:
            raise NotServing(f"it ended before it was ready: {self._last_line or 'it said nothing'}")
        self.url = url

    def wait(self) -> int:
        """Wait until it ends by itself, and return its exit code."""
        return self._process.wait()

    def end(self) -> None:
        """End the whole group, and wait until it is gone."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            if self._gone():
                break
        self._reader.join()

    def _gone(self) -> bool:
        deadline = time.monotonic() + LONGEST_END
        while time.monotonic() < deadline:
            self._process.poll()
            try:
                os.killpg(self._process.pid, 0)
            except ProcessLookupError:
                return True
            time.sleep(0.01)
        return False

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._last_line = line.strip() or self._last_line
                self._show(line)
                found = None if self.url else LISTENING.search(line)
                if found:
                    self._listening.put(found[1])
        self._listening.put(None)


@contextlib.contextmanager
def _signals_as_exits() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind the program, so that its ``finally`` blocks run."""

    def leave(number: int, _: FrameType | None) -> NoReturn:
        # make hands on the signal that it gets, so it comes twice: the second must not break off the end of the server.
        for one in before:
            signal.signal(one, signal.SIG_IGN)
        sys.exit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
