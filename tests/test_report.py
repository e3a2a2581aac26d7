"""Verdicts as they are printed and written: what they say, that it can be acted on, and that no key is in them."""

from __future__ import annotations

import base64
import re
import shlex
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from contract_tests.report import PAGE
from mock import run
from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.update_lead_in_campaign import UpdateLeadInCampaign
from tests.browsing import DESKTOP, PHONE, visit
from tests.operations import mutant
from tests.proving import Judgement, judged
from tests.rewriting import Response
from tests.running import KEY, ROOT, command, served
from tests.targets import CONTRACT, make_app

pytestmark = pytest.mark.slow

TWO_RULES = ("-m", 'rule(id="draft-only") or rule(id="bearer-required")')
ONE_TEST = ("-k", "test_required_member_is_required")

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def facts(printed: str, name: str) -> list[str]:
    return re.findall(rf"^ +{name} +(\S.*)$", printed, re.MULTILINE)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tuple[Judgement, Path]:
    """The verdict on a target that fails one rule, and the folder of its report."""
    folder = tmp_path_factory.mktemp("report")
    return judged(
        mutant("DoesNotNameTheStatus-UpdateLeadInCampaign").app(), *TWO_RULES, "--report", str(folder)
    ), folder


def test_failed_rule_is_printed_with_everything_that_is_needed_to_act() -> None:
    with served(mutant("CutsLongValues").app) as url:
        printed = judged(url, "-m", 'rule(id="edits-listed-fields")').printed
        request, replay = facts(printed, "request")[0], facts(printed, "replay")[0]
        response = command("bash", "-c", request, PUFFLE_API_KEY=KEY).stdout
        assert "the leads of the run are removed: `request` shows what was sent" in printed
        make, *arguments = shlex.split(replay)
        replayed = command(make, "--no-print-directory", *arguments, **run.variables())
    promise = next(rule.promise for rule in CONTRACT.rules if rule.id == "edits-listed-fields")
    assert promise in " ".join(printed.split())
    assert len(re.findall(r"xxxx+", request)[0]) == 256, "the shortest that fails"
    expected = r"to be \"x+… \(256 characters\) in the response, not \"x+… \(255"
    assert re.search(expected, " ".join(printed.split()))
    assert response.startswith("HTTP/1.1 404"), "the lead was removed at the end of the run"
    assert replayed.returncode == 1
    assert "  FAILED          edits-listed-fields" in replayed.stdout
    assert [UUID.sub("", one) for one in facts(replayed.stdout, "request")] == [UUID.sub("", request)]
    assert facts(replayed.stdout, "replay") == [replay]
    assert "draft-only" not in replayed.stdout, "only the case was run"


def test_replayed_case_can_pass() -> None:
    printed = judged(mutant("CutsLongValues").app(), "-k", "long_text").printed
    case = re.findall(r"CASE='(\S+)'", printed)[0]
    judgement = judged(make_app(), "--case", case)
    assert judgement.exit_code == 0, judgement.printed
    assert "  passed          edits-listed-fields" in judgement.printed


@pytest.mark.parametrize("case", ["test_nothing", "test_times_move_forward@x", "test_times_move_forward@eA=="])
def test_unreadable_case_is_explained(case: str) -> None:
    judgement = judged(make_app(), "--case", case)
    assert judgement.exit_code == 2
    printed = judgement.printed.partition("…\n\n")[2]
    assert re.fullmatch(r"could not judge: CASE=\S+ .*copy it from the verdict.*\n", printed)


def test_warning_names_the_line_to_change() -> None:
    judgement = judged(mutant("words_errors_as_message-UpdateLeadInCampaign").app(), "-m", 'rule(id="draft-only")')
    assert judgement.exit_code == 0
    line = re.search(r"change\s+openapi\.yaml,\s+line\s+(\d+)", judgement.printed)
    assert line
    assert (ROOT / "openapi.yaml").read_text("utf-8").splitlines()[int(line[1]) - 1] == "    Error:"
    assert "Passed with 1 warning: error-body." in judgement.printed


