"""A headless browser that reaches only this machine, and what its pages complain about."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from puffle.address import is_loopback
from tests.running import ROOT

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync", "--disable-background-networking",
    "--disable-component-update",
)  # fmt: skip
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
expect.set_options(timeout=10_000)


@contextlib.contextmanager
def running_browser() -> Iterator[Browser]:
    """Chromium, while the block runs. If it is not installed, the test is skipped; in CI it fails."""
    installed = next(filter(None, map(shutil.which, BROWSERS)), None)
    if installed is None:
        assert "CI" not in os.environ, "CI needs Chromium: .ci/run installs it"
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed, args=OPTIONS, handle_sigint=False)
        yield browser
        browser.close()


class Visit:
    """A page that can reach only this machine, and its errors and attempts to reach other machines."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.elsewhere: list[str] = []
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._check(request.url))
        page.context.route(lambda url: not _is_local(url), _refuse)

    def _note(self, kind: str, text: str) -> None:
        # Chromium logs every status from 400 on; how pages handle those is what is tested.
        if kind in ("error", "warning") and not text.startswith("Failed to load resource: the server responded with"):
            self.errors.append(text)

    def _check(self, url: str) -> None:
        if not _is_local(url):
            self.elsewhere.append(url)

    def barriers(self, *disabled: str) -> list[str]:
        """The accessibility problems that axe finds with all rules except the disabled ones."""
        self.page.evaluate(AXE.read_text("utf-8"))
        options = {"rules": {rule: {"enabled": False} for rule in disabled}}
        run = "options => axe.run(options).then(found => found.violations)"
        found: list[dict[str, Any]] = self.page.evaluate(run, options)
        return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]

    def is_too_wide(self) -> bool:
        """Whether the page scrolls sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@contextlib.contextmanager
def visit(browser: Browser, address: str | Path, **context: Any) -> Iterator[Visit]:
    """Open a page, which must have no errors and reach no other machine until the block ends."""
    with contextlib.closing(browser.new_context(**context)) as fresh:
        visited = Visit(fresh.new_page())
        visited.page.goto(address.as_uri() if isinstance(address, Path) else address)
        yield visited
        assert (visited.errors, visited.elsewhere) == ([], [])


def freeze_time(page: Page) -> None:
    """Stop the page's timers; ``page.clock.run_for`` lets them run."""
    page.clock.install(time="2026-01-01T00:00:00")
    page.clock.pause_at("2026-01-01T00:00:01")


def _is_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("file", "data", "blob", "about") or is_loopback(parts.hostname or "")


def _refuse(route: Route) -> None:
    route.abort()
