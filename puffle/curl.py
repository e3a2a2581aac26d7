"""Requests as commands for bash."""

from __future__ import annotations

import shlex
from collections.abc import Iterable


def curl(method: str, url: str, headers: Iterable[str], body: bytes | None, *options: str) -> str:
    """A request as a ``curl`` command for bash; each header is a quoted word of it, and may refer to a variable."""
    command = " ".join(["curl", *options, "-X", method, shlex.quote(url), *(f"-H {header}" for header in headers)])
    if body is None:
        return command
    if b"\0" in body:  # an argument cannot contain it
        octal = "".join(f"\\{byte:03o}" for byte in body)
        return f"printf '{octal}' | {command} --data-binary @-"
    text = body.decode("utf-8", "surrogateescape")
    quoted = shlex.quote(text) if text.isprintable() else "$'" + "".join(map(_escaped, text)) + "'"
    return f"{command} --data-raw {quoted}"


def _escaped(char: str) -> str:
    if char in "\\'":
        return "\\" + char
    return char if char.isprintable() else "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogateescape"))
