"""What a response means: done, refused or unexpected, and what the user can do about it."""

from __future__ import annotations

import contextlib
import re
import sys
from functools import partial
from typing import Any

import httpx

from puffle import strict_json
from puffle.cli.json_text import Number, compact, layout
from puffle.cli.output import painted
from puffle.cli.problems import first_problem
from puffle.contract import JSON, Operation
from puffle.exceptions import CliError, NotJSON, Refused
from puffle.secret import Secret
from puffle.throttling import seconds_to_wait

MAX_MESSAGE = 300
_NOT_JSON = object()
_CORRECT = "Correct what the message names."
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_NEXT_STEPS = {
    401: "Check the key in PUFFLE_API_KEY.",
    403: "Use a key that has the permission.",
    404: "Check PUFFLE_API_BASE_URL, the ids, and that they belong to the workspace of the key.",
    429: "Try again later.",
}
"""For statuses without ``x-next-steps`` in the contract."""


def formatted(value: Any) -> bytes:
    """JSON as it is printed: laid out, and coloured on a terminal."""
    return f"{layout(value, partial(painted, stream=sys.stdout))}\n".encode()


class Response:
    """The response to a request of an operation; the secret is kept out of everything that is said about it."""

    def __init__(self, operation: Operation, secret: Secret, received: httpx.Response, body: bytes) -> None:
        self.status, self.headers = received.status_code, received.headers
        self.is_success = received.is_success
        self._received, self._operation, self._secret, self._body = received, operation, secret, body
        self._declared = operation.response(self.status) or {}
        self._expects_json = JSON in self._declared.get("content", {})
        self._json: Any = _NOT_JSON
        with contextlib.suppress(NotJSON):
            self._json = strict_json.parse(body, Number)

    @property
    def json(self) -> Any:
        """The body, None if it is not JSON."""
        return None if self._json is _NOT_JSON else self._json

    @property
    def asks_to_wait(self) -> bool:
        is_unavailable = self.status == httpx.codes.SERVICE_UNAVAILABLE and "Retry-After" in self.headers
        return is_unavailable or self.status == httpx.codes.TOO_MANY_REQUESTS

    @property
    def message(self) -> str:
        """What the server says, in one line; empty if it says nothing."""
        said = self._body.decode("utf-8", "replace") if self._json is _NOT_JSON else self._json
        said = said.get("error", said) if isinstance(said, dict) else said
        text = self._secret.hide(said if isinstance(said, str) else compact(said) if said else "")
        line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
        return line if len(line) <= MAX_MESSAGE else f"{line[:MAX_MESSAGE]}…"

    def about(self, said: str, next_step: str) -> str:
        """What is said about the response, the server's message, and the next step, as sentences."""
        is_printed = self.is_success and self._json is not _NOT_JSON
        text = said if is_printed or not self.message else f"{said}: {self.message}"
        return " ".join(filter(None, [text if text.endswith((".", "!", "?", "…")) else f"{text}.", next_step]))

    def problem(self) -> CliError | None:
        """Why the request was not carried out, or why that is not certain; None if it was."""
        is_clear = self.status in (httpx.codes.UNAUTHORIZED, httpx.codes.TOO_MANY_REQUESTS)  # whatever the body says
        is_refusal = (bool(self._declared) and not self.is_success) or httpx.codes.is_client_error(self.status)
        not_json = self._json is _NOT_JSON and self._expects_json and (self.is_success or self._body.strip() != b"")
        version = f"contract {self._operation.contract.version}"
        undeclared = "" if self._declared or is_clear else f", which is not in {version}"
        if is_clear or (is_refusal and not not_json):
            return Refused(self.about(f"refused with {self.status}{undeclared}", self._next_step()))
        if not self._declared:
            return self._unexpected(f"{self.status}{undeclared}")
        if not_json:
            media_type = self.headers.get("Content-Type", "").partition(";")[0] or "no content type"
            return self._unexpected(f"{self.status}, not JSON ({media_type if self._body.strip() else 'empty body'})")
        schema = self._operation.response_schema(self.status)
        problem = None if schema is None else first_problem(self._operation.contract, schema, self._json)
        if problem is None:
            return None
        said = self._secret.hide(f"{'.'.join(problem.place) or 'the body'}: {problem.naming()}")
        return self._unexpected(f"{self.status} does not match {version}: {said}")

    def head(self) -> bytes:
        """The status and the headers, as they are printed: one a line, and an empty line."""
        status = f"{self._received.http_version} {self.status} {self._received.reason_phrase}".rstrip()
        headers = [f"{name.decode('latin-1')}: {value.decode('latin-1')}" for name, value in self.headers.raw]
        return self._secret.hide_in_bytes("".join(f"{line}\n" for line in (status, *headers, "")).encode("latin-1"))

    def shown(self, style: str) -> bytes:
        """The body as it is printed: as received in the style ``raw`` or if it need not be JSON, else formatted."""
        shown = self._body
        if style != "raw" and (self._expects_json or not self._declared):
            with contextlib.suppress(RecursionError):
                shown = b"" if self._json is _NOT_JSON else formatted(self._json)
        return self._secret.hide_in_bytes(shown)

    def _unexpected(self, said: str) -> CliError:
        if httpx.codes.is_redirect(self.status) and "Location" in self.headers:
            target = self._secret.hide(self.headers["Location"])[:MAX_MESSAGE]
            step = f"It redirects to {target}: set PUFFLE_API_BASE_URL to the URL of the API."
        elif self.is_success:
            step = "The request may have been carried out."
        elif httpx.codes.is_server_error(self.status):
            step = "The server failed; try again later."
        else:
            step = "Check PUFFLE_API_BASE_URL."
        return CliError(self.about(f"unexpected response: {said}", step))

    def _next_step(self) -> str:
        is_explained = self.message != "" or self.status in _NEXT_STEPS
        if httpx.codes.is_client_error(self.status) and not is_explained:
            return "The server does not say why; check the values."
        words = _QUOTED.sub("", self.message)  # a value could contain any word
        for step in self._declared.get("x-next-steps", ()):
            if re.search(step.get("where", ""), words):
                return str(step["step"])
        seconds = seconds_to_wait(self.headers.get("Retry-After", ""), 0)
        if self.status == httpx.codes.TOO_MANY_REQUESTS and seconds >= 1:
            return f"The server asks to wait {seconds:,.0f} s; try again then."
        if self.status not in _NEXT_STEPS and not self._declared:  # it may be the page of a gateway
            return "Check PUFFLE_API_BASE_URL." if self._json is _NOT_JSON else _CORRECT
        return _NEXT_STEPS.get(self.status, _CORRECT if self.status == httpx.codes.BAD_REQUEST else "")
