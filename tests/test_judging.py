"""Verdicts of the contract tests: their exit codes and their words."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping
from dataclasses import replace
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
from contract_tests.responses import RESPONSES, ResponseChecks
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
    app.add_route("/{path:path}", respond, methods=["PATCH"])
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


@pytest.mark.parametrize("campaign", seed.load()[0].campaigns[1:], ids=lambda campaign: campaign.status)
def test_campaign_that_is_not_a_draft_is_not_judged(campaign: seed.Campaign) -> None:
    ids = {"PUFFLE_CAMPAIGN_ID": campaign.id, "PUFFLE_PROSPECT_ID": campaign.leads[0]["id"]}
    result = judged(make_app(), **ids, PUFFLE_LAUNCHED_CAMPAIGN_ID="", PUFFLE_LAUNCHED_PROSPECT_ID="")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert f"campaign {campaign.id} is {campaign.status}, not draft" in result.stderr


def test_missing_lead_is_not_judged() -> None:
    result = judged(make_app(), PUFFLE_PROSPECT_ID="00000000-0000-4000-8000-000000000000")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "check PUFFLE_CAMPAIGN_ID and PUFFLE_PROSPECT_ID" in result.stderr


# Outcomes


@pytest.mark.slow
def test_rule_without_its_leads_is_not_verified() -> None:
    without = {name: "" for name in VARIABLES if re.search("OTHER|LAUNCHED|FOREIGN", name)}
    judgement = judged(make_app(), cases=2, **without)
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

        assert judged(make_app(Recording), "--seed", number, cases=3).exit_code == 0
        return bodies

    first, again, other = requests("1"), requests("1"), requests("2")
    assert first == again
    assert first != other


# Responses


GOOD = json.dumps(next(example for example in UPDATE.examples() if example.name == "full-row").response).encode()


def changed(definition: Mapping[str, Any]) -> ResponseChecks:
    """The checks of the operation with other responses."""
    operation = replace(UPDATE, definition={**UPDATE.definition, "responses": definition})
    return ResponseChecks([operation])


@pytest.mark.parametrize(
    ("status", "media_type", "content"),
    [
        (200, "text/html", GOOD),
        (200, "application/json", b"{}"),
        (204, "application/json", b""),
        (422, "application/json", b'{"error": "x"}'),
        (0, "", b"no response"),
        (200, "application/json", GOOD.replace(b"250", b"NaN")),
        (200, "application/json", GOOD.replace(b"250", b"-Infinity")),
        (200, "application/json", b"\xef\xbb\xbf" + GOOD),
        (200, "application/json", GOOD.decode().encode("utf-16")),
        (200, "application/json", GOOD.replace(b'"region"', b'"employees"')),
        (400, "application/json", b'{"error": "x", "error": "y"}'),
    ],
)
def test_response_that_differs_from_its_declaration_fails(status: int, media_type: str, content: bytes) -> None:
    checks = ResponseChecks(CONTRACT.operations)
    assert checks.problem(exchange(200, GOOD)) is None
    problem = checks.problem(exchange(status, content, media_type))
    assert problem
    assert problem.check == RESPONSES


@pytest.mark.parametrize(
    ("declared", "status", "is_declared"),
    [("4XX", 422, True), ("4XX", 500, False), ("default", 500, True), ("204", 204, True)],
)
def test_ranges_and_default_are_declared(declared: str, status: int, is_declared: bool) -> None:
    checks = changed({declared: {"description": "No content."}})
    assert (checks.problem(exchange(status, b"", "")) is None) is is_declared


def test_response_of_another_declared_media_type_needs_no_json() -> None:
    checks = changed({"200": {"description": "Text.", "content": {"text/csv": {"schema": {"type": "string"}}}}})
    assert checks.problem(exchange(200, b"a,b", "text/csv")) is None


# What is used of dependencies although it is not public


def test_shrinking_is_bounded_by_hypothesis() -> None:
    assert hasattr(engine, "MAX_SHRINKING_SECONDS"), "Hypothesis bounds it otherwise now: see contract_tests/judge.py"


def test_schemathesis_builds_tests_as_expected() -> None:
    parameters = {"project", "modes", "settings", "seed", "apply_ci_profile"}
    assert parameters <= set(HypothesisTestConfig.__dataclass_fields__), "see contract_tests/schema_tests.py"
    assert {"operation", "test_func", "config"} == set(inspect.signature(create_test).parameters)
