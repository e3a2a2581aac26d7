"""How ``puffle`` reads a contract: the names of commands and flags, and the contracts that it refuses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import click
import pytest

from puffle import contract
from puffle.cli import main
from puffle.cli.call import build
from puffle.cli.commands import Group, tree
from puffle.cli.flags import Flag, flags_of
from puffle.cli.values import read_values
from puffle.contract import Contract, Operation
from puffle.exceptions import ContractError


def contract_of(paths: Mapping[str, Any], schemas: Mapping[str, Any] | None = None) -> Contract:
    return Contract(
        {"info": {"title": "Test", "version": "1"}, "paths": paths, "components": {"schemas": schemas or {}}}
    )


def definition(command: str, **rest: Any) -> dict[str, Any]:
    return {"operationId": command.replace(" ", ""), "x-cli": command, "responses": {}, **rest}


def parameter(name: str, schema: Mapping[str, Any], place: str = "query") -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def body(schema: Mapping[str, Any], *, required: bool = True) -> dict[str, Any]:
    return {"required": required, "content": {"application/json": {"schema": schema}}}


def flags_by_name(operation: Operation) -> dict[str, Flag]:
    return {flag.flag: flag for flag in flags_of(operation)}


def test_equal_commands_are_refused() -> None:
    both = contract_of({"/a": {"get": definition("lead get")}, "/b": {"get": definition("lead get")}})
    with pytest.raises(ContractError, match="lead get conflicts with another command"):
        tree(both)


@pytest.mark.parametrize("commands", [("lead", "lead get", "lead get all"), ("lead get all", "lead get", "lead")])
def test_command_can_also_be_a_group(commands: tuple[str, ...]) -> None:
    made = contract_of({f"/{command}": {"get": definition(command)} for command in commands})
    group = tree(made).commands["lead"]
    assert isinstance(group, Group)
    assert group.own is not None
    assert group.own.operation.command == ("lead",)
    inner = group.commands["get"]
    assert isinstance(inner, Group)
    assert inner.own is not None
    assert list(inner.commands) == ["all"]


@pytest.mark.parametrize("command", ["--help", "lead Get", "lead 5th"])
def test_commands_must_be_lower_case_words(command: str) -> None:
    with pytest.raises(ContractError, match="is not made of lower-case words"):
        tree(contract_of({"/a": {"get": definition(command)}}))


def test_operation_without_x_cli_has_no_command() -> None:
    silent = {"operationId": "silent", "responses": {}}
    assert list(tree(contract_of({"/a": {"get": silent}, "/b": {"get": definition("lead get")}})).commands) == ["lead"]


def test_equal_names_are_told_apart() -> None:
    text = {"type": "string"}
    made = definition(
        "lead get",
        parameters=[parameter("id", text, "path"), parameter("id", text), parameter("format", text)],
        requestBody=body({"properties": {"id": text, "dry_run": text, "first_name": text, "firstName": text}}),
    )
    flags = flags_by_name(contract_of({"/{id}": {"put": made}}).operations[0])
    assert {name: flag.place for name, flag in flags.items()} == {
        "id": ("path", "id"), "query-id": ("query", "id"), "query-format": ("query", "format"),
        "body-id": ("body", "id"), "body-dry-run": ("body", "dry_run"), "first-name": ("body", "first_name"),
        "body-first-name": ("body", "firstName"),
    }  # fmt: skip


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_body_with_variants_keeps_its_flags(keyword: str) -> None:
    schemas = {
        "ByIds": {"type": "object", "required": ["ids", "why"], "properties": {
            "ids": {"type": "array"}, "why": {"type": "string"}, "limit": {"type": "integer"}}},
        "All": {"type": "object", "required": ["all", "why"], "properties": {
            "all": {"type": "boolean"}, "why": {"type": "string"}, "limit": {"type": "string"}}},
        "Choice": {keyword: [{"$ref": "#/components/schemas/ByIds"}, {"$ref": "#/components/schemas/All"}]},
    }  # fmt: skip
    made = definition("lead remove", requestBody=body({"$ref": "#/components/schemas/Choice"}))
    flags = flags_by_name(contract_of({"/a": {"delete": made}}, schemas).operations[0])
    assert list(flags) == ["why", "ids", "limit", "all"]
    assert [name for name, flag in flags.items() if flag.required] == ["why"], "the only one that all variants require"
    assert flags["limit"].types == {"integer", "string"}


def test_body_composed_of_parts_requires_what_any_part_requires() -> None:
    parts = [{"required": ["a"], "properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "string"}}}]
    made = definition("lead add", requestBody=body({"allOf": parts, "required": ["b"]}))
    flags = flags_by_name(contract_of({"/a": {"post": made}}).operations[0])
    assert {name: flag.required for name, flag in flags.items()} == {"a": True, "b": True}


def test_nothing_in_an_optional_body_is_required() -> None:
    made = definition("lead add", requestBody=body({"required": ["a"], "properties": {"a": {}}}, required=False))
    assert [flag.required for flag in flags_of(contract_of({"/a": {"post": made}}).operations[0])] == [False]


@pytest.mark.parametrize("wrapped", [False, True])
def test_object_that_contains_itself_has_no_endless_flags(wrapped: bool) -> None:
    reference = {"$ref": "#/components/schemas/Node"}
    inner = {"oneOf": [reference, {"type": "null"}]} if wrapped else reference
    schemas = {"Node": {"type": "object", "properties": {"name": {"type": "string"}, "next": inner}}}
    made = contract_of({"/a": {"put": definition("node set", requestBody=body(reference))}}, schemas)
    assert list(flags_by_name(made.operations[0])) == ["name", "next"]


def test_null_can_be_typed_if_it_cannot_mean_a_string() -> None:
    for types, value in ((["integer", "null"], None), (["string", "null"], "null")):
        made = definition("lead get", parameters=[parameter("score", {"type": types})])
        flag = flags_of(contract_of({"/a": {"get": made}}).operations[0])[0]
        assert read_values([(flag, ["null"])]) == {flag: value}


def test_invalid_schema_is_reported() -> None:
    made = definition("lead get", parameters=[parameter("page", {"type": "string", "pattern": "["})])
    broken = contract_of({"/a": {"get": made}}).operations[0]
    with pytest.raises(ContractError, match="invalid schema"):
        build(broken, {flags_of(broken)[0]: "2"})


def test_help_needs_only_what_openapi_requires() -> None:
    bare = contract_of({"/a": {"get": definition("lead get", description=None)}})
    group = tree(bare).commands["lead"]
    assert isinstance(group, Group)
    for command in (tree(bare), group, group.commands["get"]):
        assert "leadget" in command.get_help(click.Context(command, info_name="puffle"))


def test_unusable_contract_is_reported(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def load() -> Contract:
        raise ContractError("paths is missing")

    monkeypatch.setattr("puffle.cli.commands.load", load)
    assert main(["--version"]) == 3
    assert capsys.readouterr() == ("", "puffle: the contract cannot be used: paths is missing\n")


def test_next_step_for_a_frozen_roster_applies_to_every_status_of_the_contract() -> None:
    own = contract.load()
    steps = [step for one in own.operations for step in (one.response(400) or {}).get("x-next-steps", ())]
    pattern = next(step["where"] for step in steps if "where" in step)
    for status in own.campaign_statuses[1:]:
        assert re.search(pattern, f"The campaign is {status}."), status
    for message in ("Campaign is not a draft", "A paused campaign cannot be edited"):
        assert re.search(pattern, message), message
    for message in ("The field status must be active.", "updates.name: 5 is not of type string"):
        assert not re.search(pattern, message), message
