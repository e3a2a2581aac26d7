"""The flags of every command that do not come from the contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import click

from puffle.cli.flags import CONFIRM, PAGINATION, Flag
from puffle.contract import Operation
from puffle.secret import KEY_VARIABLE

MAX_TIMEOUT = 86_400


class Options(NamedTuple):
    """How a command is carried out, and how its result is printed."""

    style: str
    include: bool
    dry_run: bool
    timeout: float
    """Seconds for one response."""
    env_file: str | None
    all_pages: bool = False
    yes: bool = False


def own_flags(operation: Operation, flags: Sequence[Flag]) -> list[click.Option]:
    """The flags of the command of an operation, besides those for its parameters and the fields of its body."""
    formats = click.Choice(["json", "pretty", "raw"])
    about_format = "json and pretty: formatted; raw: as received.  [default: json]"
    about_dry_run = f"Print the request as a curl command, with ${KEY_VARIABLE} for the key; send nothing."
    own = [
        click.Option(["--format", "style"], type=formats, default="json", help=about_format),
        click.Option(["--include", "-i"], is_flag=True, help="Print the status and the headers of the response first."),
        click.Option(["--dry-run"], is_flag=True, help=about_dry_run),
        click.Option(
            ["--timeout"], metavar="SECONDS", default="60", callback=_seconds, help="For one response.  [default: 60]"
        ),
        click.Option(["--env-file"], metavar="FILE", help="Variables that override those of the environment."),
    ]
    if PAGINATION in operation.definition:
        about = "Read all pages, and print them as one response (raw: one after the other)."
        own.insert(0, click.Option(["--all-pages"], is_flag=True, help=about))
    if any(CONFIRM in flag.schema for flag in flags):
        own.insert(0, click.Option(["--yes"], is_flag=True, help="Do not ask for confirmation."))
    return own


def _seconds(_context: click.Context, _option: click.Parameter, text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= MAX_TIMEOUT:
        raise click.BadParameter(f"{text!r} is not a number of seconds between 0 and {MAX_TIMEOUT}")
    return seconds
