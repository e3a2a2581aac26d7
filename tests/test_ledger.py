"""What a run adds is removed: at its end, however it ends, or by the next run."""

from __future__ import annotations

import re
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from contract_tests.clean import clean
from contract_tests.exceptions import CannotJudge, NotConfirmed
from contract_tests.guard import MARK
from contract_tests.ledger import Ledger, taken
from contract_tests.settings import Lead
from mock import run
from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.leads import Lead as Fields
from mock.sandbox.operations.list_leads_in_campaign import ListLeadsInCampaign
from mock.sandbox.operations.remove_leads_from_campaign import RemoveLeadsFromCampaign
from mock.sandbox.operations.update_lead_in_campaign import UpdateLeadInCampaign
from mock.sandbox.store.sqlite import Campaign
from tests.proving import judged
from tests.running import DRAFT, KEY, background, served
from tests.targets import Difference, make_app
from tests.transport import AppTransport

VARIABLES = run.variables()
SCRATCH = VARIABLES["PUFFLE_SCRATCH_CAMPAIGN_ID"]
CAMPAIGNS = [DRAFT, SCRATCH, VARIABLES["PUFFLE_LAUNCHED_CAMPAIGN_ID"]]
URL, MARKED = "http://127.0.0.1", "kit0123456789"
SOME_TESTS = ("-k", "test_lead_of_the_run or test_all_fields_are_stored_at_once")


def rosters(target: str | ASGIApp) -> list[Any]:
    """All leads of the campaigns of the key, as they are listed."""
    transport = None if isinstance(target, str) else AppTransport(target)
    base_url, headers = target if isinstance(target, str) else URL, {"Authorization": f"Bearer {KEY}"}
    with httpx.Client(transport=transport, base_url=base_url, headers=headers) as client:
        responses = [client.get(f"/api/campaigns/{campaign}/leads?limit=1000") for campaign in CAMPAIGNS]
    return [response.raise_for_status().json()["prospects"] for response in responses]


def added(app: ASGIApp, campaign: str = DRAFT, mark: str = MARKED) -> None:
    """Add a lead as a run would."""
    item = {"email": f"kit+{mark}-1@example.com", "linkedin_url": f"https://www.linkedin.com/in/kit-{mark}-1"}
    with httpx.Client(transport=AppTransport(app), base_url=URL) as client:
        path, headers = f"/api/campaigns/{campaign}/leads", {"Authorization": f"Bearer {KEY}"}
        client.post(path, json={"prospects": [item]}, headers=headers).raise_for_status()


def written(folder: Path, *, base_url: str = URL, is_clean: bool = False) -> Ledger:
    """The ledger of a run that has ended."""
    ledger = Ledger(folder, base_url, MARKED)
    ledger.expect(DRAFT)
    ledger.expect(SCRATCH)
    ledger.close({} if is_clean else {DRAFT: 0})
    return ledger


def test_ledger_of_a_clean_run_is_deleted(tmp_path: Path) -> None:
    written(tmp_path / "ledger", is_clean=True)
    assert [*tmp_path.iterdir()] == []


def test_ledger_of_another_run_says_what_it_may_have_added(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, URL, MARKED)
    ledger.expect(DRAFT)
    ledger.add([Lead(DRAFT, "7")])
    with taken(tmp_path) as entries:
        assert entries == [], "that run lives"
    ledger.close({DRAFT: 3})
    with taken(tmp_path) as (entry,):
        assert (entry.base_url, entry.mark, entry.campaigns, entry.leads) == (URL, MARKED, {DRAFT}, {Lead(DRAFT, "7")})
        assert entry.left == {DRAFT: 3}
        with taken(tmp_path) as others:
            assert others == [], "somebody else has it"


def test_ledger_that_was_cut_off_is_read(tmp_path: Path) -> None:
    written(tmp_path)
    with (tmp_path / f"{MARKED}.jsonl").open("a") as file:
        file.write('{"campaign": "')
    with taken(tmp_path) as (entry,):
        assert entry.campaigns == {DRAFT, SCRATCH}


def test_ledger_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotJudge, match=r"cannot be written down in .*; make it writable"):
        written(tmp_path / "file" / "ledger")


def test_leftovers_are_removed(tmp_path: Path) -> None:
    app = make_app()
    before = rosters(app)
    added(app)
    added(app, SCRATCH)
    assert rosters(app) != before
    written(tmp_path)
    done = clean(["--ledger", str(tmp_path)], VARIABLES, AppTransport(app))
    assert re.fullmatch(f"removed what was left in campaign .* of {URL}", done)
    assert rosters(app) == before
    assert clean(["--ledger", str(tmp_path)], VARIABLES, AppTransport(app)) == "nothing is left behind"


