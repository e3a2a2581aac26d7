"""The sandbox lists leads as the contract describes, and freezes and hides campaigns from those who change leads."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import uuid4

import httpx
import pytest

from mock.sandbox import seed
from mock.sandbox.store import Store
from tests.running import DRAFT
from tests.sandboxes import HEADERS, PATH, add, edit, in_process, listed, remove, rows

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


def test_pages_contain_every_lead_once_in_order(client: httpx.Client) -> None:
    pages = [listed(client, page=page, limit=3) for page in (1, 2, 3)]
    assert [ids(page) for page in pages] == [SEEDED[:3], SEEDED[3:], []]
    assert [(page["total"], page["page"], page["limit"]) for page in pages] == [(4, 1, 3), (4, 2, 3), (4, 3, 3)]
    assert listed(client)["prospects"] == [*ALICE.campaign("draft").leads]


def test_page_has_100_leads_unless_another_limit_is_given_and_at_most_1000(client: httpx.Client) -> None:
    for batch in range(2):
        assert add(client, *(new(1000 * batch + number) for number in range(1000))).status_code == 200
    for number, limit, length, used in ((1, 100, 100, 100), (1, 2000, 1000, 1000), (3, 1000, 4, 1000)):
        page = listed(client, page=number, limit=limit)
        assert (len(page["prospects"]), page["limit"], page["total"]) == (length, used, 2004)
    assert listed(client) == listed(client, page=1, limit=100)


@pytest.mark.parametrize("status", ["sent", "replied", "pending"])
def test_status_selects_exactly_its_leads(client: httpx.Client, status: str) -> None:
    page = listed(client, campaign=ACTIVE.id, status=status)
    assert page["prospects"] == [lead for lead in ACTIVE.leads if lead["status"] == status]
    assert page["total"] == 1


def test_status_without_leads_gets_an_empty_page(client: httpx.Client) -> None:
    for status in ("gone", "", "Pending", "pending,sent"):
        assert listed(client, status=status)["prospects"] == []


@pytest.mark.parametrize("campaign", ALICE.campaigns, ids=lambda campaign: f"{campaign.status} {campaign.type}")
def test_leads_are_listed_whatever_the_status_of_the_campaign(client: httpx.Client, campaign: seed.Campaign) -> None:
    assert listed(client, campaign=campaign.id.upper())["prospects"] == [*campaign.leads]


NOT_AN_INTEGER = [
    "1.0",
    "1e2",
    " 1",
    "1 ",
    "+1",
    "01",
    "",
    "x",
    "true",
    "null",
    "[1]",
    "1,2",
    "\u0661",
    "9" * 20,
    "9" * 5000,
]


@pytest.mark.parametrize("name", ["page", "limit"])
@pytest.mark.parametrize("text", ["0", "-1", *NOT_AN_INTEGER], ids=lambda text: text[:20])
def test_invalid_paging_is_refused(client: httpx.Client, name: str, text: str) -> None:
    response = client.get(PATH, params={name: text})
    assert response.status_code == 400
    reason = "less than the minimum of 1" if text in ("0", "-1") else 'is not of type "integer"'
    assert response.json()["error"].startswith(f"{name}: ")
    assert reason in response.json()["error"]


@pytest.mark.parametrize("query", ["page=1&page=2", "page=1&page=1", "status=pending&status=sent", "limit=&limit="])
def test_repeated_parameter_is_refused(client: httpx.Client, query: str) -> None:
    response = client.get(f"{PATH}?{query}")
    name = query.partition("=")[0]
    assert (response.status_code, response.json()) == (400, {"error": f"{name}: it is given 2 times; give it once"})


def test_other_parameters_are_ignored(client: httpx.Client) -> None:
    assert ids(client.get(f"{PATH}?colour=red&colour=blue&Page=0&%ff&=&limit=1").json()) == SEEDED[:1]


def test_page_far_beyond_the_end_is_empty(client: httpx.Client) -> None:
    assert listed(client, page=999_999_999_999_999, limit=1000)["prospects"] == []


def test_list_shows_every_change_at_once(client: httpx.Client) -> None:
    edit(client, company="Edited")
    assert listed(client)["prospects"][0]["company"] == "Edited"
    add(client, new(1), new(2))
    assert [lead["email"] for lead in listed(client)["prospects"][4:]] == ["new-1@example.com", "new-2@example.com"]
    remove(client, prospect_ids=SEEDED[1:3])
    page = listed(client, status="pending")
    assert (ids(page)[:2], page["total"]) == ([SEEDED[0], SEEDED[3]], 4)
    client.post("/_sandbox/reset")
    assert ids(listed(client)) == SEEDED


@pytest.mark.parametrize("campaign", RUNNING, ids=lambda campaign: campaign.status)
def test_running_campaign_is_frozen(client: httpx.Client, campaign: seed.Campaign) -> None:
    before = rows(client)
    for response in (
        add(client, new(1), campaign=campaign.id),
        remove(client, campaign=campaign.id, prospect_ids=campaign.lead_ids),
        remove(client, campaign=campaign.id, all=True),
    ):
        assert response.status_code == 400
        assert f"The campaign is {campaign.status}" in response.json()["error"]
    assert rows(client) == before


@pytest.mark.parametrize("campaign", [FOREIGN.id, "00000000-0000-4000-8000-000000000000"])
def test_campaign_of_somebody_else_is_not_found(client: httpx.Client, campaign: str) -> None:
    before = rows(client)
    for response in (
        client.get(PATH.replace(DRAFT, campaign)),
        add(client, new(1), campaign=campaign),
        remove(client, campaign=campaign, all=True),
    ):
        assert (response.status_code, response.json()) == (404, {"error": "Campaign not found."})
    assert rows(client) == before


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_key_comes_first_then_the_content_type(client: httpx.Client, method: str) -> None:
    response = client.request(method, PATH, headers={"Authorization": "Bearer pk_live_other"})
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")
    if method != "GET":
        assert client.request(method, PATH, data={"all": "true"}, headers=HEADERS).status_code == 415
    assert ids(listed(client)) == SEEDED


def test_page_costs_the_same_however_long_the_roster_is() -> None:
    """Counted in instructions of SQLite's virtual machine, on the first page, a late one, and after removals."""
    draft = ALICE.campaign("draft")
    costs = []
    for size in (200, 2000):
        store = Store(seed.load())
        store.add(draft.id, [(str(number), {**draft.leads[0], "id": str(uuid4())}) for number in range(size)])
        counted = [cost_of_a_page(store, status, offset) for offset in (0, size - 150) for status in (None, "pending")]
        leads, _ = store.page(draft.id, None, 20, 50)
        assert store.remove(draft.id, [lead["id"] for lead in leads]) == 50
        costs.append([*counted, cost_of_a_page(store, None, size - 150)])
    assert costs[0] == costs[1]


def cost_of_a_page(store: Store, status: str | None, offset: int) -> int:
    steps = itertools.count()
    store._database.set_progress_handler(lambda: next(steps) and 0, 1)
    leads, _ = store.page(DRAFT, status, offset, 100)
    store._database.set_progress_handler(None, 1)
    assert len(leads) == 100
    return next(steps)
