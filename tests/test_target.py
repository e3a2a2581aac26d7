"""The care that the contract tests take of the leads: what is edited, and that it is put back."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from functools import partial
from itertools import count
from typing import Any

import httpx
import pytest

from mock import run
from mock.sandbox import seed
from mock.sandbox.rules import Refusal, Rules
from tests.implementations import CONTRACT, Row, implementation
from tests.mutants.registry import mutant
from tests.proving import judged
from tests.rewriting import Answer
from tests.running import DRAFT, KEY, LEAD, ROOT, background, clean_environment, command, served

OPERATION = CONTRACT.operation("updateLeadInCampaign")
VARIABLES = run.variables()
OTHER = VARIABLES["PUFFLE_OTHER_PROSPECT_ID"]
FIELDS = list(CONTRACT.schema("LeadFields")["properties"])
SEEDED = next(lead for campaign in seed.load()[0].campaigns for lead in campaign.leads if lead["id"] == OTHER)
NULLS = [name for name in FIELDS if SEEDED[name] is None]
SOME_TESTS = ("-m", 'rule(id="draft-only") or rule(id="keeps-other-fields")')


def row(url: str, campaign: str = DRAFT, lead: str = LEAD) -> Row:
    headers = {"Authorization": f"Bearer {KEY}"}
    body = {"prospect_id": lead, "updates": {}}
    found: Row = httpx.patch(url + OPERATION.path(id=campaign), json=body, headers=headers).json()["prospect"]
    return {name: value for name, value in found.items() if name != "updated_at"}


@pytest.mark.parametrize("number", [None, signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_lead_is_put_back(number: signal.Signals | None) -> None:
    with served(implementation) as url:
        before = row(url), row(url, lead=OTHER)
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
        assert (row(url), row(url, lead=OTHER)) == before


def test_lead_is_put_back_where_the_terminal_is_gone() -> None:
    with served(implementation) as url:
        before = row(url)
        ours, theirs = pty.openpty()
        words = [sys.executable, "-m", "contract_tests"]
        environment = clean_environment({**VARIABLES, "BASE_URL": url})
        judging = subprocess.Popen(words, cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        deadline = time.monotonic() + 30
        while row(url) == before:
            assert time.monotonic() < deadline
        os.close(ours)
        judging.send_signal(signal.SIGHUP)
        assert judging.wait(60) == 2
        assert row(url) == before


@pytest.mark.parametrize("answer", ["deep", "surrogates", "neighbour"])
def test_answer_that_is_hard_to_read_keeps_no_lead_from_being_put_back(answer: str) -> None:
    """From the hundredth edit on, so that the row is known."""
    odd: dict[str, Any] = {
        "deep": b'{"prospect": ' + b"[" * 600 + b"]" * 600 + b"}",
        "surrogates": b'{"prospect": {"id": "\\ud800"}}',
        "neighbour": b'{"prospect": {"id": "%s", "first_name": "Maja"}}' % OTHER.encode(),
    }
    answers = count()

    def answer_oddly(sent: Answer) -> None:
        if 100 < next(answers) < 130:
            sent.raw = odd[answer]

    with served(partial(implementation, answer_oddly)) as url:
        before = row(url)
        judgement = judged(url, cases=2)
        assert row(url) == before
    assert judgement.exit_code == 1
    assert "Traceback" not in judgement.printed
    assert "Maja" not in judgement.printed.partition("to put it back")[2]


def test_lead_that_should_not_have_been_edited_is_put_back() -> None:
    launched = VARIABLES["PUFFLE_LAUNCHED_CAMPAIGN_ID"], VARIABLES["PUFFLE_LAUNCHED_PROSPECT_ID"]
    with served(mutant("EditsRunningCampaigns").app) as url:
        before = row(url, *launched)
        judgement = judged(url, *SOME_TESTS)
        assert row(url, *launched) == before
    assert judgement.exit_code == 1
    assert "Notes" not in judgement.printed


@pytest.mark.parametrize("name", ["EditsTheWholeCampaign", "EditsBeforeItLooksAtTheKey", "DoesNotNameTheStatus"])
def test_leads_are_put_back_after_a_broken_rule(name: str) -> None:
    with served(mutant(name).app) as url:
        before = row(url), {**row(url, lead=OTHER)}
        judgement = judged(url, cases=2)
        after = row(url), row(url, lead=OTHER)
    assert judgement.exit_code == 1
    assert after[0] == before[0]
    # What a broken implementation does to other leads may be past mending, and is said.
    assert ("is not as it was" in judgement.printed) == (after != before)


class TakesNoEmptyString(Rules):
    def check_values(self, fields: dict[str, str]) -> None:
        super().check_values(fields)
        if "" in fields.values():
            raise Refusal(400, "no field may be empty")


def test_what_cannot_be_put_back_is_said() -> None:
    with served(partial(implementation, TakesNoEmptyString)) as url:
        judgement = judged(url, *SOME_TESTS, PUFFLE_PROSPECT_ID=OTHER, PUFFLE_OTHER_PROSPECT_ID="")
    assert judgement.exit_code == 0
    nulls = ", ".join(NULLS)
    assert re.search(rf"^  lead {OTHER} is not as it was \({nulls}\)$", judgement.printed, re.MULTILINE)
    assert f"    before it had nothing in {nulls}" in judgement.printed


def test_command_that_is_printed_where_putting_back_fails_puts_back() -> None:
    class Breaks(Rules):
        edits = 0

        def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
            self.edits += bool(fields)
            if fields and 20 < self.edits < 60:
                raise Refusal(503, "down for a while")
            return super().edit(campaign, lead, fields)

    with served(partial(implementation, Breaks)) as url:
        before = row(url)
        judgement = judged(url, "-k", "test_all_fields_are_stored_at_once or test_times")
        assert judgement.exit_code == 1
        found = re.search(r"^    to put it back: (curl .*)$", judgement.printed, re.MULTILINE)
        assert found, judgement.printed
        assert row(url) != before
        for _ in range(60):
            command("bash", "-c", found[1], PUFFLE_API_KEY=KEY)
            if row(url) == before:
                break
        assert row(url) == before


def test_null_fields_are_not_edited_elsewhere() -> None:
    edited: set[str] = set()

    class Watches(Rules):
        def select_fields(self, updates: Row) -> dict[str, str]:
            edited.update(updates)
            return super().select_fields(updates)

    with served(partial(implementation, Watches)) as url:
        before = row(url), row(url, lead=OTHER)
        judgement = judged(url, elsewhere=True)
        assert (row(url), row(url, lead=OTHER)) == before
    assert judgement.exit_code == 0, judgement.printed
    assert "16 kept, 0 broken" in judgement.printed
    said = f"not edited, because lead {OTHER} has nothing there: {', '.join(sorted(NULLS))}"
    assert f"  {said}\n" in judgement.printed
    assert {"email", "first_name", "last_name", "name"} <= edited
    assert not edited & set(NULLS)


class RefusesAnEditOfNothing(Rules):
    def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
        if not fields:
            raise Refusal(400, "updates holds no field that can be edited")
        return super().edit(campaign, lead, fields)


def test_row_that_cannot_be_read_is_not_edited_elsewhere() -> None:
    edits: list[Row] = []

    class Watches(RefusesAnEditOfNothing):
        def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
            edits.append(fields)
            return super().edit(campaign, lead, fields)

    with served(partial(implementation, Watches)) as url:
        judgement = judged(url, elsewhere=True)
    assert judgement.exit_code == 2
    assert re.fullmatch(r"not judged: .* does not show the row of lead .*; add RESTORE=off .*\n", judgement.printed)
    assert all(fields == {} for fields in edits)
    assert edits


@pytest.mark.parametrize("elsewhere", [False, True])
def test_row_that_cannot_be_read_is_judged_all_the_same(elsewhere: bool) -> None:
    with served(partial(implementation, RefusesAnEditOfNothing)) as url:
        given = {"RESTORE": "off"} if elsewhere else {}
        judgement = judged(url, cases=2, elsewhere=elsewhere, **given)
    assert judgement.exit_code == 0, judgement.printed
    assert f"lead {LEAD} was read by setting its company, which cannot be put back" in judgement.printed
    assert " 0 broken" in judgement.printed


def test_lead_of_which_little_is_filled_is_not_judged_elsewhere() -> None:
    class KnowsLittle(Rules):
        def edit(self, campaign: str, lead: str, fields: dict[str, str]) -> Row:
            return {**super().edit(campaign, lead, fields), **dict.fromkeys(sorted(self.listed_fields)[:7])}

    with served(partial(implementation, KnowsLittle)) as url:
        judgement = judged(url, elsewhere=True, PUFFLE_OTHER_PROSPECT_ID="")
    assert judgement.exit_code == 2
    assert f"not judged: only {max(FIELDS)} of the fields are filled" in judgement.printed.splitlines()[-1]
