"""An operation without a module in the sandbox is answered from the contract's examples, as Prism would."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from mock import prism
from mock.process import serving
from mock.sandbox import seed
from mock.sandbox.app import Sandbox
from mock.sandbox.store import Store
from puffle import contract
from puffle.contract import Contract
from tests.running import DRAFT, KEY, LEAD, ROOT
from tests.sandboxes import OPERATION, PATH, edit, in_process, listed
from tests.transport import AppTransport

EXPORTS = """\
  /api/campaigns/{campaign}/exports:
    parameters:
      - {name: campaign, in: path, required: true, schema: {type: string, format: uuid}}
    get:
      operationId: listExports
      summary: List Exports
      parameters:
        - {name: page, in: query, schema: {type: integer, minimum: 1}}
        - {name: status, in: query, required: true, schema: {enum: [pending, sent]}}
        - {name: numbers, in: query, schema: {type: array, maxItems: 2, items: {type: integer}}}
        - {name: share, in: query, schema: {type: number, maximum: 1}}
        - {name: fields, in: query, schema: {type: array, maxItems: 2, items: {type: string}}}
        - {name: detailed, in: query, schema: {type: boolean}}
        - {name: X-Trace, in: header, schema: {type: string, maxLength: 5}}
      responses:
        '200':
          description: One page of exports.
          content:
            application/json:
              schema: {type: object}
              examples:
                first-page: {value: {exports: [], total: 2}}
                second-page: {value: {exports: [], total: 0}}
        '400':
          description: The request is invalid.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Error'}
              examples:
                invalid-page: {value: {error: 'page: 0 is less than the minimum of 1'}}
        '401':
          description: There is no key.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Error'}
              examples:
                unauthorized: {value: {error: unauthorized}}
"""
HEADERS = {"Authorization": "Bearer any"}
EXPORTS_PATH = PATH.replace("/leads", "/exports")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The contract with one more operation."""
    file = tmp_path_factory.mktemp("contract") / "openapi.yaml"
    text = (ROOT / "openapi.yaml").read_text("utf-8")
    file.write_text(text.replace("\ncomponents:\n", f"\n{EXPORTS}components:\n", 1), "utf-8")
    return file


@pytest.fixture
def client(file: Path) -> httpx.Client:
    return client_of(contract.load(file))


def client_of(described: Contract) -> httpx.Client:
    return httpx.Client(transport=AppTransport(Sandbox(described, Store(seed.load()))), base_url="http://127.0.0.1")


@pytest.fixture(scope="module")
def prism_url(file: Path) -> Iterator[str]:
    program, mode, *options = prism.command()
    with serving([program, mode, *(str(file) if option.endswith("yaml") else option for option in options)]) as server:
        yield server.url


def test_first_example_of_a_success_is_the_response(client: httpx.Client) -> None:
    response = client.get(f"{EXPORTS_PATH}?status=sent", headers=HEADERS)
    assert (response.status_code, response.json()) == (200, {"exports": [], "total": 2})


def test_operations_with_a_module_are_carried_out(client: httpx.Client) -> None:
    assert edit(client, company="Edited").json()["prospect"]["company"] == "Edited"
    other = client.delete(EXPORTS_PATH)
    assert (other.status_code, other.headers["Allow"]) == (405, "GET")
    assert "GET /api/campaigns/{campaign}/exports" in client.get("/nowhere").json()["error"]


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("", "status: this query parameter is required"),
        ("status=gone", 'status: "gone" is not one of "pending" or "sent"'),
        ("status=sent&page=0", "page: 0 is less than the minimum of 1"),
        ("status=sent&page=x", 'page: "x" is not of type "integer"'),
        ("status=sent&fields=a,b,c", 'fields: "a,b,c" is not of type "array"'),
        ("status=sent&status=sent", "status: it is given 2 times; give it once"),
        ("status=sent&numbers=1&numbers=2&numbers=3", "numbers: it is given 3 times; give it once"),
        ("status=sent&numbers=1.0", 'numbers: "1.0" is not of type "array"'),
        ("status=sent&share=1.5", "share: 1.5 is greater than the maximum of 1"),
        ("status=sent&detailed=yes", 'detailed: "yes" is not of type "boolean"'),
    ],
)
def test_invalid_parameter_is_named(client: httpx.Client, query: str, error: str) -> None:
    response = client.get(f"{EXPORTS_PATH}?{query}", headers=HEADERS)
    assert (response.status_code, response.json()) == (400, {"error": error})


