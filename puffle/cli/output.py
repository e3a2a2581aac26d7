"""What is printed: results on standard output, everything else on standard error, colour on a terminal alone."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TextIO

from puffle.cli.failures import Failure
from puffle.secret import KEY_VARIABLE, Secret, without_keys

_SHORTEST_KEY_IN_RESULTS = 8
"""A shorter one may well be a word of the data."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[-+.\w]+|[{}\[\]:,]')
_RED, _NAME, _TEXT, _LITERAL = "31;1", "34;1", "32", "36"


def say(message: str) -> None:
    """Tell a person something, in one line on standard error."""
    secret = Secret(os.environ.get(KEY_VARIABLE, ""))  # somebody may have typed it in the wrong place
    line = " ".join(without_keys(secret.hide(message)).split())
    printable = "".join(mark if mark.isprintable() else "?" for mark in line)
    if sys.stderr is not None:
        encoding = sys.stderr.encoding or "utf-8"
        start = _painted("puffle:", _RED, sys.stderr)
        try:
            print(start, printable.encode(encoding, "replace").decode(encoding), file=sys.stderr, flush=True)
        except OSError:  # nobody can be told; the exit code tells it
            abandon(2)


def formatted(body: bytes) -> bytes:
    """A JSON body, laid out for a person: each member as it came, each number digit by digit."""
    lines, depth, before = "", 0, ""
    parts = _TOKEN.findall(body.decode(json.detect_encoding(body), "surrogatepass"))
    for part, follows in zip(parts, [*parts[1:], ""], strict=True):
        if part in ("}", "]"):
            depth -= 1
            lines += part if before in ("{", "[") else f"\n{'  ' * depth}{part}"
        elif part == ":":
            lines += ": "
        elif part == ",":
            lines += f",\n{'  ' * depth}"
        elif part in ("{", "["):
            depth += 1
            lines += part if follows in ("}", "]") else f"{part}\n{'  ' * depth}"
        elif part.startswith('"'):
            lines += _painted(_readable(part), _NAME if follows == ":" else _TEXT, sys.stdout)
        else:
            lines += _painted(part, _LITERAL, sys.stdout)
        before = part
    return f"{lines}\n".encode()


def write(result: bytes, key: str, what: str) -> None:
    """Write a result to standard output, byte by byte, but for the key if a server should echo it.

    Raises:
        Failure: it cannot be written; the message says of what.
    """
    if len(key) >= _SHORTEST_KEY_IN_RESULTS:
        result = result.replace(key.encode(), f"${KEY_VARIABLE}".encode())
    try:
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


def _readable(text: str) -> str:
    """A JSON string with what can be printed as it is, and the rest in JSON's own escapes."""
    marks = json.dumps(json.loads(text, strict=False), ensure_ascii=False)
    return "".join(mark if mark.isprintable() else json.dumps(mark)[1:-1] for mark in marks)


def _painted(text: str, colour: str, stream: TextIO | None) -> str:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return text if stream is None or plain or not stream.isatty() else f"\x1b[{colour}m{text}\x1b[0m"
