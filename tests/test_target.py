"""The care that the contract tests take of the target: what is sent, when, and what is left behind."""

from __future__ import annotations

import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
import pytest
from starlette.types import ASGIApp

from contract_tests.settings import Settings
from contract_tests.target import MOST_UNANSWERED, UNKNOWN_CAMPAIGN, NoAnswers, Target, seconds_to_wait
from mock import run
from mock.sandbox import seed
from mock.sandbox.rules import Refusal, Rules
from tests.implementations import CONTRACT, Row, implementation
from tests.mutants import MUTANTS
from tests.rewriting import Answer
from tests.running import DRAFT, KEY, LEAD, background, judge, served

OPERATION = CONTRACT.operation("updateLeadInCampaign")
VARIABLES = run.variables()
SOME_TESTS = ("-m", 'rule(id="draft-only") or rule(id="keeps-other-fields")')
ONE_TEST = ("-k", "test_required_member_is_required")


def recording(seen: list[tuple[str, str]]) -> Callable[[], ASGIApp]:
    """The sandbox, with what it was sent written down."""

    def make_app() -> ASGIApp:
        app = implementation()

        async def record(scope: dict[str, object], receive: Callable[[], object], send: object) -> None:
            seen.append((str(scope["method"]), str(scope["path"])))
            await app(scope, receive, send)  # type: ignore[arg-type]

        return record  # type: ignore[return-value]

    return make_app


def row(url: str, campaign: str = DRAFT, lead: str = LEAD) -> Row:
    headers = {"Authorization": f"Bearer {KEY}"}
    body = {"prospect_id": lead, "updates": {}}
    found: Row = httpx.patch(url + OPERATION.path(id=campaign), json=body, headers=headers).json()["prospect"]
    return {name: value for name, value in found.items() if name != "updated_at"}


def test_throttled_request_waits_and_is_sent_again() -> None:
    answers = iter([429])

    def throttle_once(answer: Answer) -> None:
        answer.status = next(answers, answer.status)
        answer.headers["retry-after"] = "1"

    with served(partial(implementation, throttle_once)) as url:
        settings = Settings.read({**VARIABLES, "BASE_URL": url})
        with closing(Target(settings, OPERATION, lambda _: None)) as target:
            started = time.monotonic()
            assert target.read(settings.lead).status == 200
            assert time.monotonic() - started >= 1
    assert target.requests == 2


@pytest.mark.parametrize(
    ("retry_after", "shortest", "longest"),
    [("7", 7, 7), ("{:%a, %d %b %Y %H:%M:%S} GMT", 50, 60), ("Mon, 01 Jan 2024 00:00:00 GMT", 0, 0), ("soon", 2, 2)],
)
def test_retry_after_is_obeyed_in_each_spelling(retry_after: str, shortest: float, longest: float) -> None:
    after = retry_after.format(datetime.now(UTC) + timedelta(seconds=60))
    response = httpx.Response(429, headers={"Retry-After": after})
    assert shortest <= seconds_to_wait(response, attempt=2) <= longest


def never_answers(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("no answer", request=request)


def test_run_is_given_up_where_no_answers_come(target: Target) -> None:
    lead = target.settings.lead
    target.close()
    target._client = httpx.Client(transport=httpx.MockTransport(never_answers))
    for _ in range(MOST_UNANSWERED - 1):
        assert target.edit(lead, {}).status == 0
    with pytest.raises(NoAnswers):
        target.edit(lead, {})
    assert target.gave_up
    assert target.notes == [f"given up early: {MOST_UNANSWERED} requests got no answer"]


@pytest.fixture
def target() -> Iterator[Target]:
    with served(implementation) as url:
        settings = Settings.read({**VARIABLES, "BASE_URL": url})
        with closing(Target(settings, OPERATION, lambda _: None)) as target:
            yield target


def test_nothing_leaves_for_a_campaign_that_is_not_configured(target: Target) -> None:
    paused = seed.load()[0].campaign("paused").id
    for campaign in (paused, "", "../x", "00000000-0000-4000-8000-00000000000g", f"{DRAFT}/../{paused}"):
        with pytest.raises(ValueError, match="nothing was sent"):
            target.send(campaign, b"{}")
    assert target.requests == 0
    assert target.send(UNKNOWN_CAMPAIGN.format(7), b"{}").status == 404


def test_whole_run_sends_only_patches_to_the_configured_campaigns() -> None:
    seen: list[tuple[str, str]] = []
    with served(recording(seen)) as url:
        assert judge(url).returncode == 0
    allowed = {OPERATION.path(id=VARIABLES[f"PUFFLE_{kind}CAMPAIGN_ID"]) for kind in ("", "LAUNCHED_", "FOREIGN_")}
    others = {(method, path) for method, path in seen if method != "PATCH" or path not in allowed}
    assert len(seen) > 800
    assert all(
        method == "PATCH" and re.fullmatch(r"/api/campaigns/00000000-0000-4000-8000-[0-9a-f]{12}/leads", path)
        for method, path in others
    )


@pytest.mark.parametrize("number", [None, signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_lead_is_put_back(number: signal.Signals | None) -> None:
    with served(implementation) as url:
        before = row(url), row(url, lead=VARIABLES["PUFFLE_OTHER_PROSPECT_ID"])
        words = [sys.executable, "-m", "contract_tests", *(SOME_TESTS if number is None else ())]
        with background(*words, **VARIABLES, BASE_URL=url) as judging:
            assert judging.process.stdout is not None
            assert judging.process.stdout.readline().startswith("Judging ")
            if number:
                deadline = time.monotonic() + 30
                while row(url) == before[0]:
                    assert time.monotonic() < deadline
                judging.process.send_signal(number)
            assert judging.process.wait(60) == (2 if number else 0), judging.process.stdout.read()
        assert (row(url), row(url, lead=VARIABLES["PUFFLE_OTHER_PROSPECT_ID"])) == before


def test_lead_that_should_not_have_been_edited_is_put_back() -> None:
    launched = VARIABLES["PUFFLE_LAUNCHED_CAMPAIGN_ID"], VARIABLES["PUFFLE_LAUNCHED_PROSPECT_ID"]
    mutant = next(mutant for mutant in MUTANTS if mutant.name == "EditsRunningCampaigns")
    with served(mutant.app) as url:
        before = row(url, *launched)
        result = judge(url, *SOME_TESTS)
        assert row(url, *launched) == before
    assert result.returncode == 1
    assert "Notes" not in result.stdout


def test_what_cannot_be_put_back_is_said() -> None:
    nulls = VARIABLES["PUFFLE_OTHER_PROSPECT_ID"]

    class TakesNoEmptyString(Rules):
        def check_values(self, fields: dict[str, str]) -> None:
            super().check_values(fields)
            if "" in fields.values():
                raise Refusal(400, "no field may be empty")

    with served(partial(implementation, TakesNoEmptyString)) as url:
        result = judge(url, *SOME_TESTS, PUFFLE_PROSPECT_ID=nulls)
    assert result.returncode == 0
    assert re.search(
        rf"^  lead {nulls} is not as it was \(linkedin_url, company, position, headline\)$", result.stdout, re.M
    )
    assert re.search(r"^    to put it back: curl .*PUFFLE_API_KEY", result.stdout, re.MULTILINE)


def test_lead_is_put_back_after_a_broken_rule() -> None:
    mutant = next(mutant for mutant in MUTANTS if mutant.name == "DoesNotNameTheStatus")
    with served(mutant.app) as url:
        before = row(url)
        assert judge(url).returncode == 1
        assert row(url) == before
