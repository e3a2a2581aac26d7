"""The web example in a browser: list, filter, edit, add and remove leads, with the mouse and the keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route, expect

from mock import run
from mock.process import Server
from puffle import contract
from tests.rosters import Roster, opened, reset, send, served_page
from tests.running import LEAD
from tests.sandboxes import rows, sandbox

pytestmark = pytest.mark.slow

IDS = run.variables()
SCHEMAS = contract.load().document["components"]["schemas"]
JANE, MAJA, KELECHI = "Jane Smith", "Maja Lindqvist", "Kelechi Okafor"


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


def add_many(server: Server, count: int) -> None:
    send(server, "POST", {"prospects": [{"email": f"lead{n}@example.com"} for n in range(count)]})


def test_leads_are_a_table(roster: Roster) -> None:
    roster.expect_count("4 leads")
    table = roster.page.get_by_role("table", name="Leads")
    assert table.get_by_role("columnheader").all_inner_texts() == ["Name", "Contact", "Company", "Status", "Actions"]
    assert roster.names()[:3] == [JANE, MAJA, KELECHI]
    assert roster.row(JANE).get_by_role("cell").all_inner_texts()[:3] == [
        "jsmith@example.com\nhttps://www.linkedin.com/in/jane-smith",
        "Acme Corporation\nHead of Sales",
        "pending",
    ]
    assert IDS["PUFFLE_API_KEY"] not in roster.page.locator("body").inner_text()


def test_values_are_shown_as_text(roster: Roster, server: Server) -> None:
    send(
        server, "POST", {"prospects": [{"email": "b@example.com", "first_name": "<img src=x>", "company": "<b>B</b>"}]}
    )
    roster.press("Load leads")
    expect(roster.row("<img src=x>")).to_contain_text("<b>B</b>")


def test_pages_are_turned_and_the_focus_stays(roster: Roster, server: Server) -> None:
    add_many(server, 47)
    pages: list[str] = []
    roster.page.on("request", lambda request: pages.extend(re.findall(r"page=\d+&limit=\d+$", request.url)))
    roster.press("Load leads")
    roster.expect_count("1 to 25 of 51 leads, page 1 of 3")
    for count in ("26 to 50 of 51 leads, page 2 of 3", "51 to 51 of 51 leads, page 3 of 3"):
        roster.press("Next")
        roster.expect_count(count)
        roster.expect_focus("Next")
    roster.page.keyboard.press("Enter")  # there is no next page
    roster.expect_focus("Next")
    assert list(dict.fromkeys(pages)) == [f"page={page}&limit=25" for page in (1, 2, 3)]
    roster.press("Remove lead46@example.com")
    roster.press("Remove")
    roster.expect_count("26 to 50 of 50 leads, page 2 of 2")
    roster.press("Previous")
    roster.expect_count("1 to 25 of 50 leads, page 1 of 2")


def test_focus_stays_in_rows_that_are_shown_again(roster: Roster) -> None:
    held: list[Route] = []
    for name in (f"Remove {MAJA}", "Company"):
        roster.page.route(f"{roster.url}/**", lambda route: held.append(route), times=1)
        roster.press("Load leads")
        if name == "Company":
            roster.press(f"Edit {JANE}")
        roster.page.get_by_label(name).focus()
        expect(roster.page.locator("#status")).to_have_text("Loading leads …")
        held.pop().continue_()
        roster.expect_status("")
        roster.expect_focus(name)


def test_leads_are_filtered_by_status(roster: Roster) -> None:
    status = roster.page.get_by_label("Status")
    status.select_option("replied")
    expect(roster.page.get_by_text("No lead has the status “replied”.")).to_be_visible()
    roster.expect_count("0 leads")
    roster.press("Show all leads")
    roster.expect_count("4 leads")
    expect(status).to_have_value("")
    expect(status).to_be_focused()
    roster.set(campaign=IDS["PUFFLE_LAUNCHED_CAMPAIGN_ID"])
    roster.expect_count("3 leads")
    status.select_option("replied")
    roster.expect_count("1 lead")
    assert roster.names() == ["Олег Петров"]
    roster.set(campaign=IDS["PUFFLE_CAMPAIGN_ID"])
    roster.expect_count("4 leads")


def test_campaign_without_leads_is_described(roster: Roster) -> None:
    roster.set(campaign=IDS["PUFFLE_SCRATCH_CAMPAIGN_ID"])
    expect(roster.page.get_by_text("This campaign has no leads yet.")).to_be_visible()
    expect(roster.button("Show all leads")).to_be_hidden()
    roster.press("Add leads")
    roster.fill("Email address", "first@example.com")
    roster.press("Add to campaign")
    roster.expect_problem("Not added: Lead 1, LinkedIn profile: ")  # this campaign is of type linkedin
    assert roster.marked() == ["prospects.0.linkedin_url"]
    roster.fill("LinkedIn profile", "https://www.linkedin.com/in/first")
    roster.press("Add to campaign")
    roster.expect_count("1 lead")


def test_edit_sends_only_what_changed(roster: Roster, server: Server) -> None:
    roster.edit(JANE, First_name=" Zoë ", Company="")
    roster.expect_status("Saved Jane Smith: First name, Company cleared.")
    assert roster.sent == [("PATCH", {"prospect_id": LEAD, "updates": {"first_name": "Zoë", "company": ""}})]
    roster.expect_focus("Edit Jane Smith")
    assert roster.names()[0] == "Jane Smith\nZoë Smith", "the full name does not follow"
    expect(roster.row(JANE)).not_to_contain_text("Acme")
    lead = rows(server)[LEAD]
    assert (lead["first_name"], lead["last_name"], lead["company"] or "") == ("Zoë", "Smith", "")


def test_edit_of_nothing_is_not_sent(roster: Roster, server: Server) -> None:
    send(server, "POST", {"prospects": [{"email": "a@example.com", "first_name": " Ann ", "headline": "two\nlines"}]})
    roster.press("Load leads")
    roster.edit("Ann")
    roster.expect_status("Nothing to save: no field was changed.")
    roster.page.get_by_role("form", name="Edit Ann").get_by_role("button", name="Cancel").click()
    roster.edit(JANE)
    roster.fill("Company", "Acme Corporation ")
    roster.press("Save")
    roster.expect_status("Nothing to save: no field was changed.")
    assert roster.sent == []


def test_forms_have_exactly_the_fields_of_the_contract(roster: Roster) -> None:
    names = "all => all.map(one => one.name)"
    roster.press(f"Edit {JANE}")
    edited = roster.page.get_by_role("form", name="Edit Jane Smith").get_by_role("textbox").evaluate_all(names)
    assert edited == [f"updates.{field}" for field in SCHEMAS["LeadFields"]["properties"]]
    roster.press("Add leads")
    added = roster.page.get_by_role("form", name="Add leads").get_by_role("textbox").evaluate_all(names)
    assert added == [f"prospects.0.{field}" for field in SCHEMAS["NewLead"]["properties"] if field != "custom_fields"]


def test_leads_are_added_and_duplicates_reported(roster: Roster, server: Server) -> None:
    roster.press("Add leads")
    roster.expect_focus("Email address")
    for number, email in enumerate(("new@example.com", "JSmith@example.com", "")):
        if number:
            roster.press("Another lead")
        roster.fill("Email address", email, number)
    roster.fill("Company", "New & Sons")
    roster.press("Add to campaign")
    roster.expect_status("1 lead added. 1 lead left out: already in the campaign, or given twice.")
    roster.expect_count("5 leads")
    roster.expect_focus("Add leads")
    [(method, body)] = roster.sent
    first = {"email": "new@example.com", "company": "New & Sons"}
    assert (method, body) == ("POST", {"prospects": [first, {"email": "JSmith@example.com"}]})
    assert any(first.items() <= lead.items() for lead in rows(server).values())


def test_nothing_but_duplicates_is_a_problem(roster: Roster) -> None:
    roster.press("Add leads")
    roster.fill("Email address", "jsmith@example.com")
    roster.press("Add to campaign")
    roster.expect_problem("No lead was added. 1 lead left out: already in the campaign, or given twice.")
    expect(roster.page.get_by_label("Email address")).to_have_value("jsmith@example.com")


def test_lead_is_removed_after_a_confirmation(roster: Roster, server: Server) -> None:
    roster.press(f"Remove {MAJA}")
    dialog = roster.page.get_by_role("dialog", name="Remove Maja Lindqvist?")
    expect(dialog).to_be_visible()
    roster.expect_focus("Cancel")
    roster.page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    roster.expect_focus(f"Remove {MAJA}")
    assert roster.sent == []
    roster.press(f"Remove {MAJA}")
    roster.press("Remove")
    roster.expect_status("Removed Maja Lindqvist.")
    roster.expect_count("3 leads")
    roster.expect_focus(f"Edit {KELECHI}")
    assert [lead["name"] for lead in rows(server).values()].count(MAJA) == 0
    roster.press(f"Remove {KELECHI}")
    roster.page.keyboard.press("Escape")
    roster.press("Load leads")
    roster.expect_status("")
    roster.expect_count("3 leads")
    assert len(roster.sent) == 1


def test_what_was_typed_is_not_lost_by_accident(roster: Roster) -> None:
    roster.press(f"Edit {MAJA}")
    roster.fill("Company", "Typed")
    roster.press(f"Remove {JANE}")
    roster.press("Remove")
    roster.expect_status("Removed Jane Smith.")
    roster.respond("GET", status=500)
    roster.press(f"Remove {KELECHI}")
    roster.press("Remove")
    roster.expect_problem("Removed Kelechi Okafor. The leads cannot be loaded: the server responded with status 500.")
    expect(roster.page.get_by_label("Company")).to_have_value("Typed")
    roster.page.unroute_all()
    status = roster.page.get_by_label("Status")
    status.select_option("sent")
    roster.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(status).to_have_value("")
    expect(roster.page.get_by_label("Company")).to_have_value("Typed")
    status.select_option("sent")
    roster.press("Discard")
    roster.expect_count("0 leads")
    roster.press("Add leads")
    roster.fill("Email address", "typed@example.com")
    roster.press("Load leads")
    roster.press("Discard")
    roster.expect_count("2 leads")
    expect(roster.page.get_by_role("form", name="Add leads")).to_be_hidden()
    assert [method for method, _ in roster.sent] == ["DELETE", "DELETE"]


def test_escape_cancels_and_the_focus_returns(roster: Roster) -> None:
    for name, focused in (
        (f"Edit {MAJA}", "Email address"),
        ("Add leads", "Email address"),
        (f"Remove {MAJA}", "Cancel"),
    ):
        roster.press(name)
        roster.expect_focus(focused)
        roster.page.keyboard.press("Escape")
        roster.expect_focus(name)
    assert roster.page.get_by_role("textbox", name="Email address").count() == 0
    assert roster.sent == []


def test_page_can_be_used_with_the_keyboard_alone(roster: Roster, server: Server) -> None:
    page = roster.page
    reached: list[str] = []

    def tab_to(name: str) -> None:
        for _ in range(30):
            page.keyboard.press("Tab")
            script = "e => e.ariaLabel || e.labels?.[0]?.childNodes[0].textContent.trim() || e.textContent.trim()"
            reached.append(page.locator(":focus").evaluate(script))
            if reached[-1] == name:
                return
        raise AssertionError(f"{name} cannot be reached: {reached}")

    tab_to(f"Edit {JANE}")
    assert reached == [
        "Campaign id", "Load leads", "Server, API key and mock response", "Status", "Add leads", f"Edit {JANE}",
    ]  # fmt: skip
    page.keyboard.press("Enter")
    tab_to("Company")
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    roster.expect_status("Saved Jane Smith: Company.")
    tab_to(f"Remove {JANE}")
    page.keyboard.press("Enter")
    tab_to("Remove")
    page.keyboard.press("Enter")
    roster.expect_status("Removed Jane Smith.")
    roster.expect_focus(f"Edit {MAJA}")
    assert LEAD not in rows(server)
