"""``python -m benchmarks.echo PORT``: the most that the sandbox's HTTP server can do: it sends each body back."""

from __future__ import annotations

import socket
import sys

from starlette.types import Receive, Scope, Send

from mock.sandbox.messages import Reply, read_body
from mock.sandbox.server import serve


async def echo(_: Scope, receive: Receive, send: Send) -> None:
    await Reply(200, await read_body(receive)).send(send)


if __name__ == "__main__":
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:  # with this protocol, asyncio sets TCP_NODELAY
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", int(sys.argv[1])))
        serve(echo, listener, grace=1)
