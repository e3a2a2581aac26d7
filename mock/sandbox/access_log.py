"""One line for each request, for a person to read: when, what, the status, how long, and why it was refused."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Iterable
from functools import lru_cache
from typing import TextIO

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BETWEEN_WRITES = 0.02
_WHAT_KEYS_LOOK_LIKE = "pk_"
_LONGEST_PATH = 200

_Entry = tuple[Scope, int, bytes, float, float] | str
"""A request, the status and the error that it was answered with, and when it began and ended; or a line."""


class AccessLog:
    """Gathers what is to be written for a moment, and writes it at once: requests do not wait for it."""

    def __init__(self, stream: TextIO, keys: Iterable[str]) -> None:
        """Write to the stream. These keys, and whatever looks like one, are not written down."""
        self._stream = stream
        self._keys = [_WHAT_KEYS_LOOK_LIKE, *keys]
        self._concealed = re.compile("|".join([_WHAT_KEYS_LOOK_LIKE + r"[\w-]*", *map(re.escape, keys)]))
        self._waiting: list[_Entry] = []

    def answered(self, scope: Scope, status: int, body: bytes, began: float) -> None:
        """Note a request that has just been answered with that; it began at that ``time.time()``."""
        self._note((scope, status, body if status >= 400 else b"", began, time.time()))

    def say(self, line: str) -> None:
        """Write a line as it stands."""
        self._note(line)

    def _note(self, entry: _Entry) -> None:
        if not self._waiting:
            asyncio.get_running_loop().call_later(BETWEEN_WRITES, self.flush)
        self._waiting.append(entry)

    def flush(self) -> None:
        """Write what has been gathered; where nobody reads any longer, it is dropped."""
        text = "".join(f"{entry if isinstance(entry, str) else _line(*entry)}\n" for entry in self._waiting)
        self._waiting.clear()
        if any(key in text for key in self._keys):
            text = self._concealed.sub("[key]", text)
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)
            self._stream.flush()

    def watching(self, app: ASGIApp) -> ASGIApp:
        """The application with each of its answers put in the log."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            messages: list[Message] = []

            async def note(message: Message) -> None:
                messages.append(message)
                await send(message)

            began = time.time()
            await app(scope, receive, note)
            status, body = messages[0]["status"], b"".join(message.get("body", b"") for message in messages)
            self.answered(scope, status, body, began)

        return watched


def _line(scope: Scope, status: int, refusal: bytes, began: float, ended: float) -> str:
    # A query is no part of the contract, and a place where keys are put by mistake: raw_path is without it.
    path = scope["raw_path"][:_LONGEST_PATH].decode("ascii", "replace")
    line = f"{_clock(int(ended))} {scope['method']} {path} {status} {(ended - began) * 1000:.1f} ms"
    return f"{line}  {_reason(refusal)}" if refusal else line


@lru_cache(1)
def _clock(second: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(second))


def _reason(body: bytes) -> str:
    try:
        reason = str(orjson.loads(body)["error"])
    except (ValueError, LookupError, TypeError):
        reason = body[:_LONGEST_PATH].decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else "?" for letter in reason)
