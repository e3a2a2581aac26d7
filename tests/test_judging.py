"""How the contract tests judge: their exit codes and their words."""

from __future__ import annotations

import json
import re
from functools import partial

import pytest
from hypothesis.internal.conjecture import engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from contract_tests.answers import Shapes
from contract_tests.exchange import Exchange
from contract_tests.report import Report
from contract_tests.settings import Deviations, NotJudged, Settings
from contract_tests.verdict import SHAPES, Finding, Verdict
from mock import run
from mock.sandbox import seed
from mock.sandbox.rules import Refusal, Rules
from tests.implementations import CONTRACT, Implementation, Row, implementation
from tests.mutants import MUTANTS
from tests.proving import Judgement, judged
from tests.rewriting import Answer
from tests.running import KEY, ROOT, command, served

OPERATION = CONTRACT.operation("updateLeadInCampaign")
VARIABLES = run.variables()
SOME_TESTS = ("-m", 'rule(id="draft-only") or rule(id="keeps-other-fields")')
ONE_TEST = ("-k", "test_required_member_is_required")


def always(status: int, body: object) -> ASGIApp:
    """A server that has one answer."""

    async def answer(_: Request) -> Response:
        return JSONResponse(body, status)

    app = Starlette()
    app.add_route("/{path:path}", answer, methods=["PATCH"])
    return app


def judge(url: str, *tests: str, **given: str) -> Judgement:
    return judged(url, *tests, cases=None, elsewhere=False, **given)


def test_unreachable_server_is_not_judged() -> None:
    result = judge("http://127.0.0.1:1")
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.fullmatch(r"not judged: http://127.0.0.1:1 cannot be reached: .*; check BASE_URL\n", result.stderr)


@pytest.mark.parametrize("changes", [{"PUFFLE_API_KEY": "pk_sandbox_eve"}, {"PUFFLE_API_KEY": "pk_live_'\"$HOME"}])
def test_refused_key_is_not_judged(changes: dict[str, str]) -> None:
    with served(implementation) as url:
        result = judge(url, **changes)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "refused the key" in result.stderr
    assert changes["PUFFLE_API_KEY"] not in result.stderr


@pytest.mark.parametrize("campaign", seed.load()[0].campaigns[1:], ids=lambda campaign: campaign.status)
def test_campaign_that_is_no_draft_is_not_judged(campaign: seed.Campaign) -> None:
    with served(implementation) as url:
        ids = {"PUFFLE_CAMPAIGN_ID": campaign.id, "PUFFLE_PROSPECT_ID": campaign.leads[0]["id"]}
        result = judge(url, **ids, PUFFLE_LAUNCHED_CAMPAIGN_ID="", PUFFLE_LAUNCHED_PROSPECT_ID="")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"campaign {campaign.id} is {campaign.status}, not a draft" in result.stderr
    assert result.stderr.count("\n") == 1


def test_missing_lead_is_not_judged() -> None:
    with served(implementation) as url:
        result = judge(url, PUFFLE_PROSPECT_ID="00000000-0000-4000-8000-000000000000")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "check PUFFLE_CAMPAIGN_ID and PUFFLE_PROSPECT_ID" in result.stderr


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"PUFFLE_API_KEY": ""}, "PUFFLE_API_KEY is not set"),
        ({"PUFFLE_CAMPAIGN_ID": ""}, "PUFFLE_CAMPAIGN_ID is not set, and PUFFLE_PROSPECT_ID is"),
        ({"PUFFLE_CAMPAIGN_ID": "", "PUFFLE_PROSPECT_ID": ""}, "PUFFLE_CAMPAIGN_ID and PUFFLE_PROSPECT_ID are not set"),
        ({"PUFFLE_FOREIGN_PROSPECT_ID": ""}, "PUFFLE_FOREIGN_PROSPECT_ID is not set"),
        ({"PUFFLE_OTHER_PROSPECT_ID": "7"}, "PUFFLE_OTHER_PROSPECT_ID=7 is no UUID"),
        ({"BASE_URL": ""}, "BASE_URL= is no address"),
        ({"PUFFLE_API_KEY": "pk_live_a\nb"}, "PUFFLE_API_KEY holds characters"),
        ({"PUFFLE_API_KEY": "pk_live_é"}, "PUFFLE_API_KEY holds characters"),
        ({"BASE_URL": "http://[::1"}, "is no address of a server"),
        ({"BASE_URL": "http://127.0.0.1:abc"}, "is no address of a server"),
        ({"BASE_URL": "ftp://example.com"}, "is no address of a server"),
        ({"BASE_URL": "https://key@example.com"}, "holds a user name or a password"),
        ({"BASE_URL": "http://api.invalid"}, "give an https address"),
        ({"BASE_URL": "https://api.invalid"}, "add CONFIRM=api.invalid"),
        ({"BASE_URL": "https://api.invalid", "CONFIRM": "another.invalid"}, "add CONFIRM=api.invalid"),
        ({"PROFILE": "huge"}, "take one of quick, deep"),
        ({"SEED": "x"}, "SEED=x is no whole number"),
    ],
)
def test_wrong_setting_is_said_in_one_line(changes: dict[str, str], says: str) -> None:
    with pytest.raises(NotJudged) as raised:
        Settings.read({**VARIABLES, "BASE_URL": "http://127.0.0.1:1", **changes})
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


