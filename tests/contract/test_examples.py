"""The examples of the contract match its schemas, and the seed of the sandbox matches both."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from mock.sandbox import seed
from puffle.contract import Schema, operation_key
from puffle.validation import validator
from tests.operations.update_lead_in_campaign import OPERATION
from tests.reporting import fail_with
from tests.targets import CONTRACT

UPDATE = next(operation for operation in CONTRACT.operations if operation.key == operation_key(OPERATION))
LEAD = CONTRACT.resolve(CONTRACT.members(UPDATE.response_schema(200) or {})["prospect"])
WORKSPACES = seed.load()
CAMPAIGNS = [campaign for workspace in WORKSPACES for campaign in workspace.campaigns]
LEADS = [lead for campaign in CAMPAIGNS for lead in campaign.leads]
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"

Place = tuple[str | int, ...]


def parts(part: Any, *place: str | int) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Every object in the contract, and its place."""
    if isinstance(part, dict):
        yield place, part
        for name, member in part.items():
            yield from parts(member, *place, name)
    elif isinstance(part, list):
        for index, member in enumerate(part):
            yield from parts(member, *place, index)


def mismatches(schema: Schema, value: Any) -> Iterator[str]:
    """How a value differs from its schema. A member that the schema does not describe is one, too."""
    for error in validator(CONTRACT, schema).iter_errors(value):
        yield f"{path(error.instance_path)}{error.message}"
    yield from (f"{path(place)}not in the schema" for place in undescribed(CONTRACT.resolve(schema), value))


def undescribed(schema: Schema, value: Any, *place: str | int) -> Iterator[Place]:
    members = CONTRACT.members(schema)
    for name, member in value.items() if isinstance(value, dict) and members else ():
        if name in members:
            yield from undescribed(CONTRACT.resolve(members[name]), member, *place, name)
        elif "additionalProperties" not in schema:
            yield *place, name
    for index, item in enumerate(value) if isinstance(value, list) else ():
        yield from undescribed(CONTRACT.resolve(schema.get("items", {})), item, *place, index)


def path(place: Any) -> str:
    return "".join(f"{'.' * (at > 0)}{part}" for at, part in enumerate(place)) + ": " * bool(place)


def test_examples_match_their_schemas() -> None:
    problems = []
    for place, part in parts(CONTRACT.document):
        if "schema" in part:
            named = part.get("examples", {})
            values = [(("examples", name), CONTRACT.resolve(named[name])["value"]) for name in named]
            for key, value in [*values, *([(("example", ""), part["example"])] if "example" in part else [])]:
                where = f"line {CONTRACT.line(*place, *filter(None, key))} ({key[1] or key[0]})"
                problems += [f"{where}: {wrong}" for wrong in mismatches(part["schema"], value)]
    fail_with("openapi.yaml: correct these examples:", problems)


def test_seed_matches_the_contract() -> None:
    problems = [problem for lead in LEADS for problem in mismatches(LEAD, lead)]
    optional = set(CONTRACT.members(LEAD)) - CONTRACT.required_members(LEAD)
    problems += [f"{name}: missing" for lead in LEADS for name in sorted(optional - set(lead))]
    fail_with("mock/sandbox/seed.yaml: correct the leads:", problems)


def test_seed_has_every_campaign_status_and_type() -> None:
    alice, bob = WORKSPACES
    *others, scratch = alice.campaigns
    assert [campaign.status for campaign in others] == [*CONTRACT.campaign_statuses]
    assert [campaign.status for campaign in bob.campaigns] == ["draft"]
    assert all(len(campaign.leads) > 1 for campaign in (*others, *bob.campaigns))
    assert (scratch.status, scratch.leads) == ("draft", ()), "there is a campaign whose leads may all be removed"
    assert {campaign.type for campaign in CAMPAIGNS} == {*CONTRACT.campaign_types}


def test_every_lead_of_the_seed_has_an_identity() -> None:
    assert all(identity for campaign in CAMPAIGNS for identity in campaign.identities)


def test_ids_in_the_contract_are_in_the_seed() -> None:
    known = {UNKNOWN_ID, *UUID.findall(json.dumps(LEADS)), *(campaign.id for campaign in CAMPAIGNS)}
    unknown = dict.fromkeys(UUID.findall(json.dumps(CONTRACT.document)))
    problems = [each for each in unknown if each not in known]
    fail_with("openapi.yaml: replace these ids by ids of mock/sandbox/seed.yaml:", problems)
