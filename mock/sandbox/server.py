"""The HTTP server under the sandbox: uvicorn, with bounds on how slow and how large a request may be."""

from __future__ import annotations

import functools
import socket
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from mock.sandbox.answer import refusal

LARGEST_HEAD = 64 * 1024
"""Bytes of request line and headers."""
LARGEST_REQUEST = 16 * 1024 * 1024
"""Bytes of a whole request; the connection of a larger one is closed, whatever its body would have been."""
LONGEST_REQUEST = 5.0
"""Seconds from the first byte of a request to its last, and for a client to take its answer."""
_ANSWER = b"%bcontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
TICKS_A_SECOND = 10
"""How often uvicorn calls ``on_tick``."""


def serve(
    app: ASGIApp,
    listener: socket.socket,
    longest_request: float = LONGEST_REQUEST,
    note: Callable[[str], None] = lambda _: None,
    each_second: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGINT or SIGTERM, and finish the requests under way.

    Args:
        app: what answers.
        listener: a socket that is bound.
        longest_request: seconds that a request may take, from its first byte until its answer has been taken.
        note: is told of each request that never reached the application.
        each_second: is called about once a second.
    """
    _Server(app, longest_request, note, each_second).run([listener])


class _Server(uvicorn.Server):
    """Looks after slow connections, and ends with 0 when it is told to stop."""

    def __init__(
        self, app: ASGIApp, longest_request: float, note: Callable[[str], None], each_second: Callable[[], None]
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="asyncio",
                http=functools.partial(BoundedProtocol, note=note),  # type: ignore[arg-type]
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=int(longest_request) + 1,
            )
        )
        self._longest_request = longest_request
        self._each_second = each_second

    async def on_tick(self, counter: int) -> bool:
        """End slow connections."""
        for connection in [*self.server_state.connections]:
            assert isinstance(connection, BoundedProtocol)
            connection.end_if_slow(self._longest_request)
        if counter % TICKS_A_SECOND == 0:
            self._each_second()
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """Stop; when told so again, at once."""
        self.force_exit = self.should_exit
        self.should_exit = True


class BoundedProtocol(HttpToolsProtocol):
    """A connection whose requests may be neither too slow nor too large."""

    def __init__(self, *args: Any, note: Callable[[str], None], **kwargs: Any) -> None:
        """Take what uvicorn gives, and a place to note requests that never reach the application."""
        super().__init__(*args, **kwargs)
        self._note = note
        self._since = self.loop.time()
        self._received = 0
        self._in_head = False
        self._head_too_large = False

    def data_received(self, data: bytes) -> None:
        """Read on, unless the request has become too large."""
        self._received += len(data)
        super().data_received(data)
        if self._received > LARGEST_HEAD and not self.transport.is_closing():
            if self._in_head:
                self._refuse(431, f"The headers are larger than {LARGEST_HEAD} bytes.")
            elif self._received > LARGEST_REQUEST:
                self._refuse(400, f"The request is larger than {LARGEST_REQUEST} bytes.")

    def eof_received(self) -> bool:  # type: ignore[override]
        """Whether the connection stays open, for the answer to a whole request after which nothing more comes."""
        if self._is_answering():
            self.cycle.keep_alive = False
            return True
        return False

    def on_message_begin(self) -> None:
        """Count the time of this request."""
        super().on_message_begin()
        self._since = self.loop.time()
        self._in_head = True

    def on_headers_complete(self) -> None:
        """Refuse a head that is too large though it came at once."""
        self._in_head = False
        if self._received > LARGEST_HEAD:
            size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            if size > LARGEST_HEAD:
                self._head_too_large = True
                raise ValueError("the head is too large")
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Count the bytes of the next request anew."""
        super().on_message_complete()
        self._received = 0

    def on_response_complete(self) -> None:
        """Count the time until the next request."""
        super().on_response_complete()
        self._since = self.loop.time()

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be read as a request, in the contract's shape."""
        if self._head_too_large:
            self._refuse(431, f"The headers are larger than {LARGEST_HEAD} bytes.")
        else:
            self._refuse(400, msg)

    def shutdown(self) -> None:
        """Let a request under way finish; half a request is not under way."""
        if self._is_half_sent():
            self.transport.close()
        else:
            super().shutdown()

    def end_if_slow(self, longest: float) -> None:
        """End the connection where it has kept us waiting for longer than that, in seconds."""
        if self.loop.time() - self._since <= longest:
            return
        if self.transport.is_closing() or self._is_answering():
            self.transport.abort()
        elif self._is_half_sent():
            self._refuse(400, f"The request was not complete after {longest:g} seconds.")
        else:
            self.transport.close()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body

    def _is_half_sent(self) -> bool:
        return self._in_head or (self.cycle is not None and not self.cycle.response_complete and self.cycle.more_body)

    def _refuse(self, status: int, error: str) -> None:
        if self._is_answering():
            # The answers to the requests before this one go first, and are the last on this connection.
            self.cycle.keep_alive = False
            self.flow.pause_reading()
            return
        if not self.pipeline:
            body = refusal(status, error).body
            self.transport.write(_ANSWER % (STATUS_LINE[status], len(body), body))
        self.transport.close()
        self._note(f"{time.strftime('%H:%M:%S')} no request {status}  {error}")