def test_key_is_not_shown_with_the_settings() -> None:
    assert KEY not in repr(Settings.read({**VARIABLES, "BASE_URL": "http://127.0.0.1:1"}))


def test_rule_without_its_leads_is_not_verified() -> None:
    without = {name: "" for name in VARIABLES if re.search("OTHER|LAUNCHED|FOREIGN", name)}
    with served(implementation) as url:
        judgement = judged(url, cases=2, elsewhere=False, **without)
    assert judgement.exit_code == 0
    for rule, variable in {
        "own-campaigns-only": "PUFFLE_FOREIGN_CAMPAIGN_ID",
        "draft-only": "PUFFLE_LAUNCHED_CAMPAIGN_ID",
        "lead-in-campaign": "PUFFLE_LAUNCHED_CAMPAIGN_ID",
        "answers-edited-row": "PUFFLE_OTHER_PROSPECT_ID",
        "touches-one-lead": "PUFFLE_OTHER_PROSPECT_ID",
    }.items():
        assert re.search(rf"^  not verified  {rule} +set {variable} ", judgement.printed, re.MULTILINE), rule
    assert "16 rules: 11 kept, 0 broken, 5 not verified" in judgement.printed


def test_contradicted_assumption_fails_only_a_strict_run() -> None:
    def say_message(answer: Answer) -> None:
        if answer.status >= 400:
            answer.json = {"message": answer.json["error"]}

    with served(partial(implementation, say_message)) as url:
        mild, strict = judge(url, *SOME_TESTS), judge(url, *SOME_TESTS, STRICT="1")
    assert (mild.exit_code, strict.exit_code) == (0, 1)
    assert "  contradicted  error-body" in mild.stdout


def test_broken_rule_is_shown_with_a_request_that_shows_it() -> None:
    mutant = next(mutant for mutant in MUTANTS if mutant.name == "DoesNotNameTheStatus")
    with served(mutant.app) as url:
        result = judge(url, *SOME_TESTS)
        curl = re.search(r"^ +request +(curl .*)$", result.stdout, re.MULTILINE)
        assert curl, result.stdout
        again = command("bash", "-c", curl[1], PUFFLE_API_KEY=KEY)
    assert result.exit_code == 1
    assert "BROKEN        draft-only" in result.stdout
    assert re.search(r"^ +expected +the message to name the campaign's status$", result.stdout, re.MULTILINE)
    assert '400 {"error":"The roster is frozen."}' in result.stdout
    assert again.stdout.startswith("HTTP/1.1 400")
    assert again.stdout.endswith('{"error":"The roster is frozen."}')


