"""The web example, state by state, as a person meets it in a browser."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from mock import prism, run
from mock.process import Server, serving
from mock.sandbox.admin import PREFIX
from tests.browsing import DESKTOP, PHONE, Visit, visit
from tests.running import KEY, LEAD, ROOT, background, command, group_is_gone
from tests.sandboxes import OPERATION, rows, sandbox

SERVE = ["env", "PORT=0", "BASE_URL=http://127.0.0.1:1", "node", str(ROOT / "examples" / "web" / "serve.mjs")]
"""The form alone, which knows of no server until it is told."""
IDS = run.variables()
FIELDS = list(OPERATION.contract.schema("LeadFields")["properties"])
NEVER = "00000000-0000-4000-8000-000000000000"


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
def filled(browser: Browser, form: str, url: str, **given: Any) -> Iterator[Visit]:
    """The form, filled in for a server, with a new given name to be saved."""
    with visit(browser, form, **given) as visited:
        visited.page.get_by_label("Server").fill(url)
        visited.page.get_by_label("Given name").fill("Zoë")
        yield visited


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()


def told(page: Page, text: str | re.Pattern[str]) -> None:
    """The form says that it has not saved, or may not have; where a screen reader hears it at once."""
    expect(page.get_by_role("alert")).to_contain_text(text)
    expect(page.get_by_role("status")).to_be_empty()


def marked(page: Page) -> list[str]:
    """The inputs that are said to be wrong; the first has the focus."""
    names: list[str] = page.locator("[aria-invalid=true]").evaluate_all("all => all.map(one => one.name)")
    assert not names or page.evaluate("document.activeElement.name") == names[0]
    return names


def test_lead_is_saved_and_shown(browser: Browser, form: str, server: Server) -> None:
    with filled(browser, form, server.url) as visited:
        save(visited.page)
        expect(visited.page.get_by_role("status")).to_have_text("Saved.")
        expect(visited.page.locator("dl")).to_contain_text("Zoë")
        expect(visited.page.get_by_label("Given name")).to_have_value("")
        expect(visited.page.get_by_label("Given name")).to_have_attribute("placeholder", "Zoë")
    row = rows(server)[LEAD]
    assert (row["first_name"], row["last_name"]) == ("Zoë", "Smith")


def test_form_has_every_field_of_the_contract_and_no_other(browser: Browser, form: str, server: Server) -> None:
    edits: list[Any] = []
    with filled(browser, form, server.url) as visited:
        page = visited.page
        page.on("request", lambda request: edits.append(request.post_data_json) if request.post_data else None)
        inputs = page.get_by_role("group", name="What to change").get_by_role("textbox")
        for number in range(inputs.count()):
            inputs.nth(number).fill(f"a{number}@example.com")
        save(page)
        expect(page.get_by_role("status")).to_have_text("Saved.")
    assert [list(edit["updates"]) for edit in edits] == [FIELDS]


def test_form_is_used_by_keyboard_alone(browser: Browser, form: str, server: Server) -> None:
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
        expect(page.get_by_role("status")).to_have_text("Saved.")
        assert page.evaluate("document.activeElement.textContent") == "Save"
        assert reached == ["campaign", "prospect", *FIELDS, "server", "key", "prefer", "Save"]
    assert rows(server)[LEAD]["company"] == "By keyboard"


REFUSALS = {
    "value": ({"Email address": "none"}, 'Not saved: updates.email: "none" is not a', ["email"]),
    "no draft": (
        {"Campaign": IDS["PUFFLE_LAUNCHED_CAMPAIGN_ID"], "Lead": IDS["PUFFLE_LAUNCHED_PROSPECT_ID"]},
        "Not saved: The campaign is active; only the leads of a draft campaign can be edited. Choose a draft.",
        ["campaign"],
    ),
    "campaign": ({"Campaign": NEVER}, "Not saved: Campaign not found. Check both ids", ["campaign", "prospect"]),
    "lead": ({"Lead": NEVER}, "Not saved: Lead not found in this campaign.", ["campaign", "prospect"]),
    "key": ({"API key": "pk_sandbox_nobody"}, "Not saved: the API key is refused.", ["key"]),
    "another's key": ({"API key": "pk_sandbox_bob"}, "Not saved: Campaign not found.", ["campaign", "prospect"]),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_refusal_is_said_and_its_place_is_shown(browser: Browser, form: str, server: Server, refusal: str) -> None:
    given, says, wrong = REFUSALS[refusal]
    with filled(browser, form, server.url) as visited:
        page = visited.page
        for label, text in given.items():
            page.get_by_label(label).fill(text)
        save(page)
        told(page, says)
        assert marked(page) == wrong
        assert "pk_sandbox" not in page.locator("body").inner_text()


PREFERRED = {
    "code=400, example=not-a-draft": "Not saved: The campaign is active;",
    "code=401": "Not saved: the API key is refused.",
    "code=403": "Not saved: the API key is valid, but has no permission to edit leads.",
    "code=404": "Not saved: Campaign not found.",
}


@pytest.mark.parametrize("mock", ["sandbox", "prism"])
def test_answers_that_are_asked_for_are_shown(
    browser: Browser, form: str, server: Server, prism_url: str, mock: str
) -> None:
    with filled(browser, form, {"sandbox": server.url, "prism": prism_url}[mock]) as visited:
        page = visited.page
        save(page)
        expect(page.get_by_role("status")).to_have_text("Saved.")
        expect(page.locator("dl")).to_contain_text("Smith")
        page.clock.install()
        page.get_by_label("Given name").fill("Zoë")
        for wish, says in PREFERRED.items():
            page.get_by_label("Answer to ask a mock for").select_option(wish)
            save(page)
            told(page, says)
            expect(page.locator("dl")).to_be_hidden()
        page.get_by_label("Answer to ask a mock for").select_option("code=429")
        save(page)
        expect(page.get_by_role("status")).to_have_text("Too many requests: trying again in 2 s …")
        page.get_by_label("Answer to ask a mock for").select_option("")
        for _ in range(3):
            page.clock.run_for(3_000)
            page.wait_for_timeout(50)
        told(page, "Not saved: the server still takes no more requests.")
        assert page.get_by_label("Given name").input_value() == "Zoë", "nothing that was typed is lost"


def test_throttled_edit_is_sent_again_as_the_server_asks(browser: Browser, form: str) -> None:
    sent: list[int] = []
    with sandbox("--fail", "50%=429", "--random-seed", "1") as server, filled(browser, form, server.url) as visited:
        page = visited.page
        page.on("response", lambda response: sent.append(response.status))
        save(page)
        expect(page.get_by_role("button", name="Save")).to_have_attribute("aria-disabled", "true")
        expect(page.get_by_role("status")).to_have_text(re.compile(r"Too many requests: trying again in [12] s …"))
        expect(page.get_by_role("status")).to_have_text("Saved.")
        assert rows(server)[LEAD]["first_name"] == "Zoë"
    assert sent == [429, 200]


def test_slow_server_is_said_to_be_slow_and_waited_for(browser: Browser, form: str) -> None:
    sent: list[str] = []
    with sandbox("--latency", "5s") as server, filled(browser, form, server.url) as visited:
        visited.page.on("request", lambda request: sent.append(request.method))
        save(visited.page)
        expect(visited.page.get_by_role("status")).to_have_text("Saving …")
        expect(visited.page.get_by_role("status")).to_have_text("Still saving: the server is slow …")
        visited.page.keyboard.press("Enter")  # while it is busy this sends nothing
        expect(visited.page.get_by_role("status")).to_have_text("Saved.")
    assert sent == ["PATCH"]


def test_server_that_does_not_answer_is_given_up(browser: Browser, form: str, server: Server) -> None:
    with filled(browser, form, server.url) as visited:
        visited.page.route(f"{server.url}/**", lambda _: None)
        visited.page.clock.install()
        save(visited.page)
        visited.page.clock.run_for(16_000)
        told(visited.page, "Perhaps saved, perhaps not: the server has not answered in time.")


def test_server_that_is_gone_is_said_to_be(browser: Browser, form: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, and not listened to
        gone = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with filled(browser, form, gone) as visited:
            save(visited.page)
            told(visited.page, "Not saved, as far as can be told: the server cannot be reached.")
            assert visited.errors
            assert all("ERR_CONNECTION_REFUSED" in error for error in visited.errors)
            visited.errors.clear()


ODD: dict[str, tuple[dict[str, Any], str]] = {
    "page": ({"status": 502, "body": "<h1>Bad gateway</h1>"}, "something unexpected (status 502)."),
    "error": ({"status": 502, "body": '{"error": "No."}'}, "something unexpected (No.)."),
    "error of another kind": ({"status": 400, "body": '{"error": {"code": 7}}'}, "Not saved: status 400"),
    "cut off": ({"status": 200, "body": '{"pro'}, "something unexpected (no JSON)."),
    "nothing": ({"status": 200, "body": "{}"}, "something unexpected (status 200)."),
    "a day": (
        {"status": 429, "body": '{"error": ""}', "headers": {"Retry-After": "86400"}},
        "Not saved: the server still takes no more requests. Try again later.",
    ),
    "no draft": (
        {"status": 400, "body": '{"error": "updates.email: draft is none"}'},
        "Not saved: updates.email",
    ),
}


def test_answer_that_is_odd_is_said_to_be_and_can_be_followed_by_another_try(
    browser: Browser, form: str, server: Server
) -> None:
    headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "*"}
    with filled(browser, form, server.url) as visited:
        for answer, says in ODD.values():
            given = {**answer, "headers": {**headers, **answer.get("headers", {})}}
            visited.page.route(f"{server.url}/**", lambda route, _, given=given: route.fulfill(**given))
            save(visited.page)
            told(visited.page, says)
            visited.page.unroute_all()
        assert marked(visited.page) == ["email"]
        save(visited.page)
        expect(visited.page.get_by_role("status")).to_have_text("Saved.")


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_form_can_be_read_by_everyone(
    browser: Browser, form: str, server: Server, size: dict[str, int], scheme: str
) -> None:
    with filled(browser, form, server.url, viewport=size, color_scheme=scheme) as visited:
        page = visited.page
        save(page)
        expect(page.get_by_role("status")).to_have_text("Saved.")
        assert (visited.barriers(), visited.is_too_wide()) == ([], False)
        page.get_by_label("Email address").fill("none")
        save(page)
        told(page, "Not saved")
        expect(page.get_by_role("alert")).to_be_in_viewport()
        assert (visited.barriers(), visited.is_too_wide()) == ([], False)


@pytest.mark.parametrize("target", ["sandbox", "prism"])
def test_one_command_serves_the_form_with_a_mock(target: str, browser: Browser) -> None:
    with (
        background("make", "web", "PORT=0", f"TARGET={target}") as running,
        visit(browser, running.listening()) as visited,
    ):
        mock = visited.page.get_by_label("Server").input_value()
        save(visited.page)
        expect(visited.page.get_by_role("status")).to_have_text("Saved.")
        expect(visited.page.locator("dl")).to_contain_text("jsmith@example.com")
    end = time.monotonic() + 20  # esbuild has a process of its own, of which the system takes leave when it likes
    while not group_is_gone(running.process.pid):
        assert time.monotonic() < end, "something of it still runs"
        time.sleep(0.05)
    with pytest.raises(httpx.ConnectError):
        httpx.get(mock)


def test_page_shows_the_ids_and_the_key_of_the_sandbox() -> None:
    page = (ROOT / "examples" / "web" / "index.html").read_text("utf-8")
    assert re.findall(r'value="([^"]+)"', page)[:3] == [IDS["PUFFLE_CAMPAIGN_ID"], IDS["PUFFLE_PROSPECT_ID"], KEY]


def test_port_that_is_taken_is_said_in_one_line(form: str) -> None:
    taken = [word if word != "PORT=0" else f"PORT={form.rpartition(':')[2]}" for word in SERVE]
    done = command(*taken)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"the form cannot be served on port \d+: .*; name another with PORT=\n", done.stderr)