def test_leftovers_that_cannot_be_removed_are_kept_in_mind(tmp_path: Path) -> None:
    class RemovesNothing(RemoveLeadsFromCampaign):
        def remove(self, campaign: Campaign, ids: list[str]) -> int:  # noqa: ARG002
            raise Refusal(403, "forbidden")

    app = make_app(RemovesNothing)
    added(app)
    written(tmp_path)
    note = f'1 lead may be left in campaign {DRAFT}: the email addresses contain "{MARKED}"'
    with pytest.raises(CannotJudge, match=note):
        clean(["--ledger", str(tmp_path)], VARIABLES, AppTransport(app))
    assert [*tmp_path.iterdir()]


def test_leftovers_of_a_remote_target_are_removed_when_that_is_confirmed(tmp_path: Path) -> None:
    app, remote = make_app(), "https://api.example.com"
    added(app)
    written(tmp_path, base_url=remote)
    with pytest.raises(NotConfirmed, match=r"add CONFIRM=api\.example\.com"):
        clean(["--ledger", str(tmp_path)], VARIABLES, AppTransport(app))
    assert clean(["--ledger", str(tmp_path), "--base-url", URL], VARIABLES) == "nothing is left behind"
    assert clean(["--ledger", str(tmp_path), "--confirm", "api.example.com"], VARIABLES, AppTransport(app))
    assert [*tmp_path.iterdir()] == []


def test_leftovers_on_several_targets_are_not_removed_with_one_key(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / f"{MARKED}.jsonl").rename(tmp_path / "other.jsonl")
    written(tmp_path, base_url="https://api.example.com")
    with pytest.raises(CannotJudge, match="say where to remove them with BASE_URL="):
        clean(["--ledger", str(tmp_path)], VARIABLES)


@pytest.mark.slow
def test_next_run_removes_leftovers(tmp_path: Path) -> None:
    app = make_app()
    before = rosters(app)
    added(app)
    written(tmp_path / "ledger")
    assert judged(app, *SOME_TESTS, "--ledger", str(tmp_path / "ledger"), cases=1).exit_code == 0
    assert rosters(app) == before
    assert [*tmp_path.iterdir()] == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [None, signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_rosters_are_as_they_were_however_a_run_ends(number: signal.Signals | None, tmp_path: Path) -> None:
    with served(make_app) as url:
        before = rosters(url)
        words = [sys.executable, "-m", "contract_tests", "--base-url", url, "--ledger", str(tmp_path)]
        words += ["--report", str(tmp_path / "report"), *(SOME_TESTS if number is None else ())]
        with background(*words, **VARIABLES) as judging:
            assert judging.process.stdout is not None
            assert judging.process.stdout.readline().startswith("Judging ")
            if number:
                deadline = time.monotonic() + 60
                while len(rosters(url)[0]) < len(before[0]) + 2:
                    assert time.monotonic() < deadline
                judging.process.send_signal(number)
            judging.process.wait(60)
        if number == signal.SIGKILL:
            assert [lead for lead in rosters(url)[0] if re.search(MARK, str(lead))]
            assert clean(["--ledger", str(tmp_path)], VARIABLES).startswith("removed ")
        assert rosters(url) == before
        assert [*tmp_path.glob("*.jsonl")] == []


@pytest.mark.slow
def test_what_a_target_did_to_other_leads_is_noted_and_fails() -> None:
    class RemovesTheFirstLeadToo(RemoveLeadsFromCampaign):
        def remove(self, campaign: Campaign, ids: list[str]) -> int:
            return super().remove(campaign, [*ids, DRAFT])

    judgement = judged(make_app(RemovesTheFirstLeadToo), *SOME_TESTS, cases=1)
    assert judgement.violated == {"removes-given-leads"}
    assert f"  lead {DRAFT} is gone from campaign {DRAFT}; it was " in judgement.stdout
    assert '"email": "jsmith@example.com"' in judgement.stdout


class FindsLeadsInAnyCampaign(UpdateLeadInCampaign):
    def edit(self, campaign: str, lead: str, fields: Fields) -> Fields:
        return super().edit(next((one for one in CAMPAIGNS if self.store.lead(one, lead)), campaign), lead, fields)


@pytest.mark.slow
@pytest.mark.parametrize("scratch", [SCRATCH, ""])
def test_edit_that_should_have_been_refused_is_undone(scratch: str) -> None:
    app = make_app(FindsLeadsInAnyCampaign)
    before = rosters(app)
    tests = ("-k", "test_lead_of_another_campaign_is_refused")
    judgement = judged(app, *tests, PUFFLE_SCRATCH_CAMPAIGN_ID=scratch, PUFFLE_LAUNCHED_PROSPECT_ID="")
    assert judgement.violated == {"lead-in-campaign"}
    assert "not known" not in judgement.stdout
    (launched, *others), (as_it_was, *others_before) = rosters(app)[2], before[2]
    assert others == others_before
    assert scratch == "" or launched == as_it_was, "a lead of the run shows it, too"
    assert launched | {"updated_at": ""} == as_it_was | {"updated_at": ""}


class EditsALaunchedLeadBeforeItRefuses(UpdateLeadInCampaign):
    def update_lead(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> Fields:
        workspace, campaign = self.authenticate(headers.get("authorization", "")), self.check_campaign_id(campaign_id)
        if self.find_campaign(workspace, campaign).status != "draft":
            request = self.parse(body)
            self.edit(campaign, str(request["prospect_id"]).lower(), self.select_fields(request["updates"]))
        return super().update_lead(campaign_id, headers, body)


@pytest.mark.slow
def test_edit_that_was_carried_out_and_refused_is_noticed_and_undone() -> None:
    app = make_app(EditsALaunchedLeadBeforeItRefuses)
    before = rosters(app)
    judgement = judged(app, "-k", "test_refused_edit_of_a_launched_campaign", cases=1)
    assert judgement.violated == {"refusal-changes-nothing"}
    changed = [lead | {"updated_at": ""} for lead in rosters(app)[2]]
    assert changed == [lead | {"updated_at": ""} for lead in before[2]]


# Targets that make it difficult


class RemovesOnlyTheFirstLead(RemoveLeadsFromCampaign):
    def remove(self, campaign: Campaign, ids: list[str]) -> int:
        return super().remove(campaign, ids[:1])


class CountsPagesFromZero(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Fields], int]:
        return super().find(campaign, page + 1, limit, status)


class TotalsThePage(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Fields], int]:
        leads, _ = super().find(campaign, page, limit, status)
        return leads, len(leads)


