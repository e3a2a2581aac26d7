"""The contract tests restore the leads that were named for editing, or say what they could not restore.

They edit no other leads when the only operation that is judged is the one that edits them.
"""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from mock import run
from mock.sandbox import seed
from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.update_lead_in_campaign import OPERATION, UpdateLeadInCampaign
from tests import proving
from tests.operations import mutant
from tests.proving import Judgement
from tests.rewriting import Response
from tests.running import DRAFT, KEY, LEAD, ROOT, background, clean_environment, command, served
from tests.targets import CONTRACT, make_app
from tests.transport import AppTransport

pytestmark = pytest.mark.slow

VARIABLES = run.variables()
OTHER = VARIABLES["PUFFLE_OTHER_PROSPECT_ID"]
LEADS = {lead["id"]: lead for campaign in seed.load()[0].campaigns for lead in campaign.leads}
OPERATION_FOUND = CONTRACT.find(OPERATION)
assert OPERATION_FOUND is not None
FIELDS = list(CONTRACT.members(CONTRACT.resolve((OPERATION_FOUND.request_schema or {})["properties"]["updates"])))
NULLS = [name for name in FIELDS if LEADS[OTHER][name] is None]
SOME_RULES = ("-m", 'rule(id="draft-only") or rule(id="keeps-other-fields")')
REMOTE = "https://api.example.com"
ALONE = ("--operations", OPERATION_FOUND.id)

Lead = dict[str, Any]


def judged(target: str | ASGIApp, *arguments: str, cases: int | None = None, **variables: Any) -> Judgement:
    return proving.judged(target, *ALONE, *arguments, cases=cases, **variables)


def judged_remotely(app: ASGIApp, *arguments: str, **variables: str) -> Judgement:
    """Judge an application as if it were on another machine."""
    flags = ("--confirm", "api.example.com", "--rate", "10000", *arguments)
    return judged(app, *flags, cases=2, url=REMOTE, **variables)


def lead(target: str | ASGIApp, campaign: str = DRAFT, lead: str = LEAD) -> Lead:
    """A lead as it is now, without the time of its last edit."""
    path = f"/api/campaigns/{campaign}/leads"
    body, headers = {"prospect_id": lead, "updates": {}}, {"Authorization": f"Bearer {KEY}"}
    if isinstance(target, str):
        response = httpx.patch(target + path, json=body, headers=headers)
    else:
        with httpx.Client(transport=AppTransport(target), base_url="http://127.0.0.1") as client:
            response = client.patch(path, json=body, headers=headers)
    found: Lead = response.json()["prospect"]
    return {name: value for name, value in found.items() if name != "updated_at"}


def wait_for_an_edit(url: str, before: Lead) -> None:
    deadline = time.monotonic() + 30
    while lead(url) == before:
        assert time.monotonic() < deadline


