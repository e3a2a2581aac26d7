"""What a front end needs of the sandbox: Prefer as in Prism, injected faults, other origins, admin endpoints."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from mock import prism
from mock.process import serving
from mock.sandbox import seed
from mock.sandbox.admin import PREFIX
from mock.sandbox.app import Sandbox
from mock.sandbox.faults import Faults, read_failure, read_latency
from mock.sandbox.store import Store
from tests.running import DRAFT, KEY, LEAD
from tests.sandboxes import HEADERS, OPERATION, PATH, connect, edit, rows, sandbox
from tests.transport import AppTransport

ORIGIN = "http://localhost:5173"
EXAMPLES = [(example.status, example.name) for example in OPERATION.example_responses()]
EDIT = {"prospect_id": LEAD, "updates": {}}


def in_process(*, faults: Faults | None = None, cors: bool = True) -> httpx.Client:
    app = Sandbox(OPERATION.contract, Store(seed.load()), faults=faults, cors=cors)
    return httpx.Client(transport=AppTransport(app), base_url="http://127.0.0.1")


@pytest.fixture
def client() -> httpx.Client:
    return in_process()


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


@pytest.mark.slow
@pytest.mark.parametrize("preference", PREFERENCES)
def test_preferred_response_is_the_one_of_prism(client: httpx.Client, prism_url: str, preference: str) -> None:
    headers = {"Authorization": "Bearer any", "Prefer": preference}
    ours = client.patch(PATH, json=EDIT, headers=headers)
    prisms = httpx.patch(prism_url + PATH, json=EDIT, headers=headers)
    assert ours.status_code == prisms.status_code
    assert ours.json() == prisms.json()
    assert ours.headers.get("Retry-After") == prisms.headers.get("Retry-After")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("preference", "body", "headers"),
    [
        ("code=500", EDIT, HEADERS),
        ("example=nothing", EDIT, HEADERS),
        ("example=throttled", EDIT, HEADERS),
        ("code=abc", EDIT, HEADERS),
        ("code=99", EDIT, HEADERS),
        ("code=429", {}, HEADERS),
        ("code=200", {"prospect_id": LEAD, "updates": {"name": 7}}, HEADERS),
        ("code=429", EDIT, {}),
    ],
    ids=str,
)
def test_preference_is_refused_with_the_status_of_prism(
    client: httpx.Client, prism_url: str, preference: str, body: object, headers: dict[str, str]
) -> None:
    ours = client.patch(PATH, json=body, headers={**headers, "Prefer": preference})
    prisms = httpx.patch(prism_url + PATH, json=body, headers={**headers, "Prefer": preference})
    assert ours.status_code == prisms.status_code >= 400
    assert ours.json()["error"]


def test_two_prefer_headers_are_one_list(client: httpx.Client) -> None:
    headers = [("Authorization", "Bearer any"), ("Prefer", "code=400"), ("Prefer", "example=not-a-draft")]
    response = client.patch(PATH, json=EDIT, headers=headers)
    assert (response.status_code, "active" in response.json()["error"]) == (400, True)


def test_preferred_response_edits_nothing(client: httpx.Client) -> None:
    before = rows(client)
    assert edit(client, headers={"Prefer": "code=200"}, company="Never").status_code == 200
    assert rows(client) == before
    assert edit(client, headers={"Prefer": "code=401"}).headers["WWW-Authenticate"] == "Bearer"


def test_other_preferences_are_ignored(client: httpx.Client) -> None:
    lead = edit(client, headers={"Prefer": "return=minimal"}, company="Edited").json()["prospect"]
    assert lead["company"] == "Edited"


def test_failures_are_drawn_again_from_the_same_seed() -> None:
    runs = []
    for number in (1, 1, 2):
        failures = [read_failure(text) for text in ("20%=429", "10%=503", "5%=418")]
        client = in_process(faults=Faults((0, 0), failures, number))
        responses = [edit(client, company="Tried") for _ in range(400)]
        runs.append([response.status_code for response in responses])
        for response in responses:
            wait = {429: "2", 503: "1"}.get(response.status_code)
            assert response.headers.get("Retry-After") == wait, "as the contract's example shows, or a default"
            assert response.status_code == 200 or isinstance(response.json()["error"], str)
    assert runs[0] == runs[1] != runs[2]
    counts = Counter(runs[0])
    assert set(counts) == {200, 429, 503, 418}
    assert abs(counts[429] - 80) < 40
    assert abs(counts[503] - 40) < 30


def test_failed_request_is_not_carried_out() -> None:
    client = in_process(faults=Faults((0, 0), [read_failure("100%=500")]))
    assert edit(client, company="Never").json() == {"error": "Internal Server Error."}
    assert rows(client)[LEAD]["company"] == "Acme Corporation"
    assert edit(client, headers={"Prefer": "code=404"}).status_code == 404, "what the client prefers comes first"


def test_delays_are_drawn_from_the_range() -> None:
    faults = Faults(read_latency("10ms-300ms"), (), 7)
    delays = [faults.draw()[0] for _ in range(100)]
    assert 0.01 <= min(delays) < 0.05
    assert 0.25 < max(delays) <= 0.3


@pytest.mark.slow
def test_only_operations_are_delayed() -> None:
    with sandbox("--latency", "600ms", "--fail", "100%=429") as server:
        began = time.monotonic()
        assert httpx.get(f"{server.url}{PREFIX}/health", timeout=30).status_code == 200
        assert time.monotonic() - began < 0.5
        assert edit(server).status_code == 429
        assert time.monotonic() - began > 0.6


def test_pages_of_other_origins_may_use_it(client: httpx.Client) -> None:
    asked = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization,content-type"}
    preflight = client.options(PATH, headers={"Origin": ORIGIN, **asked})
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert preflight.headers["Access-Control-Allow-Methods"] == "DELETE, GET, PATCH, POST"
    assert preflight.headers["Access-Control-Allow-Headers"] == "authorization,content-type"
    for status in (200, 401, 429):
        response = edit(client, headers={"Origin": ORIGIN, "Prefer": f"code={status}"})
        assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert {"Retry-After", "WWW-Authenticate"} <= set(response.headers["Access-Control-Expose-Headers"].split(", "))
    assert edit(client, headers={"Origin": ORIGIN}, company="Across").json()["prospect"]["company"] == "Across"


def test_pages_of_other_origins_may_read_that_their_path_is_wrong(client: httpx.Client) -> None:
    response = client.patch("/api/campaign", headers={"Origin": ORIGIN})
    assert (response.status_code, response.headers["Access-Control-Allow-Origin"]) == (404, ORIGIN)
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH"}
    assert client.options("/api/campaign", headers=asked).status_code == 200
    assert "Access-Control-Allow-Origin" not in client.options(f"{PREFIX}/state", headers=asked).headers


def test_pages_of_other_origins_can_be_kept_out() -> None:
    client = in_process(cors=False)
    assert "Access-Control-Allow-Origin" not in edit(client, headers={"Origin": ORIGIN}).headers
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH"}
    assert client.options(PATH, headers=asked).status_code == 405


def move(client: httpx.Client, status: object, campaign: str = DRAFT) -> httpx.Response:
    return client.put(f"{PREFIX}/campaigns/{campaign}/status", json={"status": status})


def test_state_can_be_read_changed_and_reset(client: httpx.Client) -> None:
    before = rows(client)
    assert before[LEAD]["company"] == "Acme Corporation"
    edit(client, company="Edited")
    assert rows(client)[LEAD]["company"] == "Edited"
    for status in ("active", "paused"):
        assert move(client, status, DRAFT.upper()).json() == {"id": DRAFT, "status": status}
        refused = edit(client, company="Frozen")
        assert (refused.status_code, status in refused.json()["error"]) == (400, True)
    assert client.post(f"{PREFIX}/reset").json() == {"status": "reset"}
    assert rows(client) == before
    assert edit(client, headline="A draft again").status_code == 200
    assert KEY not in client.get(f"{PREFIX}/state").text


@pytest.mark.parametrize("status", [None, "gone", 7, ["draft"]])
def test_campaign_can_only_have_a_status_of_the_contract(client: httpx.Client, status: object) -> None:
    response = move(client, status)
    assert response.status_code == 400
    assert "draft, launching, active, paused, completed" in response.json()["error"]
    assert move(client, "draft", "00000000-0000-4000-8000-000000000000").status_code == 404
    assert client.put(f"{PREFIX}/campaigns/{DRAFT}/status", content=b"{").status_code == 400
    assert client.put(f"{PREFIX}/campaigns/{DRAFT}/status", content=b" " * 2**21).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [{"Host": "sandbox.example"}, {"Origin": "http://page.example"}, {"Origin": "null"}, {"Host": ""}, {"Host": "["}],
)
@pytest.mark.parametrize(("method", "endpoint"), [("GET", "state"), ("POST", "reset"), ("GET", "health")])
def test_admin_endpoints_are_hidden_from_other_origins(
    client: httpx.Client, method: str, endpoint: str, headers: dict[str, str]
) -> None:
    edit(client, company="Edited")
    assert client.request(method, f"{PREFIX}/{endpoint}", headers=headers).status_code == 404
    assert client.request(method, f"{PREFIX}/nothing", headers=headers).status_code == 404
    assert rows(client)[LEAD]["company"] == "Edited"


@pytest.mark.parametrize(
    ("address", "status"),
    [("192.0.2.7", 404), ("::ffff:192.0.2.7", 404), ("127.0.0.1", 200), ("::1", 200), ("::ffff:127.0.0.1", 200)],
)
def test_admin_endpoints_are_hidden_from_other_machines(address: str, status: int) -> None:
    app = Sandbox(OPERATION.contract, Store(seed.load()))

    async def from_address(scope: dict[str, object], receive: object, send: object) -> None:
        await app({**scope, "client": (address, 40_000)}, receive, send)  # type: ignore[arg-type]

    client = httpx.Client(transport=AppTransport(from_address), base_url="http://localhost")  # type: ignore[arg-type]
    assert client.get(f"{PREFIX}/state").status_code == status


def test_the_sandboxs_own_page_may_use_admin_endpoints(client: httpx.Client) -> None:
    assert client.get(f"{PREFIX}/health", headers={"Origin": "http://127.0.0.1"}).status_code == 200
    wrong = client.get(f"{PREFIX}/reset")
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "POST")


@pytest.mark.slow
def test_body_of_an_admin_request_may_break_off() -> None:
    lines: list[str] = []
    with sandbox(show=lines.append) as server:
        with connect(server) as connection:
            head = f"PUT {PREFIX}/campaigns/{DRAFT}/status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{{"
            connection.sendall(head.encode())
        assert edit(server).status_code == 200
    assert "Traceback" not in "".join(lines)
