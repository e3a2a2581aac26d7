"""The body of a request, bounded."""

from __future__ import annotations

from starlette.types import Receive

from mock.sandbox.rules import Refusal

LARGEST_BODY = 1024 * 1024


async def read_body(receive: Receive) -> bytes:
    """The whole body. Of one that is too large no more is kept than shows that it is; it is read all the same.

    Raises:
        Refusal: it is too large, or ended early.
    """
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(400, "The body ended early.")
        more = message.get("more_body", False)
        if len(body) <= LARGEST_BODY:
            body += message.get("body", b"")
    if len(body) > LARGEST_BODY:
        raise Refusal(400, f"The body is larger than {LARGEST_BODY} bytes.")
    return body
