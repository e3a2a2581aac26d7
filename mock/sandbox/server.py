"""The HTTP server under the sandbox: uvicorn, with bounds on how slow and how large a request may be."""

from __future__ import annotations

import asyncio
import functools
import socket
import sys
import time
from collections.abc import Callable, Collection
from types import FrameType
from typing import Any, NoReturn

import httptools
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from mock.sandbox.answer import refusal

LARGEST_HEAD = 64 * 1024
"""Bytes of request line and headers."""
HEAD_TOO_LARGE = (431, f"The headers are larger than {LARGEST_HEAD} bytes.")
LARGEST_REQUEST = 16 * 1024 * 1024
"""Bytes of a whole request; the connection of a larger one is closed, whatever its body would have been."""
MOST_WAITING = 100
"""Requests that a client may send before it has taken the answers to those before."""
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
                _ending_quietly(app),
                loop="asyncio",
                http=functools.partial(BoundedProtocol, note=note),  # type: ignore[arg-type]
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=int(longest_request) + 2,
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

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish the requests under way, and break off what is not done in time."""
        breaking_off = asyncio.ensure_future(self._break_off_in_time())
        await super().shutdown(sockets)
        breaking_off.cancel()
        self._break_off()
        await asyncio.sleep(0)  # the connections learn of it before their tasks are cancelled

    async def _break_off_in_time(self) -> None:
        end = time.monotonic() + self._longest_request
        while time.monotonic() < end and not self.force_exit:
            await asyncio.sleep(0.05)
        self._break_off()

    def _break_off(self) -> None:
        for connection in [*self.server_state.connections]:
            assert isinstance(connection, BoundedProtocol)
            connection.transport.abort()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """Stop; when told so again, at once."""
        self.force_exit = self.should_exit
        self.should_exit = True


def _ending_quietly(app: ASGIApp) -> ASGIApp:
    async def ending_quietly(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except asyncio.CancelledError:  # the server is told to stop at once; its connections are gone
            return

    return ending_quietly


class BoundedProtocol(HttpToolsProtocol):
    """A connection whose requests may be neither too slow, nor too large, nor too many at once."""

    def __init__(self, *args: Any, note: Callable[[str], None], **kwargs: Any) -> None:
        """Take what uvicorn gives, and a place to note requests that never reach the application."""
        super().__init__(*args, **kwargs)
        self._note = note
        self._since = self.loop.time()
        self._received = 0
        self._in_head = False
        self._ending = False
        self._offers_upgrade = False
        self._running: RequestResponseCycle | None = None
        self._problem = (400, "")

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Read no further while requests are waiting for their turn."""
        super().connection_made(transport)
        self.flow = _PatientFlow(transport, self.pipeline)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the request has become too large."""
        if self._ending:
            return
        self._received += len(data)
        self._data = data
        super().data_received(data)
        if self._received > LARGEST_HEAD and not self.transport.is_closing():
            if self._in_head:
                self._refuse(*HEAD_TOO_LARGE)
            elif self._received > LARGEST_REQUEST:
                self._refuse(400, f"The request is larger than {LARGEST_REQUEST} bytes.")

    def eof_received(self) -> bool:  # type: ignore[override]
        """Whether the connection stays open, for the answers to whole requests after which nothing more comes."""
        return self._finishes_what_is_whole()

    def on_message_begin(self) -> None:
        """Count the time of this request."""
        if len(self.pipeline) >= MOST_WAITING:
            self._fail(400, f"More than {MOST_WAITING} requests are waiting for their answers.")
        super().on_message_begin()
        self._since = self.loop.time()
        self._in_head = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; what comes behind a chunked body is none."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Refuse a head that is too large though it came at once."""
        self._in_head = False
        if self._received > LARGEST_HEAD:
            size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            if size > LARGEST_HEAD:
                self._fail(*HEAD_TOO_LARGE)
        self._offers_upgrade = self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"
        if not self._offers_upgrade:
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Count the bytes of the next request anew."""
        if not self._offers_upgrade:
            super().on_message_complete()
            self._received = 0

    def _unsupported_upgrade_warning(self) -> None:
        """Read a request that offers another protocol, such as h2c, as if it did not: the offer need not be taken.

        The parser stops behind the head of such a request, so another one is given the head without the offer.
        """
        if not self._offers_upgrade:
            return
        stopped = sys.exc_info()[1]
        rest = self._data[stopped.args[0] :] if isinstance(stopped, httptools.HttpParserUpgrade) else b""
        lines = [b"%b %b HTTP/1.1" % (self.parser.get_method(), self.url)]
        lines += [b"%b: %b" % header for header in self.headers if header[0] not in (b"connection", b"upgrade")]
        self.parser = httptools.HttpRequestParser(self)
        self.data_received(b"\r\n".join([*lines, b"", b""]) + rest)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        super()._start_asgi_task(cycle, app)
        self._running = cycle

    def on_response_complete(self) -> None:
        """Count the time until the next request."""
        super().on_response_complete()
        self._since = self.loop.time()

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be read as a request, in the contract's shape."""
        status, error = self._problem
        self._refuse(status, error or msg)

    def shutdown(self) -> None:
        """Let whole requests finish; half a request is not under way."""
        if not self._finishes_what_is_whole():
            self.transport.close()

    def end_if_slow(self, longest: float) -> None:
        """End the connection where it has kept us waiting for longer than that, in seconds."""
        if self.loop.time() - self._since <= longest:
            return
        half_sent = self._in_head or (self.cycle is not None and self.cycle.more_body)
        if self.transport.is_closing() or self._is_answering():
            self.transport.abort()
        elif half_sent:
            self._refuse(400, f"The request was not complete after {longest:g} seconds.")
        else:
            self.transport.close()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body

    def _finishes_what_is_whole(self) -> bool:
        """Take nothing more, and close when the whole requests have been answered; False where there is none."""
        if self.cycle is not None and self.cycle.more_body and self.pipeline:
            self.pipeline.popleft()
            self.cycle = self.pipeline[0][0] if self.pipeline else self._running  # type: ignore[assignment]
        if not self._is_answering():
            return False
        self._ending = True
        self.cycle.keep_alive = False
        self.flow.pause_reading()
        return True

    def _fail(self, status: int, error: str) -> NoReturn:
        """Stop the parser, which then asks for ``send_400_response``."""
        self._problem = status, error
        raise ValueError(error)

    def _refuse(self, status: int, error: str) -> None:
        if self._finishes_what_is_whole():
            return
        answered = self.cycle is not None and self.cycle.response_complete and self.cycle.more_body
        if self._in_head or not answered:
            body = refusal(status, error).body
            self.transport.write(_ANSWER % (STATUS_LINE[status], len(body), body))
        self.transport.close()
        self._note(f"{time.strftime('%H:%M:%S')} no request {status}  {error}")


class _PatientFlow(FlowControl):
    def __init__(self, transport: asyncio.Transport, pipeline: Collection[object]) -> None:
        super().__init__(transport)
        self._pipeline = pipeline

    def resume_reading(self) -> None:
        if not self._pipeline:
            super().resume_reading()
