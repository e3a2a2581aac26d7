"""Errors that ``puffle`` raises on purpose; the message of each is one line.

PuffleError
├── ContractError       the contract cannot be used as it is
├── NotJSON             a text is not strict JSON
└── CliError            a command failed; exit code 3
    ├── UsageError      exit code 2
    ├── Refused         exit code 1
    └── Interrupted     exit code 130
"""


class PuffleError(Exception):
    """Base class of all errors of this package."""


class ContractError(PuffleError, ValueError):
    """The contract cannot be used; the message names the place."""


class NotJSON(PuffleError, ValueError):
    """A text is not strict JSON (RFC 8259)."""


class CliError(PuffleError):
    """The command failed, or the response is not one that the contract describes."""

    exit_code = 3


class UsageError(CliError):
    """The command line or the environment is wrong; nothing was sent."""

    exit_code = 2


class Refused(CliError):
    """The server refused the request."""

    exit_code = 1


class Interrupted(CliError):
    """Ctrl-C; the message says whether the request may have been carried out."""

    exit_code = 130
