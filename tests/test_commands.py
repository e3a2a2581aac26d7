"""What a person types, as the README and `make help` have it."""

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

from contract_tests.settings import PROFILES, Deviations
from mock import run
from puffle import contract
from tests.implementations import implementation
from tests.mutants import MUTANTS
from tests.running import DRAFT, KEY, LEAD, ROOT, Background, background, command, group_is_gone, make, served

OPERATION = contract.load().operation("updateLeadInCampaign")
PAGE_CURL = """\
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


@pytest.fixture(autouse=True)
def nothing_is_left_in_the_working_tree() -> Iterator[None]:
    def files() -> str:
        return command("git", "status", "--porcelain", "--untracked-files=all").stdout

    before = files()
    yield
    assert files() == before


def test_script_of_ci_is_one() -> None:
    assert command("bash", "-n", ".ci/run").stderr == ""
    assert (ROOT / ".ci" / "run").read_text("utf-8").endswith("\nCI=true make test\n")


def test_plain_make_prints_every_command() -> None:
    result = make()
    targets = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert targets
    assert result.returncode == 0
    for target in targets[1].split():
        assert re.search(rf"^  {target} +[A-Z]", result.stdout, re.MULTILINE), target


def test_contract_is_kept_by_the_sandbox() -> None:
    result = make("contract")
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{len(OPERATION.rules)} rules: {len(OPERATION.rules)} kept, 0 broken; " in result.stdout
    for rule in OPERATION.rules:
        assert re.search(rf"^  kept +{rule.id} ", result.stdout, re.MULTILINE), rule.id
    requests = int(re.findall(r"(\d+) requests in", result.stdout)[0])
    assert requests >= 800
    assert requests == pytest.approx(PROFILES["quick"].requests, rel=0.15), "the plan shown to a person says otherwise"
    progress = re.compile(r"  test \d+ of \d+, \d+ requests, \d+ s: [a-z-]+")
    assert all(progress.fullmatch(line) for line in result.stderr.splitlines()), "without a terminal it says little"


def test_contract_is_kept_by_prism_but_for_what_is_named() -> None:
    result = make("contract", "TARGET=prism")
    assert result.returncode == 0, result.stdout + result.stderr
    deviations = Deviations.read(run.PRISM_DEVIATIONS)
    for rule in deviations.unverifiable:
        assert re.search(rf"^  not verified  {rule} +Prism answers from", result.stdout, re.MULTILINE), rule
    for deviation in deviations.excused:
        assert re.search(rf"^  excused +{deviation['name']} +Prism ", result.stdout, re.MULTILINE), deviation["name"]
    assert "2 kept, 0 broken, 1 excused, 13 not verified" in result.stdout


def test_contract_is_kept_by_the_sandbox_behind_prism() -> None:
    result = make("contract", "TARGET=proxy")
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{len(OPERATION.rules) - 1} kept, 0 broken, 1 excused; " in result.stdout
    judged = re.search(r"^Prism, in between, reported 0 violations in (\d+) responses\.$", result.stdout, re.MULTILINE)
    assert judged
    assert int(judged[1]) >= 800


def test_violation_that_prism_reports_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = (
        "from mock.sandbox import __main__, rules; edit = rules.Rules.edit; "
        "rules.Rules.edit = lambda *a: {k: v for k, v in edit(*a).items() if k != 'status'}; __main__.main()"
    )
    monkeypatch.setattr(run, "SANDBOX", [sys.executable, "-c", broken, "--port", "0"])
    body = json.dumps({"prospect_id": LEAD, "updates": {}})
    send = (
        f"import httpx, os; print(httpx.patch(os.environ['BASE_URL'] + {OPERATION.path(id=DRAFT)!r}, content={body!r}, "
    )
    send += "headers={'Authorization': 'Bearer ' + os.environ['PUFFLE_API_KEY'], 'Content-Type': 'application/json'}))"
    monkeypatch.setattr(sys, "argv", ["mock.run", "proxy", "--", sys.executable, "-c", send])
    assert run.main() == 1
    printed = capfd.readouterr().out
    assert "Prism, in between, reported 1 violations in 1 responses." in printed
    assert "1 times: Violation: response.body.prospect" in printed


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        (("BASE_URL=http://127.0.0.1:1",), "cannot be reached"),
        (("BASE_URL=http://127.0.0.1:1", "PUFFLE_API_KEY="), "PUFFLE_API_KEY is not set"),
        (("TARGET=nothing",), "there is no target nothing"),
    ],
)
def test_contract_that_cannot_be_judged_ends_2_with_one_line(variables: tuple[str, ...], says: str) -> None:
    result = make("contract", *variables, **run.variables())
    lines = [line for line in result.stderr.splitlines() if not line.startswith("make: ***")]
    assert (result.returncode, result.stdout, len(lines)) == (2, "", 1), result.stderr
    assert says in lines[0]


def test_host_elsewhere_is_not_judged_before_its_plan_is_confirmed() -> None:
    result = make("contract", "BASE_URL=https://api.invalid", **run.variables())
    assert result.returncode == 2
    assert result.stderr.startswith("not judged: api.invalid is not this machine: ")
    assert "add CONFIRM=api.invalid\n" in result.stderr
    plan = result.stdout
    assert "about 2600 requests (quick) to https://api.invalid, at most 5 a second, so some 9 minutes." in plan
    assert "Nothing but PATCH" in plan
    for name, value in run.variables().items():
        assert (value in plan) == (name != "PUFFLE_API_KEY"), name


def test_contract_that_is_broken_ends_1() -> None:
    mutant = next(mutant for mutant in MUTANTS if mutant.name == "DropsTheHeadline")
    with served(mutant.app) as url:
        result = make("contract", f"BASE_URL={url}", **run.variables())
    assert result.returncode == 1
    assert "  BROKEN        edits-listed-fields" in result.stdout


def pages_curl(url: str, campaign: str = DRAFT, lead: str = LEAD, **updates: str) -> dict[str, object]:
    """Run the page's own curl with host, token and placeholder values changed, and give status and body."""
    text = PAGE_CURL.replace("https://app.puffle.ai", url).replace("{id}", campaign).replace("<token>", KEY)
    words = shlex.split(text.replace("\\\n", ""))
    body = json.loads(words[-1])
    assert set(body["updates"]) == set(contract.load().schema("LeadFields")["properties"])
    words[-1] = json.dumps({"prospect_id": lead, "updates": updates})
    result = command(*words, "--silent", "--write-out", "\n%{http_code}")
    answer, status = result.stdout.rsplit("\n", 1)
    return {"status": int(status), **json.loads(answer)}


