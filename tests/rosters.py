"""The web example as a user meets it: the leads of a campaign in a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from playwright.sync_api import Browser, Locator, Route, expect

from mock.process import Server, serving
from mock.sandbox.admin import PREFIX
from tests.browsing import Visit, visit
from tests.running import ROOT
from tests.sandboxes import HEADERS, PATH

ALLOW = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "*"}
UNKNOWN = "00000000-0000-4000-8000-000000000000"
EXAMPLE = ROOT / "examples" / "web"
SETTINGS = "Server, API key and mock response"


@contextmanager
def served_page(server: Server) -> Iterator[str]:
    """The URL of the page, which shows the leads of this server."""
    with serving(["env", "PORT=0", f"PUFFLE_MOCK_URL={server.url}", "node", str(EXAMPLE / "serve.mjs")]) as running:
        yield running.url


def reset(server: Server) -> Server:
    httpx.post(f"{server.url}{PREFIX}/reset").raise_for_status()
    return server


def send(server: Server, method: str, body: dict[str, Any]) -> None:
    """Change the draft campaign without the page."""
    httpx.request(method, server.url + PATH, headers=HEADERS, json=body).raise_for_status()


class Roster:
    """The page, what it sent, and what a user can do."""

    def __init__(self, visited: Visit, url: str) -> None:
        self.visited = visited
        self.page = visited.page
        self.page.set_default_timeout(10_000)
        self.url = url
        self.sent: list[tuple[str, Any]] = []
        """Method and body of each write."""
        self.page.on("request", self._note)

    def _note(self, request: Any) -> None:
        if request.post_data:
            self.sent.append((request.method, request.post_data_json))

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def press(self, name: str) -> None:
        self.button(name).click()

    def fill(self, label: str, text: str, number: int = 0) -> None:
        """Fill in the n-th input of this label."""
        self.page.get_by_label(label, exact=True).nth(number).fill(text)

    def set(self, **values: str) -> None:
        """Fill in the form at the top and load the leads: ``campaign``, ``server``, ``key`` or ``response``."""
        if set(values) - {"campaign"} and not self.page.get_by_label("Address", exact=True).is_visible():
            self.page.get_by_text(SETTINGS).click()
        for name, label in {"campaign": "Campaign id", "server": "Address", "key": "API key"}.items():
            if name in values:
                self.fill(label, values[name])
        if "response" in values:
            self.page.get_by_label("Mock response").select_option(values["response"])
        self.press("Load leads")

    def edit(self, name: str, **values: str) -> None:
        """Open the row of a lead, change fields and save; ``Job_title`` is the label ``Job title``."""
        self.press(f"Edit {name}")
        for label, text in values.items():
            self.fill(label.replace("_", " "), text)
        self.press("Save")

    def respond(self, method: str, times: int | None = None, **response: Any) -> None:
        """Let the server respond to a method in this way."""
        response["headers"] = {**ALLOW, **response.get("headers", {})}

        def handle(route: Route) -> None:
            if route.request.method == method:
                route.fulfill(**response)
            else:
                route.fallback()

        self.page.route(f"{self.url}/**", handle, times=times)

    def names(self) -> list[str]:
        return self.page.get_by_role("rowheader").all_inner_texts()

    def row(self, name: str) -> Locator:
        return self.page.get_by_role("row").filter(has=self.page.get_by_role("rowheader", name=name))

    def expect_status(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.locator("#status")).to_have_text(text)
        expect(self.page.get_by_role("alert")).to_be_empty()

    def expect_problem(self, text: str | re.Pattern[str]) -> None:
        """The problem is an alert, which screen readers read out at once."""
        expect(self.page.get_by_role("alert")).to_contain_text(text)

    def expect_count(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.locator("#count")).to_have_text(text)

    def expect_focus(self, name: str) -> None:
        """The name of what has the focus, as screen readers say it."""
        script = "e => e.ariaLabel || e.labels?.[0]?.textContent.trim() || e.textContent.trim()"
        expect(self.page.locator(":focus")).to_have_count(1)
        assert self.page.locator(":focus").evaluate(script) == name

    def marked(self) -> list[str]:
        """The names of the inputs that are marked as invalid, of which the first has the focus."""
        names: list[str] = self.page.locator("[aria-invalid=true]").evaluate_all("all => all.map(one => one.name)")
        assert names == [] or self.page.evaluate("document.activeElement.name") == names[0]
        return names


@contextmanager
def opened(browser: Browser, page_url: str, server: Server, *, rows: bool = True, **context: Any) -> Iterator[Roster]:
    """The page with the leads of the draft campaign."""
    with visit(browser, page_url, **context) as visited:
        roster = Roster(visited, server.url)
        if rows:
            expect(roster.page.get_by_role("rowheader").first).to_be_visible()
        yield roster


def failing(message: str, status: int = 400) -> dict[str, Any]:
    return {"status": status, "body": json.dumps({"error": message})}
