"""What the linter cannot check: the sandbox returns the examples, and the contract says all that the project needs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx

from mock import run
from puffle.contract import JSON
from tests.contract.test_examples import LEAD, UPDATE, parts
from tests.reporting import fail_with
from tests.targets import CONTRACT, make_app
from tests.transport import AppTransport


def test_the_sandbox_returns_the_examples() -> None:
    problems = []
    for operation, example in [(one, example) for one in CONTRACT.operations for example in one.examples()]:
        with httpx.Client(transport=AppTransport(make_app()), base_url="http://sandbox") as client:
            headers = {"Authorization": f"Bearer {run.variables()['PUFFLE_API_KEY']}"}
            body = {} if example.body is None else {"json": example.body}
            query = {name: value for (place, name), value in example.parameters.items() if place == "query"}
            response = client.request(operation.method, example.path, params=query, headers=headers, **body)
        if response.status_code != example.status:
            problems.append(f"{example.name}: status {response.status_code} instead of {example.status}")
        problems += [f"{example.name}: {each}" for each in differences(example.response, response.json())]
    fail_with("openapi.yaml or mock/sandbox/seed.yaml: the sandbox does not return these examples:", problems)


def differences(expected: Any, actual: Any, *place: str) -> Iterator[str]:
    """Where two bodies differ, except in the time of the edit."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name in [*expected, *(name for name in actual if name not in expected)]:
            if name != "updated_at":
                yield from differences(expected.get(name), actual.get(name), *place, name)
    elif expected != actual:
        yield f"{'.'.join(place)}: {json.dumps(actual)} instead of {json.dumps(expected)}"


def test_operations_have_examples_of_every_response() -> None:
    for operation in CONTRACT.operations:
        shown = {str(example.status) for example in operation.example_responses()}
        assert shown == {status for status, one in operation.responses.items() if JSON in one.get("content", {})}


def test_one_example_lead_is_complete_and_one_has_nulls() -> None:
    leads = [example.response["prospect"] for example in UPDATE.examples() if example.status == 200]
    assert any(set(lead) == set(CONTRACT.members(LEAD)) and None not in lead.values() for lead in leads)
    assert any(None in lead.values() for lead in leads)


def test_requests_have_no_defaults() -> None:
    for operation in CONTRACT.operations:
        schema = CONTRACT.standalone(operation.request_schema or {})
        assert not [place for place, part in parts(schema) if "default" in part], "a client would send and store it"


def test_assumptions_are_stated() -> None:
    for place, part in parts(CONTRACT.document):
        if "x-assumed" in part:
            assert part["x-assumed"] is True, place
            assert "promise" in part or re.search(r"^Assumed: .+\.$", part["description"], re.MULTILINE), place


def test_rules_have_readable_ids_and_distinct_sentences() -> None:
    assert all(re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", rule.id) and rule.promise.endswith(".") for rule in CONTRACT.rules)
    assert len({rule.promise for rule in CONTRACT.rules}) == len(CONTRACT.rules)
