"""What an answer means: done, refused, or not understood, and what a person may do about it."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx

from puffle.cli.failures import Failure, NotUnderstood, Refused
from puffle.cli.output import formatted
from puffle.contract import JSON, Operation
from puffle.secret import Secret
from puffle.shapes import validator
from puffle.throttling import seconds_to_wait

LONGEST_SHOWN = 300
SECONDS_OF_A_DAY = 86_400
NOT_JSON = object()

_NEXT_STEPS = {
    400: "Correct what the message names.",
    401: "Check the key in PUFFLE_API_KEY.",
    403: "Use a key that has the permission.",
    404: "Check the ids, that the key is of the workspace that owns them, and PUFFLE_API_BASE_URL.",
}
"""For statuses of which the contract says nothing better in ``x-next-steps``."""


class Answer:
    """An answer of the server to a request of an operation."""

    def __init__(self, operation: Operation, response: httpx.Response, secret: Secret) -> None:
        """Take the answer; what is said of it goes without the secret."""
        self._operation = operation
        self._response = response
        self._secret = secret
        self._status = response.status_code
        self._json = _parsed(response.content)
        self._declared = operation.response(self._status)

    @property
    def message(self) -> str:
        """What the server says, as one sentence; empty where it says nothing."""
        said = self._json
        if isinstance(said, dict) and isinstance(said.get("error"), str):
            said = said["error"]
        elif said is NOT_JSON:
            said = self._response.content.decode("utf-8", "replace")
        text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
        if not text.strip():
            return ""
        text = " ".join("".join(mark if mark.isprintable() else " " for mark in self._secret.hide(text)).split())
        if len(text) > LONGEST_SHOWN:
            text = f"{text[:LONGEST_SHOWN]}…"
        return text if text.endswith((".", "!", "?", "…")) else f"{text}."

    @property
    def _because(self) -> str:
        return f": {self.message}" if self.message else "."

    def result(self) -> bytes:
        """The body of a request that was done.

        Raises:
            Refused: the server understood the request and does not do it.
            NotUnderstood: the answer is none of the contract's.
        """
        clear = self._status in (httpx.codes.UNAUTHORIZED, httpx.codes.TOO_MANY_REQUESTS)  # whatever the body says
        if self._declared is None and not clear:
            raise self._undeclared()
        not_json = self._wants_json and self._json is NOT_JSON
        if not self._response.is_success:
            if not_json and self._response.content.strip() and not clear:
                raise self._not_json()
            raise Refused(_sentences(f"refused with {self._status}{self._because}", self._next()))
        if not_json:
            raise self._not_json()
        problem = self._problem()
        if problem:
            why = f"answered {self._status} outside the contract {self._operation.contract.version}: {problem}"
            raise NotUnderstood(f"{why}. The request was probably done.", self._response.content)
        return self._response.content

    def shown(self, body: bytes, style: str) -> bytes:
        """A body as it is printed: laid out if it is JSON, unless it is wanted, or declared to be, otherwise."""
        if style == "raw" or (self._declared is not None and not self._wants_json):
            return body
        return b"" if self._json is NOT_JSON else formatted(body)

    @property
    def _wants_json(self) -> bool:
        return JSON in (self._declared or {}).get("content", {})

    def _problem(self) -> str:
        """How the body differs from its declared shape, empty where it does not."""
        if not self._wants_json:
            return ""
        schema = (self._declared or {})["content"][JSON].get("schema", {})
        try:
            for error in validator(self._operation.contract, schema).iter_errors(self._json):
                place = ".".join(map(str, error.instance_path)) or "the body"
                said = self._secret.hide(error.message)
                return f"{place}: {said if len(said) <= LONGEST_SHOWN else said[:LONGEST_SHOWN] + '…'}"
        except (ValueError, RecursionError):
            return "it cannot be read"
        return ""

    def _undeclared(self) -> Failure:
        where = self._response.url.copy_with(path=None, query=None)
        if self._response.has_redirect_location and self._response.headers["Location"]:
            to = self._secret.hide(self._response.headers["Location"])[:LONGEST_SHOWN]
            return NotUnderstood(
                f"{where} answered {self._status} and points to {to}: set PUFFLE_API_BASE_URL to where the API is"
            )
        if self._json is NOT_JSON and self._response.content.strip():
            return self._not_json()
        step = "Check that puffle is as new as the server."
        if self._response.is_server_error:
            step = "The server has failed: try again later."
        elif self._response.is_success:
            step = "The request may have been done all the same."
        known = f"which contract {self._operation.contract.version} does not know"
        if self._response.is_success:
            return NotUnderstood(_sentences(f"answered {self._status}, {known}.", step), self._response.content)
        return NotUnderstood(_sentences(f"answered {self._status}, {known}{self._because}", step))

    def _not_json(self) -> Failure:
        media_type = self._response.headers.get("Content-Type", "").partition(";")[0] or "no media type"
        body = f"({media_type}): {self.message}" if self._response.content.strip() else "(an empty body)."
        failed = self._response.is_server_error
        step = "The server has failed: try again later." if failed else "Check PUFFLE_API_BASE_URL."
        if self._response.is_success:
            step += " The request may have been done all the same."
        said = _sentences(f"answered {self._status} with something that is not JSON {body}", step)
        return NotUnderstood(said, self._response.content if self._response.is_success else None)

    def _next(self) -> str:
        declared = self._declared or {}
        for step in declared.get("x-next-steps", ()):
            if re.search(step.get("where", ""), self.message):
                return str(step["step"])
        if self._status == httpx.codes.TOO_MANY_REQUESTS:
            seconds = seconds_to_wait(self._response.headers.get("Retry-After", ""), 0)
            if seconds > SECONDS_OF_A_DAY:
                return "It asks to wait for more than a day."
            return f"It asks to wait {seconds:.0f} s: try again then." if seconds >= 1 else "Try again later."
        return _NEXT_STEPS.get(self._status, "")


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content, parse_constant=_no_constant, parse_int=_int)
    except (ValueError, RecursionError):
        return NOT_JSON


def _int(digits: str) -> float:
    try:
        return int(digits)
    except ValueError:  # Python reads no more than some thousand digits
        return float(digits)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _sentences(*parts: str) -> str:
    return " ".join(filter(None, parts))
