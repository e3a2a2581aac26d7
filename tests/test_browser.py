"""The sandbox as a page in a real browser meets it."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import subprocess
import tempfile
import threading
from typing import Any

import pytest

from tests.running import KEY, LEAD
from tests.sandboxes import PATH, rows, sandbox

QUIETLY = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
PAGE = """<!doctype html><title>Another origin</title><script>
const url = "%s", headers = {"Authorization": "Bearer %s", "Content-Type": "application/json"}
const edit = async (updates, more) => {
  const body = JSON.stringify({prospect_id: "%s", updates})
  const answer = await fetch(url, {method: "PATCH", headers: {...headers, ...more}, body})
  return [answer.status, answer.headers.get("Retry-After"), await answer.json()]
}
const run = async () => [
  await edit({company: "Edited in a browser"}), await edit({}, {Prefer: "code=429"}), await edit({email: "none"}),
]
run().catch(error => String(error)).then(told => fetch("/told", {method: "POST", body: JSON.stringify(told)}))
</script>"""


def test_page_of_another_origin_edits_a_lead_in_a_browser() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        assert "CI" not in os.environ, "CI needs Chromium: .ci/run installs it"
        pytest.skip("Chromium is not installed")
    # Chromium keeps a socket there, whose path may have 107 characters: pytest's own folders are too deep for it.
    with sandbox() as server, tempfile.TemporaryDirectory(prefix="page-", ignore_cleanup_errors=True) as profile:
        told = told_by_page(chromium, PAGE % (server.url + PATH, KEY, LEAD), profile)
        stored = rows(server)[LEAD]["company"]
    edited, throttled, refused = told
    assert (edited[0], edited[2]["prospect"]["company"], stored) == (200, "Edited in a browser", "Edited in a browser")
    assert throttled[:2] == [429, "2"]
    assert (refused[0], "updates.email" in refused[2]["error"]) == (400, True)


def told_by_page(chromium: str, page: str, profile: str) -> Any:
    """Open a page, served from a port of its own, in a headless browser; give what it posts to ``/told``."""
    told: list[Any] = []
    done = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()
            done.set()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as pages:
        threading.Thread(target=pages.serve_forever).start()
        try:
            words = [chromium, *QUIETLY, f"--user-data-dir={profile}", f"http://127.0.0.1:{pages.server_port}/"]
            own_folder = {**os.environ, "TMPDIR": profile}
            browser = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=own_folder)
            try:
                assert done.wait(60), "the page told nothing"
            finally:
                browser.terminate()
                browser.wait(20)
        finally:
            pages.shutdown()
    return told[0]
