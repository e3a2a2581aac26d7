"""A server that sends scripted responses and records requests."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ScriptedResponse = Mapping[str, Any]
"""``status``, ``headers`` and ``body``; ``pause``: seconds between the bytes of the body; empty: hang up.

``silent`` keeps the client waiting until the server is closed.
"""


class ScriptedServer(ThreadingHTTPServer):
    """Serves responses in order, and hangs up when there are none left."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.arrived = threading.Semaphore(0)
        self.closing = threading.Event()
        self.script([])

    def script(self, responses: Sequence[ScriptedResponse]) -> None:
        """Forget all requests, and send these responses from now on."""
        self.responses = iter(responses)
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        """Method and path, headers with names in lower case, body."""

    def sent(self) -> list[str]:
        """Method, path and body of each request."""
        return [f"{line} {body.decode()}".strip() for line, _, body in self.requests]


class _Handler(BaseHTTPRequestHandler):
    server: ScriptedServer

    def _respond(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        self.server.requests.append((f"{self.command} {self.path}", headers, body))
        self.server.arrived.release()
        response = next(self.server.responses, {})
        if "silent" in response:
            self.server.closing.wait(20)
        if "status" in response:
            with contextlib.suppress(OSError):
                self._send(response)

    do_CONNECT = do_DELETE = do_GET = do_PATCH = do_POST = do_PUT = _respond  # noqa: N815

    def _send(self, response: ScriptedResponse) -> None:
        body, status = response.get("body", ""), response["status"]
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        reason = HTTPStatus(status).phrase if status in HTTPStatus.__members__.values() else "Odd"
        headers = {"Content-Type": "application/json", "Content-Length": len(content), "Connection": "close"}
        lines = [f"{name}: {value}" for name, value in {**headers, **response.get("headers", {})}.items()]
        self.wfile.write("\r\n".join([f"HTTP/1.1 {status} {reason}", *lines, "", ""]).encode())
        if "pause" not in response:
            self.wfile.write(content)
            return
        for byte in content:
            self.wfile.write(bytes([byte]))
            if self.server.closing.wait(response["pause"]):
                return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log nothing."""


@contextlib.contextmanager
def scripted(responses: Sequence[ScriptedResponse] = ()) -> Iterator[ScriptedServer]:
    """Serve these responses while the block runs."""
    with ScriptedServer() as server:
        server.script(responses)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()
