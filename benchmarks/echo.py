"""``python -m benchmarks.echo PORT``: the most that the sandbox's HTTP server can do: it sends each body back."""

from __future__ import annotations

import socket
import sys

from starlette.types import Receive, Scope, Send

from mock.sandbox.server import serve


async def echo(_: Scope, receive: Receive, send: Send) -> None:
    """Respond with the body of the request."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:  # with this protocol, asyncio sets TCP_NODELAY
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", int(sys.argv[1])))
        serve(echo, listener, grace=1)
