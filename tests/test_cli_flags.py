"""How ``puffle`` reads a contract: names of commands and flags, what may be left out, and what is refused."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import pytest

from puffle import contract
from puffle.cli.commands import Group, tree
from puffle.cli.failures import Failure
from puffle.cli.flags import flags_of
from puffle.cli.request import assemble
from puffle.contract import Contract
from puffle.shapes import BadSchema
from tests.running import ROOT, clean_environment


def document(operations: Mapping[str, Any]) -> Contract:
    """A contract of these operations alone, by path."""
    return Contract({"info": {"version": "1"}, "servers": [{"url": "https://example.com"}], "paths": operations})


def operation(command: str, **rest: Any) -> dict[str, Any]:
    return {"operationId": command.replace(" ", ""), "x-cli": command, "responses": {}, **rest}


@pytest.mark.parametrize("other", ["lead get", "lead", "lead get all"])
def test_commands_that_hide_one_another_are_refused(other: str) -> None:
    both = document({"/a": {"get": operation("lead get")}, "/b": {"get": operation(other)}})
    with pytest.raises(Failure, match=f"more than one command {other}"):
        tree(both)


def test_operation_without_x_cli_has_no_command() -> None:
    silent = {"operationId": "silent", "responses": {}}
    assert list(tree(document({"/a": {"get": silent}, "/b": {"get": operation("lead get")}})).commands) == ["lead"]


def test_names_that_would_be_the_same_are_told_apart() -> None:
    def string(name: str, place: str) -> dict[str, Any]:
        return {"name": name, "in": place, "required": place == "path", "schema": {"type": "string"}}

    body = {"id": {"type": "string"}, "dry_run": {"type": "string"}, "first_name": {"type": "string"}}
    body["firstName"] = {"type": "string"}
    content = {"application/json": {"schema": {"type": "object", "properties": body}}}
    parameters = [string("id", "path"), string("id", "query"), string("format", "query")]
    made = operation("lead get", parameters=parameters, requestBody={"content": content})
    flags = flags_of(document({"/{id}": {"put": made}}).operations[0])
    assert {flag.name: flag.place for flag in flags} == {
        "id": ("path", "id"), "query-id": ("query", "id"), "query-format": ("query", "format"),
        "body-id": ("body", "id"), "body-dry-run": ("body", "dry_run"), "first-name": ("body", "first_name"),
        "body-first-name": ("body", "firstName"),
    }  # fmt: skip


@pytest.mark.parametrize("command", ["--help", "lead Get", "lead 5th"])
def test_words_that_could_not_be_typed_are_refused(command: str) -> None:
    with pytest.raises(Failure, match="not in plain lower-case words"):
        tree(document({"/a": {"get": operation(command)}}))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("paths: [", "ParserError"),
        ("openapi: 3.1.0", "KeyError: 'info'|KeyError: 'paths'"),
        ("{info: {version: '1'}, paths: {/a: {get: {x-cli: 5, operationId: a}}}}", "AttributeError"),
    ],
)
def test_contract_that_is_none_is_said(text: str, says: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "puffle", tmp_path / "puffle", ignore=shutil.ignore_patterns("__pycache__", "openapi.yaml"))
    (tmp_path / "puffle" / "openapi.yaml").write_text(text, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "puffle", "--version"], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env=clean_environment({"PYTHONPATH": str(tmp_path)}), check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert re.match(rf"puffle: the contract cannot be used \(({says})", done.stderr)
    assert "`make lint`" in done.stderr


def test_schema_that_is_none_is_said() -> None:
    flag = {"name": "page", "in": "query", "schema": {"type": "string", "pattern": "["}}
    broken = document({"/a": {"get": operation("lead get", parameters=[flag])}}).operations[0]
    with pytest.raises(BadSchema):
        assemble(broken, flags_of(broken), {"page": ["2"]})


def test_server_of_the_contract_may_have_variables() -> None:
    server = {"url": "https://{region}.example.com", "variables": {"region": {"default": "eu"}}}
    assert (
        Contract({"servers": [server, {"url": "https://other.example.com"}]}).default_server == "https://eu.example.com"
    )
    assert Contract({}).default_server == ""


def test_null_can_be_typed_where_no_text_could_be_meant() -> None:
    def schema(*types: str) -> dict[str, Any]:
        return {"name": "score", "in": "query", "schema": {"type": list(types)}}

    for types, value in ((("integer", "null"), None), (("string", "null"), "null")):
        made = document({"/a": {"get": operation("lead get", parameters=[schema(*types)])}}).operations[0]
        assert assemble(made, flags_of(made), {"score": ["null"]}).parameters == {("query", "score"): value}


def test_contract_may_leave_out_what_openapi_lets_it_leave_out() -> None:
    page = {"name": "page", "in": "query", "schema": {"type": "integer"}}
    made = operation("lead get", description=None, parameters=[page])
    bare = Contract({"info": {"title": "Bare", "version": "1"}, "paths": {"/a": {"get": made}}})
    group = tree(bare).commands["lead"]
    assert isinstance(group, Group)
    for command in (tree(bare), group, group.commands["get"]):
        assert "leadget" in command.get_help(click.Context(command, info_name="puffle"))
    only = bare.operations[0]
    assert assemble(only, flags_of(only), {"page": ["2"]}).parameters == {("query", "page"): 2}


def test_object_that_holds_itself_ends_somewhere() -> None:
    schemas = {
        "Node": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "next": {"$ref": "#/components/schemas/Node"}},
        }
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Node"}}}
    made = document({"/a": {"put": operation("node set", requestBody={"content": content})}})
    made = Contract({**made.document, "components": {"schemas": schemas}})
    assert [flag.name for flag in flags_of(made.operations[0])] == ["name", "next"]


def test_hint_for_what_is_no_draft_names_the_statuses_of_the_contract() -> None:
    operation = contract.load().operation("updateLeadInCampaign")
    pattern = operation.responses[400]["x-next-steps"][0]["where"]
    drafts_only = [f"The campaign is {status}." for status in operation.definition["x-campaign-statuses"][1:]]
    for message in (*drafts_only, "Campaign is not a draft", "A paused campaign cannot be edited"):
        assert re.search(pattern, message), message
    for message in ("The field status must be active.", "updates.name: 5 is not of type string"):
        assert not re.search(pattern, message), message
