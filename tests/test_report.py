"""The verdict as it is printed and written: what it says, that it can be acted on, and that no key is in it."""

from __future__ import annotations

import base64
import re
import shlex
import xml.etree.ElementTree as ET
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from contract_tests.report import PAGE
from mock import run
from mock.sandbox.rules import Refusal, Rules
from tests.browsing import DESKTOP, PHONE, visit
from tests.implementations import CONTRACT, Row, implementation
from tests.mutants.registry import mutant
from tests.proving import judged
from tests.rewriting import Answer
from tests.running import KEY, ROOT, command, served

OPERATION = CONTRACT.operation("updateLeadInCampaign")


def facts(printed: str, name: str) -> list[str]:
    return re.findall(rf"^ +{name} +(\S.*)$", printed, re.MULTILINE)


def test_broken_rule_is_printed_with_all_that_is_needed_to_act() -> None:
    with served(mutant("CutsLongValues").app) as url:
        printed = judged(url).printed
        request, again = facts(printed, "request")[0], facts(printed, "replay")[0]
        answer = command("bash", "-c", request, PUFFLE_API_KEY=KEY).stdout
        replayed = command(*shlex.split(again)[:1], "--no-print-directory", *shlex.split(again)[1:], **run.variables())
    promise = next(rule.promise for rule in OPERATION.rules if rule.id == "edits-listed-fields")
    assert promise in " ".join(printed.split())
    assert len(re.findall(r"xxxx+", request)[0]) == 256, "the smallest that goes wrong"
    assert re.search(r"to be 'x+… \(258 characters\) in the answer, not 'x+… \(257", " ".join(printed.split()))
    assert answer.startswith("HTTP/1.1 200")
    assert replayed.returncode == 1
    assert "  BROKEN        edits-listed-fields" in replayed.stdout
    assert facts(replayed.stdout, "request") == [request]
    assert facts(replayed.stdout, "replay") == [again]
    assert "edits-listed-fields" in replayed.stdout
    assert "draft-only" not in replayed.stdout, "only the case was run"


@pytest.mark.parametrize("name", ["answers_local_times", "CoercesToStrings"])
def test_case_of_one_request_is_replayed(name: str) -> None:
    with served(mutant(name).app) as url:
        printed = judged(url, "-m", 'rule(id="requests")').printed
        case = re.findall(r"CASE=(test_request_again@\S+)", printed)[0]
        again = judged(url, CASE=case)
        first, second = facts(printed, "request")[0], facts(again.printed, "request")[0]
    assert again.exit_code == 1
    assert first == second
    assert " 0 requests" not in again.printed


def test_case_that_is_kept_now_is_said_to_be() -> None:
    with served(mutant("CutsLongValues").app) as url:
        case = re.findall(r"CASE='(\S+)'", judged(url, "-k", "long_text").printed)[0]
    with served(implementation) as url:
        judgement = judged(url, CASE=case)
    assert judgement.exit_code == 0, judgement.printed
    assert "  kept          edits-listed-fields" in judgement.printed


@pytest.mark.parametrize(
    "case", ["test_nothing", "test_request_again@x", "test_request_again", "test_times_move_forward@x"]
)
def test_case_that_cannot_be_read_is_said(case: str) -> None:
    with served(implementation) as url:
        judgement = judged(url, CASE=case)
    assert judgement.exit_code == 2
    assert re.fullmatch(r"not judged: CASE=\S+ .*copy it from the verdict.*\n", judgement.printed.partition("…\n\n")[2])


def test_contradicted_assumption_names_the_line_to_amend() -> None:
    with served(mutant("words_errors_as_message").app) as url:
        judgement = judged(url, "-m", 'rule(id="draft-only")')
    assert judgement.exit_code == 0
    line = re.search(r"amend openapi\.yaml,\s+line (\d+)", judgement.printed)
    assert line
    assert (ROOT / "openapi.yaml").read_text("utf-8").splitlines()[int(line[1]) - 1] == "    Error:"
    assert "The contract is kept, but for what it assumes of error-body." in judgement.printed


