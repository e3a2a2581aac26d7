"""The ``puffle`` command. Which commands there are, and what they take, is read from the contract."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence

from puffle.cli.failures import Failure, Interrupted


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and say in one line what went wrong.

    Args:
        arguments: the words after ``puffle``; by default what this process was started with.

    Returns:
        The exit code: 0 done, 1 refused by the server, 2 wrong usage, 3 not reached or not understood, 130 interrupted.
    """
    try:
        from puffle.cli.commands import run

        return run(list(sys.argv[1:] if arguments is None else arguments))
    except Failure as error:
        failure = error
    except KeyboardInterrupt:
        failure = Interrupted("interrupted; nothing was done")
    except Exception as error:
        failure = Failure(f"this is a fault of puffle itself, please report it: {type(error).__name__}: {error}")
    if isinstance(failure, Interrupted):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C ends nothing sooner
    from puffle.cli.output import say

    say(str(failure))
    return failure.exit_code
