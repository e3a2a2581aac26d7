"""One request and the answer to it, as the verdict shows them."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from functools import cached_property
from typing import Any

KEY_VARIABLE = "PUFFLE_API_KEY"
NOT_JSON = object()
LONGEST_SHOWN = 400


@dataclass(frozen=True)
class Exchange:
    """A request as it was sent, without the key, and what came back."""

    method: str
    url: str
    authorization: str | None
    """As the shell reads it between double quotes, with ``$PUFFLE_API_KEY`` in place of the key."""
    content_type: str
    body: bytes
    status: int
    """0 where no answer came."""
    media_type: str
    """Of the answer, in lower case and without parameters."""
    answer: bytes

    @cached_property
    def json(self) -> Any:
        """The parsed answer, ``NOT_JSON`` where it is none."""
        try:
            return json.loads(self.answer)
        except ValueError:
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

    def curl(self) -> str:
        """The same request as a command that runs as it is, with the key in the environment."""
        parts = ["curl", "-i", "-X", self.method, shlex.quote(self.url)]
        if self.authorization is not None:
            parts += ["-H", f'"Authorization: {self.authorization}"']
        parts += ["-H", shlex.quote(f"Content-Type: {self.content_type}")]
        try:
            body = self.body.decode()
        except UnicodeDecodeError:
            octal = "".join(f"\\{byte:03o}" for byte in self.body)
            return f"printf '{octal}' | {' '.join(parts)} --data-binary @-"
        return f"{' '.join(parts)} --data-raw {shlex.quote(body)}"
