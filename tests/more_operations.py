"""Commands of the contract extended by ``more-operations.yaml``; a test module names this in ``pytest_plugins``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
import yaml
from click.testing import CliRunner

from puffle.cli import main
from puffle.contract import Contract
from tests.running import KEY, ROOT
from tests.scripted import ScriptedResponse, ScriptedServer, scripted

OK: ScriptedResponse = {"status": 200, "body": "{}"}
SCHEMAS: dict[str, Any] = {
    "Scope": {"type": "string", "enum": ["some", "all"]},
    "Shape": {
        "oneOf": [{"$ref": "#/components/schemas/Circle"}, {"$ref": "#/components/schemas/Square"}],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {"round": "#/components/schemas/Circle", "flat": "Square"},
        },
    },
    "Circle": {"type": "object", "required": ["kind", "radius"], "properties": {
        "kind": {"const": "round"}, "radius": {"type": "number"}}},
    "Square": {"type": "object", "required": ["kind", "side"], "properties": {
        "kind": {"const": "flat"}, "side": {"type": "number"}}},
}  # fmt: skip


class Done(NamedTuple):
    exit: int
    stdout: str
    stderr: str
    sent: list[str]


Puffle = Callable[..., Done]


@pytest.fixture(scope="module")
def extended_contract() -> Contract:
    document: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text("utf-8"))
    document["paths"].update(yaml.safe_load((ROOT / "tests" / "more-operations.yaml").read_text("utf-8")))
    document["tags"].append({"name": "Campaign notes", "description": "What people write down."})
    thing = {"name": "thing-id", "in": "path", "required": True, "schema": {"type": "string"}}
    document["components"].setdefault("parameters", {})["Thing"] = thing
    document["components"]["schemas"].update(SCHEMAS)
    return Contract(document)


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with scripted() as server:
        yield server


@pytest.fixture
def puffle(extended_contract: Contract, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> Puffle:
    """Runs a command of the extended contract against a server with scripted responses."""
    monkeypatch.setattr("puffle.cli.commands.load", lambda: extended_contract)
    monkeypatch.setattr("time.sleep", lambda _: None)

    def run(*words: str, responses: tuple[ScriptedResponse, ...] = (OK,), **variables: str) -> Done:
        server.script(responses)
        environment = {"PUFFLE_API_KEY": KEY, "PUFFLE_API_BASE_URL": server.url, **variables}
        with CliRunner().isolation(env=environment) as (stdout, stderr, _):
            code = main(words)
        return Done(code, stdout.getvalue().decode(), stderr.getvalue().decode(), server.sent())

    return run
