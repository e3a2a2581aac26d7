"""One line for each request, for a person to read: when, what, the status, how long, and why it was refused."""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import re
import threading
import time
from collections.abc import Iterable
from functools import lru_cache

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BETWEEN_WRITES = 0.05
_WHAT_KEYS_BEGIN_WITH = "pk_"
_REST_OF_A_KEY = r"[\w.~+=-]*"
_LONGEST_LINE = 500
_LONGEST_CLOSE = 1.0
_MOST_PARTS = 100

_Entry = tuple[str, str, int, bytes, float, float] | str
"""Method, path, the status and the error of the answer, and when the request began and ended; or a line."""


class AccessLog:
    """Gathers what is to be written for a moment, and has it written beside: requests do not wait for a reader."""

    def __init__(self, file: int | None, keys: Iterable[str]) -> None:
        """Write to that file descriptor, if any. These keys, and whatever looks like one, are not written down."""
        self._file = file
        self._keys = [*sorted(keys, key=len, reverse=True), _WHAT_KEYS_BEGIN_WITH]
        self._concealed = re.compile(f"(?:{'|'.join(map(re.escape, self._keys))}){_REST_OF_A_KEY}")
        self._waiting: list[_Entry] = []
        self._parts: queue.Queue[str | None] = queue.Queue(_MOST_PARTS)
        self._writer = threading.Thread(target=self._write, daemon=True)
        self._writer.start()

    def answered(self, scope: Scope, status: int, body: bytes, began: float) -> None:
        """Note a request that has just been answered with that; it began at that ``time.time()``."""
        # A query is no part of the contract, and a place where keys are put by mistake: the path is without it.
        self._note((scope["method"], scope["path"], status, body if status >= 400 else b"", began, time.time()))

    def say(self, line: str) -> None:
        """Write a line as it stands."""
        self._note(line)

    def _note(self, entry: _Entry) -> None:
        if not self._waiting:
            asyncio.get_running_loop().call_later(BETWEEN_WRITES, self.flush)
        self._waiting.append(entry)

    def flush(self) -> None:
        """Hand over what has been gathered. What nobody has read for long is dropped, not waited for."""
        lines = [entry if isinstance(entry, str) else _line(*entry) for entry in self._waiting]
        self._waiting.clear()
        text = "\n".join(lines)
        if any(key in text for key in self._keys):
            lines = [self._concealed.sub("[key]", line) for line in lines]
        text = "".join([f"{line[:_LONGEST_LINE]}\n" for line in lines])
        with contextlib.suppress(queue.Full):
            self._parts.put_nowait(text)

    def close(self) -> None:
        """Write what is left, if somebody reads it soon."""
        self.flush()
        with contextlib.suppress(queue.Full):
            self._parts.put_nowait(None)
        self._writer.join(_LONGEST_CLOSE)

    def _write(self) -> None:
        while (text := self._parts.get()) is not None:
            rest = text.encode("utf-8", "replace") if self._file is not None else b""
            with contextlib.suppress(OSError):
                while rest and self._file is not None:
                    rest = rest[os.write(self._file, rest) :]

    def watching(self, app: ASGIApp) -> ASGIApp:
        """The application with each of its answers put in the log."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            messages: list[Message] = []

            async def note(message: Message) -> None:
                messages.append(message)
                await send(message)

            began = time.time()
            await app(scope, receive, note)
            if messages:
                body = b"".join(message.get("body", b"") for message in messages)
                self.answered(scope, messages[0]["status"], body, began)

        return watched


def _line(method: str, path: str, status: int, refusal: bytes, began: float, ended: float) -> str:
    line = f"{_clock(int(ended))} {method} {_printable(path)} {status} {(ended - began) * 1000:.1f} ms"
    return f"{line}  {_reason(refusal)}" if refusal else line


@lru_cache(1)
def _clock(second: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(second))


def _reason(body: bytes) -> str:
    try:
        return _printable(str(orjson.loads(body)["error"]))
    except (ValueError, LookupError, TypeError):
        return _printable(body.decode("utf-8", "replace"))


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(letter if letter.isprintable() else "?" for letter in text)
