"""Requests and responses as the operations see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from starlette.types import Receive, Send

from puffle.contract import JSON

from .exceptions import Refusal

MAX_BODY_BYTES = 8 * 1024 * 1024


class Incoming(NamedTuple):
    """A request to an operation. The parameters are those of the path, the names of headers are in lower case.

    A query parameter has as many values as were sent.
    """

    parameters: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    body: bytes


class Reply(NamedTuple):
    """A response. The headers are those that do not describe its body."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    media_type: bytes = JSON.encode()

    @classmethod
    def json(cls, status: int, content: Any, headers: Mapping[str, str] | None = None) -> Reply:
        reply = cls(status, orjson.dumps(content))
        return reply.with_headers(headers) if headers else reply

    @classmethod
    def error(cls, status: int, error: str, headers: Mapping[str, str] | None = None) -> Reply:
        return cls.json(status, {"error": error}, headers)

    def with_headers(self, headers: Mapping[str, str]) -> Reply:
        added = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
        return self._replace(headers=(*self.headers, *added))

    async def send(self, send: Send) -> None:
        about_body: tuple[tuple[bytes, bytes], ...] = (
            (b"content-type", self.media_type),
            (b"content-length", b"%d" % len(self.body)),
        )
        if self.status == 204:  # HTTP forbids both
            about_body = ()
        await send({"type": "http.response.start", "status": self.status, "headers": about_body + self.headers})
        await send({"type": "http.response.body", "body": self.body})


async def read_body(receive: Receive) -> bytes:
    """The body of a request; refused if it is too large or ends early."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(400, "The body ended early.")
        more = message.get("more_body", False)
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:  # the server discards the rest
            raise Refusal(400, f"The body is larger than {MAX_BODY_BYTES} bytes.")
    return bytes(body)