def interrupted(server: Background) -> None:
    """Ctrl-C reaches the whole foreground group, make and what it runs."""
    os.killpg(server.process.pid, signal.SIGINT)
    server.process.wait(20)


def test_pages_curl_edits_a_lead_of_the_sandbox() -> None:
    with background("make", "sandbox", "PORT=0") as server:
        url = server.listening()
        first = pages_curl(url, first_name="Janet", email="janet@example.com")
        second = pages_curl(url, position="Chief Revenue Officer")
        running = pages_curl(url, *run_ids("LAUNCHED_"), first_name="Janet")
        interrupted(server)
    assert first["status"] == second["status"] == 200
    row = second["prospect"]
    assert isinstance(row, dict)
    assert (row["first_name"], row["email"], row["position"], row["last_name"]) == (
        "Janet", "janet@example.com", "Chief Revenue Officer", "Smith",
    )  # fmt: skip
    assert running["status"] == 400
    assert "active" in str(running["error"])
    assert_gone(server, url)


def run_ids(kind: str) -> tuple[str, str]:
    variables = run.variables()
    return variables[f"PUFFLE_{kind}CAMPAIGN_ID"], variables[f"PUFFLE_{kind}PROSPECT_ID"]


def assert_gone(server: Background, url: str) -> None:
    assert group_is_gone(server.process.pid)
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_mock_answers_and_ends() -> None:
    with background("make", "mock", "PORT=0") as server:
        url = server.listening()
        assert pages_curl(url, first_name="Janet")["status"] == 200
        interrupted(server)
    assert_gone(server, url)


def test_proxy_answers_for_its_upstream_and_ends() -> None:
    with served(implementation) as upstream, background("make", "proxy", "PORT=0", f"UPSTREAM={upstream}") as server:
        url = server.listening()
        answer = pages_curl(url, first_name="Only the sandbox knows")
        interrupted(server)
    assert isinstance(answer["prospect"], dict)
    assert answer["prospect"]["first_name"] == "Only the sandbox knows"
    assert_gone(server, url)


def test_mock_that_is_told_twice_to_end_leaves_nothing_behind() -> None:
    with background("make", "mock", "PORT=0") as server:
        url = server.listening()
        assert pages_curl(url, first_name="Janet")["status"] == 200
        os.killpg(server.process.pid, signal.SIGTERM)
        server.process.wait(20)
    assert_gone(server, url)


def test_servers_listen_on_this_machine_alone() -> None:
    for target in ("sandbox", "mock"):
        with background("make", target, "PORT=0") as server:
            assert urlsplit(server.listening()).hostname == "127.0.0.1"
            interrupted(server)
