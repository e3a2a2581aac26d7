"""The reference page in a browser: served by the sandbox, and opened as a file."""

from __future__ import annotations

import copy
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from mock.process import Server
from pages.calls import calls_of, variables
from pages.reference import NoPage
from pages.reference import page as reference
from puffle import address, contract
from puffle.contract import Contract, Example, Operation, Schema
from puffle.validation import validator
from tests.browsing import DESKTOP, PHONE, visit
from tests.running import KEY, LEAD, ROOT, in_bash, make
from tests.sandboxes import rows, sandbox

pytestmark = pytest.mark.slow

CONTRACT = contract.load()
UPDATE = next(one for one in CONTRACT.operations if one.method == "PATCH")
EXAMPLES = list(UPDATE.examples())
SERVER = next(one for one in CONTRACT.servers if address.is_loopback(address.host(one["url"])))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with sandbox() as running:
        yield running


def part_of(page: Page, operation: Operation = UPDATE) -> Locator:
    """The part of the page about an operation."""
    return page.locator(f".opblock[id$={operation.id}]")


def execute(part: Locator) -> str:
    """Send the request in the form, and return the status of the response."""
    part.get_by_role("button", name="Execute").click()
    expect(part.locator(".live-responses-table")).to_be_visible()
    return part.locator(".live-responses-table tbody .response-col_status").inner_text().split()[0]


def fields(schema: Schema, above: str = "") -> Iterator[tuple[str, bool]]:
    """The fields of a schema, with the path that leads to them, and whether they are assumed."""
    schema = CONTRACT.resolve(schema)
    if "items" in schema:
        yield from fields(schema["items"], f"{above.removesuffix('.')}[].")
    for name, member in CONTRACT.members(schema).items():
        field = CONTRACT.resolve(member)
        yield above + name, field.get("x-assumed", False)
        yield from fields(field, f"{above}{name}.")


def test_page_contains_the_whole_contract(browser: Browser, server: Server) -> None:
    with visit(browser, server.url) as visited:
        texts = {one.key: " ".join(part_of(visited.page, one).inner_text().split()) for one in CONTRACT.operations}
    for operation in CONTRACT.operations:
        text = texts[operation.key]
        for rule in operation.rules:
            grade = "assumed" if rule.assumed else "stated"
            assert f"{grade} {rule.promise.replace('`', '')} {rule.id} · openapi.yaml, line " in text, rule.id
        response = operation.response_schema(200)
        assert response
        for name, assumed in [*fields(operation.request_schema or {}), *fields(response)]:
            grade = "assumed" if assumed else "stated"
            assert re.search(rf"\b{grade} {re.escape(name)} [a-z]+", text), name
        for status, declared in operation.responses.items():
            description = " ".join(declared["description"].replace("`", "").split())
            assert f"{status} {description}" in text, status
        assert f"{operation.method} {CONTRACT.default_server}{operation.path_template}" in text


def test_every_link_leads_somewhere(browser: Browser, server: Server) -> None:
    with visit(browser, server.url) as visited:
        links = visited.page.locator("nav a").evaluate_all("links => links.map(link => link.hash)")
        assert len(links) == len(set(links)) > 2 * len(CONTRACT.operations)
        for link in links:
            expect(visited.page.locator(link)).to_have_count(1)


def sendable(operation: Operation) -> Iterator[Example]:
    """The examples whose parameters the schemas allow: neither the form nor ``puffle`` sends the others."""
    for example in operation.examples():
        schemas = {(one["in"], one["name"]): one["schema"] for one in operation.parameters}
        if all(validator(CONTRACT, schemas[key]).is_valid(value) for key, value in example.parameters.items()):
            yield example


@pytest.mark.parametrize("operation", CONTRACT.operations, ids=lambda operation: operation.method)
def test_every_example_gets_its_response(browser: Browser, operation: Operation) -> None:
    with sandbox() as fresh, visit(browser, fresh.url) as visited:
        part = part_of(visited.page, operation)
        for example in sendable(operation):
            part.get_by_label("Example request").select_option(example.name)
            assert execute(part) == str(example.status), example.name
            if example.status >= 400:
                assert example.response["error"].split()[0] in part.locator(".live-responses-table").inner_text()


def test_form_edits_a_lead(browser: Browser, server: Server) -> None:
    with visit(browser, server.url) as visited:
        part = part_of(visited.page)
        body = part.locator("textarea.body-param__text")
        expect(body).to_have_value(re.compile("Janet"))
        body.fill(body.input_value().replace("Janet", "Zoë"))
        execute(part)
        expect(part.locator(".live-responses-table")).to_contain_text('"first_name": "Zoë"')
    assert rows(server)[LEAD]["first_name"] == "Zoë"


