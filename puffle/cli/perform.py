"""Carry out a command: build its request, ask if that is required, send it, and print the response."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from puffle.cli import call, output, paging
from puffle.cli.flags import Flag
from puffle.cli.options import Options
from puffle.cli.sending import Sender
from puffle.cli.settings import read_settings
from puffle.cli.values import read_values
from puffle.contract import Operation
from puffle.exceptions import CliError, Interrupted, UsageError


def perform(operation: Operation, texts: Mapping[Flag, Any], options: Options) -> None:
    """Send the request of these flags and print the response, or print the request as a ``curl`` command."""
    server = read_settings(operation.contract, options.env_file, needs_key=operation.secured and not options.dry_run)
    try:
        values = read_values([(flag, [""] if flag.is_switch else text) for flag, text in texts.items() if text])
        if options.all_pages:
            values = paging.first_page(operation, values, options)
        request = call.build(operation, values)
        for name in request.unlisted:
            output.say(server.secret.hide(f"note: the contract does not list {name}, so the server may ignore it"))
        if options.dry_run:
            output.write(f"{request.as_curl(server.base_url)}\n".encode(), "the curl command")
            return
        _confirm(request, options)
        try:
            with Sender(operation, server, options.timeout) as sender:
                if options.all_pages:
                    result = paging.read(operation, values, sender, options.style)
                    output.write(server.secret.hide_in_bytes(result), "all pages were read, but they")
                else:
                    _send(request, sender, options)
        except KeyboardInterrupt:
            raise Interrupted("interrupted; the request may have been carried out") from None
    except CliError as error:
        error.args = (server.secret.hide(str(error)),)
        raise


def _send(request: call.Call, sender: Sender, options: Options) -> None:
    response = sender.send(request)
    problem = response.problem()
    head = response.head() if options.include else b""
    body = response.shown(options.style) if problem is None or response.is_success else b""
    output.write(head + body, f"{'the request was carried out, but ' if response.is_success else ''}the response")
    if problem is not None:
        raise problem


def _confirm(request: call.Call, options: Options) -> None:
    """Ask the questions of the contract on the terminal; ``UsageError`` unless all are answered with yes."""
    for place, question in request.questions if not options.yes else ():
        if not (sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty()):
            raise UsageError(f'{place}: "{question}" must be confirmed: add --yes')
        print(f"{question} [y/N]", end=" ", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise UsageError("not confirmed; nothing was sent")
