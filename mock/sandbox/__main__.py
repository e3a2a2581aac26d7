"""``python -m mock.sandbox``: serve the sandbox until it is told to stop."""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import shlex
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from puffle import contract
from puffle.contract import CONTRACT_FILE, JSON
from puffle.exceptions import ContractError

from . import seed
from .access_log import AccessLog
from .admin import PREFIX
from .app import Sandbox
from .exceptions import CannotServe, SandboxError
from .faults import Faults, read_failure, read_latency
from .reload import Reloader
from .server import READ_TIMEOUT, serve
from .store import Store


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = _options()
    try:
        described = contract.load()
        workspaces = seed.read(options.seed, described) if options.seed else seed.load(described)
        keys = [workspace.key for workspace in workspaces]
        store = Store(workspaces, options.data)
        listener = _listen(options.host, options.port)
        log = AccessLog(sys.stdout.fileno() if sys.stdout else None, keys)
        sandbox = Sandbox(described, store, faults=options.faults, log=log, cors=options.cors)
    except (OSError, ContractError, SandboxError) as error:
        ours = isinstance(error, SandboxError)
        print(error if ours else f"openapi.yaml cannot be served: {error}", file=sys.stderr)
        return 2
    reloader = Reloader(CONTRACT_FILE, sandbox, log.say) if options.reload else None
    listener.listen(1024)
    with contextlib.suppress(OSError):  # nobody reads
        print("\n".join(_greeting(listener, options, sandbox, keys)), flush=True)
    serve(sandbox, listener, READ_TIMEOUT + options.latency[1], reloader.check if reloader else None)
    log.flush()
    store.close()
    return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message}; see `make sandbox ARGS=--help`\n")


def _options() -> argparse.Namespace:
    about = "Serve the sandbox, a stateful mock that follows every rule of the contract, until Ctrl-C."
    parser = _Parser(prog="python -m mock.sandbox", description=about, allow_abbrev=False)
    add = parser.add_argument
    add("--port", type=int, default=4011, help="port to listen on; 0 picks a free one (default: %(default)s)")
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s, only this machine)")
    add("--data", type=Path, metavar="FILE", help="keep the leads in this SQLite file (default: in memory)")
    add("--seed", type=Path, metavar="FILE", help="start with the leads of this JSON or YAML file")
    add("--latency", type=read_latency, default=(0.0, 0.0), metavar="TIME",
        help="delay each response of an operation: 200ms, or 50ms-2s")  # fmt: skip
    add("--fail", type=read_failure, action="append", default=[], metavar="SHARE=STATUS",
        help="let that share of the requests fail, such as 5%%=429; can be repeated")  # fmt: skip
    add("--random-seed", type=int, default=random.randrange(1_000_000), metavar="NUMBER",  # noqa: S311 -- not a secret
        help="draw the same delays and failures as an earlier run")  # fmt: skip
    add("--no-cors", dest="cors", action="store_false", help="keep pages of other origins out")
    add("--reload", action="store_true", help="serve openapi.yaml anew when it changes, and keep the leads")
    options = parser.parse_args()
    if sum(share for share, _ in options.fail) > 1 + 1e-9:
        parser.error("the shares of --fail add up to more than 100%")
    injects = options.latency[1] or options.fail
    options.faults = Faults(options.latency, options.fail, options.random_seed) if injects else None
    return options


def _listen(host: str, port: int) -> socket.socket:
    try:
        if not 0 <= port <= 65535:
            raise OverflowError("a port is a number from 0 to 65535")
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, proto=socket.IPPROTO_TCP)  # without it, asyncio does not set TCP_NODELAY
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CannotServe(f"cannot listen on {host} port {port}: {reason}; use another PORT= or --host") from None
    return listener


def _greeting(listener: socket.socket, options: argparse.Namespace, sandbox: Sandbox, keys: list[str]) -> Iterator[str]:
    if options.data:
        yield f"The leads are kept in {options.data}, which contains {sandbox.store.count()}."
    if options.seed and not sandbox.store.filled:
        yield f"{options.data} was filled before: {options.seed} is only used by POST {PREFIX}/reset."
    if options.faults:
        yield f"Delays and failures are drawn with --random-seed {options.random_seed}."
    yield from sandbox.notices()
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(options.host, options.host)  # noqa: S104
    if host != options.host:
        yield "Other machines can connect: it listens on every address of this one."
    url = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
    listening = f"The sandbox is listening on {url}; open it in a browser to read and try the contract"
    if options.seed or not all(map(sandbox.store.workspace, keys)):
        source = options.seed if sandbox.store.filled else f"the seed that {options.data} was filled from"
        yield f"{listening}. Keys: those of {source}. State: {url}{PREFIX}/state"
        return
    yield f"{listening}. Keys: {', '.join(keys)}. Try:"
    for operation, example in [(one, shown) for one in sandbox.contract.operations for shown in one.examples()][:1]:
        target = shlex.quote(url + example.path)
        method = "" if operation.method == "GET" else f"-X {operation.method} "
        body = f" \\\n  -H 'Content-Type: {JSON}' -d '{json.dumps(example.body)}'" if operation.request_content else ""
        yield f"curl {method}{target} -H 'Authorization: Bearer {keys[0]}'{body}"


if __name__ == "__main__":
    sys.exit(main())
