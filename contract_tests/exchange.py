"""One request and the answer to it, as the verdict shows them."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from puffle.curl import curl
from puffle.secret import in_shell

NOT_JSON = object()
LONGEST_SHOWN = 400


@dataclass(frozen=True)
class Request:
    """A request as it is sent, but for the key."""

    method: str
    url: str
    authorization: str | None
    """As ``Secret.header`` takes it."""
    content_type: str
    body: bytes
    campaign: str = field(default="", kw_only=True)
    """The one in the URL."""

    def curl(self) -> str:
        """The same request as a command of bash that runs as it is, with the key in the environment."""
        headers = [shlex.quote(f"Content-Type: {self.content_type}".rstrip())]
        if self.authorization is not None:
            headers.insert(0, f'"Authorization: {in_shell(self.authorization)}"')
        return curl(self.method, self.url, headers, self.body, "-i")


@dataclass(frozen=True)
class Exchange(Request):
    """A request, and what came back."""

    status: int
    """0 where no answer came."""
    media_type: str
    """Of the answer, in lower case and without parameters."""
    answer: bytes
    """Without the key."""

    @cached_property
    def json(self) -> Any:
        """The parsed answer, ``NOT_JSON`` where it is none."""
        try:
            return json.loads(self.answer)
        except (ValueError, RecursionError):
            return NOT_JSON

    @property
    def row(self) -> dict[str, Any]:
        """The lead that a 200 answers with, empty where it holds none."""
        prospect = self.json.get("prospect") if isinstance(self.json, dict) else None
        return prospect if isinstance(prospect, dict) else {}

    @property
    def text(self) -> str:
        """The answer for a person to read."""
        return self.answer.decode("utf-8", "replace")

    def outcome(self) -> str:
        """What came, in one line."""
        text = "".join(mark if mark.isprintable() else " " for mark in self.text)
        shown = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}… ({len(self.answer)} bytes)"
        return f"{self.status} {shown}".rstrip() if self.status else shown
