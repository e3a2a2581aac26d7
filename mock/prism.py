"""``python -m mock.prism``: serve Prism, which answers from the contract's examples and remembers nothing.

With ``--upstream`` it stands in front of another server instead, and reports what breaks the contract there: in its
log, and to the client in the header ``sl-violations``.
"""

from __future__ import annotations

import argparse
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

from mock.process import NotServing, serving
from puffle.contract import CONTRACT_FILE

PRISM = Path(__file__).parent.parent / "node_modules" / ".bin" / "prism"


def command(port: int = 0, upstream: str | None = None) -> list[str]:
    """The command that serves Prism on that port of 127.0.0.1; 0 takes a free one."""
    mode, behind = ("mock", []) if upstream is None else ("proxy", [upstream])
    return [str(PRISM), mode, "--host", "127.0.0.1", "--port", str(port), str(CONTRACT_FILE.resolve()), *behind]


def main() -> int:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m mock.prism", description=__doc__, usage=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=4010, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--upstream", metavar="URL", help="the server to stand in front of")
    arguments = parser.parse_args()
    problem = _problem(arguments.port, arguments.upstream)
    if problem:
        print(problem, file=sys.stderr)
        return 2
    try:
        with serving(command(arguments.port, arguments.upstream), show=lambda line: print(line, end="")) as server:
            return server.wait()
    except NotServing as error:
        print(f"Prism does not serve: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def _problem(port: int, upstream: str | None) -> str | None:
    if not PRISM.exists():
        return "Prism is not installed: run `make mock`, which sets it up"
    if upstream is not None and not _is_url(upstream):
        return "the proxy needs a server to stand in front of: make proxy UPSTREAM=https://…"
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        return f"cannot serve on port {port}: {error}; name another with PORT="
    return None


def _is_url(text: str) -> bool:
    try:
        url = urlsplit(text)
        return url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        return False


if __name__ == "__main__":
    sys.exit(main())
