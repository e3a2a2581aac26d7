"""Whether an answer has the shape that the contract declares for it."""

from __future__ import annotations

from dataclasses import dataclass

import jsonschema_rs

from contract_tests.exchange import NOT_JSON, Exchange
from puffle.contract import JSON, Operation
from puffle.shapes import validator

ANSWERS = "answers"
ERROR_BODY = "error-body"


@dataclass(frozen=True)
class Problem:
    """How an answer differs from its declared shape."""

    check: str
    """``answers``, or ``error-body`` where only an assumption is contradicted."""
    expected: str


class Shapes:
    """The declared answers of an operation."""

    def __init__(self, operation: Operation) -> None:
        """Compile a validator for each declared status."""
        self._validators: dict[int, jsonschema_rs.Draft202012Validator] = {}
        self._assumed: set[int] = set()
        for status, response in operation.responses.items():
            schema = response["content"][JSON]["schema"]
            self._validators[status] = validator(operation.contract, schema)
            if operation.contract.resolve(schema).get("x-assumed"):
                self._assumed.add(status)

    def problem(self, exchange: Exchange) -> Problem | None:
        """The first thing that is wrong with an answer's shape."""
        if exchange.status == 0:
            return Problem(ANSWERS, "an answer within the time limit")
        if exchange.status not in self._validators:
            declared = ", ".join(map(str, self._validators))
            return Problem(ANSWERS, f"one of the declared statuses {declared}")
        check = ERROR_BODY if exchange.status in self._assumed else ANSWERS
        if exchange.media_type != JSON or exchange.json is NOT_JSON:
            return Problem(check, f"a body of {JSON} with status {exchange.status}")
        try:
            for error in self._validators[exchange.status].iter_errors(exchange.json):
                place = ".".join(map(str, error.instance_path)) or "the body"
                return Problem(
                    check, f"a body as the schema of status {exchange.status} says; {place}: {error.message}"
                )
        except (ValueError, RecursionError):  # lone surrogates, or hundreds of lists in one another
            return Problem(check, f"a body that can be read, with status {exchange.status}")
        return None
