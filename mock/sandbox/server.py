"""The HTTP server of the sandbox: uvicorn, with bounds on the size of a head and on how slowly a request arrives."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Collection

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from .messages import Reply

MAX_HEAD_BYTES = 64 * 1024
HEAD_TOO_LARGE = (431, f"The headers are larger than {MAX_HEAD_BYTES} bytes.")
READ_TIMEOUT = 5.0
"""Seconds from the first byte of a request to its last."""
KEEP_ALIVE = 15
"""Seconds for which an idle connection can be used. It is closed a little later, so that no request is lost."""


def serve(app: ASGIApp, listener: socket.socket, grace: float, each_second: Callable[[], None] | None = None) -> None:
    """Serve on a bound socket until SIGINT or SIGTERM, and let requests in progress take ``grace`` more seconds."""

    async def notify() -> None:
        if each_second:
            each_second()

    config = uvicorn.Config(
        _stoppable(app), loop="asyncio", http=BoundedProtocol, ws="none", lifespan="off", log_config=None,
        log_level="error", access_log=False, proxy_headers=False, server_header=False,
        headers=[("Keep-Alive", f"timeout={KEEP_ALIVE}")], timeout_keep_alive=KEEP_ALIVE + 5,
        timeout_graceful_shutdown=int(grace) + 1, callback_notify=notify, timeout_notify=1,
    )  # fmt: skip
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises the signal again when it has finished
        uvicorn.Server(config).run([listener])


def _stoppable(app: ASGIApp) -> ASGIApp:
    async def stoppable(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except asyncio.CancelledError:  # it took longer than the grace; uvicorn would log this as an error
            await Reply.error(503, "The sandbox was stopped.").send(send)

    return stoppable


class _PatientFlow(FlowControl):
    """Reads no further while requests wait for their turn: they would take ever more memory."""

    def __init__(self, transport: asyncio.Transport, waiting: Collection[object]) -> None:
        super().__init__(transport)
        self._waiting = waiting

    def resume_reading(self) -> None:
        if not self._waiting:
            super().resume_reading()


class BoundedProtocol(HttpToolsProtocol):
    """Refuses requests that arrive too slowly or have too large a head, and reads only as fast as it responds.

    uvicorn has no options for these, and this class no public interface: ``tests/test_server.py`` notices changes.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = _PatientFlow(transport, self.pipeline)
        self.url, self.headers = b"", []
        self._in_head = False
        self._chunk = self._first_chunk = self._bytes = 0
        self._began: float | None = self.loop.time()
        self._timer = self.loop.call_later(READ_TIMEOUT, self._check_time)

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._chunk = len(data)
        self._bytes += self._chunk
        # Java's HttpClient and curl --http2 offer h2c with each request, and the parser would skip the body of those.
        super().data_received(data.replace(b"\r\nUpgrade: h2c\r\n", b"\r\nX-Upgrade: h2c\r\n"))
        if self._in_head and self._bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._refuse(*HEAD_TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._began = True, self.loop.time()
        self._first_chunk, self._bytes = self._chunk, 0  # other requests may be in the same chunk

    def on_headers_complete(self) -> None:
        if self._first_chunk + self._bytes > MAX_HEAD_BYTES and self._head_is_too_large():
            raise ValueError  # the parser stops, and calls send_400_response
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._began = None

    def send_400_response(self, msg: str) -> None:
        self._refuse(*(HEAD_TOO_LARGE if self._head_is_too_large() else (400, msg)))

    def shutdown(self) -> None:
        if self._began is None:
            super().shutdown()
        else:  # the request has not arrived
            self.transport.close()

    def _head_is_too_large(self) -> bool:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers) >= MAX_HEAD_BYTES

    def _check_time(self) -> None:
        waiting = self._began is not None and not self.flow.read_paused
        if waiting and self.loop.time() - (self._began or 0) >= READ_TIMEOUT:
            self._refuse(400, f"The request was not complete after {READ_TIMEOUT:g} seconds.")
        else:
            self._timer = self.loop.call_later(1, self._check_time)

    def _refuse(self, status: int, error: str) -> None:
        """Close the connection, after a response unless one has begun or nothing was sent."""
        idle = self.cycle is None or self.cycle.response_complete
        if idle == self._in_head:
            body = Reply.error(status, error).body
            head = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body)
            self.transport.write(STATUS_LINE[status] + head + body)
        self.transport.close()
