"""How the web example is compiled and served, and where it follows the contract and the README."""

from __future__ import annotations

import re
import shutil
import socket
import time
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from mock import prism
from mock.process import serving
from mock.run import SANDBOX
from puffle import contract
from tests.browsing import visit
from tests.rosters import EXAMPLE, opened, served_page
from tests.running import DRAFT, KEY, ROOT, background, command, group_is_gone

OPERATIONS = {operation.method: operation for operation in contract.load().operations}

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("target", ["sandbox", "prism"])
def test_one_command_serves_the_page_with_a_mock(target: str, browser: Browser) -> None:
    with (
        background("make", "web", "PORT=0", f"TARGET={target}") as running,
        visit(browser, running.listening()) as visited,
    ):
        mock = visited.page.get_by_label("Address", exact=True).input_value()
        expect(visited.page.get_by_role("row", name="Jane Smith")).to_contain_text("jsmith@example.com")
        visited.page.get_by_role("button", name="Edit Jane Smith").click()
        visited.page.get_by_label("Job title").fill("")
        visited.page.get_by_role("button", name="Save").click()
        expect(visited.page.locator("#status")).to_have_text("Saved Jane Smith: Job title cleared.")
    end = time.monotonic() + 20  # the kernel may take a moment to remove the process of esbuild
    while not group_is_gone(running.process.pid):
        assert time.monotonic() < end, "a process is still running"
        time.sleep(0.05)
    with pytest.raises(httpx.ConnectError):
        httpx.get(mock)


def test_page_has_the_id_and_the_key_of_the_sandbox() -> None:
    page = (EXAMPLE / "index.html").read_text("utf-8")
    assert re.findall(r'<input [^>]*value="([^"]+)"', page) == [DRAFT, KEY]


def test_port_in_use_is_reported_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = command("node", str(EXAMPLE / "serve.mjs"), PORT=str(port), PUFFLE_MOCK_URL="http://127.0.0.1:1")
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"the page cannot be served on port \d+: .*; choose another with PORT=\n", done.stderr)


def test_frozen_campaign_is_recognised_as_the_contract_says() -> None:
    [pattern] = re.findall(r"const FROZEN = /(.*)/i", (EXAMPLE / "invalid.ts").read_text("utf-8"))
    for method in ("POST", "PATCH", "DELETE"):
        first, *_ = OPERATIONS[method].responses["400"]["x-next-steps"]
        assert first["where"] == f"(?i){pattern}"


@pytest.mark.parametrize("mock", [SANDBOX, prism.command()], ids=["sandbox", "prism"])
def test_responses_requested_from_a_mock_are_shown(mock: list[str], browser: Browser) -> None:
    with serving(mock) as server, served_page(server) as url, opened(browser, url, server) as roster:
        for response, problem in (
            ("* code=401", "the server does not accept the API key."),
            ("* code=403", "the API key is valid but does not have the permission."),
            ("* code=404", "there is no such campaign"),
            ("GET code=400", "The leads cannot be loaded: page: 0 is less than the minimum of 1"),
        ):
            roster.set(response=response)
            roster.expect_problem(problem)
        roster.set(response="GET example=beyond-the-end")
        expect(roster.page.get_by_text("There are no leads on this page.")).to_be_visible()
        roster.set(response="PATCH code=400, example=invalid-value")
        roster.edit("Jane Smith", Company="Typed")
        roster.expect_problem("Not saved: Email address: ")
        assert roster.marked() == ["updates.email"]
        roster.page.get_by_label("Mock response").select_option("PATCH code=404, example=lead-not-found")
        roster.press("Save")
        roster.expect_problem("Jane Smith is no longer in this campaign")
        roster.page.get_by_label("Mock response").select_option("DELETE code=400, example=not-a-draft")
        roster.press("Remove Jane Smith")
        roster.press("Remove")
        expect(roster.page.locator("#frozen")).to_contain_text("Read-only: The campaign is active")


def test_menu_requests_responses_of_the_contract() -> None:
    page = (EXAMPLE / "index.html").read_text("utf-8")
    entries = re.findall(r'<option value="(\S+) (.+?)">', page)
    assert len(entries) > 10
    for method, preference in entries:
        wanted = dict(part.split("=") for part in preference.split(", "))
        for operation in OPERATIONS.values() if method == "*" else [OPERATIONS[method]]:
            examples = [{"code": str(one.status), "example": one.name} for one in operation.example_responses()]
            assert any(wanted.items() <= example.items() for example in examples), (method, preference)


def test_typescript_snippets_are_in_the_example() -> None:
    snippets = re.findall(r"```ts\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert snippets
    assert all(snippet in (EXAMPLE / "api.ts").read_text("utf-8") for snippet in snippets)


MISSPELT = {
    "prospect_id: lead, updates }": "prospect_id: lead, updates: { first_nam: 'Zoë' } }",
    '["LeadImport"] = { prospects }': '["LeadImport"] = { prospects: [{ emial: "zoe@example.com" }] }',
    "prospect_ids: leads }": "prospect_id: leads }",
}


def test_misspelt_field_does_not_compile(tmp_path: Path) -> None:
    for name in ("examples/web", "generated", "node_modules/openapi-fetch", "node_modules/openapi-typescript-helpers"):
        shutil.copytree(ROOT / name, tmp_path / name)
    source = tmp_path / "examples" / "web" / "api.ts"
    text = source.read_text("utf-8")
    for right, wrong in MISSPELT.items():
        assert right in text
        text = text.replace(right, wrong)
    source.write_text(text, "utf-8")
    done = command(str(ROOT / "node_modules" / ".bin" / "tsc"), "--project", str(source.parent))
    errors = re.findall(r"api\.ts\(\d+,\d+\): error TS\d+: .*'(\w+)' does not exist in type", done.stdout)
    assert errors == ["emial", "first_nam", "prospect_id"], done.stdout
