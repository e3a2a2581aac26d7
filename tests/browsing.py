"""A real browser without a window, which reaches this machine alone, and what its pages came to."""

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
QUIETLY = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync", "--disable-background-networking",
    "--disable-component-update",
)  # fmt: skip
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
expect.set_options(timeout=10_000)


@contextlib.contextmanager
def running_browser() -> Iterator[Browser]:
    """Chromium, while the block runs; where there is none the test is skipped, or fails in CI."""
    installed = next(filter(None, map(shutil.which, BROWSERS)), None)
    if installed is None:
        assert "CI" not in os.environ, "CI needs Chromium: .ci/run installs it"
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed, args=QUIETLY)
        yield browser
        browser.close()


class Visit:
    """A page in a browser that has no network but this machine, and what it complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.elsewhere: list[str] = []
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._look(request.url))
        page.context.route(lambda url: not _is_here(url), _refuse)

    def _note(self, kind: str, text: str) -> None:
        # Chromium says so of each status from 400 on; pages that are told of one are what is tested.
        if kind in ("error", "warning") and not text.startswith("Failed to load resource: the server responded with"):
            self.errors.append(text)

    def _look(self, url: str) -> None:
        if not _is_here(url):
            self.elsewhere.append(url)

    def barriers(self, *unasked: str) -> list[str]:
        """What keeps people from reading or operating the page, as axe finds it by all its rules but these."""
        self.page.evaluate(AXE.read_text("utf-8"))
        options = {"rules": {rule: {"enabled": False} for rule in unasked}}
        run = "options => axe.run(options).then(found => found.violations)"
        found: list[dict[str, Any]] = self.page.evaluate(run, options)
        return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]

    def is_too_wide(self) -> bool:
        """Whether a person would have to scroll sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@contextlib.contextmanager
def visit(browser: Browser, address: str | Path, **context: Any) -> Iterator[Visit]:
    """Open a page; when the block ends, it must have complained of nothing, and asked for nothing elsewhere."""
    with contextlib.closing(browser.new_context(**context)) as fresh:
        visited = Visit(fresh.new_page())
        visited.page.goto(address.as_uri() if isinstance(address, Path) else address)
        yield visited
        assert (visited.errors, visited.elsewhere) == ([], [])


def _is_here(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("file", "data", "blob", "about") or is_loopback(parts.hostname or "")


def _refuse(route: Route) -> None:
    route.abort()
