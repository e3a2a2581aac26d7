"""What the linter cannot hold the contract to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema_rs
import pytest

from mock import run
from mock.sandbox import seed
from puffle import contract
from puffle.contract import JSON
from tests.implementations import implementation
from tests.running import served

CONTRACT = contract.load()
OPERATION = CONTRACT.operation("updateLeadInCampaign")
ROWS = {row["id"]: row for workspace in seed.load() for campaign in workspace.campaigns for row in campaign.leads}
CAMPAIGNS = {campaign.id for workspace in seed.load() for campaign in workspace.campaigns}


def parts(part: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of the document, with the place where it stands."""
    if isinstance(part, dict):
        yield place, part
        for name, member in part.items():
            yield from parts(member, f"{place}/{name}")
    elif isinstance(part, list):
        for index, member in enumerate(part):
            yield from parts(member, f"{place}/{index}")


def test_statuses_are_those_of_the_api() -> None:
    assert set(OPERATION.responses) == {200, 400, 401, 403, 404, 415, 429}


@pytest.mark.parametrize("status", OPERATION.responses)
def test_every_response_has_a_valid_example(status: int) -> None:
    content = OPERATION.responses[status]["content"][JSON]
    validator = jsonschema_rs.Draft202012Validator(CONTRACT.standalone(content["schema"]), validate_formats=True)
    assert content["examples"]
    for name, example in content["examples"].items():
        assert not [error.message for error in validator.iter_errors(example["value"])], name


def test_one_example_row_is_full_and_one_shows_nulls() -> None:
    columns = set(CONTRACT.schema("Lead")["properties"])
    rows = [example.response["prospect"] for example in OPERATION.examples() if example.status == 200]
    assert any(set(row) == columns and None not in row.values() for row in rows)
    assert any(None in row.values() for row in rows)


def test_no_default_in_the_request_body() -> None:
    schema = CONTRACT.standalone(OPERATION.request_content["schema"])
    assert [place for place, part in parts(schema) if "default" in part] == [], "a client would send it, and overwrite"


def test_what_is_assumed_is_said() -> None:
    for place, part in parts(CONTRACT.document):
        if "x-assumed" in part:
            assert part["x-assumed"] is True, place
            assert "promise" in part or re.search(r"^Assumed: .+\.$", part["description"], re.MULTILINE), place


def test_rules_have_ids_and_promises_of_their_own() -> None:
    rules = [rule for operation in CONTRACT.operations for rule in operation.rules]
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.id) and rule.promise.endswith(".") for rule in rules)
    assert len({rule.id for rule in rules}) == len({rule.promise for rule in rules}) == len(rules)


def test_seed_rows_are_as_the_contract_describes_them() -> None:
    validator = jsonschema_rs.Draft202012Validator(CONTRACT.standalone(CONTRACT.schema("Lead")), validate_formats=True)
    for row in ROWS.values():
        wrong = [error.message for error in validator.iter_errors(row)]
        assert not wrong, f"mend lead {row['id']} in mock/sandbox/seed.yaml"
        apart = set(row) ^ set(CONTRACT.schema("Lead")["properties"])
        assert not apart, f"mock/sandbox/seed.yaml and Lead in openapi.yaml differ in {', '.join(sorted(apart))}"


def test_seed_has_every_campaign_status() -> None:
    alice, bob = seed.load()
    assert [campaign.status for campaign in alice.campaigns] == OPERATION.definition["x-campaign-statuses"]
    assert all(len(campaign.leads) > 1 for campaign in (*alice.campaigns, *bob.campaigns))
    assert [campaign.status for campaign in bob.campaigns] == ["draft"]
    assert (
        alice.campaign("draft").id == alice.campaign("draft").leads[0]["id"] == "3c90c3cc-0d44-4b50-8888-8dd25736052a"
    )


def test_ids_in_examples_are_those_of_the_seed() -> None:
    shown = set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", json.dumps(CONTRACT.document)))
    known = set(re.findall(r"[0-9a-f-]{36}", json.dumps(ROWS))) | CAMPAIGNS
    assert shown - known == {"00000000-0000-4000-8000-000000000000"}, "the one id that is deliberately unknown"


def test_examples_are_what_the_sandbox_answers() -> None:
    examples = list(OPERATION.examples())
    assert {example.status for example in examples} == {200, 400, 404}
    for example in examples:
        with served(implementation) as url:
            key = {"Authorization": f"Bearer {run.variables()['PUFFLE_API_KEY']}"}
            answer = httpx.request(OPERATION.method, url + example.path, json=example.body, headers=key)
        assert answer.status_code == example.status, example.name
        if example.status == 200:
            moved = {"updated_at": example.response["prospect"]["updated_at"]}
            assert {**answer.json()["prospect"], **moved} == example.response["prospect"], example.name
        else:
            assert answer.json() == example.response, example.name
