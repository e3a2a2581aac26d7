"""How the web example is served."""

from __future__ import annotations

import re
import socket
import time

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browsing import visit
from tests.running import DRAFT, KEY, LEAD, ROOT, background, command, group_is_gone

pytestmark = pytest.mark.slow

EXAMPLE = ROOT / "examples" / "web"


@pytest.mark.parametrize("target", ["sandbox", "prism"])
def test_one_command_serves_the_form_with_a_mock(target: str, browser: Browser) -> None:
    with (
        background("make", "web", "PORT=0", f"TARGET={target}") as running,
        visit(browser, running.listening()) as visited,
    ):
        mock = visited.page.get_by_label("Address", exact=True).input_value()
        visited.page.get_by_role("button", name="Save").click()
        expect(visited.page.get_by_role("status")).to_have_text("Saved.")
        expect(visited.page.locator("dl")).to_contain_text("jsmith@example.com")
    end = time.monotonic() + 20  # the kernel may take a moment to remove the process of esbuild
    while not group_is_gone(running.process.pid):
        assert time.monotonic() < end, "a process is still running"
        time.sleep(0.05)
    with pytest.raises(httpx.ConnectError):
        httpx.get(mock)


def test_page_has_the_ids_and_the_key_of_the_sandbox() -> None:
    page = (EXAMPLE / "index.html").read_text("utf-8")
    assert re.findall(r'value="([^"]+)"', page)[:3] == [DRAFT, LEAD, KEY]


def test_port_in_use_is_reported_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = command("node", str(EXAMPLE / "serve.mjs"), PORT=str(port), PUFFLE_MOCK_URL="http://127.0.0.1:1")
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"the form cannot be served on port \d+: .*; choose another with PORT=\n", done.stderr)
