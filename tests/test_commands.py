"""The commands of the Makefile, as users type them."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from contract_tests.plan import expected_requests
from contract_tests.settings import PROFILES, Deviations
from mock import run
from puffle import contract
from tests.operations import mutant
from tests.running import DRAFT, KEY, LEAD, ROOT, Background, background, command, group_is_gone, make, served
from tests.targets import make_app

pytestmark = pytest.mark.slow

CONTRACT = contract.load()
OPERATION = next(operation for operation in CONTRACT.operations if operation.method == "PATCH")
RULES = len(CONTRACT.rules)
REFERENCE_CURL = """\
curl --request PATCH \\
  --url https://app.puffle.ai/api/campaigns/{id}/leads \\
  --header 'Authorization: Bearer <token>' \\
  --header 'Content-Type: application/json' \\
  --data '
{
  "prospect_id": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
  "updates": {
    "email": "<string>",
    "linkedin_url": "<string>",
    "first_name": "<string>",
    "last_name": "<string>",
    "name": "<string>",
    "company": "<string>",
    "position": "<string>",
    "headline": "<string>"
  }
}
'"""
"""The example of the vendor's reference page."""


@pytest.fixture(autouse=True)
def working_tree_stays_clean() -> Iterator[None]:
    def files() -> str:
        return command("git", "status", "--porcelain", "--untracked-files=all").stdout

    before = files()
    yield
    assert files() == before


def test_ci_runs_all_tests() -> None:
    assert command("bash", "-n", ".ci/run").stderr == ""
    assert (ROOT / ".ci" / "run").read_text("utf-8").endswith("\nCI=true make test\n")


def test_plain_make_lists_every_target() -> None:
    result = make()
    makefile = (ROOT / "Makefile").read_text("utf-8")
    documented = re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE)
    assert result.returncode == 0
    assert len(documented) >= 14
    for target in documented:
        assert re.search(rf"^  {target} +[A-Z]", result.stdout, re.MULTILINE), target


def test_sandbox_passes() -> None:
    result = make("contract")
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"\nPassed. {RULES} rules: {RULES} passed, 0 failed; " in result.stdout
    for rule in CONTRACT.rules:
        assert re.search(rf"^  passed +{rule.id} ", result.stdout, re.MULTILINE), rule.id
    requests = int(re.findall(r"([\d,]+) requests in", result.stdout)[0].replace(",", ""))
    expected = expected_requests(PROFILES["quick"], len(CONTRACT.operations))
    assert requests == pytest.approx(expected, rel=0.15), "the plan says otherwise"
    progress = re.compile(r"  test \d+ of \d+, [\d,]+ requests?, \d+ s: [a-z0-9-]+")
    assert all(progress.fullmatch(line) for line in result.stderr.splitlines()), "it prints little without a terminal"


def test_prism_passes_except_for_known_deviations() -> None:
    result = make("contract", "TARGET=prism")
    assert result.returncode == 0, result.stdout + result.stderr
    deviations = Deviations.read(str(run.deviations("prism")))
    for rule in deviations.not_verified:
        assert re.search(rf"^  not verified +{rule} ", result.stdout, re.MULTILINE), rule
    for deviation in deviations.known:
        assert re.search(rf"^  seen +{deviation['name']} +Prism ", result.stdout, re.MULTILINE), deviation["name"]
    assert " 0 failed, 2 known deviations, 32 not verified" in result.stdout


def test_sandbox_behind_prism_passes() -> None:
    some_rules = " or ".join(f'rule(id="{rule}")' for rule in ("edits-listed-fields", "invalid-request-refused"))
    judge = [sys.executable, "-m", "contract_tests", "-m", some_rules]
    result = command(sys.executable, "-m", "mock.run", "proxy", "--", *judge)
    assert result.returncode == 0, result.stdout + result.stderr
    assert " 0 failed, 1 known deviation" in result.stdout
    validated = re.search(r"Prism validated ([\d,]+) responses of the sandbox and found 0 violations\.", result.stdout)
    assert validated
    assert int(validated[1].replace(",", "")) >= 800


