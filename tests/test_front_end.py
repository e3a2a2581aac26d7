"""What a front end needs of the sandbox beyond the happy path."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mock import prism
from mock.process import Server, serving
from mock.sandbox.admin import PREFIX
from tests.implementations import implementation
from tests.running import DRAFT, KEY, LEAD
from tests.sandboxes import HEADERS, OPERATION, PATH, connect, edit, rows, sandbox

EXAMPLES = [(answer.status, answer.name) for answer in OPERATION.example_answers()]
ORIGIN = "http://localhost:5173"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def prism_url() -> Iterator[str]:
    with serving(prism.command()) as running:
        yield running.url


PREFERENCES = [
    *(f"code={status}" for status in OPERATION.responses),
    *(f"code={status}, example={name}" for status, name in EXAMPLES),
    *(f"example={name}" for status, name in EXAMPLES if status == 200),
    "example=row-with-nulls, code=200", 'code="404"', "Code=404", "code = 404", "code=404,example=lead-not-found",
    "code=400; example=not-a-draft", "respond-async, code=429",
]  # fmt: skip


@pytest.mark.parametrize("preference", PREFERENCES)
def test_prefer_is_answered_exactly_as_prism_does(server: Server, prism_url: str, preference: str) -> None:
    ours, prisms = (
        httpx.patch(
            url + PATH,
            json={"prospect_id": LEAD, "updates": {}},
            headers={"Authorization": "Bearer any", "Prefer": preference},
        )
        for url in (server.url, prism_url)
    )
    assert ours.status_code == prisms.status_code
    assert ours.json() == prisms.json()
    assert ours.headers.get("Retry-After") == prisms.headers.get("Retry-After")


@pytest.mark.parametrize(
    ("preference", "body", "headers"),
    [
        ("code=500", {"prospect_id": LEAD, "updates": {}}, HEADERS),
        ("example=nothing", {"prospect_id": LEAD, "updates": {}}, HEADERS),
        ("example=throttled", {"prospect_id": LEAD, "updates": {}}, HEADERS),
        ("code=abc", {"prospect_id": LEAD, "updates": {}}, HEADERS),
        ("code=99", {"prospect_id": LEAD, "updates": {}}, HEADERS),
        ("code=429", {}, HEADERS),
        ("code=200", {"prospect_id": LEAD, "updates": {"name": 7}}, HEADERS),
        ("code=429", {"prospect_id": LEAD, "updates": {}}, {}),
    ],
    ids=str,
)
def test_prefer_is_refused_as_prism_does(
    server: Server, prism_url: str, preference: str, body: object, headers: dict[str, str]
) -> None:
    """With the same status; the words are ours, in the contract's shape."""
    ours, prisms = (
        httpx.patch(url + PATH, json=body, headers={**headers, "Prefer": preference}) for url in (server.url, prism_url)
    )
    assert ours.status_code == prisms.status_code >= 400
    assert ours.json()["error"]


def test_two_prefer_headers_are_one_list(server: Server) -> None:
    headers = [("Authorization", "Bearer any"), ("Prefer", "code=400"), ("Prefer", "example=not-a-draft")]
    answer = httpx.patch(server.url + PATH, json={"prospect_id": LEAD, "updates": {}}, headers=headers)
    assert (answer.status_code, "active" in answer.json()["error"]) == (400, True)


def test_preferred_answer_edits_nothing(server: Server) -> None:
    before = rows(server)
    assert edit(server, headers={"Prefer": "code=200"}, company="Never").status_code == 200
    assert rows(server) == before


def test_another_preference_is_no_wish_for_an_example(server: Server) -> None:
    assert (
        edit(server, headers={"Prefer": "return=minimal"}, company="Edited").json()["prospect"]["company"] == "Edited"
    )


def times(server: Server, number: int) -> list[float]:
    taken = []
    with httpx.Client(headers=HEADERS) as client:
        for _ in range(number):
            began = time.monotonic()
            client.patch(server.url + PATH, json={"prospect_id": LEAD, "updates": {}})
            taken.append(time.monotonic() - began)
    return taken


def test_latency_is_waited_for() -> None:
    with sandbox("--latency", "200ms") as server:
        assert all(0.2 <= taken < 5 for taken in times(server, 3))
    with sandbox("--latency", "60s") as server:
        assert httpx.get(f"{server.url}{PREFIX}/health", timeout=30).status_code == 200, "a door does not wait"
    with sandbox("--latency", "10ms-300ms", "--random-seed", 7) as server:
        taken = times(server, 12)
        assert all(0.01 <= one < 5 for one in taken)
        assert max(taken) - min(taken) > 0.1


def outcomes(server: Server, number: int) -> list[int]:
    with httpx.Client(headers=HEADERS) as client:
        body = {"prospect_id": LEAD, "updates": {"company": "Tried"}}
        answers = [client.patch(server.url + PATH, json=body) for _ in range(number)]
    for answer in answers:
        assert (answer.status_code == 429) == (answer.headers.get("Retry-After") == "2")
        assert (answer.status_code == 503) == (answer.headers.get("Retry-After") == "1")
        assert answer.status_code == 200 or isinstance(answer.json()["error"], str)
    return [answer.status_code for answer in answers]


def test_failures_are_drawn_again_from_the_same_seed() -> None:
    runs = []
    for seed in (1, 1, 2):
        with sandbox("--fail", "20%=429", "--fail", "10%=503", "--fail", "5%=418", "--random-seed", seed) as server:
            runs.append(outcomes(server, 400))
    assert runs[0] == runs[1] != runs[2]
    counts = Counter(runs[0])
    assert set(counts) == {200, 429, 503, 418}
    assert abs(counts[429] - 80) < 40
    assert abs(counts[503] - 40) < 30


