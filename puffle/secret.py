"""The API key: how it is sent, how a shell command refers to it, and how it is kept out of all output."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote

KEY_VARIABLE = "PUFFLE_API_KEY"
BEARER = "Bearer {key}"
MIN_LENGTH = 9
"""Shorter texts are not hidden: they may be part of the data, and ``pk_live_`` alone is public."""
_PART = re.compile(r"\{key(?::(upper|basic|(\d+):(\d+)))?\}")
_ANY_KEY = re.compile(r"\bpk_(live|test|sandbox)_\w+")


class Secret:
    """An API key, which is sent in the ``Authorization`` header and shown nowhere."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._spellings: set[str] = set()
        self._shortest: list[str] = []
        """Every other spelling contains one of these."""
        self._hide_from_now_on(key)

    def header(self, template: str) -> str:
        """The value of a header, in which ``{key}`` stands for the key.

        ``{key:2:5}`` is ``key[2:5]``, ``{key:upper}`` the key in upper case, ``{key:basic}`` it as a user of Basic.
        """
        return _PART.sub(self._sent, template)

    def hide(self, text: str) -> str:
        """The text without the key and the parts of it that were sent: plain, percent-encoded, as JSON or Base64."""
        folded = text.casefold()  # almost no text contains any of them, and this is the fastest way to know
        if not any(spelling in folded for spelling in self._shortest):
            return text
        return self._pattern.sub(f"${KEY_VARIABLE}", text)

    def hide_in_bytes(self, data: bytes) -> bytes:
        return self.hide(data.decode("latin-1")).encode("latin-1")

    def _sent(self, part: re.Match[str]) -> str:
        sent = self._key[int(part[2]) : int(part[3])] if part[2] else self._key
        if part[1] == "upper":
            sent = sent.upper()
        elif part[1] == "basic":
            sent = base64.b64encode(f"{sent}:".encode()).decode()
        self._hide_from_now_on(sent)
        return sent

    def _hide_from_now_on(self, text: str) -> None:
        if len(text) < MIN_LENGTH or text in self._spellings:
            return
        whole_groups = text[: len(text) // 3 * 3]  # what follows changes the last characters of Base64
        as_base64 = base64.b64encode(whole_groups.encode()).decode()
        self._spellings |= {text, quote(text, safe=""), json.dumps(text)[1:-1], as_base64}
        longest_first = sorted(self._spellings, key=len, reverse=True)
        self._shortest = []
        for spelling in map(str.casefold, reversed(longest_first)):
            if not any(shorter in spelling for shorter in self._shortest):
                self._shortest.append(spelling)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)


def in_shell(template: str) -> str:
    """A header as a shell reads it between double quotes, with the key as ``$PUFFLE_API_KEY``."""
    return _PART.sub(_part_in_shell, template)


def without_keys(text: str) -> str:
    """The text without anything that looks like a key, such as one in the wrong variable."""
    return _ANY_KEY.sub(r"pk_\1_[hidden]", text)


def _part_in_shell(part: re.Match[str]) -> str:
    if part[1] == "upper":
        return f"${{{KEY_VARIABLE}^^}}"
    if part[1] == "basic":
        return f"$(printf %s: ${KEY_VARIABLE} | base64 -w 0)"
    if part[1]:
        return f"${{{KEY_VARIABLE}:{part[2]}:{int(part[3]) - int(part[2])}}}"
    return f"${KEY_VARIABLE}" if part.end() == len(part.string) else f"${{{KEY_VARIABLE}}}"
