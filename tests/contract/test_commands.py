"""What the contract says for the command line: the words of commands, pages, and questions to confirm."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from puffle.cli.commands import tree
from puffle.cli.flags import BODY, CONFIRM, PAGINATION, flags_of
from puffle.contract import Contract, Operation
from puffle.exceptions import ContractError
from tests.reporting import fail_with
from tests.targets import CONTRACT


def test_commands_follow_from_the_contract() -> None:
    fail_with("openapi.yaml does not give usable commands:", flaws(CONTRACT))


def flaws(contract: Contract) -> Iterator[str]:
    """What keeps ``puffle`` from using the contract, or from doing what it says."""
    try:
        tree(contract)
    except ContractError as error:
        yield str(error)
    for operation in contract.operations:
        names = operation.definition.get(PAGINATION)
        if names is not None:
            yield from (f"{PAGINATION} of {operation.id}: {flaw}" for flaw in _flaws_of_pages(operation, names))
        for flag in flags_of(operation):
            question = flag.schema.get(CONFIRM)
            if question and (flag.place[0] != BODY or not str(question).endswith("?")):
                yield f"{CONFIRM} of {operation.id}: {json.dumps(question)} is not a question about a field of the body"


def _flaws_of_pages(operation: Operation, names: Mapping[str, str]) -> Iterator[str]:
    members = operation.contract.members(operation.response_schema(200) or {})
    parameters = {part["name"] for part in operation.parameters if part["in"] == "query"}
    yield from (f"{key} is missing" for key in ("page", "items", "total") if key not in names)
    for key, name in names.items():
        if key in ("page", "limit"):
            if name not in parameters:
                yield f"{key}: {name} is not a query parameter"
        elif key not in ("items", "total"):
            yield f"{key} has no meaning"
        elif (
            operation.contract.resolve(members.get(name, {})).get("type") != {"items": "array", "total": "integer"}[key]
        ):
            yield f"{key}: {name} is not {'an array' if key == 'items' else 'an integer'} in the response"


DEFINITION: dict[str, Any] = {
    "operationId": "listLeads",
    "x-cli": "lead list",
    PAGINATION: {"page": "page", "items": "rows", "total": "total"},
    "parameters": [{"name": "page", "in": "query", "schema": {"type": "integer"}}],
    "requestBody": {"content": {"application/json": {"schema": {"properties": {"all": {"type": "boolean"}}}}}},
    "responses": {
        "200": {
            "content": {
                "application/json": {
                    "schema": {"properties": {"rows": {"type": "array"}, "total": {"type": "integer"}}},
                }
            }
        }
    },
}


def edited(old: str, new: str) -> Contract:
    """A contract of one operation in which a text is replaced, with another operation after it."""
    first = json.loads(json.dumps(DEFINITION).replace(old, new))
    other = {"operationId": "other", "x-cli": "lead", "responses": {}}
    return Contract({"info": {"title": "Test", "version": "1"}, "paths": {"/a": {"get": first, "put": other}}})


@pytest.mark.parametrize(
    ("old", "new", "flaw"),
    [
        ('"lead list"', '"lead"', "x-cli of other: lead conflicts with another command"),
        ('"lead list"', '"lead List"', "x-cli of listLeads: lead List is not made of lower-case words"),
        ('"page": "page"', '"page": "number"', "x-pagination of listLeads: page: number is not a query parameter"),
        (
            '"items": "rows"',
            '"items": "leads"',
            "x-pagination of listLeads: items: leads is not an array in the response",
        ),
        (
            '"total": "total"',
            '"total": "rows"',
            "x-pagination of listLeads: total: rows is not an integer in the response",
        ),
        ('"total": "total"', '"size": "rows"', "x-pagination of listLeads: total is missing"),
        ('"total": "total"', '"size": "rows"', "x-pagination of listLeads: size has no meaning"),
        (
            '{"type": "boolean"}',
            '{"type": "boolean", "x-confirm": "Remove all."}',
            'x-confirm of listLeads: "Remove all." is not a question about a field of the body',
        ),
    ],
)
def test_flaws_are_named(old: str, new: str, flaw: str) -> None:
    assert list(flaws(edited("", ""))) == []
    assert flaw in list(flaws(edited(old, new)))
