"""``python -m mock.prism``: serve Prism, which responds with the contract's examples and remembers nothing.

With ``--upstream`` it forwards requests to another server, and reports in its log and in the header ``sl-violations``
what does not follow the contract.
"""

from __future__ import annotations

import argparse
import re
import socket
import sys
from pathlib import Path

from puffle.contract import CONTRACT_FILE

from .process import ServerNotReady, serving

PRISM = Path(__file__).parent.parent / "node_modules" / ".bin" / "prism"


def command(port: int = 0, upstream: str | None = None) -> list[str]:
    """The command that serves Prism on a port of 127.0.0.1; 0 picks a free one."""
    mode, forward_to = ("mock", []) if upstream is None else ("proxy", [upstream])
    return [str(PRISM), mode, "--host", "127.0.0.1", "--port", str(port), str(CONTRACT_FILE.resolve()), *forward_to]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m mock.prism", description=__doc__, usage=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=4010, help="port on 127.0.0.1; 0 picks a free one")
    parser.add_argument("--upstream", metavar="URL", help="the server to forward requests to")
    arguments = parser.parse_args()
    try:
        _check(arguments.port, arguments.upstream)
        with serving(command(arguments.port, arguments.upstream), show=lambda line: print(line, end="")) as server:
            return server.wait()
    except ServerNotReady as error:
        print(f"Prism cannot serve: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def _check(port: int, upstream: str | None) -> None:
    if not PRISM.exists():
        raise ServerNotReady("it is not installed; run `make mock`, which installs it")
    if upstream is not None and not re.fullmatch(r"https?://[\w.-]+(:\d+)?(/.*)?", upstream):
        raise ServerNotReady("the proxy needs a server to forward requests to; use make proxy UPSTREAM=https://…")
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        raise ServerNotReady(f"port {port}: {getattr(error, 'strerror', None) or error}; use another PORT=") from None


if __name__ == "__main__":
    sys.exit(main())
