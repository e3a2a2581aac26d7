"""Requests as commands for bash."""

from __future__ import annotations

import shlex
from collections.abc import Iterable


def curl(method: str, url: str, headers: Iterable[str], body: bytes | None, *options: str) -> str:
    """A request as a ``curl`` command for bash.

    Args:
        method: in upper case.
        url: the complete URL.
        headers: each as a quoted word of bash, so that it can refer to a variable.
        body: the bytes to send; None for no body.
        options: further options of curl.
    """
    words = ["curl", *options, "-X", method, shlex.quote(url)]
    for header in headers:
        words += ["-H", header]
    if body is None:
        return " ".join(words)
    if b"\0" in body:  # an argument cannot contain it
        octal = "".join(f"\\{byte:03o}" for byte in body)
        return f"printf '{octal}' | {' '.join(words)} --data-binary @-"
    return f"{' '.join(words)} --data-raw {_quoted(body)}"


def _quoted(body: bytes) -> str:
    """The bytes as one word of bash that contains only printable characters."""
    text = body.decode("utf-8", "surrogateescape")
    return shlex.quote(text) if text.isprintable() else "$'" + "".join(map(_escaped, text)) + "'"


def _escaped(char: str) -> str:
    if char in "\\'":
        return "\\" + char
    return char if char.isprintable() else "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogateescape"))
