"""The reference page, as a person meets it: served by the sandbox, and opened as a file."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from mock.process import Server
from pages.calls import calls_of, variables
from pages.reference import NoPage
from pages.reference import page as reference
from puffle import address, contract
from tests.browsing import DESKTOP, PHONE, visit
from tests.implementations import implementation
from tests.running import KEY, LEAD, ROOT, clean_environment, in_bash, make, served
from tests.sandboxes import OPERATION, rows, sandbox
from tests.test_cli_contract import extended

CONTRACT = contract.load()
EXAMPLES = list(OPERATION.examples())
SERVER = next(one for one in CONTRACT.servers if address.is_loopback(address.host(one["url"])))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with sandbox() as running:
        yield running


def answered(page: Page) -> str:
    """The status of the answer to what was sent last."""
    return page.locator(".live-responses-table tbody .response-col_status").inner_text().split()[0]


def test_page_says_all_that_the_contract_says(browser: Browser, server: Server) -> None:
    with visit(browser, server.url) as visited:
        text = " ".join(visited.page.locator("body").inner_text().split())
    for rule in OPERATION.rules:
        grade = "assumed" if rule.assumed else "stated"
        assert f"{grade} {rule.promise.replace('`', '')} {rule.id} · openapi.yaml, line " in text, rule.id
    for schema, above in (("LeadUpdate", ""), ("LeadFields", "updates."), ("LeadUpdated", ""), ("Lead", "prospect.")):
        for name, field in CONTRACT.schema(schema)["properties"].items():
            grade = "assumed" if field.get("x-assumed") else "stated"
            assert re.search(rf"\b{grade} {above}{name} [a-z]+", text), name
    for status, response in OPERATION.responses.items():
        described = " ".join(response["description"].replace("`", "").split())
        assert f"{status} {described}" in text, status
    assert f"PATCH {CONTRACT.default_server}{OPERATION.path_template}" in text


def test_examples_can_be_sent_as_they_stand(browser: Browser, server: Server) -> None:
    with visit(browser, server.url) as visited:
        page = visited.page
        for example in EXAMPLES:
            page.get_by_label("Example request").select_option(example.name)
            page.get_by_role("button", name="Execute").click()
            expect(page.locator(".live-responses-table")).to_be_visible()
            assert answered(page) == str(example.status), example.name
            if example.status >= 400:
                assert example.response["error"].split()[0] in page.locator(".live-responses-table").inner_text()


def test_form_edits_a_lead(browser: Browser, server: Server) -> None:
    with visit(browser, server.url) as visited:
        page = visited.page
        body = page.locator("textarea.body-param__text")
        body.fill(body.input_value().replace("Janet", "Zoë"))
        page.get_by_role("button", name="Execute").click()
        expect(page.locator(".live-responses-table")).to_contain_text('"first_name": "Zoë"')
    assert rows(server)[LEAD]["first_name"] == "Zoë"


def test_page_opened_as_a_file_sends_to_the_sandbox_of_the_contract(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "reference.html"
    file.write_text(reference(CONTRACT), "utf-8")
    sent: list[tuple[str, str | None]] = []
    with visit(browser, file) as visited:
        page = visited.page
        page.route(SERVER["url"] + "/**", lambda route: route.fulfill(status=429, json={"error": "a stand-in"}))
        page.on("request", lambda request: sent.append((request.method, request.url)))
        page.get_by_role("button", name="Execute").click()
        expect(page.locator(".live-responses-table")).to_be_visible()
    assert sent == [("PATCH", SERVER["url"] + EXAMPLES[0].path)]


def test_page_follows_another_contract(browser: Browser, tmp_path: Path) -> None:
    """With operations that have no example, no rule, no field, or a schema that holds itself."""
    document = extended()
    document["components"]["schemas"]["Lead"]["properties"]["referred_by"] = {"$ref": "#/components/schemas/Lead"}
    another = contract.Contract(document, (ROOT / "openapi.yaml").read_text("utf-8"))
    file = tmp_path / "reference.html"
    file.write_text(reference(another), "utf-8")
    with visit(browser, file) as visited:
        text = visited.page.locator("body").inner_text()
        assert visited.page.locator(".errors-wrapper").count() == 0
    for operation in another.operations:
        assert f"{operation.method} {another.default_server}{operation.path_template}" in text
    assert "prospect.referred_by" in text
    assert "prospect.referred_by.id" not in text


def test_page_without_a_server_to_send_to_is_not_made() -> None:
    document = {**CONTRACT.document, "servers": CONTRACT.servers[:1]}
    with pytest.raises(NoPage, match=r"name a server on this machine in openapi\.yaml"):
        reference(contract.Contract(document))


def test_page_can_send_to_no_other_machine(browser: Browser, server: Server) -> None:
    with visit(browser, server.url) as visited:
        refused = visited.page.evaluate("fetch('http://192.0.2.7/').catch(error => String(error))")
        assert "Failed to fetch" in refused
        assert any("Content Security Policy" in error for error in visited.errors)
        visited.errors.clear()


def test_key_that_is_typed_is_not_shown(browser: Browser, server: Server) -> None:
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
        page.get_by_role("button", name="Execute").click()
        expect(page.locator(".live-responses-table")).to_be_visible()
        assert answered(page) == "404", "the draft is not Bob's"
        assert key not in page.locator("body").inner_text()


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_page_can_be_read_by_everyone(browser: Browser, server: Server, size: dict[str, int], scheme: str) -> None:
    with visit(browser, server.url, viewport=size, color_scheme=scheme) as visited:
        visited.page.get_by_role("button", name="Execute").click()
        expect(visited.page.locator(".live-responses-table")).to_be_visible()
        assert visited.barriers() == []
        assert not visited.is_too_wide()


def test_calls_do_what_the_examples_say(server: Server, tmp_path: Path) -> None:
    exported = variables(SERVER).replace(SERVER["url"], server.url)
    for example in EXAMPLES:
        calls = calls_of(OPERATION, example, server.url)
        assert set(calls) == {"curl", "Python", "puffle"}
        assert KEY not in "".join(calls.values())
        said = in_bash(f"{exported}; {calls['curl']}", tmp_path, server.url).stdout.decode()
        assert said.startswith(f"HTTP/1.1 {example.status} "), said
        done = in_bash(f"{exported}; {calls['puffle']}", tmp_path, server.url)
        assert (done.returncode == 0) == (example.status == 200), done.stderr
        assert example.status == 200 or f"refused with {example.status}" in done.stderr.decode()
    words = shlex.split(exported.removeprefix("export "))
    environment = clean_environment(dict(word.split("=", 1) for word in words))
    code = calls_of(OPERATION, EXAMPLES[0], server.url)["Python"]
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.startswith("LeadUpdated(")


def test_page_is_built_by_one_command(tmp_path: Path) -> None:
    done = make("docs", f"OUT={tmp_path}")
    assert done.stdout == f"The contract as one page, which needs no network: {tmp_path}/index.html\n"
    assert (tmp_path / "index.html").read_text("utf-8") == reference(CONTRACT)


def test_sandbox_without_the_renderer_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("pages.reference.SWAGGER_UI", tmp_path / "none")
    reference.cache_clear()
    with served(implementation) as url:
        answer = httpx.get(url)
    assert (answer.status_code, answer.json()) == (
        503, {"error": "The reference page needs Swagger UI: run `make docs`, which sets it up."},
    )  # fmt: skip
