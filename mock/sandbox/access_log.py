"""One line per request on standard output: when, what, the status, how long it took, and why it was refused."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import stat
import time
from collections.abc import Iterable
from functools import lru_cache

import orjson
from starlette.types import Scope

FLUSH_INTERVAL = 0.05
MAX_LINE_CHARS = 500
_KEY_PREFIX = "pk_"

_Entry = tuple[str, str, int, bytes, float, float] | str
"""Method, path, status, body of an error, times of the request and of the response; or a whole line."""


class AccessLog:
    """Collects lines for a moment before it writes them. What nobody reads from a pipe is dropped, and delays nothing.

    Args:
        file: the file descriptor to write to, if any.
        keys: secrets. They are not written, nor is anything that looks like a key.
    """

    def __init__(self, file: int | None, keys: Iterable[str]) -> None:
        self._file = file
        self._keys = [*sorted(keys, key=len, reverse=True), _KEY_PREFIX]
        self._secret = re.compile(rf"(?:{'|'.join(map(re.escape, self._keys))})[\w.~+=-]*")
        self._entries: list[_Entry] = []
        if file is not None and stat.S_ISFIFO(os.fstat(file).st_mode):  # a terminal is shared with other programs
            os.set_blocking(file, False)

    def responded(self, scope: Scope, status: int, body: bytes, began: float) -> None:
        """Log a request that began at that ``time.time()`` and has just been responded to."""
        # Without the query, where keys are put by mistake.
        self.say((scope["method"], scope["path"], status, body if status >= 400 else b"", began, time.time()))

    def say(self, entry: _Entry) -> None:
        if not self._entries:
            asyncio.get_running_loop().call_later(FLUSH_INTERVAL, self.flush)
        self._entries.append(entry)

    def flush(self) -> None:
        lines = [entry if isinstance(entry, str) else _line(*entry) for entry in self._entries]
        self._entries.clear()
        text = "\n".join(lines)
        if any(key in text for key in self._keys):
            lines = [self._secret.sub("[key]", line) for line in lines]
        data = "".join([f"{line[:MAX_LINE_CHARS]}\n" for line in lines]).encode("utf-8", "replace")
        with contextlib.suppress(OSError):
            while data and self._file is not None:
                data = data[os.write(self._file, data) :]


def _line(method: str, path: str, status: int, error: bytes, began: float, ended: float) -> str:
    reason = ""
    if error:
        try:
            reason = f"  {orjson.loads(error)['error']}"
        except (ValueError, LookupError, TypeError):
            reason = f"  {error.decode('utf-8', 'replace')}"
    line = f"{_clock(int(ended))} {method} {path} {status} {(ended - began) * 1000:.1f} ms{reason}"
    return line if line.isprintable() else "".join(char if char.isprintable() else "?" for char in line)


@lru_cache(1)
def _clock(second: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(second))