def test_page_opened_as_a_file_sends_to_the_local_server_of_the_contract(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "reference.html"
    file.write_text(reference(CONTRACT), "utf-8")
    sent: list[tuple[str, str | None]] = []
    with visit(browser, file) as visited:
        page = visited.page
        page.route(SERVER["url"] + "/**", lambda route: route.fulfill(status=429, json={"error": "Too many."}))
        page.on("request", lambda request: sent.append((request.method, request.url)))
        execute(part_of(page))
    assert sent == [("PATCH", SERVER["url"] + EXAMPLES[0].path)]


def test_page_shows_the_operations_of_another_contract(browser: Browser, tmp_path: Path) -> None:
    document: dict[str, Any] = copy.deepcopy(dict(CONTRACT.document))
    item = document["paths"][UPDATE.path_template]
    for method in ("get", "post", "delete"):
        del item[method]
    contains_itself = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Loop"}}}
    document["components"]["schemas"]["Loop"] = contains_itself
    example = {"summary": "Of another campaign.", "x-parameters": {"id": "other"}, "value": {}}
    content = {"application/json": {"schema": contains_itself, "examples": {"loop": example}}}
    item["get"] = {
        "operationId": "getLoop",
        "x-rules": [{"$ref": "#/components/x-rules/bearer-required"}],
        "responses": {"200": {"description": "A loop.", "content": content}},
    }
    document["paths"]["/bare"] = {"post": {"operationId": "postBare", "responses": {"204": {"description": "Done."}}}}
    another = Contract(document, (ROOT / "openapi.yaml").read_text("utf-8"))
    file = tmp_path / "reference.html"
    file.write_text(reference(another), "utf-8")

    with visit(browser, file) as visited:
        page = visited.page
        assert page.locator(".errors-wrapper").count() == 0
        text = page.locator("body").inner_text()
        selects = page.get_by_label("Example request")
        assert selects.nth(0).locator("option").count() == len(EXAMPLES)
        assert selects.nth(1).locator("option").all_inner_texts() == ["Of another campaign. (200)"]
        expect(part_of(page).locator("input").first).to_have_value(re.compile("-"))
        expect(page.locator("[id$=getLoop] input").first).to_have_value("other")

    for operation in another.operations:
        assert f"{operation.method} {another.default_server}{operation.path_template}" in text
    assert text.count("bearer-required · openapi.yaml, line ") == 2
    assert "next.next" not in text


def test_page_without_a_server_to_send_to_is_not_built() -> None:
    document = {**CONTRACT.document, "servers": CONTRACT.servers[:1]}
    with pytest.raises(NoPage, match=r"add one on this machine to openapi\.yaml"):
        reference(Contract(document))


def test_page_cannot_send_to_another_machine(browser: Browser, server: Server) -> None:
    with visit(browser, server.url) as visited:
        refused = visited.page.evaluate("fetch('http://192.0.2.7/').catch(error => String(error))")
        assert "Failed to fetch" in refused
        assert any("Content Security Policy" in error for error in visited.errors)
        visited.errors.clear()


def test_typed_key_is_not_shown(browser: Browser, server: Server) -> None:
    key = "pk_sandbox_bob"
    with visit(browser, server.url) as visited:
        page = visited.page
        page.get_by_role("button", name="Authorize").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name="Logout").click()
        dialog.get_by_role("textbox").fill(key)
        assert visited.barriers("heading-order") == []
        dialog.get_by_role("button", name="Authorize").click()
        dialog.get_by_role("button", name="Close").last.click()
        assert execute(part_of(page)) == "404", "the draft campaign is not Bob's"
        assert key not in page.locator("body").inner_text()


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_page_is_accessible(browser: Browser, server: Server, size: dict[str, int], scheme: str) -> None:
    with visit(browser, server.url, viewport=size, color_scheme=scheme) as visited:
        execute(part_of(visited.page))
        assert visited.barriers() == []
        assert not visited.is_too_wide()


@pytest.mark.parametrize("operation", CONTRACT.operations, ids=lambda operation: operation.method)
@pytest.mark.parametrize("tool", ["curl", "Python", "puffle"])
def test_calls_do_what_the_examples_say(operation: Operation, tool: str, tmp_path: Path) -> None:
    with sandbox() as server:
        exported = variables(SERVER).replace(SERVER["url"], server.url)
        examples = list(operation.examples() if tool == "curl" else sendable(operation))
        for example in examples if tool == "curl" else (examples[0], examples[-1]):
            call = calls_of(operation, example, server.url)[tool]
            assert KEY not in call
            if tool == "Python":
                call = f"{shlex.quote(sys.executable)} -c {shlex.quote(call)}"
            elif tool == "puffle" and "--all" in call:
                call += " --yes"  # there is no terminal to confirm it on
            done = in_bash(f"{exported}; {call}", tmp_path, server.url)
            if tool == "curl":
                assert done.stdout.decode().startswith(f"HTTP/1.1 {example.status} "), done.stdout
            elif tool == "puffle":
                assert (done.returncode == 0) == (example.status == 200), done.stderr
                assert example.status == 200 or f"refused with {example.status}" in done.stderr.decode()
            else:
                assert done.returncode == 0, done.stderr
                assert b"Error(" in done.stdout or example.status == 200


def test_operation_that_the_client_lacks_has_no_python_call() -> None:
    document: dict[str, Any] = copy.deepcopy(dict(CONTRACT.document))
    document["paths"][UPDATE.path_template]["patch"]["operationId"] = "renamed"
    renamed = next(one for one in Contract(document).operations if one.id == "renamed")
    assert set(calls_of(renamed, EXAMPLES[0], SERVER["url"])) == {"curl", "puffle"}


def test_page_is_built_by_one_command(tmp_path: Path) -> None:
    done = make("docs", f"OUT={tmp_path}")
    assert done.stdout == f"The contract as one page that works offline: {tmp_path}/index.html\n"
    assert (tmp_path / "index.html").read_text("utf-8") == reference(CONTRACT)


def test_missing_swagger_ui_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("pages.reference.SWAGGER_UI", tmp_path / "none")
    with pytest.raises(NoPage, match="needs Swagger UI: run `make docs`, which installs it"):
        reference(Contract(CONTRACT.document))