def test_violation_that_prism_finds_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    dropping_status = (
        "from mock.sandbox import __main__; "
        "from mock.sandbox.operations.update_lead_in_campaign import Handler; "
        "edit = Handler.edit; "
        "Handler.edit = lambda *a: {k: v for k, v in edit(*a).items() if k != 'status'}; "
        "__main__.main()"
    )
    sending = (
        "import httpx, os; "
        f"print(httpx.patch(os.environ['PUFFLE_MOCK_URL'] + {OPERATION.path(id=DRAFT)!r}, "
        f"json={{'prospect_id': {LEAD!r}, 'updates': {{}}}}, "
        "headers={'Authorization': 'Bearer ' + os.environ['PUFFLE_API_KEY']}))"
    )
    monkeypatch.setattr(run, "SANDBOX", [sys.executable, "-c", dropping_status, "--port", "0"])
    monkeypatch.setattr(sys, "argv", ["mock.run", "proxy", "--", sys.executable, "-c", sending])
    assert run.main() == 1
    printed = capfd.readouterr().out
    assert re.search(r"Prism validated 1 responses? of the sandbox and found 1 violations?\.", printed)
    assert "Violation: response.body.prospect" in printed


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        (("BASE_URL=http://127.0.0.1:1",), "cannot be reached"),
        (("BASE_URL=http://127.0.0.1:1", "PUFFLE_API_KEY="), "PUFFLE_API_KEY is not set"),
        (("TARGET=nothing",), "there is no mock nothing"),
    ],
)
def test_target_that_cannot_be_judged_ends_2_with_one_line(variables: tuple[str, ...], message: str) -> None:
    result = make("contract", *variables, **run.variables())
    lines = [line for line in result.stderr.splitlines() if not line.startswith("make: ***")]
    assert (result.returncode, result.stdout, len(lines)) == (2, "", 1), result.stderr
    assert message in lines[0]


def test_remote_host_is_not_judged_before_the_plan_is_confirmed() -> None:
    result = make("contract", "BASE_URL=https://api.invalid", **run.variables())
    assert result.returncode == 2
    assert result.stderr.startswith("could not judge: api.invalid is not this machine")
    assert "CONFIRM=api.invalid" in result.stderr
    assert "4,550 requests (quick) to https://api.invalid, at most 5 per second: about 15 minutes" in result.stdout
    for name, value in run.variables().items():
        assert (value in result.stdout) == (name not in {"PUFFLE_API_KEY", "PUFFLE_OTHER_PROSPECT_ID"}), name


def test_target_that_breaks_a_rule_ends_1() -> None:
    with served(mutant("DropsTheHeadline").app) as url:
        result = make("contract", f"BASE_URL={url}", **run.variables())
    assert result.returncode == 1
    assert "  FAILED          edits-listed-fields" in result.stdout


def reference_curl(url: str, campaign: str = DRAFT, lead: str = LEAD, **updates: str) -> tuple[int, dict[str, str]]:
    """Run the reference page's example with another host, token and values; gives the status and the lead or error."""
    text = REFERENCE_CURL.replace("https://app.puffle.ai", url).replace("{id}", campaign).replace("<token>", KEY)
    words = shlex.split(text.replace("\\\n", ""))
    fields = OPERATION.contract.resolve((OPERATION.request_schema or {})["properties"]["updates"])["properties"]
    assert set(json.loads(words[-1])["updates"]) == set(fields)
    words[-1] = json.dumps({"prospect_id": lead, "updates": updates})
    printed, status = command(*words, "--silent", "--write-out", "\n%{http_code}").stdout.rsplit("\n", 1)
    body = json.loads(printed)
    return int(status), body.get("prospect", body)


def interrupt(server: Background) -> None:
    """Ctrl-C reaches the whole foreground group: make and what it runs."""
    os.killpg(server.process.pid, signal.SIGINT)
    server.process.wait(20)


def assert_gone(server: Background, url: str) -> None:
    assert group_is_gone(server.process.pid)
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_sandbox_edits_leads_until_ctrl_c() -> None:
    launched = run.variables()["PUFFLE_LAUNCHED_CAMPAIGN_ID"], run.variables()["PUFFLE_LAUNCHED_PROSPECT_ID"]
    with background("make", "sandbox", "PORT=0") as server:
        url = server.listening()
        first, _ = reference_curl(url, first_name="Janet", email="janet@example.com")
        second, lead = reference_curl(url, position="Chief Revenue Officer")
        refused, error = reference_curl(url, *launched, first_name="Janet")
        interrupt(server)
    assert (first, second, refused) == (200, 200, 400)
    assert (lead["first_name"], lead["email"], lead["position"], lead["last_name"]) == (
        "Janet", "janet@example.com", "Chief Revenue Officer", "Smith",
    )  # fmt: skip
    assert "active" in error["error"]
    assert_gone(server, url)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_mock_responds_and_ends(end: signal.Signals) -> None:
    with background("make", "mock", "PORT=0") as server:
        url = server.listening()
        status, _ = reference_curl(url, first_name="Janet")
        os.killpg(server.process.pid, end)
        server.process.wait(20)
    assert status == 200
    assert_gone(server, url)


def test_proxy_responds_for_its_upstream_and_ends() -> None:
    with served(make_app) as upstream, background("make", "proxy", "PORT=0", f"UPSTREAM={upstream}") as server:
        url = server.listening()
        _, lead = reference_curl(url, first_name="Only the sandbox knows")
        interrupt(server)
    assert lead["first_name"] == "Only the sandbox knows"
    assert_gone(server, url)


def test_servers_listen_only_on_this_machine() -> None:
    for target in ("sandbox", "mock"):
        with background("make", target, "PORT=0") as server:
            assert urlsplit(server.listening()).hostname == "127.0.0.1"
            interrupt(server)
