"""``python -m mock.sandbox``: serve the sandbox on this machine until it is told to stop."""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import yaml

from mock.sandbox import seed
from mock.sandbox.access_log import AccessLog
from mock.sandbox.admin import PREFIX
from mock.sandbox.app import Sandbox
from mock.sandbox.faults import Failure, Faults, Latency
from mock.sandbox.reload import Reloading
from mock.sandbox.rules import OPERATION, Rules
from mock.sandbox.seed import BadSeed, Workspace
from mock.sandbox.server import LONGEST_REQUEST, serve
from mock.sandbox.store import Store, Unusable
from puffle import contract
from puffle.contract import CONTRACT_FILE, JSON, Operation


def main() -> int:
    """Serve until SIGINT or SIGTERM."""
    options = _options()
    try:
        operation = _operation()
        listener = _listen(options.host, options.port)
        workspaces = seed.read(options.seed, operation) if options.seed else seed.load()
        store = Store(workspaces, options.data)
    except (_CannotServe, BadSeed, Unusable) as error:
        print(error, file=sys.stderr)
        return 2

    log = AccessLog(sys.stdout.fileno() if sys.stdout else None, [workspace.key for workspace in workspaces])
    sandbox = Sandbox(operation.contract, Rules(operation.contract, store), options.faults, log, options.cors)
    reloading = Reloading(CONTRACT_FILE, sandbox, log.say) if options.reload else None
    listener.listen(1024)
    with contextlib.suppress(KeyboardInterrupt):
        with contextlib.suppress(OSError):  # nobody reads
            print(_greeting(listener, options, store, operation, workspaces), flush=True)
        longest = LONGEST_REQUEST + options.latency.longest
        serve(sandbox, listener, longest, log.say, reloading.look if reloading else lambda: None)
    log.close()
    store.close()
    return 0


class _CannotServe(Exception):
    """The contract cannot be served, or the address not be served on."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line."""
        self.exit(2, f"{message}; see `make sandbox ARGS=--help`\n")


def _options() -> argparse.Namespace:
    about = "Serve the sandbox: it keeps every rule of the contract, and remembers edits. Ctrl-C ends it."
    parser = _Parser(prog="python -m mock.sandbox", description=about, allow_abbrev=False)
    add = parser.add_argument
    add("--port", type=int, default=4011, help="port to listen on; 0 takes a free one (default: %(default)s)")
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s, this machine alone)")
    add("--data", type=Path, metavar="FILE", help="keep edits in this SQLite file (default: in memory)")
    add("--seed", type=Path, metavar="FILE", help="start with the leads of this JSON or YAML file")
    add(
        "--latency",
        type=_reading(Latency.read),
        default=Latency(),
        metavar="TIME",
        help="let each PATCH wait: 200ms, or 50ms-2s",
    )
    add("--fail", type=_reading(Failure.read), action="append", default=[], metavar="SHARE=STATUS",
        help="answer that share of the requests with a failure, such as 5%%=429; may be given again")  # fmt: skip
    add("--random-seed", type=int, metavar="NUMBER", help="draw the same waits and failures each time")
    add("--no-cors", dest="cors", action="store_false", help="let no page of another origin through")
    add("--reload", action="store_true", help="go over to a changed openapi.yaml, keeping the leads")
    options = parser.parse_args()
    if options.random_seed is None:
        options.random_seed = random.randrange(1_000_000)  # noqa: S311 -- no secret hangs on it
    options.faults = None
    try:
        if options.latency.longest or options.fail:
            options.faults = Faults(options.latency, tuple(options.fail), options.random_seed)
    except ValueError as error:
        parser.error(str(error))
    return options


def _reading(read: Callable[[str], Any]) -> Callable[[str], Any]:
    def reading(text: str) -> Any:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return reading


def _operation() -> Operation:
    try:
        return contract.load().operation(OPERATION)
    except (OSError, yaml.YAMLError, LookupError, TypeError, AttributeError) as error:
        raise _CannotServe(f"openapi.yaml cannot be served: {' '.join(str(error).split())}") from None


def _listen(host: str, port: int) -> socket.socket:
    try:
        if not 0 <= port <= 65535:
            raise OverflowError("a port is a number from 0 to 65535")
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, proto=socket.IPPROTO_TCP)  # the protocol: else asyncio sets no TCP_NODELAY
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _CannotServe(f"cannot serve on {host} port {port}: {reason}; name another with PORT= or --host") from None
    return listener


def _greeting(
    listener: socket.socket,
    options: argparse.Namespace,
    store: Store,
    operation: Operation,
    workspaces: Sequence[Workspace],
) -> str:
    lines = []
    if options.data:
        lines.append(f"Edits are kept in {options.data}. Leads in it: {store.count()}.")
    if options.seed and not store.filled:
        lines.append(f"{options.data} was filled before: {options.seed} is used by POST {PREFIX}/reset alone.")
    if options.faults:
        lines.append(f"Waits and failures are drawn with --random-seed {options.random_seed}.")
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(options.host, options.host)  # noqa: S104
    if host != options.host:
        lines.append("Other machines are let in: it listens on every address of this one.")
    url = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
    listening = f"The sandbox is listening on {url}; open it to read the contract"
    if options.seed or not all(store.workspace(workspace.key) for workspace in workspaces):
        source = options.seed if store.filled else f"the seed that {options.data} was filled from"
        return "\n".join([*lines, f"{listening}. Keys: those of {source}. State: {url}{PREFIX}/state"])
    example = next(operation.examples())
    lines.append(f"{listening} and to try it. Keys: {', '.join(workspace.key for workspace in workspaces)}. Try:")
    lines.append(f"curl -X PATCH {url}{example.path} -H 'Authorization: Bearer {workspaces[0].key}' \\")
    lines.append(f"  -H 'Content-Type: {JSON}' -d '{json.dumps(example.body)}'")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
