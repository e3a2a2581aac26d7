"""Requests as commands of bash."""

from __future__ import annotations

import shlex
from collections.abc import Iterable


def curl(method: str, url: str, headers: Iterable[str], body: bytes | None, *options: str) -> str:
    """A request as a command of bash that runs as it is.

    Args:
        method: in upper case.
        url: the whole address.
        headers: each as a word of bash, quoted, so that one may name a variable.
        body: the bytes to send, None for none.
        options: more options of curl.
    """
    parts = ["curl", *options, "-X", method, shlex.quote(url)]
    for header in headers:
        parts += ["-H", header]
    if body is None:
        return " ".join(parts)
    if b"\0" in body:  # no argument can hold it
        octal = "".join(f"\\{byte:03o}" for byte in body)
        return f"printf '{octal}' | {' '.join(parts)} --data-binary @-"
    return f"{' '.join(parts)} --data-raw {_quoted(body)}"


def _quoted(body: bytes) -> str:
    """The bytes as one word of bash, in which nothing stands that a terminal or an XML file would not take."""
    text = body.decode("utf-8", "surrogateescape")
    if text.isprintable():
        return shlex.quote(text)
    return "$'" + "".join(map(_escaped, text)) + "'"


def _escaped(mark: str) -> str:
    if mark in "\\'":
        return "\\" + mark
    return mark if mark.isprintable() else "".join(f"\\x{byte:02x}" for byte in mark.encode("utf-8", "surrogateescape"))
