"""The sandbox remembers, refuses and never fails, whatever the operation's schemas say."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from mock.sandbox import seed
from mock.sandbox.messages import MAX_BODY_BYTES
from puffle.contract import JSON, Contract
from tests.running import DRAFT, LEAD
from tests.sandboxes import OPERATION, PATH, edit, in_process

Document = dict[str, Any]
DOCUMENT = OPERATION.contract.document


RUNNING = [campaign for campaign in seed.load()[0].campaigns if campaign.status != "draft"]


@pytest.fixture
def client() -> httpx.Client:
    return in_process()


def edit_in(client: httpx.Client, campaign: str, lead: str, **updates: object) -> httpx.Response:
    return client.patch(PATH.replace(DRAFT, campaign), json={"prospect_id": lead, "updates": updates})


def send(client: httpx.Client, body: bytes, **headers: str) -> httpx.Response:
    return client.patch(PATH, content=body, headers={"Content-Type": JSON, **headers})


def test_edits_add_up(client: httpx.Client) -> None:
    assert edit(client, first_name="Janet").json()["prospect"]["first_name"] == "Janet"
    lead = edit(client, company="CRO").json()["prospect"]
    assert (lead["first_name"], lead["company"], lead["last_name"]) == ("Janet", "CRO", "Smith")


def test_ids_are_found_in_either_case(client: httpx.Client) -> None:
    response = edit_in(client, DRAFT.upper(), LEAD.upper(), first_name="Janet")
    assert response.json()["prospect"]["first_name"] == "Janet"


@pytest.mark.parametrize("campaign", RUNNING, ids=lambda campaign: campaign.status)
def test_refusal_names_the_status_of_the_campaign(client: httpx.Client, campaign: seed.Campaign) -> None:
    response = edit_in(client, campaign.id, campaign.lead_ids[0], first_name="Janet")
    assert response.status_code == 400
    assert campaign.status in response.json()["error"]


def test_foreign_and_missing_campaigns_get_the_same_response(client: httpx.Client) -> None:
    foreign = seed.load()[1].campaign("draft")
    responses = [edit_in(client, campaign, foreign.lead_ids[0]) for campaign in (foreign.id, foreign.lead_ids[0])]
    assert [response.status_code for response in responses] == [404, 404]
    assert responses[0].content == responses[1].content


def test_each_key_reaches_its_own_campaigns(client: httpx.Client) -> None:
    bob = seed.load()[1]
    client.headers["Authorization"] = f"Bearer {bob.key}"
    assert edit_in(client, bob.campaign("draft").id, bob.campaign("draft").lead_ids[0]).status_code == 200
    assert edit_in(client, DRAFT, LEAD).status_code == 404


NESTED = b'{"prospect_id": "%s", "updates": {"x": %s1%s}}'


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "as JSON"),
        (b"{", "as JSON"),
        (b'{"a": "\xff"}', "as JSON"),
        (b"[" * 100_000, "as JSON"),
        (b'{"prospect_id": "\\ud800", "updates": {}}', "as JSON"),
        (b'{"prospect_id": NaN, "updates": {}}', "as JSON"),
        (NESTED % (LEAD.encode(), b"[" * 5000, b"]" * 5000), "as JSON"),
        (b"null", 'body: null is not of type "object"'),
        (b"{}", 'body: "prospect_id" is a required property'),
        (json.dumps({"prospect_id": LEAD}).encode(), 'body: "updates" is a required property'),
        (json.dumps({"prospect_id": "7", "updates": {}}).encode(), 'prospect_id: "7" is not a valid UUID'),
        (json.dumps({"prospect_id": LEAD, "updates": []}).encode(), 'updates: [] is not of type "object"'),
        (json.dumps({"prospect_id": LEAD, "updates": {"name": 10**30}}).encode(), "updates.name: "),
        (
            json.dumps({"prospect_id": LEAD, "updates": {"email": "jane"}}).encode(),
            'updates.email: "jane" is not a valid email address',
        ),
        (b'{"a": "' + b"x" * MAX_BODY_BYTES + b'"}', "larger than 8388608 bytes"),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_invalid_body_is_refused_and_the_reason_given(client: httpx.Client, body: bytes, says: str) -> None:
    response = send(client, body)
    assert response.status_code == 400
    assert says in response.json()["error"]
    assert edit(client).json()["prospect"]["updated_at"] == "2023-11-07T05:31:56Z"


def test_long_value_does_not_hide_the_reason(client: httpx.Client) -> None:
    error = edit(client, name=["x" * 5000]).json()["error"]
    assert error.startswith('updates.name: ["xxx')
    assert error.endswith('xxx"] is not of type "string"')
    assert len(error) < 300


def test_largest_body_is_accepted(client: httpx.Client) -> None:
    frame = json.dumps({"prospect_id": LEAD, "updates": {"headline": ""}}).encode()
    body = frame.replace(b'""', b'"%s"' % (b"x" * (MAX_BODY_BYTES - len(frame))))
    assert send(client, body).status_code == 200


def test_deep_nesting_in_an_ignored_member_is_harmless(client: httpx.Client) -> None:
    assert send(client, NESTED % (LEAD.encode(), b'{"a":' * 1000, b"}" * 1000)).status_code == 200


def test_missing_key_is_challenged(client: httpx.Client) -> None:
    response = send(client, b"{}", Authorization="")
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_form_is_refused(client: httpx.Client) -> None:
    response = client.patch(PATH, data={"prospect_id": LEAD})
    assert (response.status_code, response.json()) == (415, {"error": "Send the body as application/json."})


def test_other_methods_and_paths_get_what_the_contract_describes(client: httpx.Client) -> None:
    other = client.put(PATH)
    assert (other.status_code, other.headers["Allow"]) == (405, "GET, POST, PATCH, DELETE")
    assert other.json() == {"error": "PUT is not described by the contract; it allows GET, POST, PATCH, DELETE."}
    nowhere = client.get("/nowhere")
    assert nowhere.status_code == 404
    described = ", ".join(f"{one.method} {one.path_template}" for one in OPERATION.contract.operations)
    assert nowhere.json() == {"error": f"There is nothing at this path; the contract describes {described}."}


def changed(change: Callable[[Document], object]) -> Document:
    document: Document = copy.deepcopy(dict(DOCUMENT))
    change(document)
    return document


def with_field(request: Mapping[str, Any], lead: Mapping[str, Any]) -> Document:
    """The contract with one more listed field."""

    def add(document: Document) -> None:
        schemas = document["components"]["schemas"]
        schemas["LeadFields"]["properties"]["added"] = request
        schemas["Lead"]["properties"]["added"] = lead

    return changed(add)


TEAM = {"type": "object", "required": ["size"], "properties": {"size": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("request_schema", "lead_schema", "accepted", "refused"),
    [
        ({"type": "integer", "maximum": 60}, {"type": "integer"}, [42, -1], ["42", 61, 4.5, None]),
        ({"enum": ["s", "m", None]}, {"enum": ["s", "m", None]}, ["s", None], ["xl", 1]),
        ({"type": ["number", "null"]}, {"type": ["number", "null"]}, [1.5, 0, None], ["1.5", True]),
        (TEAM, TEAM, [{"size": 3}, {"size": 3, "more": []}], [{}, {"size": "3"}, []]),
        ({"type": "array", "items": {"type": "string"}}, {"type": "array"}, [[], ["a"]], [[1], "a"]),
        ({"type": "string"}, {"type": "string", "format": "date"}, ["2026-11-25"], ["25.11.2026", ""]),
        ({"type": "string"}, {"type": ["string", "null"], "maxLength": 3}, ["abc"], ["abcd"]),
        ({"type": "boolean"}, {}, [True, False], [0, "true"]),
    ],
    ids=["integer", "enum", "nullable number", "object", "array", "date", "shorter in the lead", "boolean"],
)
def test_values_are_those_that_request_and_lead_both_allow(
    request_schema: Document, lead_schema: Document, accepted: list[object], refused: list[object]
) -> None:
    client = in_process(with_field(request_schema, lead_schema))
    for value in accepted:
        lead = edit(client, added=value).json()["prospect"]
        assert (lead["added"], lead["company"]) == (value, "Acme Corporation")
    for value in refused:
        response = edit(client, added=value)
        assert response.status_code == 400, value
        assert response.json()["error"].startswith("updates.added"), response.json()
    assert edit(client).json()["prospect"]["added"] == accepted[-1]


def rename_schema(document: Document) -> None:
    text = json.dumps(document).replace("schemas/LeadFields", "schemas/ProfileFields")
    document.update(json.loads(text.replace('"LeadFields": {', '"ProfileFields": {')))


def rename_parameter(document: Document) -> None:
    (path,) = document["paths"]
    document["paths"][path]["parameters"][0]["name"] = "campaign"
    document["paths"] = {path.replace("{id}", "{campaign}"): document["paths"][path]}


def rename_operation(document: Document) -> None:
    (path,) = document["paths"].values()
    path["patch"]["operationId"] = "editLead"


@pytest.mark.parametrize("rename", [rename_schema, rename_parameter, rename_operation])
def test_names_in_the_contract_can_change(rename: Callable[[Document], object]) -> None:
    client = in_process(changed(rename))
    assert edit(client, company="Renamed").json()["prospect"]["company"] == "Renamed"
    assert edit(client, company=7).status_code == 400
    assert edit_in(client, "7", LEAD).status_code == 400
    contract = Contract(changed(rename))
    assert seed.read(seed.SEED_FILE, contract) == seed.load()