class ListsNoLeadsWithoutLinkedinUrl(ListLeadsInCampaign):
    def find(self, campaign: Campaign, page: int, limit: int, status: str | None) -> tuple[list[Fields], int]:
        leads = [lead for lead in self.store.page(campaign.id, status, 0, 10_000)[0] if lead["linkedin_url"]]
        return leads[(page - 1) * limit : page * limit], len(leads)


def stored(app: Any) -> list[Any]:
    """All leads of the campaigns, whatever is listed."""
    return [app.store.page(campaign, None, 0, 10_000)[0] for campaign in CAMPAIGNS]


@pytest.mark.slow
@pytest.mark.parametrize("difference", [RemovesOnlyTheFirstLead, CountsPagesFromZero, TotalsThePage])
def test_leads_are_removed_however_difficult_it_is(difference: Difference, tmp_path: Path) -> None:
    app = make_app(difference)
    before = stored(app)
    tests = ("-k", "test_many_leads_are_listed or test_all_leads_of_the_campaign_are_removed")
    judgement = judged(app, *tests, "--ledger", str(tmp_path / "ledger"), cases=1, PUFFLE_SCRATCH_CAMPAIGN_ID="")
    assert stored(app) == before
    assert "may be left" not in judgement.stdout
    assert [*tmp_path.iterdir()] == []


@pytest.mark.slow
def test_leads_that_are_never_listed_are_kept_in_mind(tmp_path: Path) -> None:
    app = make_app(ListsNoLeadsWithoutLinkedinUrl)
    before = stored(app)
    judgement = judged(app, "-k", "test_pages_list_every_lead_once", "--ledger", str(tmp_path), cases=1)
    assert len(stored(app)[0]) == len(before[0]) + 1
    note = f"1 lead may be left in campaign {DRAFT}"
    assert note in judgement.stdout
    for _ in range(2):
        with pytest.raises(CannotJudge, match=note):
            clean(["--ledger", str(tmp_path)], VARIABLES, AppTransport(app))
    assert [*tmp_path.iterdir()]
