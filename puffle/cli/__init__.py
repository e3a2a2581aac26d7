"""The command ``puffle``. Its commands and their flags come from the contract."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from puffle.cli.exceptions import CliError, Interrupted
from puffle.exceptions import PuffleError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; an error is printed as one line.

    Args:
        arguments: the words after ``puffle``; by default those of the command line.

    Returns:
        The exit code: 0 done, 1 refused by the server, 2 wrong usage, 3 no response or an unexpected one, 130
        interrupted.
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
    return failure.exit_code if isinstance(failure, CliError) else CliError.exit_code
