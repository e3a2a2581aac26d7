"""The command ``puffle``. Its commands and their flags come from the contract."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from puffle.exceptions import CliError, Interrupted, PuffleError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with the words after ``puffle``, by default those of the command line.

    Returns:
        The ``exit_code`` of the error, which is printed as one line; 0 if there is none.
    """
    failure: Exception
    try:
        from puffle.cli.commands import run

        return run(list(sys.argv[1:] if arguments is None else arguments))
    except PuffleError as error:
        failure = error
    except KeyboardInterrupt:
        failure = Interrupted("interrupted; nothing was sent")
    except Exception as error:
        failure = CliError(f"this is a bug in puffle, please report it: {type(error).__name__}: {error}")
    from puffle.cli.output import say

    say(str(failure))
    return getattr(failure, "exit_code", CliError.exit_code)