def test_key_is_never_printed_even_when_it_is_echoed() -> None:
    def echo(answer: Answer) -> None:
        answer.status, answer.json = 418, {"you sent": f"Bearer {KEY}"}

    class EchoesTheKey(Rules):
        def require_draft(self, status: str) -> None:
            if status != "draft":
                raise Refusal(400, f"not with {KEY}")

    class EchoesWrongKeys(Rules):
        def authenticate(self, authorization: str) -> str:
            try:
                return super().authenticate(authorization)
            except Refusal:
                raise Refusal(403, f"{authorization} is wrong") from None

    chosen: dict[Implementation, tuple[str, ...]] = {
        EchoesTheKey: SOME_TESTS,
        EchoesWrongKeys: ("-k", "with_wrong_key"),
        echo: SOME_TESTS,
    }
    for broken, tests in chosen.items():
        with served(partial(implementation, broken)) as url:
            result = judge(url, *tests)
        assert result.exit_code == 1
        assert "PUFFLE_API_KEY" in result.stdout
        assert KEY[: len(KEY) // 2 + 1] not in result.stdout + result.stderr


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [(500, {"error": "down"}, 1), (404, {"error": "no"}, 2), (401, {}, 2), (403, {"error": "no"}, 2), (200, {}, 1)],
)
def test_server_with_one_answer(status: int, body: object, code: int) -> None:
    with served(partial(always, status, body)) as url:
        result = judge(url, *ONE_TEST)
    assert result.exit_code == code, result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr


def test_test_that_fails_itself_is_no_verdict() -> None:
    verdict = Verdict(OPERATION, Deviations())
    verdict.add("draft-only", "test", Finding("failed", "the test itself failed: KeyError: 'x'"))
    assert verdict.exit_code(strict=False) == 2
    report = Report(verdict, Settings.read({**VARIABLES, "BASE_URL": "http://127.0.0.1:1"}), [], 7, 7.0)
    assert any("FAILED" in line for line in report.lines())


def test_shrinking_is_bounded() -> None:
    assert engine.MAX_SHRINKING_SECONDS == 300, "Hypothesis bounds it otherwise now: see contract_tests/__main__.py"


def test_rule_that_no_test_met_is_not_kept() -> None:
    verdict = Verdict(OPERATION, Deviations())
    assert verdict.finding("draft-only").state == "not verified"


def test_only_the_named_deviation_is_excused() -> None:
    excused = {"name": "any-token", "check": "test_wrong_key", "answer": "welcome", "reason": "It takes any."}
    verdict = Verdict(OPERATION, Deviations({}, (excused,)))
    exchange = Exchange("PATCH", "http://x", None, "", b"", 200, "", b"welcome")
    verdict.add("bearer-required", "test_wrong_key", Finding("broken", "", exchange))
    assert verdict.finding("bearer-required").state == "excused"
    for test, answer in (("test_wrong_key", b"hello"), ("test_no_key", b"welcome")):
        other = Exchange("PATCH", "http://x", None, "", b"", 200, "", answer)
        verdict.add("bearer-required", test, Finding("broken", "", other))
        assert verdict.finding("bearer-required").state == "broken"


def test_same_seed_same_requests() -> None:
    def requests(number: str) -> list[bytes]:
        bodies: list[bytes] = []

        class Recording(Rules):
            def parse(self, body: bytes) -> Row:
                bodies.append(body)
                return super().parse(body)

        with served(partial(implementation, Recording)) as url:
            assert judged(url, cases=5, SEED=number).exit_code == 0
        return bodies

    first, again, other = requests("1"), requests("1"), requests("2")
    assert first == again
    assert first != other


def test_every_exchange_is_judged_by_its_shape() -> None:
    shapes = Shapes(OPERATION)
    example = next(example for example in OPERATION.examples() if example.name == "full-row")
    body = json.dumps(example.response).encode()
    good = Exchange("PATCH", "http://x", None, "", b"", 200, "application/json", body)
    assert shapes.problem(good) is None
    for status, media_type, answer in (
        (200, "text/html", body),
        (200, "application/json", b"{}"),
        (204, "application/json", b""),
        (422, "application/json", b'{"error": "x"}'),
        (0, "", b"no answer"),
    ):
        problem = shapes.problem(Exchange("PATCH", "http://x", None, "", b"", status, media_type, answer))
        assert problem, status
        assert problem.check == "answers"


def test_deviations_name_rules_and_checks_that_there_are() -> None:
    deviations = Deviations.read(run.PRISM_DEVIATIONS)
    tests = "".join(file.read_text("utf-8") for file in (ROOT / "contract_tests").glob("test_*.py"))
    assert set(deviations.unverifiable) <= {rule.id for rule in OPERATION.rules}
    for deviation in deviations.excused:
        assert deviation["check"] in {shape.id for shape in SHAPES} or f"def {deviation['check']}(" in tests
