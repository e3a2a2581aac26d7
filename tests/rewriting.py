"""An application whose responses are rewritten before they are sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from puffle.contract import Operation


@dataclass
class Response:
    """A response that can still be changed."""

    status: int
    json: Any
    number: int = 1
    """How many responses there have been, including this one."""
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """Sent instead of the JSON when it is set."""

    @property
    def lead(self) -> dict[str, Any]:
        """The lead in a 200."""
        lead: dict[str, Any] = self.json["prospect"]
        return lead


Rewrite = Callable[[Response], None]


class Rewriting:
    """Wraps an application whose responses are JSON.

    Args:
        app: the application.
        rewrite: changes a response.
        operation: the operation whose responses are rewritten; None rewrites those of all.
    """

    def __init__(self, app: ASGIApp, rewrite: Rewrite, operation: Operation | None = None) -> None:
        self._app = app
        self._rewrite = rewrite
        self._method = operation.method if operation else None
        self._path = (
            re.compile(re.sub(r"\\\{[^}]*\}", "[^/]+", re.escape(operation.path_template))) if operation else None
        )
        self._responses = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._path and not (scope["method"] == self._method and re.fullmatch(self._path, scope["path"])):
            await self._app(scope, receive, send)
            return
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        self._responses += 1
        content = orjson.loads(b"".join(message.get("body", b"") for message in messages[1:]))
        response = Response(messages[0]["status"], content, self._responses)
        self._rewrite(response)
        body = orjson.dumps(response.json) if response.raw is None else response.raw
        headers = {"content-type": response.media_type, "content-length": str(len(body)), **response.headers}
        pairs = [(name.encode(), value.encode()) for name, value in headers.items() if value]
        await send({"type": "http.response.start", "status": response.status, "headers": pairs})
        await send({"type": "http.response.body", "body": body})
