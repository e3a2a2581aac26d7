"""Errors that end a command, each with its exit code.

PuffleError
└── CliError                    3
    ├── UsageError              2
    ├── Refused                 1
    ├── UnexpectedResponse      3
    └── Interrupted           130
"""

from __future__ import annotations

from puffle.exceptions import PuffleError


class CliError(PuffleError):
    """The command failed; the message says why and what to do."""

    exit_code = 3


class UsageError(CliError):
    """The command line or the environment is wrong; nothing was sent."""

    exit_code = 2


class Refused(CliError):
    """The server refused the request."""

    exit_code = 1


class UnexpectedResponse(CliError):
    """There was no response, or one that the contract does not describe."""


class Interrupted(CliError):
    """Ctrl-C; the message says whether the request may have been carried out."""

    exit_code = 130
