"""One case of a test, so that it can be run again alone."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass

from contract_tests.exchange import Request

AGAIN = "test_request_again"
"""The test that sends one request of an earlier run again."""


class UnreadableCase(ValueError):
    """A case is not as a verdict has named it."""


@dataclass(frozen=True)
class Case:
    """One case of one test, as the verdict names it."""

    test: str
    """The test's name, with its parameters."""
    choices: bytes = b""
    """What Hypothesis drew, in its own encoding; empty where it draws nothing."""

    @classmethod
    def read(cls, text: str) -> Case:
        """Take a case as ``str`` gives it."""
        test, _, choices = text.partition("@")
        return cls(test, choices.encode())

    @classmethod
    def of_request(cls, request: Request) -> Case:
        """The case that sends one request again."""
        parts = [request.campaign, request.authorization, request.content_type, request.body.decode("latin-1")]
        return cls(AGAIN, base64.urlsafe_b64encode(zlib.compress(json.dumps(parts).encode())))

    def request(self) -> tuple[str, str | None, str, bytes]:
        """Campaign, authorization, content type and body of such a case.

        Raises:
            UnreadableCase: it is none.
        """
        try:
            parts = json.loads(zlib.decompress(base64.urlsafe_b64decode(self.choices)))
            campaign, authorization, content_type, body = parts
            return str(campaign), authorization, str(content_type), body.encode("latin-1")
        except (ValueError, zlib.error, AttributeError, TypeError):
            raise UnreadableCase(str(self)) from None

    def __str__(self) -> str:
        """One word."""
        return f"{self.test}@{self.choices.decode()}" if self.choices else self.test
