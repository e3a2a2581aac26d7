"""The web example in a browser when something fails: refusals, throttling, slow, silent and broken servers."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from mock import run
from mock.process import Server
from tests.browsing import DESKTOP, PHONE, freeze_time
from tests.rosters import ALLOW, UNKNOWN, Roster, failing, opened, reset, send, served_page
from tests.sandboxes import rows, sandbox

pytestmark = pytest.mark.slow

IDS = run.variables()
JANE, MAJA = "Jane Smith", "Maja Lindqvist"


@pytest.fixture(scope="module")
def running_sandbox() -> Iterator[Server]:
    with sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def page_url(running_sandbox: Server) -> Iterator[str]:
    with served_page(running_sandbox) as url:
        yield url


@pytest.fixture
def server(running_sandbox: Server) -> Server:
    return reset(running_sandbox)


@pytest.fixture
def roster(browser: Browser, page_url: str, server: Server) -> Iterator[Roster]:
    with opened(browser, page_url, server) as shown:
        yield shown


def test_wrong_connection_is_explained_and_its_input_is_focused(roster: Roster) -> None:
    usual = {"campaign": IDS["PUFFLE_CAMPAIGN_ID"], "key": IDS["PUFFLE_API_KEY"], "server": roster.url}
    for values, message, wrong in (
        ({"campaign": "abc"}, "Campaign id is not a UUID such as", ["id"]),
        ({"campaign": ""}, "Campaign id is missing.", ["id"]),
        ({"server": "localhost"}, "Address is not a URL such as", ["server"]),
        ({"key": "pk_ключ", "campaign": "x"}, "API key has a character that no key has.", ["id", "key"]),
        ({"campaign": UNKNOWN}, "there is no such campaign in the workspace of the API key.", ["id"]),
        ({"key": "pk_sandbox_bob"}, "there is no such campaign in the workspace of the API key.", ["id"]),
        ({"key": "pk_sandbox_nobody"}, "the server does not accept the API key.", ["key"]),
    ):
        roster.set(**{**usual, **values})
        roster.expect_problem(message)
        assert roster.marked() == wrong, values
        assert "pk_sandbox" not in roster.page.locator("body").inner_text()
    roster.set(**usual)
    roster.expect_count("4 leads")
    assert roster.marked() == []


@pytest.mark.parametrize(
    ("message", "shown", "wrong"),
    [
        (None, 'Not saved: Email address: "none" is not a valid email address', ["updates.email"]),
        ("/updates/last_name must be a string", "Not saved: Last name must be a string", ["updates.last_name"]),
        ("body.updates.name: too long", "Not saved: body.Full name: too long", ["updates.name"]),
        ("The company and the headline are odd", "Not saved: The company", ["updates.company", "updates.headline"]),
        ("updates.email: not allowed in this campaign, draft or not", "Not saved: Email address: ", ["updates.email"]),
        ('A lead of the campaign has "active@x.org"', "Not saved: A lead of", []),
        ("A lead of the campaign has active@x.org", "Not saved: A lead of", []),
        ("No.", "Not saved: No.", []),
    ],
)
def test_refused_edit_is_explained_and_its_first_field_is_focused(
    roster: Roster, message: str | None, shown: str, wrong: list[str]
) -> None:
    if message:
        roster.respond("PATCH", **failing(message, 422))
    roster.edit(MAJA, Email_address="none")
    roster.expect_problem(shown)
    assert roster.marked() == wrong
    expect(roster.page.get_by_label("Email address")).to_have_value("none")
    roster.page.unroute_all()
    roster.fill("Email address", "maja@example.org")
    roster.press("Save")
    roster.expect_status("Saved Maja Lindqvist: Email address.")


def test_refused_lead_is_named(roster: Roster, server: Server) -> None:
    before = rows(server)
    roster.press("Add leads")
    roster.press("Add to campaign")
    roster.expect_problem("Not added: each lead needs an email address or a LinkedIn profile.")
    assert roster.marked() == ["prospects.0.email"]
    roster.press("Another lead")
    roster.fill("Email address", "none", 1)  # the first one, which is blank, is not sent
    roster.press("Another lead")
    roster.fill("LinkedIn profile", "https://www.linkedin.com/in/x", 2)
    roster.press("Add to campaign")
    roster.expect_problem('Not added: Lead 1, Email address: "none" is not a valid email address')
    assert roster.marked() == ["prospects.0.email"]
    roster.fill("Email address", "some@example.com")
    roster.press("Add to campaign")
    roster.expect_problem("Not added: Lead 2, Email address: ")
    assert roster.marked() == ["prospects.1.email"]
    assert rows(server) == before


def test_frozen_campaign_is_read_only_and_says_why(roster: Roster) -> None:
    roster.set(campaign=IDS["PUFFLE_LAUNCHED_CAMPAIGN_ID"])
    roster.edit("Amara Diallo", Company="Typed")
    reason = roster.page.locator("#frozen")
    expect(reason).to_have_text(re.compile("^Read-only: The campaign is active"))
    expect(reason).to_be_focused()
    assert roster.page.get_by_role("button", name=re.compile("^(Edit|Remove|Add)")).count() == 0
    assert roster.names() == ["Amara Diallo", "Олег Петров", "Li Wei"]
    roster.set(campaign=IDS["PUFFLE_CAMPAIGN_ID"])
    expect(reason).to_be_hidden()
    expect(roster.button("Add leads")).to_be_visible()
    roster.edit(JANE, First_name="Zoë")
    roster.expect_status("Saved Jane Smith: First name.")
    roster.respond("PATCH", **failing("The status of this campaign is paused."))
    roster.edit(MAJA, Company="Typed")
    expect(reason).to_have_text("Read-only: The status of this campaign is paused.")
    assert roster.names()[:2] == ["Jane Smith\nZoë Smith", MAJA]


def test_lead_that_was_removed_meanwhile_disappears(roster: Roster, server: Server) -> None:
    send(server, "DELETE", {"prospect_ids": [IDS["PUFFLE_OTHER_PROSPECT_ID"], IDS["PUFFLE_PROSPECT_ID"]]})
    roster.edit(MAJA, Company="Typed")
    roster.expect_problem("Maja Lindqvist is no longer in this campaign: it was removed meanwhile.")
    roster.expect_count("2 leads")
    roster.expect_focus("Edit 田中 由紀")


@pytest.mark.parametrize(
    ("response", "problem"),
    [({}, None), (failing("Gone.", 404), "Jane Smith is no longer in this campaign: it was removed meanwhile.")],
)
def test_lead_that_was_removed_already_is_not_an_error(
    roster: Roster, server: Server, response: dict[str, Any], problem: str | None
) -> None:
    send(server, "DELETE", {"prospect_ids": [IDS["PUFFLE_PROSPECT_ID"]]})
    if response:
        roster.respond("DELETE", **response)
    roster.press(f"Remove {JANE}")
    roster.press("Remove")
    if problem:
        roster.expect_problem(problem)
    else:
        roster.expect_status("Jane Smith was removed already.")
    roster.expect_count("3 leads")


@pytest.mark.parametrize(
    ("status", "retry_after", "seconds"),
    [(429, "7", 7), (503, "7", 7), (429, "Thu, 01 Jan 2026 00:00:05 GMT", 4), (429, "soon", 2), (429, None, 2)],
)
def test_throttled_request_is_sent_again_when_the_server_allows(
    roster: Roster, status: int, retry_after: str | None, seconds: int
) -> None:
    freeze_time(roster.page)
    headers = {"Retry-After": retry_after} if retry_after else {}
    roster.respond("PATCH", times=1, **failing("Wait.", status), headers=headers)
    roster.edit(JANE, First_name="Zoë")
    roster.expect_status(f"The server asks to wait: trying again in {seconds} s …")
    roster.page.keyboard.press("Enter")  # sends nothing while it waits
    roster.page.clock.run_for(seconds * 1_000)
    roster.expect_status("Saved Jane Smith: First name.")
    assert [method for method, _ in roster.sent] == ["PATCH", "PATCH"]


def test_waiting_can_be_stopped_and_taken_up_again(roster: Roster) -> None:
    freeze_time(roster.page)
    roster.set(response="* code=429")
    for _ in range(3):
        roster.expect_status("The server asks to wait: trying again in 2 s …")
        roster.page.clock.run_for(1_000)
        roster.expect_status("The server asks to wait: trying again in 1 s …")
        roster.page.clock.run_for(1_000)
    roster.expect_problem("The leads cannot be loaded: the server still asks to wait. Try again later.")
    roster.press("Try again")
    roster.button("Stop waiting").click()
    roster.expect_problem("the server still asks to wait")
    roster.expect_focus("Try again")
    roster.page.get_by_label("Mock response").select_option("")
    roster.press("Try again")
    roster.expect_count("4 leads")
    expect(roster.page.locator("#status")).to_be_focused()


def test_slow_server_is_waited_for_and_a_silent_one_given_up(roster: Roster) -> None:
    held: list[Route] = []
    roster.page.route(f"{roster.url}/**", lambda route: held.append(route))
    freeze_time(roster.page)
    roster.edit(JANE, Company="Late")
    roster.expect_status("Saving …")
    roster.page.clock.run_for(2_000)
    roster.expect_status("Saving: the server is slow …")
    held[0].continue_()
    roster.expect_status("Saved Jane Smith: Company.")
    roster.press("Load leads")
    roster.expect_status("Loading leads …")
    roster.page.clock.run_for(16_000)
    roster.expect_problem("The leads cannot be loaded: the server did not respond in time.")
    roster.page.unroute_all(behavior="ignoreErrors")
    roster.press("Try again")
    roster.expect_count("4 leads")


def test_only_the_latest_list_is_shown(roster: Roster) -> None:
    held: list[Route] = []
    roster.page.route(f"{roster.url}/**", lambda route: held.append(route), times=1)
    roster.press("Load leads")
    roster.page.get_by_label("Status").select_option("sent")
    roster.expect_count("0 leads")
    held[0].fulfill(**failing("Wait.", 429), headers=ALLOW)
    roster.page.wait_for_load_state("networkidle")
    roster.expect_count("0 leads")
    roster.expect_status("")


def test_unreachable_server_is_reported(roster: Roster) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, but nobody listens
        roster.set(server=f"http://127.0.0.1:{nobody.getsockname()[1]}")
        roster.expect_problem("The leads cannot be loaded: the server cannot be reached.")
        expect(roster.button("Try again")).to_be_visible()
    assert roster.visited.errors
    assert all("ERR_CONNECTION_REFUSED" in error for error in roster.visited.errors)
    roster.visited.errors.clear()


UNUSUAL: list[tuple[dict[str, Any], str]] = [
    ({"status": 502, "body": "<h1>Bad gateway</h1>"}, "the server responded with status 502."),
    (failing("No.", 500), "the server responded with status 500 (No.)."),
    ({"status": 400, "body": "<h1>Bad request</h1>"}, "the server refused the request with status 400."),
    ({"status": 400, "body": '{"error": {"code": 7}}'}, "the server refused the request with status 400."),
    ({"status": 403, "body": ""}, "the API key is valid but does not have the permission."),
    ({"status": 200, "body": "<h1>Welcome</h1>"}, "the response is not the JSON that was expected."),
    ({"status": 200, "body": '{"pro'}, "the response is not the JSON that was expected."),
    ({"status": 200, "body": "null"}, "the response is not the JSON that was expected."),
    ({"status": 200, "body": "{}"}, "the response is not the JSON that was expected."),
    ({"status": 200, "body": '{"prospects": [{}], "total": 1, "page": 1, "limit": 1}'}, "the response is not the JSON"),
    ({"status": 200, "body": ""}, "the response is not the JSON that was expected."),
    ({**failing("Wait.", 429), "headers": {"Retry-After": "86400"}}, "the server still asks to wait."),
]


def test_unusual_response_is_described_and_trying_again_works(roster: Roster) -> None:
    roster.press(f"Edit {JANE}")
    roster.fill("Company", "Typed")
    for response, reason in UNUSUAL:
        roster.respond("PATCH", **response)
        roster.press("Save")
        unclear = response["status"] >= 500 or response["status"] == 200
        roster.expect_problem(f"{'It may or may not be saved' if unclear else 'Not saved'}: {reason}")
        roster.page.unroute_all()
    roster.press("Save")
    roster.expect_status("Saved Jane Smith: Company.")
    for response, reason in UNUSUAL:
        roster.respond("GET", **response)
        roster.press("Load leads")
        roster.expect_problem(f"The leads cannot be loaded: {reason}")
        assert roster.names() == []
        roster.page.unroute_all()
    roster.press("Load leads")
    roster.expect_count("4 leads")


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_page_is_accessible(browser: Browser, page_url: str, server: Server, size: dict[str, int], scheme: str) -> None:
    long = {"email": f"{'a' * 60}@example.com", "first_name": "F" * 100, "company": "C" * 100}
    send(server, "POST", {"prospects": [long]})
    with opened(browser, page_url, server, viewport=size, color_scheme=scheme) as roster:
        roster.edit(MAJA, Email_address="none")
        roster.expect_problem("Not saved")
        roster.press("Add leads")
        roster.press("Add to campaign")
        roster.expect_problem("Not added")
        expect(roster.page.get_by_role("alert")).to_be_in_viewport(ratio=1)
        assert (roster.visited.barriers(), roster.visited.is_too_wide()) == ([], False)
        tree = roster.page.locator("table").aria_snapshot()
        assert re.search(r'row "Jane Smith.*\n.*rowheader "Jane Smith"\n.*cell ', tree), tree
        roster.press(f"Remove {JANE}")
        assert (roster.visited.barriers(), roster.visited.is_too_wide()) == ([], False)
