"""Printing: results to standard output, everything else to standard error, with colour only on a terminal."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from puffle.exceptions import CliError
from puffle.secret import KEY_VARIABLE, Secret, without_keys


def say(message: str) -> None:
    """Print a message as one line on standard error."""
    message = Secret(os.environ.get(KEY_VARIABLE, "")).hide(message)  # it may have been typed in the wrong place
    line = " ".join(without_keys(message).split())
    printable = "".join(char if char.isprintable() else "?" for char in line)
    if sys.stderr is not None:
        try:
            print(painted("puffle:", "31;1", sys.stderr), printable, file=sys.stderr, flush=True)
        except OSError:  # nobody can read it; the exit code is left
            discard(2)


def write(result: bytes, what: str) -> None:
    """Write bytes to standard output; if that fails, the ``CliError`` begins with ``what`` they are."""
    try:
        sys.stdout.buffer.write(result)
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # the reader, such as `head`, has had enough
        discard()
    except OSError as error:
        discard()
        raise CliError(f"{what} could not be written: {error.strerror}") from None


def discard(descriptor: int = 1) -> None:
    """Discard all further output to a descriptor, so that Python does not report it as lost at the end."""
    with open(os.devnull, "wb") as null:  # noqa: PTH123 -- only the descriptor is needed
        os.dup2(null.fileno(), descriptor)


def painted(text: str, colour: str, stream: TextIO | None) -> str:
    """The text in a colour, if the stream is a terminal that shows colours."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return text if stream is None or plain or not stream.isatty() else f"\x1b[{colour}m{text}\x1b[0m"