@pytest.mark.parametrize("number", [None, signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_leads_are_restored_at_the_end_and_after_a_signal(number: signal.Signals | None) -> None:
    with served(make_app) as url:
        before = lead(url), lead(url, lead=OTHER)
        words = [
            sys.executable,
            "-m",
            "contract_tests",
            *ALONE,
            "--base-url",
            url,
            *(SOME_RULES if number is None else ()),
        ]
        with background(*words, **VARIABLES) as judging:
            assert judging.process.stdout is not None
            assert judging.process.stdout.readline().startswith("Judging ")
            if number:
                wait_for_an_edit(url, before[0])
                judging.process.send_signal(number)
            assert judging.process.wait(60) == (2 if number else 0), judging.process.stdout.read()
        assert (lead(url), lead(url, lead=OTHER)) == before


def test_leads_are_restored_when_the_terminal_is_gone() -> None:
    with served(make_app) as url:
        before = lead(url)
        ours, theirs = pty.openpty()
        words = [sys.executable, "-m", "contract_tests", *ALONE, "--base-url", url]
        environment = clean_environment(VARIABLES)
        judging = subprocess.Popen(words, cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        wait_for_an_edit(url, before)
        shown = b""
        while b"test 1 of " not in shown:  # the progress
            shown += os.read(ours, 65_536)
        os.close(ours)
        judging.send_signal(signal.SIGHUP)
        assert judging.wait(60) == 2
        assert lead(url) == before


UNREADABLE = {
    "deep": b'{"prospect": ' + b"[" * 600 + b"]" * 600 + b"}",
    "surrogates": b'{"prospect": {"id": "\\ud800"}}',
    "another-lead": b'{"prospect": {"id": "%s", "first_name": "Maja"}}' % OTHER.encode(),
    "nan": b'{"prospect": {"id": NaN}}',
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_leads_are_restored_after_unreadable_responses(content: bytes) -> None:
    def be_unreadable_for_a_while(response: Response) -> None:
        if 100 < response.number < 130:
            response.raw = content

    app = make_app(be_unreadable_for_a_while)
    before = lead(app)
    judgement = judged(app, cases=2)
    assert lead(app) == before
    assert judgement.exit_code == 1
    assert "Traceback" not in judgement.printed
    assert "Maja" not in judgement.printed.partition("to restore it")[2]


def test_lead_that_should_not_have_been_edited_is_restored() -> None:
    launched = VARIABLES["PUFFLE_LAUNCHED_CAMPAIGN_ID"], VARIABLES["PUFFLE_LAUNCHED_PROSPECT_ID"]
    app = mutant("EditsRunningCampaigns-UpdateLeadInCampaign").app()
    before = lead(app, *launched)
    judgement = judged(app, *SOME_RULES, cases=2)
    assert lead(app, *launched) == before
    assert judgement.exit_code == 1
    assert "Notes" not in judgement.printed


@pytest.mark.parametrize(
    "name",
    [
        "EditsTheWholeCampaign",
        "EditsBeforeCheckingTheKey-UpdateLeadInCampaign",
        "DoesNotNameTheStatus-UpdateLeadInCampaign",
    ],
)
def test_leads_are_restored_after_a_failed_rule(name: str) -> None:
    app = mutant(name).app()
    before = lead(app), lead(app, lead=OTHER)
    judgement = judged(app, cases=2)
    after = lead(app), lead(app, lead=OTHER)
    assert judgement.exit_code == 1
    assert after[0] == before[0]
    # What a target does wrongly to other leads cannot always be undone; then the verdict says so.
    assert ("is not restored" in judgement.printed) == (after != before)


class RefusesEmptyStrings(UpdateLeadInCampaign):
    def check_values(self, fields: Lead) -> None:
        super().check_values(fields)
        if "" in fields.values():
            raise Refusal(400, "no field may be empty")


def test_verdict_says_what_could_not_be_restored() -> None:
    swapped = {"PUFFLE_PROSPECT_ID": OTHER, "PUFFLE_OTHER_PROSPECT_ID": ""}
    judgement = judged(make_app(RefusesEmptyStrings), *SOME_RULES, cases=2, **swapped)
    assert judgement.exit_code == 0
    nulls = ", ".join(NULLS)
    assert re.search(rf"^  lead {OTHER} is not restored \({nulls}\)$", judgement.printed, re.MULTILINE)
    assert f"    these fields were empty: {nulls}" in judgement.printed


def test_printed_command_restores_a_lead() -> None:
    class FailsForAWhile(UpdateLeadInCampaign):
        edits = 0

        def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
            self.edits += bool(fields)
            if fields and 20 < self.edits < 60:
                raise Refusal(503, "down for a while")
            return super().edit(campaign, lead, fields)

    with served(lambda: make_app(FailsForAWhile)) as url:
        before = lead(url)
        judgement = judged(url, "-k", "test_all_fields_are_stored_at_once or test_times")
        assert judgement.exit_code == 1
        found = re.search(r"^    to restore it: (curl .*)$", judgement.printed, re.MULTILINE)
        assert found, judgement.printed
        assert lead(url) != before
        for _ in range(60):
            command("bash", "-c", found[1], PUFFLE_API_KEY=KEY)
            if lead(url) == before:
                break
        assert lead(url) == before


def test_fields_that_are_null_are_not_edited_remotely() -> None:
    edited: set[str] = set()

    class Watches(UpdateLeadInCampaign):
        def select_fields(self, updates: Lead) -> Lead:
            edited.update(updates)
            return super().select_fields(updates)

    app = make_app(Watches)
    before = lead(app), lead(app, lead=OTHER)
    judgement = judged_remotely(app)
    assert (lead(app), lead(app, lead=OTHER)) == before
    assert judgement.exit_code == 0, judgement.printed
    assert "16 passed, 0 failed" in judgement.printed
    assert f"  not edited, because lead {OTHER} has no value: {', '.join(sorted(NULLS))}\n" in judgement.printed
    assert {"email", "first_name", "last_name", "name"} <= edited
    assert not edited & set(NULLS)


class RefusesAnEditOfNothing(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
        if not fields:
            raise Refusal(400, "updates has no field that can be edited")
        return super().edit(campaign, lead, fields)


def test_lead_that_cannot_be_read_is_not_edited_remotely() -> None:
    edits: list[Lead] = []

    class Watches(RefusesAnEditOfNothing):
        def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
            edits.append(fields)
            return super().edit(campaign, lead, fields)

    judgement = judged_remotely(make_app(Watches))
    assert judgement.exit_code == 2
    assert re.fullmatch(r"could not judge: .* does not show lead .*; add RESTORE=off .*\n", judgement.printed)
    assert edits
    assert all(fields == {} for fields in edits)


@pytest.mark.parametrize("remote", [False, True])
def test_lead_that_cannot_be_read_without_an_edit_is_judged_if_it_may_stay_edited(remote: bool) -> None:
    app = make_app(RefusesAnEditOfNothing)
    judgement = judged_remotely(app, "--no-restore") if remote else judged(app, cases=2)
    assert judgement.exit_code == 0, judgement.printed
    assert f"lead {LEAD} was read by setting its {FIELDS[-1]}, which cannot be restored" in judgement.printed
    assert " 0 failed" in judgement.printed


def test_lead_with_too_few_values_is_not_judged_remotely() -> None:
    class ShowsLittle(UpdateLeadInCampaign):
        def edit(self, campaign: str, lead: str, fields: Lead) -> Lead:
            return {**super().edit(campaign, lead, fields), **dict.fromkeys(sorted(self.listed_fields)[:7])}

    judgement = judged_remotely(make_app(ShowsLittle), PUFFLE_OTHER_PROSPECT_ID="")
    assert judgement.exit_code == 2
    assert f"could not judge: only {max(FIELDS)} of the fields have values" in judgement.printed.splitlines()[-1]
