"""The reference page in a browser: served by the sandbox, and opened as a file."""

from __future__ import annotations

import copy
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from mock.process import Server
from pages.calls import calls_of, variables
from pages.reference import NoPage
from pages.reference import page as reference
from puffle import address, contract
from puffle.contract import Contract, Schema
from tests.browsing import DESKTOP, PHONE, visit
from tests.running import KEY, LEAD, ROOT, clean_environment, in_bash, make
from tests.sandboxes import rows, sandbox

pytestmark = pytest.mark.slow

CONTRACT = contract.load()
OPERATION = CONTRACT.operations[0]
EXAMPLES = list(OPERATION.examples())
SERVER = next(one for one in CONTRACT.servers if address.is_loopback(address.host(one["url"])))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with sandbox() as running:
        yield running


def execute(page: Page) -> str:
    """Send the request in the form, and return the status of the response."""
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table")).to_be_visible()
    return page.locator(".live-responses-table tbody .response-col_status").inner_text().split()[0]


def fields(schema: Schema, above: str = "") -> Iterator[tuple[str, bool]]:
    """The fields of a schema, with the path that leads to them, and whether they are assumed."""
    for name, member in CONTRACT.members(CONTRACT.resolve(schema)).items():
        field = CONTRACT.resolve(member)
        yield above + name, field.get("x-assumed", False)
        yield from fields(field, f"{above}{name}.")


def test_page_contains_the_whole_contract(browser: Browser, server: Server) -> None:
    with visit(browser, server.url) as visited:
        text = " ".join(visited.page.locator("body").inner_text().split())
    for rule in OPERATION.rules:
        grade = "assumed" if rule.assumed else "stated"
        assert f"{grade} {rule.promise.replace('`', '')} {rule.id} · openapi.yaml, line " in text, rule.id
    request, response = OPERATION.request_schema, OPERATION.response_schema(200)
    assert request
    assert response
    for name, assumed in [*fields(request), *fields(response)]:
        assert re.search(rf"\b{'assumed' if assumed else 'stated'} {name} [a-z]+", text), name
    for status, declared in OPERATION.responses.items():
        description = " ".join(declared["description"].replace("`", "").split())
        assert f"{status} {description}" in text, status
    assert f"PATCH {CONTRACT.default_server}{OPERATION.path_template}" in text


def test_every_example_gets_its_response(browser: Browser, server: Server) -> None:
    with visit(browser, server.url) as visited:
        page = visited.page
        for example in EXAMPLES:
            page.get_by_label("Example request").select_option(example.name)
            assert execute(page) == str(example.status), example.name
            if example.status >= 400:
                assert example.response["error"].split()[0] in page.locator(".live-responses-table").inner_text()


def test_form_edits_a_lead(browser: Browser, server: Server) -> None:
    with visit(browser, server.url) as visited:
        page = visited.page
        body = page.locator("textarea.body-param__text")
        expect(body).to_have_value(re.compile("Janet"))
        body.fill(body.input_value().replace("Janet", "Zoë"))
        execute(page)
        expect(page.locator(".live-responses-table")).to_contain_text('"first_name": "Zoë"')
    assert rows(server)[LEAD]["first_name"] == "Zoë"


def test_page_opened_as_a_file_sends_to_the_local_server_of_the_contract(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "reference.html"
    file.write_text(reference(CONTRACT), "utf-8")
    sent: list[tuple[str, str | None]] = []
    with visit(browser, file) as visited:
        page = visited.page
        page.route(SERVER["url"] + "/**", lambda route: route.fulfill(status=429, json={"error": "Too many."}))
        page.on("request", lambda request: sent.append((request.method, request.url)))
        execute(page)
    assert sent == [("PATCH", SERVER["url"] + EXAMPLES[0].path)]


def test_page_shows_the_operations_of_another_contract(browser: Browser, tmp_path: Path) -> None:
    document: dict[str, Any] = copy.deepcopy(dict(CONTRACT.document))
    item = document["paths"][OPERATION.path_template]
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
        expect(page.locator("#operations-Campaign_leads-updateLeadInCampaign input").first).to_have_value(
            re.compile("-")
        )
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
        assert execute(page) == "404", "the draft campaign is not Bob's"
        assert key not in page.locator("body").inner_text()


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_page_is_accessible(browser: Browser, server: Server, size: dict[str, int], scheme: str) -> None:
    with visit(browser, server.url, viewport=size, color_scheme=scheme) as visited:
        execute(visited.page)
        assert visited.barriers() == []
        assert not visited.is_too_wide()


def test_calls_do_what_the_examples_say(server: Server, tmp_path: Path) -> None:
    exported = variables(SERVER).replace(SERVER["url"], server.url)
    for example in EXAMPLES:
        calls = calls_of(OPERATION, example, server.url)
        assert set(calls) == {"curl", "Python", "puffle"}
        assert KEY not in "".join(calls.values())
        printed = in_bash(f"{exported}; {calls['curl']}", tmp_path, server.url).stdout.decode()
        assert printed.startswith(f"HTTP/1.1 {example.status} "), printed
        done = in_bash(f"{exported}; {calls['puffle']}", tmp_path, server.url)
        assert (done.returncode == 0) == (example.status == 200), done.stderr
        assert example.status == 200 or f"refused with {example.status}" in done.stderr.decode()
    words = shlex.split(exported.removeprefix("export "))
    environment = clean_environment(dict(word.split("=", 1) for word in words))
    code = calls_of(OPERATION, EXAMPLES[0], server.url)["Python"]
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.startswith("LeadUpdated(")


def test_operation_that_the_client_lacks_has_no_python_call() -> None:
    document: dict[str, Any] = copy.deepcopy(dict(CONTRACT.document))
    document["paths"][OPERATION.path_template]["patch"]["operationId"] = "renamed"
    renamed = Contract(document).operations[0]
    assert set(calls_of(renamed, EXAMPLES[0], SERVER["url"])) == {"curl", "puffle"}


def test_page_is_built_by_one_command(tmp_path: Path) -> None:
    done = make("docs", f"OUT={tmp_path}")
    assert done.stdout == f"The contract as one page that works offline: {tmp_path}/index.html\n"
    assert (tmp_path / "index.html").read_text("utf-8") == reference(CONTRACT)


def test_missing_swagger_ui_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("pages.reference.SWAGGER_UI", tmp_path / "none")
    with pytest.raises(NoPage, match="needs Swagger UI: run `make docs`, which installs it"):
        reference(Contract(CONTRACT.document))
