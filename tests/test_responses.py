"""Responses are checked against what the contract declares."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from contract_tests.exchange import Exchange
from contract_tests.responses import RESPONSES, ResponseChecks
from mock.sandbox.operations.update_lead_in_campaign import OPERATION
from tests.targets import CONTRACT

FOUND = CONTRACT.find(OPERATION)
assert FOUND is not None
UPDATE = FOUND


def exchange(status: int, content: bytes, media_type: str = "application/json", body: bytes = b"") -> Exchange:
    return Exchange("PATCH", "http://x", None, "", body, status, media_type, content, operation=UPDATE.key)


GOOD = json.dumps(next(example for example in UPDATE.examples() if example.name == "full-row").response).encode()


def changed(definition: Mapping[str, Any]) -> ResponseChecks:
    """The checks of the operation with other responses."""
    operation = replace(UPDATE, definition={**UPDATE.definition, "responses": definition})
    return ResponseChecks([operation])


@pytest.mark.parametrize(
    ("status", "media_type", "content"),
    [
        (200, "text/html", GOOD),
        (200, "application/json", b"{}"),
        (204, "application/json", b""),
        (422, "application/json", b'{"error": "x"}'),
        (0, "", b"no response"),
        (200, "application/json", GOOD.replace(b"250", b"NaN")),
        (200, "application/json", GOOD.replace(b"250", b"-Infinity")),
        (200, "application/json", b"\xef\xbb\xbf" + GOOD),
        (200, "application/json", GOOD.decode().encode("utf-16")),
        (200, "application/json", GOOD.replace(b'"region"', b'"employees"')),
        (400, "application/json", b'{"error": "x", "error": "y"}'),
    ],
)
def test_response_that_differs_from_its_declaration_fails(status: int, media_type: str, content: bytes) -> None:
    checks = ResponseChecks(CONTRACT.operations)
    assert checks.problem(exchange(200, GOOD)) is None
    problem = checks.problem(exchange(status, content, media_type))
    assert problem
    assert problem.check == RESPONSES


@pytest.mark.parametrize(
    ("declared", "status", "is_declared"),
    [("4XX", 422, True), ("4XX", 500, False), ("default", 500, True), ("204", 204, True)],
)
def test_ranges_and_default_are_declared(declared: str, status: int, is_declared: bool) -> None:
    checks = changed({declared: {"description": "No content."}})
    assert (checks.problem(exchange(status, b"", "")) is None) is is_declared


def test_response_of_another_declared_media_type_needs_no_json() -> None:
    checks = changed({"200": {"description": "Text.", "content": {"text/csv": {"schema": {"type": "string"}}}}})
    assert checks.problem(exchange(200, b"a,b", "text/csv")) is None
