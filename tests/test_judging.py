"""Verdicts of the contract tests: their exit codes and their words."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest
from hypothesis.internal.conjecture import engine
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, create_test
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from contract_tests.exchange import Exchange
from contract_tests.report import Report
from contract_tests.settings import Deviations, Settings
from contract_tests.verdict import SCHEMA_CHECKS, Finding, Verdict
from mock import run
from mock.sandbox import seed
from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.update_lead_in_campaign import OPERATION, UpdateLeadInCampaign
from tests import rewriting
from tests.proving import judged
from tests.running import KEY, ROOT, command, served
from tests.targets import CONTRACT, Difference, make_app

VARIABLES = run.variables()
FOUND = CONTRACT.find(OPERATION)
assert FOUND is not None
UPDATE = FOUND
SOME_RULES = ("-m", 'rule(id="draft-only") or rule(id="keeps-other-fields")')
ONE_TEST = ("-k", "test_required_member_is_required")
NOWHERE = "http://127.0.0.1:1"


def settings(*arguments: str) -> Settings:
    return Settings.read(["--base-url", "http://127.0.0.1", *arguments], VARIABLES)


def exchange(status: int, content: bytes, media_type: str = "application/json", body: bytes = b"") -> Exchange:
    return Exchange("PATCH", "http://x", None, "", body, status, media_type, content, operation=UPDATE.key)


def always(status: int, body: object) -> ASGIApp:
    """A server that has one response."""

    async def respond(_: Request) -> Response:
        return JSONResponse(body, status)

    app = Starlette()
    app.add_route("/{path:path}", respond, methods=["GET", "POST", "PATCH", "DELETE"])
    return app


# What cannot be judged


def test_unreachable_target_is_not_judged() -> None:
    result = judged(NOWHERE)
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.fullmatch(r"could not judge: http://127.0.0.1:1 cannot be reached: .*; check BASE_URL\n", result.stderr)


@pytest.mark.parametrize("key", ["pk_sandbox_eve", "pk_live_'\"$HOME"])
def test_refused_key_is_not_judged(key: str) -> None:
    result = judged(make_app(), PUFFLE_API_KEY=key)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert "refused the key" in result.stderr
    assert key not in result.stderr


FROZEN = [campaign for campaign in seed.load()[0].campaigns if campaign.status != "draft"]
ONE_OPERATION = ("--operations", UPDATE.id)


@pytest.mark.parametrize("operations", [(), ONE_OPERATION], ids=["all", "one"])
@pytest.mark.parametrize("campaign", FROZEN, ids=lambda campaign: campaign.status)
def test_campaign_that_is_not_a_draft_is_not_judged(campaign: seed.Campaign, operations: tuple[str, ...]) -> None:
    ids = {"PUFFLE_CAMPAIGN_ID": campaign.id, "PUFFLE_PROSPECT_ID": campaign.leads[0]["id"]}
    result = judged(make_app(), *operations, **ids, PUFFLE_LAUNCHED_CAMPAIGN_ID="", PUFFLE_LAUNCHED_PROSPECT_ID="")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert f"campaign {campaign.id} is {campaign.status}, not draft" in result.stderr


@pytest.mark.parametrize(
    ("operations", "variable", "reason"),
    [
        ((), "PUFFLE_CAMPAIGN_ID", "has no such campaign: .*; check PUFFLE_CAMPAIGN_ID"),
        (ONE_OPERATION, "PUFFLE_PROSPECT_ID", "has no such lead: .*; check PUFFLE_CAMPAIGN_ID and PUFFLE_PROSPECT_ID"),
        (ONE_OPERATION, "PUFFLE_OTHER_PROSPECT_ID", "has no lead .*; check PUFFLE_OTHER_PROSPECT_ID"),
    ],
)
def test_missing_campaign_or_lead_is_not_judged(operations: tuple[str, ...], variable: str, reason: str) -> None:
    missing: Any = {variable: "00000000-0000-4000-8000-000000000000"}
    result = judged(make_app(), *operations, **missing)
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.fullmatch(f"could not judge: .*{reason}\n", result.stderr)


def test_plan_for_a_remote_host_says_what_is_changed() -> None:
    everything = judged(make_app(), url="https://api.invalid")
    one = judged(make_app(), *ONE_OPERATION, url="https://api.invalid")
    for result in (everything, one):
        assert result.exit_code == 2
        assert "add CONFIRM=api.invalid" in result.stderr
        assert f"campaign {VARIABLES['PUFFLE_CAMPAIGN_ID']}" in result.stdout
    scratch = VARIABLES["PUFFLE_SCRATCH_CAMPAIGN_ID"]
    assert "Only DELETE, GET, PATCH, POST requests are sent" in everything.stdout
    assert "is removed at the end" in everything.stdout
    assert f"All leads of campaign {scratch} are removed" in everything.stdout
    assert "Only PATCH requests are sent" in one.stdout
    assert f"Edited many times: lead {VARIABLES['PUFFLE_PROSPECT_ID']}" in one.stdout
    assert "removed" not in one.stdout


# Outcomes


@pytest.mark.slow
def test_rule_without_its_leads_is_not_verified() -> None:
    without = {name: "" for name in VARIABLES if re.search("OTHER|LAUNCHED|FOREIGN", name)}
    judgement = judged(make_app(), *ONE_OPERATION, cases=2, **without)
    assert judgement.exit_code == 0
    for rule, variable in {
        "own-campaigns-only": "PUFFLE_FOREIGN_CAMPAIGN_ID",
        "draft-only": "PUFFLE_LAUNCHED_CAMPAIGN_ID",
        "lead-in-campaign": "PUFFLE_LAUNCHED_CAMPAIGN_ID",
        "answers-edited-row": "PUFFLE_OTHER_PROSPECT_ID",
        "touches-one-lead": "PUFFLE_OTHER_PROSPECT_ID",
    }.items():
        assert re.search(rf"^  not verified    {rule} +set {variable} ", judgement.printed, re.MULTILINE), rule
    assert "16 rules: 11 passed, 0 failed, 5 not verified" in judgement.printed


def test_contradicted_assumption_fails_only_a_strict_run() -> None:
    def rename_error(response: rewriting.Response) -> None:
        if response.status >= 400:
            response.json = {"message": response.json["error"]}

    app = make_app(rename_error)
    mild, strict = judged(app, *SOME_RULES, cases=2), judged(app, *SOME_RULES, "--strict", cases=2)
    assert (mild.exit_code, strict.exit_code) == (0, 1)
    assert "  warning         error-body" in mild.stdout
    assert "Passed with 1 warning: error-body." in mild.stdout


def test_failed_rule_is_shown_with_a_request_that_shows_it() -> None:
    class DoesNotNameTheStatus(UpdateLeadInCampaign):
        def require_draft(self, status: str) -> None:
            if status != "draft":
                raise Refusal(400, "The roster is frozen.")

    with served(lambda: make_app(DoesNotNameTheStatus)) as url:
        result = judged(url, *SOME_RULES)
        curl = re.search(r"^ +request +(curl .*)$", result.stdout, re.MULTILINE)
        assert curl
        again = command("bash", "-c", curl[1], PUFFLE_API_KEY=KEY)
    assert result.exit_code == 1
    assert "  FAILED          draft-only" in result.stdout
    assert re.search(r"^ +expected +the message to name the campaign's status$", result.stdout, re.MULTILINE)
    assert '400 {"error":"The roster is frozen."}' in result.stdout
    assert again.stdout.startswith("HTTP/1.1 400")
    assert again.stdout.endswith('{"error":"The roster is frozen."}')


class EchoesTheKey(UpdateLeadInCampaign):
    def require_draft(self, status: str) -> None:
        if status != "draft":
            raise Refusal(400, f"not with {KEY}")


class EchoesWrongKeys(UpdateLeadInCampaign):
    def authenticate(self, authorization: str) -> str:
        try:
            return super().authenticate(authorization)
        except Refusal:
            raise Refusal(403, f"{authorization} is wrong") from None


def echoes_the_request(response: rewriting.Response) -> None:
    response.status, response.json = 418, {"you sent": f"Bearer {KEY}"}


@pytest.mark.parametrize(
    ("difference", "tests"),
    [(EchoesTheKey, SOME_RULES), (EchoesWrongKeys, ("-k", "with_wrong_key")), (echoes_the_request, SOME_RULES)],
)
def test_key_is_not_printed_when_it_is_echoed(difference: Difference, tests: tuple[str, ...]) -> None:
    result = judged(make_app(difference), *tests)
    assert result.exit_code == 1
    assert "PUFFLE_API_KEY" in result.stdout
    assert KEY[: len(KEY) // 2 + 1] not in result.printed


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [(500, {"error": "down"}, 1), (404, {"error": "no"}, 2), (401, {}, 2), (403, {"error": "no"}, 2), (200, {}, 1)],
)
def test_target_with_only_one_response(status: int, body: object, code: int) -> None:
    result = judged(always(status, body), *ONE_TEST)
    assert result.exit_code == code, result.printed
    assert "Traceback" not in result.printed


def test_test_that_fails_itself_is_not_a_verdict() -> None:
    verdict = Verdict(CONTRACT, Deviations())
    verdict.add("draft-only", "test", Finding("error", "the test itself failed: KeyError: 'x'"))
    assert verdict.exit_code == 2
    assert any("ERROR" in line for line in Report(verdict, settings(), [UPDATE], [], 7, 7.0).lines())


def test_rule_without_a_finding_is_not_verified() -> None:
    assert Verdict(CONTRACT, Deviations()).finding("draft-only").outcome == "not verified"


def test_only_the_described_deviation_is_known() -> None:
    known = {"name": "any-token", "rule": "bearer-required", "test": "test_key", "response": "welcome", "reason": "x"}
    verdict = Verdict(CONTRACT, Deviations({}, [known]))
    verdict.add("bearer-required", "test_key", Finding("failed", "", exchange(200, b"welcome")))
    assert verdict.finding("bearer-required").outcome == "known deviation"
    for rule, test, content in (
        ("bearer-required", "test_key", b"hello"),
        ("bearer-required", "test_no_key", b"welcome"),
        ("draft-only", "test_key", b"welcome"),
    ):
        verdict.add(rule, test, Finding("failed", "", exchange(200, content)))
        assert verdict.finding(rule).outcome == "failed"
        verdict.findings[rule].pop()


@pytest.mark.parametrize("file", [run.deviations("prism"), run.deviations("proxy")], ids=lambda file: file.stem)
def test_deviations_name_existing_rules_and_tests(file: Any) -> None:
    deviations, ids = Deviations.read(str(file)), {rule.id for rule in (*CONTRACT.rules, *SCHEMA_CHECKS)}
    tests = "".join(file.read_text("utf-8") for file in (ROOT / "contract_tests").rglob("*.py"))
    assert set(deviations.not_verified) <= ids
    for known in deviations.known:
        assert known["rule"] in ids
        assert "test" not in known or f"def {known['test']}(" in tests


@pytest.mark.slow
def test_same_seed_makes_the_same_requests() -> None:
    def requests(number: str) -> list[bytes]:
        bodies: list[bytes] = []

        class Recording(UpdateLeadInCampaign):
            def parse(self, body: bytes) -> dict[str, Any]:
                bodies.append(body)
                return super().parse(body)

        assert judged(make_app(Recording), *ONE_OPERATION, "--seed", number, cases=3).exit_code == 0
        return bodies

    first, again, other = requests("1"), requests("1"), requests("2")
    assert first == again
    assert first != other


# What is used of dependencies although it is not public


def test_shrinking_is_bounded_by_hypothesis() -> None:
    assert hasattr(engine, "MAX_SHRINKING_SECONDS"), "Hypothesis bounds it otherwise now: see contract_tests/judge.py"


def test_schemathesis_builds_tests_as_expected() -> None:
    parameters = {"project", "modes", "settings", "seed", "apply_ci_profile"}
    assert parameters <= set(HypothesisTestConfig.__dataclass_fields__), "see contract_tests/schema_tests.py"
    assert {"operation", "test_func", "config"} == set(inspect.signature(create_test).parameters)
