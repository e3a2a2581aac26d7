"""What the verdict shows: a request and its response."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from puffle import strict_json
from puffle.curl import curl
from puffle.exceptions import NotJSON
from puffle.secret import in_shell

MAX_SHOWN = 400


@dataclass(frozen=True)
class Request:
    """A request as it is sent, except for the key."""

    method: str
    url: str
    """With the query."""
    authorization: str | None
    """A template for ``Secret.header``; None sends no header."""
    content_type: str
    body: bytes
    campaign: str = field(default="", kw_only=True)
    operation: str = field(default="", kw_only=True)
    """The operation's key."""
    may_be_refused: bool = field(default=False, kw_only=True)
    """Whether the contract leaves open if it is refused, and with which 4xx."""

    @cached_property
    def sent(self) -> Any:
        """The parsed body, as a lenient server would read it; None when it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def size(self) -> int:
        """How much there is to read in it."""
        return len(self.url) + len(self.body)

    def curl(self) -> str:
        """A bash command that reads the key from the environment."""
        has_body = bool(self.content_type or self.body)
        headers = [shlex.quote(f"Content-Type: {self.content_type}".rstrip())] if has_body else []
        if self.authorization is not None:
            headers.insert(0, f'"Authorization: {in_shell(self.authorization)}"')
        return curl(self.method, self.url, headers, self.body if has_body else None, "-i")


@dataclass(frozen=True)
class Exchange(Request):
    """A request and its response."""

    status: int
    """0 when there was no response."""
    media_type: str
    """In lower case and without parameters."""
    content: bytes
    """The body of the response, with the key hidden."""

    @property
    def is_open_refusal(self) -> bool:
        """Whether it was refused in a way that the contract leaves open."""
        return self.may_be_refused and 400 <= self.status < 500

    @cached_property
    def json(self) -> Any:
        """The parsed body of the response; a ``NotJSON`` when it is not strict JSON."""
        try:
            return strict_json.parse(self.content)
        except NotJSON as error:
            return error

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    def outcome(self) -> str:
        text = "".join(char if char.isprintable() else " " for char in self.text)
        shown = text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}… ({len(self.content)} bytes)"
        return f"{self.status} {shown}".rstrip() if self.status else shown


def quoted(value: object) -> str:
    """A value as JSON, cut to a readable length."""
    text = json.dumps(value, ensure_ascii=False)
    length = len(value) if isinstance(value, str) else len(text)
    return text if len(text) <= 160 else f"{text[:160]}… ({length} characters)"