def test_failed_edit_is_not_carried_out() -> None:
    with sandbox("--fail", "100%=500") as server:
        assert edit(server, company="Never").json() == {"error": "Internal Server Error."}
        assert rows(server)[LEAD]["company"] == "Acme Corporation"
        assert edit(server, headers={"Prefer": "code=404"}).status_code == 404, "an explicit wish comes first"


def test_page_of_another_origin_is_let_through(server: Server) -> None:
    wanted = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization,content-type"}
    preflight = httpx.options(server.url + PATH, headers={"Origin": ORIGIN, **wanted})
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert preflight.headers["Access-Control-Allow-Methods"] == "PATCH"
    assert preflight.headers["Access-Control-Allow-Headers"] == "authorization,content-type"
    for status in (200, 401, 429):
        answer = edit(server, headers={"Origin": ORIGIN, "Prefer": f"code={status}"})
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert {"Retry-After", "WWW-Authenticate"} <= set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    assert edit(server, headers={"Origin": ORIGIN}, company="Across").json()["prospect"]["company"] == "Across"


def test_page_may_read_that_its_path_is_wrong(server: Server) -> None:
    answer = httpx.patch(f"{server.url}/api/campaign", headers={"Origin": ORIGIN})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (404, ORIGIN)
    wanted = {"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH"}
    assert httpx.options(f"{server.url}/api/campaign", headers=wanted).status_code == 200
    assert httpx.options(f"{server.url}{PREFIX}/state", headers=wanted).status_code == 405


def test_page_of_another_origin_is_kept_out_where_asked() -> None:
    with sandbox("--no-cors") as server:
        assert "Access-Control-Allow-Origin" not in edit(server, headers={"Origin": ORIGIN}).headers
        wanted = {"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH"}
        assert httpx.options(server.url + PATH, headers=wanted).status_code == 405


def move(server: Server, status: object, campaign: str = DRAFT) -> httpx.Response:
    return httpx.put(f"{server.url}{PREFIX}/campaigns/{campaign}/status", json={"status": status})


def test_state_is_moved_read_and_reset() -> None:
    with sandbox() as server:
        before = rows(server)
        assert before[LEAD]["company"] == "Acme Corporation"
        edit(server, company="Edited")
        assert rows(server)[LEAD]["company"] == "Edited"
        for status in ("active", "paused"):
            assert move(server, status, DRAFT.upper()).json() == {"id": DRAFT, "status": status}
            refused = edit(server, company="Frozen")
            assert (refused.status_code, status in refused.json()["error"]) == (400, True)
        assert httpx.post(f"{server.url}{PREFIX}/reset").json() == {"status": "reset"}
        assert rows(server) == before
        assert edit(server, headline="A draft again").status_code == 200
        state = httpx.get(f"{server.url}{PREFIX}/state").text
        assert KEY not in state


def test_moved_campaign_stays_moved_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "leads.db"
    with sandbox("--data", file) as server:
        move(server, "completed")
    with sandbox("--data", file) as server:
        assert "completed" in edit(server, company="Frozen").json()["error"]


@pytest.mark.parametrize("status", [None, "gone", 7, ["draft"]])
def test_campaign_is_moved_to_a_status_of_the_contract_alone(server: Server, status: object) -> None:
    answer = move(server, status)
    assert answer.status_code == 400
    assert "draft, launching, active, paused, completed" in answer.json()["error"]
    assert move(server, "draft", "00000000-0000-4000-8000-000000000000").status_code == 404


@pytest.mark.parametrize(
    "headers",
    [{"Host": "sandbox.example"}, {"Origin": "http://page.example"}, {"Origin": "null"}, {"Host": ""}, {"Host": "["}],
)
@pytest.mark.parametrize(("method", "door"), [("GET", "state"), ("POST", "reset"), ("GET", "health")])
def test_doors_are_for_this_machine_alone(server: Server, method: str, door: str, headers: dict[str, str]) -> None:
    before = rows(server)
    answer = httpx.request(method, f"{server.url}{PREFIX}/{door}", headers=headers)
    assert answer.status_code == 404
    assert httpx.request(method, f"{server.url}{PREFIX}/nothing", headers=headers).status_code == 404
    assert rows(server) == before


def test_body_sent_to_a_door_is_bounded_and_may_break_off() -> None:
    lines: list[str] = []
    path = f"{PREFIX}/campaigns/{DRAFT}/status"
    with sandbox(show=lines.append) as server:
        large = httpx.put(server.url + path, content=b" " * 3 * 2**20 + b'{"status": "draft"}')
        assert large.status_code == 400
        with connect(server) as connection:
            connection.sendall(f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{{".encode())
        assert edit(server).status_code == 200
    assert "Traceback" not in "".join(lines)


def test_forced_401_is_a_challenge_too(server: Server) -> None:
    assert edit(server, headers={"Prefer": "code=401"}).headers["WWW-Authenticate"] == "Bearer"


def test_own_page_of_the_sandbox_may_use_the_doors(server: Server) -> None:
    assert httpx.get(f"{server.url}{PREFIX}/health", headers={"Origin": server.url}).status_code == 200
    wrong = httpx.get(f"{server.url}{PREFIX}/reset")
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "POST")


def test_doors_are_shut_for_other_machines() -> None:
    async def statuses() -> list[int]:
        answered = []
        for address in ("192.0.2.7", "::ffff:192.0.2.7", "127.0.0.1", "::1", "::ffff:127.0.0.1"):
            transport = httpx.ASGITransport(implementation(), client=(address, 40_000))
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                answered.append((await client.get(f"{PREFIX}/state")).status_code)
        return answered

    assert asyncio.run(statuses()) == [404, 404, 200, 200, 200]
