"""``python -m mock.sandbox``: serve the sandbox on this machine until it is told to stop."""

from __future__ import annotations

import argparse
import contextlib
import json
import socket
import sys

import uvicorn

from mock.sandbox import seed
from mock.sandbox.app import create_app
from mock.sandbox.rules import OPERATION, Rules
from mock.sandbox.store import Store
from puffle import contract
from puffle.contract import JSON


def main() -> int:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m mock.sandbox", description=__doc__, usage=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=4011, help="port on 127.0.0.1; 0 takes a free one")
    port = parser.parse_args().port

    listener = socket.socket(proto=socket.IPPROTO_TCP)  # asyncio sets TCP_NODELAY only where it sees the protocol
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        print(f"cannot serve on port {port}: {error}; name another with PORT=", file=sys.stderr)
        return 2

    the_contract, workspaces = contract.load(), seed.load()
    app = create_app(the_contract, Rules(the_contract, Store(workspaces)))
    listener.listen(128)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    example = next(the_contract.operation(OPERATION).examples())
    print(f"The sandbox is listening on {url}. Keys: {', '.join(workspace.key for workspace in workspaces)}. Try:")
    print(f"curl -X PATCH {url}{example.path} -H 'Authorization: Bearer {workspaces[0].key}' \\")
    print(f"  -H 'Content-Type: {JSON}' -d '{json.dumps(example.body)}'", flush=True)
    server = uvicorn.Server(uvicorn.Config(app, log_level="info", timeout_graceful_shutdown=5))
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    return 0


if __name__ == "__main__":
    sys.exit(main())
