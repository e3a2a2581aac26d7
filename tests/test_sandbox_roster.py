"""The sandbox adds and removes leads as the contract describes, and keeps identities unique in a campaign."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from mock.sandbox import seed
from puffle.contract import JSON
from tests.running import DRAFT, LEAD
from tests.sandboxes import PATH, add, edit, in_process, listed, remove, rows

ALICE, BOB = seed.load()
RUNNING = [campaign for campaign in ALICE.campaigns if campaign.status != "draft"]
ACTIVE = ALICE.campaign("active")
FOREIGN = BOB.campaign("draft")
SCRATCH = ALICE.campaigns[-1].id
SEEDED = ALICE.campaign("draft").lead_ids


@pytest.fixture
def client() -> httpx.Client:
    return in_process()


def ids(page: dict[str, Any]) -> list[str]:
    return [lead["id"] for lead in page["prospects"]]


def new(number: int) -> dict[str, str]:
    return {"email": f"new-{number}@example.com"}


def test_added_lead_has_what_was_given_and_starts_pending(client: httpx.Client) -> None:
    given = {
        "email": "A.Schmidt@example.com",
        "linkedin_url": "https://www.linkedin.com/in/anna/?trk=x",
        "first_name": "Anna",
        "last_name": "Schmidt",
        "company": "Schmidt Optik",
        "position": "Geschäftsführerin",
        "headline": "See better",
        "custom_fields": {"region": "EMEA", "deep": [{"a": None}], "n": 1.5},
    }
    response = add(client, given)
    assert (response.status_code, response.json()) == (200, {"imported": 1, "duplicates": 0})
    lead = listed(client)["prospects"][-1]
    times = {lead.pop("created_at"), lead.pop("updated_at")}
    assert len(times) == 1
    assert lead.pop("id") not in SEEDED
    assert lead == {
        **given, "campaign_id": DRAFT, "user_id": ALICE.owner["user_id"], "status": "pending", "name": "Anna Schmidt",
        "source": "api", "source_ref": None, "bounced_at": None, "replied_at": None, "current_node_id": None,
    }  # fmt: skip


def test_what_was_not_given_is_null(client: httpx.Client) -> None:
    add(client, new(1))
    lead = listed(client)["prospects"][-1]
    set_by_us = {"id", "campaign_id", "user_id", "status", "source", "created_at", "updated_at", "email"}
    assert {name for name, value in lead.items() if value is not None} == set_by_us
    assert set(lead) == set(listed(client)["prospects"][0])


def test_members_that_cannot_be_given_are_ignored(client: httpx.Client) -> None:
    protected = dict.fromkeys(("id", "campaign_id", "user_id", "status", "name", "source", "created_at"), "x")
    assert add(client, {**protected, **new(1), "unknown": 1}).json() == {"imported": 1, "duplicates": 0}
    assert "x" not in listed(client)["prospects"][-1].values()
    assert "unknown" not in listed(client)["prospects"][-1]


@pytest.mark.parametrize(
    ("campaign", "field", "same", "others"),
    [
        (DRAFT, "email", ["jane@example.com", "JANE@EXAMPLE.COM"], ["jane@example.org", "jane+1@example.com"]),
        (
            SCRATCH,
            "linkedin_url",
            ["https://l.example/in/jane", "https://l.example/in/jane//", "https://l.example/in/jane/?trk=1/"],
            ["https://l.example/in/Jane", "http://l.example/in/jane", "https://l.example/in/jane/x"],
        ),
    ],
)
def test_duplicates_are_found_by_normalised_identity(
    campaign: str, field: str, same: list[str], others: list[str]
) -> None:
    for given in same:
        fresh = in_process()
        assert add(fresh, *({field: one} for one in same), campaign=campaign).json()["imported"] == 1, "in the request"
        assert add(fresh, {field: given}, campaign=campaign).json() == {"imported": 0, "duplicates": 1}
        added = add(fresh, *({field: one} for one in others), campaign=campaign).json()
        assert added == {"imported": len(others), "duplicates": 0}
        assert [lead[field] for lead in listed(fresh, campaign=campaign)["prospects"]][-len(others) :] == others, (
            "as sent"
        )


def test_duplicate_leaves_the_lead_as_it_is(client: httpx.Client) -> None:
    before = listed(client)
    assert add(client, {"email": "JSMITH@example.com", "first_name": "Other"}).json() == {
        "imported": 0,
        "duplicates": 1,
    }
    assert listed(client) == before


def test_only_the_field_of_the_type_identifies(client: httpx.Client) -> None:
    url = {"linkedin_url": "https://www.linkedin.com/in/jane-smith"}
    assert add(client, {**url, **new(1)}, {**url, **new(2)}).json()["imported"] == 2
    mail = {"email": "jsmith@example.com"}
    leads = [{**mail, "linkedin_url": f"https://www.linkedin.com/in/{number}"} for number in range(2)]
    assert add(client, *leads, campaign=SCRATCH).json()["imported"] == 2, "nor do leads of another campaign"


@pytest.mark.parametrize(
    ("campaign", "lead", "error"),
    [
        (DRAFT, {}, "prospects.1.email: every lead of a campaign of type email needs it"),
        (DRAFT, {"linkedin_url": "https://x.example"}, "prospects.1.email: every lead of a campaign of type email"),
        (SCRATCH, new(2), "prospects.1.linkedin_url: every lead of a campaign of type linkedin needs it"),
        (SCRATCH, {"linkedin_url": ""}, "prospects.1.linkedin_url: every lead"),
        (SCRATCH, {"linkedin_url": "/?"}, "prospects.1.linkedin_url: every lead"),
        (DRAFT, {"email": "jane"}, 'prospects.1.email: "jane" is not a valid email address'),
        (DRAFT, {"email": 7}, 'prospects.1.email: 7 is not of type "string"'),
        (DRAFT, {**new(2), "company": None}, 'prospects.1.company: null is not of type "string"'),
        (DRAFT, {**new(2), "custom_fields": []}, 'prospects.1.custom_fields: [] is not of type "object"'),
        (DRAFT, "jane", 'prospects.1: "jane" is not of type "object"'),
    ],
)
def test_one_invalid_lead_refuses_the_whole_request(
    client: httpx.Client, campaign: str, lead: object, error: str
) -> None:
    before = rows(client)
    response = add(client, {**new(1), "linkedin_url": "https://www.linkedin.com/in/new"}, lead, campaign=campaign)
    assert response.status_code == 400
    assert response.json()["error"].startswith(error)
    assert rows(client) == before


@pytest.mark.parametrize(("depth", "status"), [(50, 200), (240, 200), (250, 400), (1000, 400)])
def test_what_is_added_can_be_shown_however_deep_it_is(client: httpx.Client, depth: int, status: int) -> None:
    frame = json.dumps({"prospects": [new(1) | {"custom_fields": {"a": "HERE"}}]}).encode()
    body = frame.replace(b'"HERE"', b"[" * depth + b"]" * depth)
    response = client.post(PATH, content=body, headers={"Content-Type": JSON})
    assert response.status_code == status
    assert status == 200 or response.json() == {"error": "prospects: a value is nested too deeply"}
    assert listed(client)["total"] == (5 if status == 200 else 4)
    assert client.get("/_sandbox/state").status_code == 200


def test_1_to_1000_leads_can_be_added(client: httpx.Client) -> None:
    leads = [new(number) for number in range(1001)]
    assert add(client, *leads).json()["error"].startswith("prospects: ")
    assert add(client).json()["error"] == "prospects: [] has less than 1 item"
    assert add(client, *leads[:1000]).json() == {"imported": 1000, "duplicates": 0}
    assert add(client, *leads[500:1001]).json() == {"imported": 1, "duplicates": 500}


def test_given_leads_are_removed_and_counted_once(client: httpx.Client) -> None:
    given = [SEEDED[1], SEEDED[1].upper(), SEEDED[3], FOREIGN.lead_ids[0], ACTIVE.lead_ids[0], SCRATCH]
    before = rows(client)
    assert remove(client, prospect_ids=given).json() == {"deleted": 2}
    assert rows(client) == {lead: row for lead, row in before.items() if lead not in given[:3]}
    assert remove(client, prospect_ids=given).json() == {"deleted": 0}


def test_removed_lead_is_gone_and_can_be_added_again(client: httpx.Client) -> None:
    edit(client, company="Edited")
    remove(client, prospect_ids=[LEAD])
    assert edit(client, company="Gone").status_code == edit(client).status_code == 404
    assert add(client, {"email": "jsmith@example.com"}).json() == {"imported": 1, "duplicates": 0}
    assert listed(client)["prospects"][-1]["company"] is None


def test_all_leads_of_this_campaign_are_removed(client: httpx.Client) -> None:
    before = rows(client)
    assert remove(client, all=True).json() == {"deleted": "all"}
    assert rows(client) == {lead: row for lead, row in before.items() if row["campaign_id"] != DRAFT}
    assert listed(client)["total"] == 0
    assert edit(client).status_code == 404
    assert remove(client, all=True).json() == {"deleted": "all"}
    assert add(client, new(1)).json()["imported"] == 1


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "body: {} has less than 1 property"),
        ({"ids": SEEDED}, 'body: give either "prospect_ids" or "all"'),
        ({"all": True, "prospect_ids": SEEDED}, 'body: give either "prospect_ids" or "all"'),
        ({"all": False}, "all: true was expected"),
        ({"all": "true"}, "all: "),
        ({"all": 1}, "all: "),
        ({"all": None}, "all: "),
        ({"prospect_ids": []}, "prospect_ids: [] has less than 1 item"),
        ({"prospect_ids": LEAD}, "prospect_ids: "),
        ({"prospect_ids": [LEAD, "7"]}, 'prospect_ids.1: "7" is not a valid UUID'),
        ({"prospect_ids": [LEAD, None]}, "prospect_ids.1: "),
        ({"prospect_ids": [LEAD] * 501}, "prospect_ids: "),
    ],
    ids=lambda value: str(value)[:40],
)
def test_request_that_does_not_say_what_to_remove_is_refused(
    client: httpx.Client, body: dict[str, object], error: str
) -> None:
    response = client.request("DELETE", PATH, json=body)
    assert response.status_code == 400
    assert response.json()["error"].startswith(error)
    assert ids(listed(client)) == SEEDED


def test_500_leads_can_be_removed(client: httpx.Client) -> None:
    add(client, *map(new, range(600)))
    added = ids(listed(client, limit=1000))[4:]
    assert remove(client, prospect_ids=added[50:550]).json() == {"deleted": 500}
    assert ids(listed(client, limit=1000)) == [*SEEDED, *added[:50], *added[550:]]


def test_edit_moves_the_identity(client: httpx.Client) -> None:
    assert edit(client, email="moved@example.com").status_code == 200
    added = add(client, {"email": "Moved@example.com"}, {"email": "jsmith@example.com"})
    assert added.json() == {"imported": 1, "duplicates": 1}


def test_edit_to_the_identity_of_another_lead_is_refused(client: httpx.Client) -> None:
    before = rows(client)
    response = edit(client, email="Maja.Lindqvist@example.org", company="Never")
    error = 'updates: another lead of the campaign has the identity "maja.lindqvist@example.org"'
    assert (response.status_code, response.json()) == (400, {"error": error})
    assert rows(client) == before
    assert edit(client).json()["prospect"] == before[LEAD]
    assert edit(client, email="JSMITH@example.com").json()["prospect"]["email"] == "JSMITH@example.com"