def test_report_is_one_page_and_junit_xml(report: tuple[Judgement, Path]) -> None:
    judgement, folder = report
    assert f"Report: {folder / PAGE}" in judgement.printed
    page = (folder / PAGE).read_text("utf-8")
    assert "default-src 'none'" in page
    assert not re.findall(r"<(?:script|link|img|iframe)\b|url\(|@import", page)
    assert "<h1>Failed.</h1>" in page
    assert "the message to name the campaign&#39;s status" in page
    for command_line in (*facts(judgement.printed, "request"), *facts(judgement.printed, "replay")):
        assert command_line in page.replace("&#34;", '"').replace("&#39;", "'")
    suites = ET.parse(folder / "junit.xml").getroot()  # noqa: S314 -- written by this project
    cases = {case.get("name"): case for case in suites.iter("testcase")}
    failure = cases["draft-only"].find("failure")
    assert failure is not None
    assert failure.get("message") == "expected the message to name the campaign's status"
    assert facts(judgement.printed, "request")[0] in str(failure.text)
    assert cases["bearer-required"].find("failure") is None
    assert suites.find("testsuite").get("failures") == "1"  # type: ignore[union-attr]


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_verdict_is_visible_first(
    browser: Browser, report: tuple[Judgement, Path], size: dict[str, int], scheme: str
) -> None:
    with visit(browser, report[1] / PAGE, viewport=size, color_scheme=scheme) as visited:
        page = visited.page
        for visible in (page.get_by_role("heading", name="Failed."), page.get_by_text("draft-only").first):
            expect(visible).to_be_in_viewport()
        page.get_by_role("link", name="draft-only").click()
        expect(page.get_by_text("the message to name the campaign's status")).to_be_in_viewport()
        assert (visited.barriers(), visited.is_too_wide()) == ([], False)


def test_response_cannot_inject_markup(tmp_path: Path) -> None:
    evil = "</pre><script>alert(1)</script>\u202e\x1b[31m ]]> \x0b"

    def inject(response: Response) -> None:
        response.status, response.json = 418, {"error": evil}

    judgement = judged(make_app(inject), *ONE_TEST, "--report", str(tmp_path))
    assert judgement.exit_code == 1
    assert "<script" not in (tmp_path / PAGE).read_text("utf-8")
    assert "\x1b" not in judgement.printed
    ET.parse(tmp_path / "junit.xml")  # noqa: S314 -- written by this project


def test_old_report_is_removed_by_a_new_run(tmp_path: Path) -> None:
    (tmp_path / PAGE).write_text("old")
    assert judged("http://127.0.0.1:1", "--report", str(tmp_path)).exit_code == 2
    assert not (tmp_path / PAGE).exists()


SPELLINGS = (KEY, KEY.upper(), base64.b64encode(KEY.encode()).decode())


class EchoesTheKey(UpdateLeadInCampaign):
    def authenticate(self, authorization: str) -> str:
        try:
            return super().authenticate(authorization)
        except Refusal:
            raise Refusal(403, f"{authorization} is wrong, use {' or '.join(SPELLINGS)}") from None

    def edit(self, campaign: str, lead: str, fields: dict[str, object]) -> dict[str, object]:
        return {**super().edit(campaign, lead, fields), "source": KEY, "status": 7}

    def require_draft(self, status: str) -> None:
        if status != "draft":
            raise Refusal(400, "".join(f"\\u{ord(char):04x}" for char in KEY))


def test_key_is_neither_printed_nor_written(tmp_path: Path) -> None:
    judgement = judged(make_app(EchoesTheKey), "--report", str(tmp_path))
    assert judgement.exit_code == 1
    everything = judgement.printed + "".join(file.read_text("utf-8") for file in tmp_path.iterdir())
    assert "PUFFLE_API_KEY" in everything
    for spelling in (*SPELLINGS, KEY[:10], KEY[-10:]):
        assert spelling.lower() not in everything.lower()


def test_unwritable_report_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    judgement = judged(make_app(), *ONE_TEST, "--report", str(tmp_path / "file" / "report"))
    assert judgement.exit_code == 2
    assert re.search(r"^could not judge: the report cannot be written to .*; set REPORT=", judgement.stderr)
