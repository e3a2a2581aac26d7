"""The guard of the contract tests: what must not be sent is not sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contract_tests import operations
from contract_tests.client import Client
from contract_tests.exceptions import UnsafeRequest
from contract_tests.guard import MARK, UNKNOWN_ID, Guard
from contract_tests.run import Run
from contract_tests.settings import Settings
from mock import run
from mock.sandbox import seed
from tests.proving import judged
from tests.running import DRAFT, LEAD
from tests.targets import CONTRACT, make_app
from tests.transport import AppTransport

VARIABLES = run.variables()
LAUNCHED, FOREIGN, SCRATCH = (VARIABLES[f"PUFFLE_{kind}_CAMPAIGN_ID"] for kind in ("LAUNCHED", "FOREIGN", "SCRATCH"))
OTHERS = seed.load()[0].campaign("paused")
"""A campaign of the same workspace that is not configured."""


Prepare = Callable[..., Run]


@pytest.fixture(scope="module")
def prepare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepare]:
    """Makes a run that is about to start its tests."""
    runs = []

    def prepare(*arguments: str, **variables: str) -> Run:
        options = ["--base-url", "http://127.0.0.1", "--ledger", str(tmp_path_factory.mktemp("ledger")), *arguments]
        settings = Settings.read(options, {**VARIABLES, **variables})
        modules = operations.chosen(CONTRACT, settings.operations)
        guard = Guard(settings, {operation.key: module.Target.check for operation, module in modules.values()})
        client = Client(settings, guard, lambda _: None, AppTransport(make_app()))
        runs.append(made := Run(CONTRACT, settings, client, modules))
        made.upkeep.prepare()
        return made

    yield prepare
    for each in runs:
        each.upkeep.close()


@pytest.fixture(scope="module")
def ready(prepare: Prepare) -> Run:
    return prepare()


@pytest.fixture(scope="module")
def alone(prepare: Prepare) -> Run:
    """A run that judges only the operation that edits leads."""
    return prepare("--operations", "updateLeadInCampaign")


def refused(run: Run, name: str, campaign: str, body: Any, **options: Any) -> str:
    """Why a request is not sent; empty if it is."""
    requests, why = run.client.requests, ""
    try:
        run.named[name].send(campaign, body, **options)
    except UnsafeRequest as error:
        why = str(error)
    assert (run.client.requests > requests) == (not why)
    return why


LISTING, ADDING = "list_leads_in_campaign", "add_leads_to_campaign"
UPDATING, REMOVING = "update_lead_in_campaign", "remove_leads_from_campaign"
NAMES = (LISTING, ADDING, UPDATING, REMOVING)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "campaign", [OTHERS.id, "", "../x", "00000000-0000-4000-8000-00000000000g", f"{DRAFT}/../{OTHERS.id}"]
)
def test_request_about_another_campaign_is_not_sent(ready: Run, name: str, campaign: str) -> None:
    assert "is not configured" in refused(ready, name, campaign, {})


@pytest.mark.parametrize("name", NAMES[1:])
def test_write_with_a_query_is_not_sent(ready: Run, name: str) -> None:
    assert "a query" in refused(ready, name, DRAFT, ready.named[name].plain, query={"all": "true"})


def test_list_of_any_configured_or_unknown_campaign_is_sent(ready: Run) -> None:
    for campaign in (DRAFT, SCRATCH, LAUNCHED, FOREIGN, UNKNOWN_ID.format(7)):
        assert not refused(ready, LISTING, campaign, None, query={"page": "-1", "all": "true"})


# Adding


def marked(run: Run, **fields: Any) -> dict[str, Any]:
    return run.roster.new_items(**fields)[0]


@pytest.mark.parametrize(
    "body",
    [
        {"prospects": [{"email": "jane@example.com"}]},
        {"prospects": [{"linkedin_url": "https://www.linkedin.com/in/jane"}]},
        {"prospects": [{"Email": "jane@example.com"}]},
        {"prospects": {"0": {"email": "jane@example.com"}}},
        {"leads": [{"E-Mail": "jane@example.com"}]},
        [{"email": "jane@example.com"}],
        {"email": "jane@example.com"},
        {"prospects": '[{"email": "jane@example.com"}]'},
        b'{"prospects": [{"email": "jane@example.com"}],}',
        b"{'prospects': [{'email': 'jane@example.com'}]}",
    ],
)
@pytest.mark.parametrize("campaign", [DRAFT, SCRATCH, LAUNCHED, FOREIGN, UNKNOWN_ID.format(7)])
def test_lead_without_the_mark_is_not_added(ready: Run, campaign: str, body: Any) -> None:
    assert "could be added" in refused(ready, ADDING, campaign, body)


def test_unmarked_lead_among_marked_ones_is_not_added(ready: Run) -> None:
    body = {"prospects": [marked(ready), {"email": "jane@example.com"}, marked(ready)]}
    assert "without the mark" in refused(ready, ADDING, DRAFT, body)


def test_marked_lead_is_added_to_drafts_only(ready: Run) -> None:
    body = {"prospects": [marked(ready)]}
    assert [
        campaign for campaign in (DRAFT, SCRATCH, UNKNOWN_ID.format(7)) if refused(ready, ADDING, campaign, body)
    ] == []
    assert "not a draft" in refused(ready, ADDING, LAUNCHED, body)
    assert "another workspace" in refused(ready, ADDING, FOREIGN, body)


def test_only_leads_that_it_has_are_sent_to_a_launched_campaign(ready: Run) -> None:
    assert ready.roster.launched_item
    known = {"prospects": [ready.roster.launched_item]}
    assert not refused(ready, ADDING, LAUNCHED, known)
    assert "not a draft" in refused(ready, ADDING, LAUNCHED, {"prospects": [*known["prospects"], marked(ready)]})


@pytest.mark.parametrize("body", [b"", b"{", {}, [], {"prospects": []}, {"prospects": [{"company": "Acme"}, 7, None]}])
def test_request_that_adds_nothing_is_sent(ready: Run, body: Any) -> None:
    for campaign in (DRAFT, LAUNCHED, FOREIGN):
        assert not refused(ready, ADDING, campaign, body)


# Removing


@pytest.mark.parametrize(
    "body",
    [
        {"prospect_ids": [LEAD]},
        {"prospect_ids": [LEAD.upper()]},
        {"prospect_ids": [LEAD.replace("-", "")]},
        {"prospect_ids": ["urn:uuid:" + LEAD]},
        {"prospect_ids": [UNKNOWN_ID.format(7), LEAD]},
        {"prospect_ids": {"0": LEAD}},
        {"ids": LEAD},
        [LEAD],
        {LEAD: True},
        json.dumps({"prospect_ids": [LEAD]}),
        json.dumps({"prospect_ids": [LEAD]}).replace("]", "],").encode(),
    ],
)
@pytest.mark.parametrize("campaign", [DRAFT, SCRATCH, UNKNOWN_ID.format(7)])
def test_lead_that_the_run_has_not_added_is_not_removed(ready: Run, campaign: str, body: Any) -> None:
    assert refused(ready, REMOVING, campaign, body)


EVERYTHING: list[Any] = [
    {"all": True}, {"ALL": "yes"}, {"all": False}, {"a_l_l": 1}, {"filter": {"all": True}}, [{"all": True}],
    {"prospect_ids": [UNKNOWN_ID.format(1)], "all": True}, b"{'all': true}",
]  # fmt: skip
NOTHING: list[Any] = [{}, [], b"", b"{", {"prospect_ids": []}, {"prospect_ids": None}, {"prospect_ids": ["x"]}]


@pytest.mark.parametrize("body", [*EVERYTHING, *NOTHING])
def test_request_that_could_remove_everything_is_sent_to_the_scratch_campaign_only(ready: Run, body: Any) -> None:
    for campaign in (DRAFT, LAUNCHED, FOREIGN, UNKNOWN_ID.format(7)):
        assert "could" in refused(ready, REMOVING, campaign, body)
    assert not refused(ready, REMOVING, SCRATCH, body)


def test_malformed_request_is_sent_to_a_draft_that_was_empty(prepare: Prepare) -> None:
    without = dict.fromkeys(("PUFFLE_SCRATCH_CAMPAIGN_ID", "PUFFLE_PROSPECT_ID", "PUFFLE_OTHER_PROSPECT_ID"), "")
    empty = prepare(PUFFLE_CAMPAIGN_ID=SCRATCH, **without)
    assert empty.named[REMOVING].expendable == SCRATCH
    assert [body for body in NOTHING if refused(empty, REMOVING, SCRATCH, body)] == []
    assert [body for body in EVERYTHING if not refused(empty, REMOVING, SCRATCH, body)] == []


@pytest.mark.parametrize("value", [7, True, "", "3c90c3cc", LEAD[:-1]])
def test_value_that_could_match_other_ids_is_sent_to_the_scratch_campaign_only(ready: Run, value: object) -> None:
    body = {"prospect_ids": [ready.roster.spare()[0].id, value]}
    assert "the beginning of an id" in refused(ready, REMOVING, DRAFT, body)
    assert not refused(ready, REMOVING, SCRATCH, body)


def test_lead_of_the_run_is_removed(ready: Run) -> None:
    (lead,) = ready.roster.add()
    assert not refused(ready, REMOVING, DRAFT, {"prospect_ids": [lead.id, UNKNOWN_ID.format(7)]})
    assert ready.roster.find(lead) is None


# Editing


@pytest.mark.parametrize("spelling", ["{}", "{{{}}}", "urn:uuid:{}", "upper", "hex"])
@pytest.mark.parametrize("lead", [LEAD, OTHERS.leads[0]["id"]])
def test_lead_that_the_run_has_not_added_is_not_edited(ready: Run, lead: str, spelling: str) -> None:
    spelled = {"upper": lead.upper(), "hex": lead.replace("-", "")}.get(spelling, spelling.format(lead))
    assert "is not of this run" in refused(ready, UPDATING, DRAFT, {"prospect_id": spelled, "updates": {}})


def test_lead_of_the_run_is_edited(ready: Run) -> None:
    for lead in (ready.roster.lead.id, UNKNOWN_ID.format(7), "not a UUID", 7):
        assert not refused(ready, UPDATING, DRAFT, {"prospect_id": lead, "updates": {}})
        assert not refused(ready, UPDATING, UNKNOWN_ID.format(7), {"prospect_id": lead, "updates": {}})


def test_configured_lead_is_edited_if_the_run_cannot_add_any(alone: Run) -> None:
    assert not refused(alone, UPDATING, DRAFT, {"prospect_id": LEAD, "updates": {}})
    other = {"prospect_id": OTHERS.leads[0]["id"], "updates": {}}
    assert "is not of this run" in refused(alone, UPDATING, DRAFT, other)


@pytest.mark.parametrize("name", ["headline", "Headline", "head_line"])
@pytest.mark.parametrize("value", ["x", 7, None])
def test_edit_of_a_protected_field_is_not_sent(
    alone: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    monkeypatch.setattr(alone.client.guard, "protected", frozenset({"headline"}))
    body = {"prospect_id": LEAD, "updates": {"company": "Acme", name: value}}
    assert "could not be cleared" in refused(alone, UPDATING, DRAFT, body)


@pytest.mark.parametrize("name", NAMES)
def test_operation_without_a_guard_is_not_sent(ready: Run, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(ready.client.guard, "_checks", {})
    assert "has no guard" in refused(ready, name, DRAFT, {})


# Whole runs


def recorded(app: ASGIApp, seen: list[tuple[str, str, bytes]]) -> ASGIApp:
    """The application, which notes the requests that it receives."""

    async def record(scope: Scope, receive: Receive, send: Send) -> None:
        async def receive_and_note() -> Message:
            message = await receive()
            seen.append((scope["method"], scope["path"], message["body"]))
            return message

        await app(scope, receive_and_note, send)

    return record


PATH: Callable[[str], str] = "/api/campaigns/{}/leads".format
UNKNOWN = re.compile(PATH("00000000-0000-4000-8000-[0-9a-f]{12}"))


@pytest.mark.slow
def test_run_of_one_operation_sends_nothing_of_the_others() -> None:
    seen: list[tuple[str, str, bytes]] = []
    assert judged(recorded(make_app(), seen), "--operations", "updateLeadInCampaign", cases=3).exit_code == 0
    assert {method for method, _, _ in seen} == {"PATCH"}
    allowed = {PATH(campaign) for campaign in (DRAFT, LAUNCHED, FOREIGN)}
    assert [other for _, other, _ in seen if other not in allowed and not UNKNOWN.fullmatch(other)] == []


@pytest.mark.slow
def test_run_changes_only_what_it_has_added() -> None:
    seen: list[tuple[str, str, bytes]] = []
    assert judged(recorded(make_app(), seen), cases=3).exit_code == 0
    assert {method for method, _, _ in seen} == {"GET", "POST", "PATCH", "DELETE"}
    allowed = {PATH(campaign) for campaign in (DRAFT, SCRATCH, LAUNCHED, FOREIGN)}
    assert [other for _, other, _ in seen if other not in allowed and not UNKNOWN.fullmatch(other)] == []
    theirs = {lead["id"] for workspace in seed.load() for one in workspace.campaigns for lead in one.leads}
    launched = {VARIABLES["PUFFLE_LAUNCHED_PROSPECT_ID"], VARIABLES["PUFFLE_FOREIGN_PROSPECT_ID"]}
    for method, path, body in seen:
        text = body.decode("utf-8", "replace").lower()
        if method in ("PATCH", "DELETE"):
            named = {lead for lead in theirs if f'"{lead}"' in text or lead.replace("-", "") in text}
            assert named <= (launched if method == "PATCH" else set()), text
        if method == "DELETE" and '"all"' in text:
            assert path == PATH(SCRATCH)
        if method == "POST" and path in (PATH(DRAFT), PATH(SCRATCH)) and ('"email"' in text or "linkedin" in text):
            assert re.search(MARK, text), text
