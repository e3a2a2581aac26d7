"""What is printed: results on standard output, everything else on standard error, colour on a terminal alone."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TextIO

from puffle.cli.failures import Failure
from puffle.secret import KEY_VARIABLE, Secret, without_keys

_SHORTEST_KEY_IN_RESULTS = 12
"""A shorter one may well be a word of the data."""
_TOKEN = re.compile(r'(?P<name>"(?:[^"\\]|\\.)*"(?=:))|(?P<text>"(?:[^"\\]|\\.)*")|(?P<literal>\b[-+.\w]+\b)')
_COLOURS = {"name": "34;1", "text": "32", "literal": "36"}
_RED = "31;1"


def say(message: str) -> None:
    """Tell a person something, in one line on standard error."""
    secret = Secret(os.environ.get(KEY_VARIABLE, ""))  # somebody may have typed it in the wrong place
    line = " ".join(without_keys(secret.hide(message)).split())
    printable = "".join(mark if mark.isprintable() else "?" for mark in line)
    start = f"\x1b[{_RED}mpuffle:\x1b[0m" if _coloured(sys.stderr) else "puffle:"
    if sys.stderr is not None:
        encoding = sys.stderr.encoding or "utf-8"
        try:
            print(start, printable.encode(encoding, "replace").decode(encoding), file=sys.stderr, flush=True)
        except OSError:  # nobody can be told; the exit code tells it
            abandon(2)


def formatted(body: bytes) -> bytes:
    """A JSON body for a person to read and for programs to parse; nothing where it is none."""
    try:
        text = json.dumps(json.loads(body), indent=2, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):
        return b""
    shown = "".join(mark if mark.isprintable() or mark == "\n" else json.dumps(mark)[1:-1] for mark in text)
    if _coloured(sys.stdout):
        shown = _TOKEN.sub(lambda found: f"\x1b[{_COLOURS[found.lastgroup or 'text']}m{found[0]}\x1b[0m", shown)
    return shown.encode() + b"\n"


def write(result: bytes, key: str, what: str) -> None:
    """Write a result to standard output, byte by byte, but for the key if a server should echo it.

    Raises:
        Failure: it cannot be written; the message says of what.
    """
    if len(key) >= _SHORTEST_KEY_IN_RESULTS:
        result = result.replace(key.encode(), f"${KEY_VARIABLE}".encode())
    try:
        if sys.stdout is None:
            raise OSError(0, "standard output is closed")
        sys.stdout.buffer.write(result)
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # whoever reads has read enough
        abandon()
    except OSError as error:
        abandon()
        raise Failure(f"{what} could not be written: {error.strerror}") from None


def abandon(descriptor: int = 1) -> None:
    """Write no more to an output, by default the standard one, nor complain of it when Python ends."""
    with open(os.devnull, "wb") as nothing:  # noqa: PTH123 -- a Path opens no better
        os.dup2(nothing.fileno(), descriptor)


def _coloured(stream: TextIO | None) -> bool:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream is not None and stream.isatty() and not plain
