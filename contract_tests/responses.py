"""Checks every response against the responses that the contract declares."""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import jsonschema_rs

from puffle.contract import JSON, Operation
from puffle.exceptions import NotJSON
from puffle.validation import validator

from .exchange import Exchange

RESPONSES = "responses"
ERROR_BODY = "error-body"


class Problem(NamedTuple):
    """How a response differs from what is declared."""

    check: str
    """``responses``, or ``error-body`` when the declared schema is only assumed."""
    expected: str


class ResponseChecks:
    """The declared responses of some operations."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._operations = {operation.key: operation for operation in operations}
        self._validator = cache(self._compile)

    def problem(self, exchange: Exchange) -> Problem | None:
        """The first difference between a response and what is declared for its status."""
        operation, status = self._operations[exchange.operation], exchange.status
        if status == 0:
            return Problem(RESPONSES, "a response within the time limit")
        response = operation.response(status)
        if response is None and exchange.is_open_refusal:
            return None
        if response is None:
            return Problem(RESPONSES, f"one of the declared statuses {', '.join(operation.responses)}")
        schema = operation.response_schema(status)
        if schema is None or (exchange.media_type != JSON and exchange.media_type in response["content"]):
            return None
        check = ERROR_BODY if schema.get("x-assumed") else RESPONSES
        if exchange.media_type != JSON:
            return Problem(check, f"the media type {JSON} with status {status}")
        if isinstance(exchange.json, NotJSON):
            return Problem(RESPONSES, f"strict JSON with status {status} ({exchange.json})")
        try:
            for error in self._validator(operation.key, status).iter_errors(exchange.json):
                place = ".".join(map(str, error.instance_path)) or "the body"
                return Problem(check, f"a body that matches the schema of status {status}; {place}: {error.message}")
        except (ValueError, RecursionError):  # lone surrogates
            return Problem(check, f"a readable body with status {status}")
        return None

    def _compile(self, key: str, status: int) -> jsonschema_rs.Draft202012Validator:
        operation = self._operations[key]
        return validator(operation.contract, operation.response_schema(status) or {})
