"""The sandbox over HTTP: it remembers, it refuses, and it never falls over."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from mock.sandbox import seed
from puffle import contract
from tests.implementations import CONTRACT, implementation
from tests.running import DRAFT, KEY, LEAD, served

OPERATION = CONTRACT.operation("updateLeadInCampaign")
TEMPLATE = OPERATION.path_template
JSON_TYPE = {"Content-Type": contract.JSON}


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with served(implementation) as url, httpx.Client(base_url=url, headers={"Authorization": f"Bearer {KEY}"}) as it:
        yield it


def edit(client: httpx.Client, campaign: str = DRAFT, lead: str = LEAD, **updates: object) -> httpx.Response:
    return client.patch(OPERATION.path(id=campaign), json={"prospect_id": lead, "updates": updates})


def send(client: httpx.Client, body: bytes, **headers: str) -> httpx.Response:
    return client.patch(OPERATION.path(id=DRAFT), content=body, headers={**JSON_TYPE, **headers})


def test_edits_add_up(client: httpx.Client) -> None:
    assert edit(client, first_name="Janet").json()["prospect"]["first_name"] == "Janet"
    row = edit(client, company="CRO").json()["prospect"]
    assert (row["first_name"], row["company"], row["last_name"]) == ("Janet", "CRO", "Smith")


def test_ids_are_found_in_either_case(client: httpx.Client) -> None:
    assert edit(client, DRAFT.upper(), LEAD.upper(), first_name="Janet").json()["prospect"]["first_name"] == "Janet"


@pytest.mark.parametrize("campaign", seed.load()[0].campaigns[1:], ids=lambda campaign: campaign.status)
def test_campaign_that_is_no_draft_is_named(client: httpx.Client, campaign: seed.Campaign) -> None:
    answer = edit(client, campaign.id, campaign.leads[0]["id"], first_name="Janet")
    assert answer.status_code == 400
    assert campaign.status in answer.json()["error"]


def test_foreign_campaign_is_not_told_from_a_missing_one(client: httpx.Client) -> None:
    foreign = seed.load()[1].campaign("draft")
    answers = [edit(client, campaign, foreign.leads[0]["id"]) for campaign in (foreign.id, foreign.leads[0]["id"])]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


def test_each_key_reaches_its_own_campaigns(client: httpx.Client) -> None:
    foreign = seed.load()[1]
    client.headers["Authorization"] = f"Bearer {foreign.key}"
    assert edit(client, foreign.campaign("draft").id, foreign.campaign("draft").leads[0]["id"]).status_code == 200
    assert edit(client).status_code == 404


NESTED = b'{"prospect_id": "%s", "updates": {"x": %s1%s}}'


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "as JSON"),
        (b"{", "as JSON"),
        (b"not json", "as JSON"),
        (b'{"a": "\xff"}', "as JSON"),
        (b"[" * 100_000, "as JSON"),
        (b'{"prospect_id": "\\ud800", "updates": {}}', "as JSON"),
        (json.dumps({"prospect_id": LEAD, "updates": {"name": 10**400}}).encode(), "as JSON"),
        (NESTED % (LEAD.encode(), b"[" * 5000, b"]" * 5000), "as JSON"),
        (b"[]", "body"),
        (b"null", "body"),
        (b"{}", "prospect_id"),
        (json.dumps({"prospect_id": LEAD}).encode(), "updates"),
        (json.dumps({"prospect_id": "7", "updates": {}}).encode(), "prospect_id"),
        (json.dumps({"prospect_id": LEAD, "updates": []}).encode(), "updates"),
        (json.dumps({"prospect_id": LEAD, "updates": {"name": ["x" * 5000]}}).encode(), "updates.name"),
        (json.dumps({"prospect_id": LEAD, "updates": {"name": 10**30}}).encode(), "updates.name"),
        (json.dumps({"prospect_id": LEAD, "updates": {"email": "jane"}}).encode(), "updates.email"),
        (b'{"a": "' + b"x" * (1024 * 1024) + b'"}', "larger than 1048576 bytes"),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_bad_body_is_refused_in_the_contracts_words(client: httpx.Client, body: bytes, says: str) -> None:
    answer = send(client, body)
    assert answer.status_code == 400
    assert says in answer.json()["error"]
    assert len(answer.json()["error"]) <= 300
    assert edit(client).json()["prospect"]["updated_at"] == "2023-11-07T05:31:56Z"


def test_long_value_does_not_hide_the_reason(client: httpx.Client) -> None:
    error = edit(client, name=["x" * 5000]).json()["error"]
    assert error.startswith('updates.name: ["xxx')
    assert error.endswith('xxx"] is not of type "string"')


def test_largest_body_is_taken(client: httpx.Client) -> None:
    frame = json.dumps({"prospect_id": LEAD, "updates": {"headline": ""}}).encode()
    body = frame.replace(b'""', b'"%s"' % (b"x" * (1024 * 1024 - len(frame))))
    assert send(client, body).status_code == 200


@pytest.mark.parametrize("depth", [100, 1000])
def test_deep_nesting_in_an_ignored_member_does_no_harm(client: httpx.Client, depth: int) -> None:
    body = NESTED % (LEAD.encode(), b'{"a":' * depth, b"}" * depth)
    assert send(client, body).status_code == 200


def test_missing_key_is_challenged(client: httpx.Client) -> None:
    answer = send(client, b"{}", Authorization="")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_form_is_refused(client: httpx.Client) -> None:
    answer = client.patch(OPERATION.path(id=DRAFT), data={"prospect_id": LEAD})
    assert (answer.status_code, answer.json()) == (415, {"error": "Send the body as application/json."})


def test_other_method_and_path(client: httpx.Client) -> None:
    other = client.delete(OPERATION.path(id=DRAFT))
    assert (other.status_code, other.headers["Allow"]) == (405, "PATCH")
    assert other.json() == {"error": "DELETE is not described by the contract; it allows PATCH."}
    nowhere = client.get("/nowhere")
    assert nowhere.status_code == 404
    assert nowhere.json() == {"error": f"There is nothing here; the contract describes PATCH {TEMPLATE}."}


def test_field_added_to_the_contract_is_validated_and_stored() -> None:
    document = json.loads(json.dumps(CONTRACT.document))
    for name in ("LeadFields", "Lead"):
        document["components"]["schemas"][name]["properties"]["shoe_size"] = {"type": "integer", "maximum": 60}
    with served(lambda: implementation(document=document)) as url:
        client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {KEY}"})
        with client:
            assert edit(client, shoe_size=42).json()["prospect"]["shoe_size"] == 42
            for wrong in ("42", 61):
                answer = edit(client, shoe_size=wrong)
                assert answer.status_code == 400
                assert "updates.shoe_size" in answer.json()["error"]
            assert edit(client).json()["prospect"]["shoe_size"] == 42
