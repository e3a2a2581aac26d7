"""An application whose answers are rewritten before they leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass
class Answer:
    """An answer on its way out."""

    status: int
    json: Any
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """Sent in place of the JSON where it is set."""

    @property
    def row(self) -> dict[str, Any]:
        """The lead of a 200."""
        row: dict[str, Any] = self.json["prospect"]
        return row


Rewrite = Callable[[Answer], None]


class Rewriting:
    """Stands in front of an application whose answers are all JSON."""

    def __init__(self, app: ASGIApp, rewrite: Rewrite) -> None:
        self._app = app
        self._rewrite = rewrite

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        answer = Answer(messages[0]["status"], orjson.loads(b"".join(m.get("body", b"") for m in messages[1:])))
        self._rewrite(answer)
        body = orjson.dumps(answer.json) if answer.raw is None else answer.raw
        headers = {"content-type": answer.media_type, "content-length": str(len(body)), **answer.headers}
        pairs = [(name.encode(), value.encode()) for name, value in headers.items() if value]
        await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
        await send({"type": "http.response.body", "body": body})
