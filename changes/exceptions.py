"""Errors that ``changes`` raises on purpose, and how a command reports them.

ChangesError
├── CannotCompare    a contract cannot be read or compared
├── NoHistory        git, the repository or the state asked for is missing
└── CannotRunTests   the contract tests of a state cannot be run to their end
"""

from __future__ import annotations

import sys
from collections.abc import Callable


class ChangesError(Exception):
    """Base class of all errors of this package; the message says what is wrong and what to do."""

    exit_code = 2


class CannotCompare(ChangesError):
    """A contract cannot be read or compared."""


class NoHistory(ChangesError):
    """Git, the repository or the state asked for is missing."""


class CannotRunTests(ChangesError):
    """The contract tests of a state cannot be run to their end."""


def run_command(command: Callable[[], int], failure: str) -> int:
    """Run a command; an error raised on purpose becomes one line (``failure: message``) and its exit code."""
    try:
        return command()
    except (ChangesError, OSError) as error:
        message, code = str(error), getattr(error, "exit_code", ChangesError.exit_code)
    except KeyboardInterrupt:
        message, code = "interrupted", 130
    print(f"{failure}: {message}", file=sys.stderr)
    return code
