"""Sends requests to an application in this process: no socket, no server, no event loop."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

import httpx
from starlette.types import ASGIApp, Message


class AppTransport(httpx.BaseTransport):
    """Calls an ASGI application that never waits for anything but its request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body, sent = request.read(), list[Message]()

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        path, _, query = request.url.raw_path.partition(b"?")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": request.url.scheme,
            "method": request.method, "path": request.url.path, "raw_path": path, "query_string": query,
            "root_path": "", "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("127.0.0.1", 1), "server": (request.url.host, request.url.port),
        }  # fmt: skip
        run(self._app(scope, receive, send))  # type: ignore[arg-type]
        content = b"".join(message.get("body", b"") for message in sent[1:])
        return httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=content, request=request)


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that never suspends."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    raise RuntimeError("the application waits for something other than its request")
