"""The key: how it is sent, how the shell would spell it, and how it is kept out of everything that is shown."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from urllib.parse import quote

KEY_VARIABLE = "PUFFLE_API_KEY"
BEARER = "Bearer {key}"
SHORTEST_KEY = 4
"""Fewer characters are no secret."""
SHORTEST_PART = 8
"""So many characters of the key on end are hidden; fewer give too little away to make answers unreadable for."""
PUBLIC_PREFIX = "pk_live_"
_KEY = re.compile(r"\{key(?::(upper|basic|(\d+):(\d+)))?\}")
_ESCAPES = ("\\u00", "&#")
_LOOKS_LIKE_A_KEY = re.compile(r"\bpk_(live|test|sandbox)_\w+")


class Secret:
    """An API key that leaves in the ``Authorization`` header, and in no other way."""

    def __init__(self, key: str) -> None:
        """Take the key."""
        self._key = key
        self._length = min(SHORTEST_PART, len(key))
        spellings = tuple(_spellings(key)) if len(key) >= SHORTEST_KEY else ()
        spelled = [spelling.lower() for spelling in spellings]
        self._parts = {part for spelling in spelled for part in self._parts_of(spelling)} - {PUBLIC_PREFIX}
        self._signs = {sign for spelling in spelled for sign in self._signs_of(spelling)}
        self._signs_in_bytes = {sign.encode() for sign in self._signs}

    def header(self, template: str) -> str:
        """The value of a header.

        Args:
            template: the value, in which ``{key}`` stands for the key, ``{key:2:5}`` for what Python's ``key[2:5]``
                would give, ``{key:upper}`` and ``{key:basic}`` for the key in upper case and as the user of Basic
                credentials.
        """
        return _KEY.sub(self._sent, template)

    def hide(self, text: str) -> str:
        """The text without the key, and without longer parts of it, in whatever spelling servers echo it."""
        lower = text.lower()
        if len(lower) != len(text):
            lower = "".join(mark.lower() if len(mark.lower()) == 1 else mark for mark in text)
        if not any(sign in lower for sign in self._signs):
            return text
        hidden, shown, at = [], 0, 0
        while at <= len(lower) - self._length:
            if lower[at : at + self._length] not in self._parts:
                at += 1
                continue
            end = at + self._length
            while lower[end - self._length + 1 : end + 1] in self._parts and end < len(lower):
                end += 1
            whole = text[at:end] == self._key
            hidden += [text[shown:at], f"${KEY_VARIABLE}" if whole else "[hidden: part of the key]"]
            shown = at = end
        return "".join([*hidden, text[shown:]])

    def hide_in_bytes(self, answer: bytes) -> bytes:
        """The same of what came from a server, in whatever encoding it is."""
        lower = answer.lower()
        if not any(sign in lower for sign in self._signs_in_bytes):
            return answer
        return self.hide(answer.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def _sent(self, part: re.Match[str]) -> str:
        if part[1] == "upper":
            return self._key.upper()
        if part[1] == "basic":
            return base64.b64encode(f"{self._key}:".encode()).decode()
        return self._key[int(part[2]) : int(part[3])] if part[1] else self._key

    def _parts_of(self, text: str) -> Iterator[str]:
        length = self._length
        return (text[start : start + length] for start in range(len(text) - length + 1))

    def _signs_of(self, spelling: str) -> Iterator[str]:
        """Short texts one of which stands in each part: where there is none of them there is no part."""
        for escape in _ESCAPES:
            if escape in spelling:
                return iter([escape])
        half = self._length // 2
        return (spelling[at : at + half] for at in range(0, len(spelling) - half + 1, half))


def in_shell(template: str) -> str:
    """A header as a shell reads it between double quotes, with the key in ``$PUFFLE_API_KEY``."""
    return _KEY.sub(_in_shell, template)


def without_keys(text: str) -> str:
    """The text without what looks like anybody's key: one that stands in the wrong variable, say."""
    return _LOOKS_LIKE_A_KEY.sub(lambda found: f"pk_{found[1]}_[hidden]", text)


def _in_shell(part: re.Match[str]) -> str:
    if part[1] == "upper":
        return f"${{{KEY_VARIABLE}^^}}"
    if part[1] == "basic":
        return f"$(printf %s: ${KEY_VARIABLE} | base64 -w 0)"
    if part[1]:
        return f"${{{KEY_VARIABLE}:{part[2]}:{int(part[3]) - int(part[2])}}}"
    return f"${KEY_VARIABLE}" if part.end() == len(part.string) else f"${{{KEY_VARIABLE}}}"


def _spellings(key: str) -> Iterator[str]:
    yield key
    yield key[::-1]
    yield quote(key, safe="")
    yield key.encode().hex()
    yield "".join(f"\\u{ord(mark):04x}" for mark in key)
    yield "".join(f"&#{ord(mark)};" for mark in key)
    yield "".join(f"&#x{ord(mark):x};" for mark in key)
    for before in range(3):  # what Base64 makes of the key depends on how many characters stand before it
        encoded = base64.b64encode(b"\0" * before + key.encode()).decode().rstrip("=")
        yield encoded[2 if before else 0 : -1]
