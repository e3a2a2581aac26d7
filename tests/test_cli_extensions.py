"""What the command line does beyond plain requests: JSON values, variants, confirmation, pages, groups."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from puffle.cli.flags import flags_of
from puffle.contract import Contract
from tests.running import DRAFT
from tests.scripted import ScriptedResponse

if TYPE_CHECKING:
    from tests.more_operations import Puffle

pytest_plugins = "tests.more_operations"


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ({"kind": "round", "side": 1}, "0.radius: a value is required"),
        ({"kind": "flat", "radius": 1}, "0.side: a value is required"),
        ({"kind": "round", "radius": "1"}, '0.radius: "1" is not of type "number"'),
        ({"kind": "oval"}, '0.kind: "oval" is not one of "round" or "flat"'),
        ({"radius": 1}, "0.kind: a value is required"),
    ],
)
def test_discriminator_tells_which_variant_was_meant(shape: Any, message: str, puffle: Puffle) -> None:
    done = puffle("thing", "draw", "--shapes", json.dumps([shape]))
    assert (done.exit, done.stderr, done.sent) == (2, f"puffle: --shapes: {message}\n", [])


def test_field_is_cleared_with_a_json_value(puffle: Puffle) -> None:
    words = ["campaign", "set", "--id", DRAFT, "--daily-limit", "5", "--address.city", "null"]
    done = puffle(*words, "--address.street:=null", "--enabled:=false", "--weight:=null")
    body = json.loads(done.sent[0].split(" ", 2)[2])
    assert body["address"] == {"city": "null", "street": None}
    assert (body["enabled"], body["weight"]) == (False, None)
    assert "(--address.street:=null for null)" in " ".join(puffle("campaign", "set", "--help").stdout.split())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--address.street a --address.street:=null", "--address.street was given 2 times; give it once"),
        ("--address.street:=a", "--address.street: not valid JSON: Expecting value"),
        ("--address.city:=null", '--address.city: null is not of type "string"'),
        ("--address.strete:=null", "No such option '--address.strete:'"),
    ],
)
def test_json_value_is_checked(words: str, message: str, puffle: Puffle) -> None:
    done = puffle("campaign", "set", "--id", DRAFT, "--daily-limit", "5", *words.split())
    assert (done.exit, done.sent) == (2, [])
    assert message in done.stderr


def test_required_flag_can_be_given_as_json(puffle: Puffle) -> None:
    done = puffle("campaign", "set", f'--id:="{DRAFT}"', "--daily-limit:=5")
    assert done.sent == [f'PUT /api/campaigns/{DRAFT}/settings {{"dailyLimit":5}}']
    assert "Missing option '--id'" in puffle("campaign", "set", "--daily-limit:=5").stderr


def test_any_field_can_ask_for_confirmation(puffle: Puffle) -> None:
    done = puffle("thing", "clear", "--scope", "all")
    assert (done.exit, done.sent) == (2, [])
    assert done.stderr == 'puffle: --scope: "Really clear them?" must be confirmed: add --yes\n'
    assert puffle("thing", "clear", "--scope", "all", "--yes", responses=({"status": 204},)).exit == 0
    assert puffle("thing", "clear", "--names", '["a"]', responses=({"status": 204},)).exit == 0
    assert "--yes" not in puffle("thing", "new", "--help").stdout


def test_pages_are_read_by_the_names_in_the_contract(puffle: Puffle) -> None:
    pages: tuple[ScriptedResponse, ...] = tuple(
        {"status": 200, "body": {"rows": rows, "count": 3, "more": len(rows) > 1}} for rows in ([1, 2], [3])
    )
    done = puffle("thing", "--all-pages", responses=pages)
    assert json.loads(done.stdout) == {"rows": [1, 2, 3], "count": 3, "more": True}
    assert done.sent == ["GET /api/things?number=0", "GET /api/things?number=1"]


@pytest.mark.parametrize("body", [[], {"rows": {}, "count": 1}, {"rows": [], "count": "1"}, {"rows": []}])
def test_page_without_its_items_is_reported(body: Any, puffle: Puffle) -> None:
    done = puffle("thing", "--all-pages", responses=({"status": 200, "body": json.dumps(body)},))
    assert (done.exit, done.stdout) == (3, "")
    assert "page 0: unexpected response: " in done.stderr


def test_command_that_needs_nothing_is_carried_out_although_it_is_a_group(puffle: Puffle) -> None:
    assert puffle("thing").sent == ["GET /api/things"]
    assert "  clear  " in puffle("thing", "--help").stdout


def test_every_command_has_an_example_in_its_help(puffle: Puffle, extended_contract: Contract) -> None:
    for operation in extended_contract.operations:
        example = puffle(*operation.command, "--help").stdout.partition("\nExample:\n")[2].partition("\nEnvironment")[0]
        assert f"  puffle {' '.join(operation.command)}" in example
        for flag in flags_of(operation):
            assert not flag.required or f"--{flag.flag} " in example, flag
