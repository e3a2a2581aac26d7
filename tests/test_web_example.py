"""The web example in a browser, with every result that an edit can have."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from mock import prism, run
from mock.process import Server, serving
from mock.sandbox.admin import PREFIX
from puffle import contract
from tests.browsing import DESKTOP, PHONE, Visit, freeze_time, visit
from tests.running import LEAD, ROOT
from tests.sandboxes import rows, sandbox

pytestmark = pytest.mark.slow

SERVE = ["env", "PORT=0", "PUFFLE_MOCK_URL=http://127.0.0.1:1", "node", str(ROOT / "examples" / "web" / "serve.mjs")]
"""The form alone, for a server that does not exist."""
IDS = run.variables()
FIELDS = list(contract.load().document["components"]["schemas"]["LeadFields"]["properties"])
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def form() -> Iterator[str]:
    with serving(SERVE) as running:
        yield running.url


@pytest.fixture(scope="module")
def running_sandbox() -> Iterator[Server]:
    with sandbox() as running:
        yield running


@pytest.fixture
def server(running_sandbox: Server) -> Server:
    httpx.post(f"{running_sandbox.url}{PREFIX}/reset").raise_for_status()
    return running_sandbox


@pytest.fixture(scope="module")
def prism_url() -> Iterator[str]:
    with serving(prism.command()) as running:
        yield running.url


@contextmanager
def filled(browser: Browser, form: str, url: str, **options: Any) -> Iterator[Visit]:
    """The form, filled in for a server with a new first name, ready to be saved."""
    with visit(browser, form, **options) as visited:
        visited.page.get_by_label("Address", exact=True).fill(url)
        visited.page.get_by_label("First name").fill("Zoë")
        yield visited


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()


def expect_saved(page: Page) -> None:
    expect(page.get_by_role("status")).to_have_text("Saved.")


def expect_problem(page: Page, text: str | re.Pattern[str]) -> None:
    """The problem is an alert, which screen readers read out at once."""
    expect(page.get_by_role("alert")).to_contain_text(text)
    expect(page.get_by_role("status")).to_be_empty()


def marked(page: Page) -> list[str]:
    """The names of the inputs that are marked as invalid, of which the first has the focus."""
    names: list[str] = page.locator("[aria-invalid=true]").evaluate_all("all => all.map(one => one.name)")
    assert names == [] or page.evaluate("document.activeElement.name") == names[0]
    return names


def test_saved_lead_is_shown(browser: Browser, form: str, server: Server) -> None:
    with filled(browser, form, server.url) as visited:
        save(visited.page)
        expect_saved(visited.page)
        expect(visited.page.locator("dl")).to_contain_text("Zoë")
        expect(visited.page.get_by_label("First name")).to_have_value("")
        expect(visited.page.get_by_label("First name")).to_have_attribute("placeholder", "Zoë")
    lead = rows(server)[LEAD]
    assert (lead["first_name"], lead["last_name"]) == ("Zoë", "Smith")


def test_form_has_exactly_the_fields_of_the_contract(browser: Browser, form: str, server: Server) -> None:
    edits: list[Any] = []
    with filled(browser, form, server.url) as visited:
        page = visited.page
        page.on("request", lambda request: edits.append(request.post_data_json) if request.post_data else None)
        inputs = page.get_by_role("group", name="Changes").get_by_role("textbox")
        for number in range(inputs.count()):
            inputs.nth(number).fill(f"a{number}@example.com")
        save(page)
        expect_saved(page)
    assert [list(edit["updates"]) for edit in edits] == [FIELDS]


def test_form_can_be_used_with_the_keyboard_alone(browser: Browser, form: str, server: Server) -> None:
    with visit(browser, form) as visited:
        page, typed = visited.page, {"server": server.url, "company": "By keyboard"}
        reached = []
        for _ in range(40):
            page.keyboard.press("Tab")
            name = page.evaluate("document.activeElement.name || document.activeElement.textContent")
            reached.append(name)
            if name in typed:
                page.keyboard.press("ControlOrMeta+a")
                page.keyboard.type(typed[name])
            if name == "Save":
                break
        page.keyboard.press("Enter")
        expect_saved(page)
        assert page.evaluate("document.activeElement.textContent") == "Save"
        assert reached == ["campaign", "prospect", *FIELDS, "server", "key", "prefer", "Save"]
    assert rows(server)[LEAD]["company"] == "By keyboard"


REFUSALS: dict[str, tuple[dict[str, str], str | re.Pattern[str], list[str]]] = {
    "value": ({"Email address": "none"}, "Not saved: updates.email: ", ["email"]),
    "not a draft": (
        {"Campaign id": IDS["PUFFLE_LAUNCHED_CAMPAIGN_ID"], "Lead id": IDS["PUFFLE_LAUNCHED_PROSPECT_ID"]},
        re.compile("^Not saved: The campaign is active"),
        ["campaign"],
    ),
    "campaign": ({"Campaign id": UNKNOWN}, re.compile("^Not saved: .* Check both ids"), ["campaign", "prospect"]),
    "lead": ({"Lead id": UNKNOWN}, re.compile("^Not saved: .* Check both ids"), ["campaign", "prospect"]),
    "key": ({"API key": "pk_sandbox_nobody"}, "Not saved: the server does not accept the API key.", ["key"]),
    "key of another workspace": (
        {"API key": "pk_sandbox_bob"},
        re.compile("^Not saved: .* Check both ids"),
        ["campaign", "prospect"],
    ),
}


def test_refusal_is_explained_and_its_inputs_are_marked(browser: Browser, form: str, server: Server) -> None:
    with filled(browser, form, server.url) as visited:
        page = visited.page
        usual = {label: page.get_by_label(label).input_value() for values, *_ in REFUSALS.values() for label in values}
        for name, (values, message, wrong) in REFUSALS.items():
            for label, text in {**usual, **values}.items():
                page.get_by_label(label).fill(text)
            save(page)
            expect_problem(page, message)
            assert marked(page) == wrong, name
            assert "pk_sandbox" not in page.locator("body").inner_text()


PREFERRED = {
    "code=400, example=not-a-draft": "Not saved: The campaign is active",
    "code=401": "Not saved: the server does not accept the API key.",
    "code=403": "Not saved: the API key is valid but has no permission to edit leads.",
    "code=404": "Check both ids",
}


@pytest.mark.parametrize("mock", ["sandbox", "prism"])
def test_responses_requested_from_a_mock_are_shown(
    browser: Browser, form: str, server: Server, prism_url: str, mock: str
) -> None:
    with filled(browser, form, {"sandbox": server.url, "prism": prism_url}[mock]) as visited:
        page = visited.page
        save(page)
        expect_saved(page)
        expect(page.locator("dl")).to_contain_text("Smith")
        freeze_time(page)
        page.get_by_label("First name").fill("Zoë")
        for prefer, message in PREFERRED.items():
            page.get_by_label("Mock response").select_option(prefer)
            save(page)
            expect_problem(page, message)
            expect(page.locator("dl")).to_be_hidden()
        page.get_by_label("Mock response").select_option("code=429")
        save(page)
        for _ in range(3):
            expect(page.get_by_role("status")).to_have_text("Too many requests: trying again in 2 s …")
            page.clock.run_for(1_000)
            expect(page.get_by_role("status")).to_have_text("Too many requests: trying again in 1 s …")
            page.clock.run_for(1_000)
        expect_problem(page, "Not saved: the server is still refusing requests")
        assert page.get_by_label("First name").input_value() == "Zoë", "everything that was typed is kept"


ALLOW = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "*"}


def test_throttled_edit_is_sent_again_when_the_server_allows(browser: Browser, form: str, server: Server) -> None:
    statuses: list[int] = []
    throttled = {"status": 429, "body": '{"error": "Wait."}', "headers": {**ALLOW, "Retry-After": "7"}}
    with filled(browser, form, server.url) as visited:
        page = visited.page
        freeze_time(page)
        page.on("response", lambda response: statuses.append(response.status))
        page.route(f"{server.url}/**", lambda route, _: route.fulfill(**throttled), times=1)
        save(page)
        expect(page.get_by_role("button", name="Save")).to_have_attribute("aria-disabled", "true")
        expect(page.get_by_role("status")).to_have_text("Too many requests: trying again in 7 s …")
        page.clock.run_for(7_000)
        expect_saved(page)
    assert rows(server)[LEAD]["first_name"] == "Zoë"
    assert statuses == [429, 200]


def test_slow_server_is_waited_for(browser: Browser, form: str, server: Server) -> None:
    held: list[Route] = []
    with filled(browser, form, server.url) as visited:
        page = visited.page
        freeze_time(page)
        page.route(f"{server.url}/**", lambda route: held.append(route))
        save(page)
        expect(page.get_by_role("status")).to_have_text("Saving …")
        page.clock.run_for(2_000)
        expect(page.get_by_role("status")).to_have_text("Still saving: the server is slow …")
        page.keyboard.press("Enter")  # sends nothing while the form is busy
        held[0].continue_()
        expect_saved(page)
    assert len(held) == 1


def test_server_that_does_not_respond_is_given_up(browser: Browser, form: str, server: Server) -> None:
    with filled(browser, form, server.url) as visited:
        visited.page.route(f"{server.url}/**", lambda _: None)
        freeze_time(visited.page)
        save(visited.page)
        expect(visited.page.get_by_role("status")).to_have_text("Saving …")
        visited.page.clock.run_for(16_000)
        expect_problem(visited.page, "It may or may not be saved: the server did not respond in time.")


def test_unreachable_server_is_reported(browser: Browser, form: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, but nobody listens
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with filled(browser, form, url) as visited:
            save(visited.page)
            expect_problem(visited.page, "Probably not saved: the server cannot be reached.")
            assert visited.errors
            assert all("ERR_CONNECTION_REFUSED" in error for error in visited.errors)
            visited.errors.clear()


UNUSUAL: dict[str, tuple[dict[str, Any], str]] = {
    "page": ({"status": 502, "body": "<h1>Bad gateway</h1>"}, "unexpected response from the server (status 502)."),
    "error": ({"status": 502, "body": '{"error": "No."}'}, "unexpected response from the server (No.)."),
    "error of another type": ({"status": 400, "body": '{"error": {"code": 7}}'}, "Not saved: status 400"),
    "cut off": ({"status": 200, "body": '{"pro'}, "unexpected response from the server (not JSON)."),
    "empty object": ({"status": 200, "body": "{}"}, "unexpected response from the server (status 200)."),
    "a day": (
        {"status": 429, "body": '{"error": ""}', "headers": {"Retry-After": "86400"}},
        "Not saved: the server is still refusing requests because there are too many. Try again later.",
    ),
    "field and campaign": (
        {"status": 400, "body": '{"error": "updates.email: not allowed in this campaign"}'},
        "Not saved: updates.email",
    ),
}


def test_unusual_response_is_described_and_saving_again_works(browser: Browser, form: str, server: Server) -> None:
    with filled(browser, form, server.url) as visited:
        for response, message in UNUSUAL.values():
            given = {**response, "headers": {**ALLOW, **response.get("headers", {})}}
            visited.page.route(f"{server.url}/**", lambda route, _, given=given: route.fulfill(**given))
            save(visited.page)
            expect_problem(visited.page, message)
            visited.page.unroute_all()
        assert marked(visited.page) == ["email"]
        save(visited.page)
        expect_saved(visited.page)


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_form_is_accessible(browser: Browser, form: str, server: Server, size: dict[str, int], scheme: str) -> None:
    with filled(browser, form, server.url, viewport=size, color_scheme=scheme) as visited:
        page = visited.page
        save(page)
        expect_saved(page)
        assert (visited.barriers(), visited.is_too_wide()) == ([], False)
        page.get_by_label("Email address").fill("none")
        save(page)
        expect_problem(page, "Not saved")
        expect(page.get_by_role("alert")).to_be_in_viewport()
        assert (visited.barriers(), visited.is_too_wide()) == ([], False)