def test_report_is_one_page_and_junit_xml(tmp_path: Path) -> None:
    with served(mutant("DoesNotNameTheStatus").app) as url:
        judgement = judged(url, "-m", 'rule(id="draft-only") or rule(id="bearer-required")', REPORT=str(tmp_path))
    assert f"The same to look at: {tmp_path / PAGE}" in judgement.printed
    page = (tmp_path / PAGE).read_text("utf-8")
    assert "default-src 'none'" in page
    assert not re.findall(r"<(?:script|link|img|iframe)\b|url\(|@import", page)
    assert "The contract is broken." in page
    assert "the message to name the campaign&#39;s status" in page
    for command_line in (*facts(judgement.printed, "request"), *facts(judgement.printed, "replay")):
        assert command_line in page.replace("&#34;", '"').replace("&#39;", "'")
    suites = ET.parse(tmp_path / "junit.xml").getroot()  # noqa: S314 -- written by this project
    cases = {case.get("name"): case for case in suites.iter("testcase")}
    failure = cases["draft-only"].find("failure")
    assert failure is not None
    assert failure.get("message") == "expected the message to name the campaign's status"
    assert facts(judgement.printed, "request")[0] in str(failure.text)
    assert cases["bearer-required"].find("failure") is None
    assert suites.find("testsuite").get("failures") == "1"  # type: ignore[union-attr]


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_verdict_is_the_first_that_is_seen(browser: Browser, tmp_path: Path, size: dict[str, int], scheme: str) -> None:
    with served(mutant("DoesNotNameTheStatus").app) as url:
        judged(url, "-m", 'rule(id="draft-only") or rule(id="bearer-required")', REPORT=str(tmp_path))
    with visit(browser, tmp_path / PAGE, viewport=size, color_scheme=scheme) as visited:
        page = visited.page
        for seen in (page.get_by_role("heading", name="The contract is broken."), page.get_by_text("draft-only").first):
            expect(seen).to_be_in_viewport()
        page.get_by_role("link", name="draft-only").click()
        expect(page.get_by_text("the message to name the campaign's status")).to_be_in_viewport()
        assert (visited.barriers(), visited.is_too_wide()) == ([], False)


def test_answer_cannot_break_out_of_the_report(tmp_path: Path) -> None:
    evil = "</pre><script>alert(1)</script>\u202e\x1b[31m ]]> \x0b"

    def echo(answer: Answer) -> None:
        answer.status, answer.json = 418, {"error": evil}

    with served(partial(implementation, echo)) as url:
        judgement = judged(url, "-k", "test_required_member", REPORT=str(tmp_path))
    assert judgement.exit_code == 1
    assert "<script" not in (tmp_path / PAGE).read_text("utf-8")
    assert "\x1b" not in judgement.printed
    ET.parse(tmp_path / "junit.xml")  # noqa: S314 -- written by this project


def test_old_report_does_not_outlive_a_new_run(tmp_path: Path) -> None:
    (tmp_path / PAGE).write_text("old")
    judgement = judged("http://127.0.0.1:1", REPORT=str(tmp_path))
    assert judgement.exit_code == 2
    assert not (tmp_path / PAGE).exists()


def test_key_is_in_nothing_that_is_printed_or_written(tmp_path: Path) -> None:
    spelled = (KEY, KEY.upper(), base64.b64encode(KEY.encode()).decode(), KEY.encode().hex())

    class Echoes(Rules):
        def authenticate(self, authorization: str) -> str:
            try:
                return super().authenticate(authorization)
            except Refusal:
                raise Refusal(403, f"{authorization} is wrong, take {' or '.join(spelled)}") from None

        def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
            return {**super().edit(campaign, lead, fields), "source": KEY, "status": 7}

        def require_draft(self, status: str) -> None:
            if status != "draft":
                raise Refusal(400, "".join(f"\\u{ord(mark):04x}" for mark in KEY))

    with served(partial(implementation, Echoes)) as url:
        judgement = judged(url, REPORT=str(tmp_path))
    assert judgement.exit_code == 1
    everything = judgement.printed + "".join(file.read_text("utf-8") for file in tmp_path.iterdir())
    assert "PUFFLE_API_KEY" in everything
    for spelling in spelled:
        assert spelling.lower() not in everything.lower()
    for part in (KEY[:10], KEY[-10:]):
        assert part.lower() not in everything.lower()


def test_report_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with served(implementation) as url:
        judgement = judged(url, "-k", "test_required_member", REPORT=str(tmp_path / "file" / "report"))
    assert judgement.exit_code == 2
    assert re.search(r"^not judged: the report cannot be written to .*; set REPORT=$", judgement.printed, re.MULTILINE)