@pytest.mark.parametrize("query", ["numbers=1,2", "numbers=1&numbers=2", "share=0.5", "share=1.0", "fields=a&fields=b"])
def test_parameter_is_read_as_its_schema_expects(client: httpx.Client, query: str) -> None:
    assert client.get(f"{EXPORTS_PATH}?status=sent&{query}", headers=HEADERS).status_code == 200


REQUESTS: list[tuple[str, dict[str, Any]]] = [
    ("status=sent", {}),
    ("status=sent&page=1", {}),
    ("status=sent&page=0", {}),
    ("status=sent&page=1.5", {}),
    ("status=sent&page=x", {}),
    ("status=gone", {}),
    ("", {}),
    ("status=sent&detailed=true", {}),
    ("status=sent&detailed=yes", {}),
    ("status=sent&other=1", {}),
    ("status=sent", {"Authorization": ""}),
    ("status=sent", {"Authorization": f"Bearer {KEY}"}),
    ("status=sent", {"X-Trace": "12345"}),
    ("status=sent", {"X-Trace": "123456"}),
    ("status=sent", {"Prefer": "code=401"}),
    ("status=sent", {"Prefer": "example=second-page"}),
    ("status=sent", {"Prefer": "example=full-row"}),
    ("page=0", {"Prefer": "code=200"}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("query", "headers"), REQUESTS, ids=str)
def test_status_is_the_one_of_prism(client: httpx.Client, prism_url: str, query: str, headers: dict[str, str]) -> None:
    ours, prisms = (
        httpx_get(f"{url}{EXPORTS_PATH}?{query}", headers={**HEADERS, **headers})
        for httpx_get, url in ((client.get, ""), (httpx.get, prism_url))
    )
    assert ours.status_code == prisms.status_code
    if ours.status_code == 200:
        assert ours.json() == prisms.json()


def test_examples_are_announced(file: Path) -> None:
    sandbox = Sandbox(contract.load(file), Store(seed.load()))
    assert [*sandbox.notices()] == ["GET /api/campaigns/{campaign}/exports has no module: it responds with examples."]
    assert [*Sandbox(contract.load(), Store(seed.load())).notices()] == []


def test_all_operations_can_be_without_a_module(file: Path) -> None:
    described = contract.load(file)
    app = Sandbox(described, Store(seed.load()), handlers={})
    client = httpx.Client(transport=AppTransport(app), base_url="http://127.0.0.1")
    assert edit(client, company="Forgotten").json()["prospect"]["first_name"] == "Janet", "from the contract's example"
    assert edit(client, company=7).status_code == 400
    assert client.patch(PATH, json={}).status_code == 401
    assert client.patch(PATH, data={}, headers=HEADERS).status_code == 415


NEW_OPERATIONS = [
    ("PUT", "/api/campaigns/{id}/leads", f"/api/campaigns/{DRAFT}/leads"),
    ("PUT", "/api/campaigns/{campaign}/leads", f"/api/campaigns/{DRAFT}/leads"),
    ("PUT", "/api/campaigns/mine/leads", "/api/campaigns/mine/leads"),
    ("GET", "/api/campaigns/mine/leads", "/api/campaigns/mine/leads"),
    ("GET", "/api/campaigns/{id}/leads/{lead}", f"/api/campaigns/{DRAFT}/leads/{LEAD}"),
    ("POST", "/api/campaigns/{id}/{action}", f"/api/campaigns/{DRAFT}/launch"),
    ("POST", "/api/campaigns", "/api/campaigns"),
    ("OPTIONS", "/api/keys", "/api/keys"),
    ("HEAD", "/api/keys", "/api/keys"),
    ("TRACE", "/api/keys", "/api/keys"),
]


@pytest.mark.parametrize(("method", "template", "path"), NEW_OPERATIONS)
@pytest.mark.parametrize("content", [True, False])
def test_any_operation_works_once_the_contract_has_it(method: str, template: str, path: str, content: bool) -> None:
    """Whatever the others are called that have the same path, and alongside them."""
    shown = {"200": {"content": {"application/json": {"examples": {"done": {"value": {"done": True}}}}}}}
    added = {"operationId": "added", "responses": shown if content else {"204": {"description": "Done."}}}
    document = copy.deepcopy(dict(OPERATION.contract.document))
    document["paths"].setdefault(template, {})[method.lower()] = added
    client = in_process(document)

    response = client.request(method, path)

    assert (response.status_code, response.content) == ((200, b'{"done":true}') if content else (204, b""))
    assert content or "content-type" not in response.headers
    assert listed(client)["total"] == 4, "the others are still carried out"
    assert edit(client, company="Edited").status_code == 200
    assert method == "GET" or client.get("/api/campaigns/mine/leads").status_code == 400
