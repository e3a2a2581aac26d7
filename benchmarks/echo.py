"""``python -m benchmarks.echo PORT``: what the sandbox's server can do at most: it answers each body with itself."""

from __future__ import annotations

import socket
import sys

from starlette.types import Receive, Scope, Send

from mock.sandbox.server import serve

_JSON = (b"content-type", b"application/json")


async def echo(_: Scope, receive: Receive, send: Send) -> None:
    """Answer with the body."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = [_JSON, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", int(sys.argv[1])))
        listener.listen(1024)
        serve(echo, listener)
