"""What is added to the generated client: settings that are checked, and responses whose status is never lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import httpx
import pytest
from puffle_client import (
    AuthenticatedClient,
    ClientError,
    PuffleClient,
    SettingsError,
    UnexpectedResponse,
    UnexpectedStatus,
)
from puffle_client.api.campaign_leads import update_lead_in_campaign
from puffle_client.models import Error, Lead, LeadFields, LeadUpdate, LeadUpdated
from puffle_client.types import Response

from tests.python_examples import ROW
from tests.repositories import Copy
from tests.running import DRAFT, KEY, LEAD
from tests.scripted import scripted

URL = "http://127.0.0.1:1"
EDIT = LeadUpdate(prospect_id=UUID(LEAD), updates=LeadFields(first_name="Janet"))
Edited = Response[LeadUpdated | Error]


def sync_edit(client: AuthenticatedClient) -> Edited:
    return update_lead_in_campaign.sync_detailed(UUID(DRAFT), client=client, body=EDIT)


def async_edit(client: AuthenticatedClient) -> Edited:
    return asyncio.run(update_lead_in_campaign.asyncio_detailed(UUID(DRAFT), client=client, body=EDIT))


BOTH = pytest.mark.parametrize("edit", [sync_edit, async_edit])


def client(status: int, body: object, **options: Any) -> PuffleClient:
    """A client that gets this response."""
    response = {"text": body} if isinstance(body, str) else {"json": body}
    transport = httpx.MockTransport(lambda _: httpx.Response(status, **response))
    return PuffleClient(URL, KEY, httpx_args={"transport": transport}, **options)


@BOTH
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (418, "", UnexpectedStatus),
        (499, {"error": "closed"}, UnexpectedStatus),
        (520, "<h1>Web server is down</h1>", UnexpectedStatus),
        (401, "", UnexpectedResponse),
        (404, "<h1>Not found</h1>", UnexpectedResponse),
        (429, {}, UnexpectedResponse),
        (400, "[]", UnexpectedResponse),
        (200, "<h1>Log in</h1>", UnexpectedResponse),
        (200, {"prospect": {}}, UnexpectedResponse),
        (200, {"prospect": {**ROW, "updated_at": "yesterday"}}, UnexpectedResponse),
        (200, "[" * 100_000, UnexpectedResponse),
    ],
)
def test_status_is_never_lost(
    edit: Callable[[AuthenticatedClient], Edited], status: int, body: object, error: type[UnexpectedResponse]
) -> None:
    with pytest.raises(ClientError) as raised:
        edit(client(status, body))
    assert type(raised.value) is error
    assert raised.value.status_code == status
    assert str(raised.value) == f"{status}: the response is not one that the contract describes"
    response = edit(client(status, body, raise_on_unexpected_status=False))
    assert (response.status_code, response.parsed) == (status, None)
    assert response.content == raised.value.content


@BOTH
def test_described_responses_are_returned(edit: Callable[[AuthenticatedClient], Edited]) -> None:
    assert edit(client(404, {"error": "Campaign not found."})).parsed == Error("Campaign not found.")
    assert isinstance(edit(client(200, {"prospect": ROW})).parsed, LeadUpdated)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2023-11-07T05:31:56Z", datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC)),
        ("2023-11-07t05:31:56z", datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC)),
        ("2023-11-07 05:31:56.5z", datetime(2023, 11, 7, 5, 31, 56, 500_000, tzinfo=UTC)),
        ("2023-11-07T05:31:56.123456789Z", datetime(2023, 11, 7, 5, 31, 56, 123_456, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("1990-12-31T15:59:60.25-08:00",
         datetime(1990, 12, 31, 15, 59, 59, 250_000, tzinfo=timezone(timedelta(hours=-8)))),
        ("2023-11-07T05:31:56-00:00", datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("field", ["created_at", "bounced_at"])
def test_every_spelling_of_a_time_is_read(field: str, text: str, time: datetime) -> None:
    assert getattr(Lead.from_dict({**ROW, field: text}), field) == time


@pytest.mark.parametrize("kind", [AuthenticatedClient, PuffleClient])
def test_key_is_not_shown(kind: type[AuthenticatedClient]) -> None:
    used = kind("https://example.com", KEY)
    used.get_httpx_client()
    assert KEY not in repr(used) + repr(used.with_headers({"Authorization": f"Bearer {KEY}"}))


@pytest.mark.parametrize("kind", [AuthenticatedClient, PuffleClient])
def test_requests_time_out(kind: type[AuthenticatedClient]) -> None:
    used = kind(URL, KEY)
    assert used.get_httpx_client().timeout == used.get_async_httpx_client().timeout == httpx.Timeout(30, connect=10)
    assert used.with_timeout(httpx.Timeout(1)).get_httpx_client().timeout == httpx.Timeout(1)


KEY_REASON = "the key is empty or contains characters that no key has; copy it again"


@pytest.mark.parametrize(
    ("url", "key", "reason"),
    [
        ("http://example.com", KEY, "base_url: example.com is another machine: use https, to keep the key secret"),
        ("example.com", KEY, 'base_url: "example.com" is not the URL of a server, such as https://example.com'),
        ("https://x..y", KEY, "encoding with 'idna' codec failed (UnicodeError: label empty or too long)"),
        ("https://x..ä", KEY, "Invalid IDNA hostname: 'x..ä'"),
        ("https://a:b@x.com", KEY, "base_url contains a user name or password: use the URL without it"),
        *(("https://example.com", key, KEY_REASON) for key in ("", f"{KEY}\n", "pk_sandbox_ä")),
    ],
)
def test_url_and_key_are_checked(url: str, key: str, reason: str) -> None:
    with pytest.raises(SettingsError) as raised:
        PuffleClient(url, key)
    assert str(raised.value) == reason


ENVIRONMENT = [
    ({"NO_PROXY": "fe80::/10", "HTTPS_PROXY": "proxy:8080"},
     "NO_PROXY cannot be used: Invalid port: ':'; correct or unset it"),
    ({"all_proxy": "ftp://me:secret@x"},
     "all_proxy cannot be used: Unknown scheme for proxy URL URL('ftp://me:[secure]@x'); "
     "correct or unset it"),
    ({"ALL_PROXY": "socks5://x", "HTTP_PROXY": "http://x"},
     "ALL_PROXY cannot be used: Using SOCKS proxy, but the 'socksio' package is not "
     "installed. Make sure to install httpx using `pip install httpx[socks]`; correct or unset it"),
    ({"SSL_CERT_FILE": "/nowhere.pem"},
     'SSL_CERT_FILE: cannot read certificates from "/nowhere.pem": No such file or directory; correct or unset it'),
    ({"SSL_CERT_FILE": "/dev/null"},
     'SSL_CERT_FILE: cannot read certificates from "/dev/null": it has none; correct or unset it'),
]  # fmt: skip


@pytest.mark.parametrize(("variables", "reason"), ENVIRONMENT)
def test_variables_that_cannot_be_used_are_named(
    variables: dict[str, str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as raised, PuffleClient("https://example.com", KEY):
        pass
    assert str(raised.value) == reason
    with PuffleClient(URL, KEY):
        """Not used for this machine."""


@BOTH
def test_requests_to_this_machine_bypass_proxies(
    edit: Callable[[AuthenticatedClient], Edited], monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = {"status": 200, "body": {"prospect": ROW}}
    with scripted([saved]) as target, scripted([saved]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        assert edit(PuffleClient(target.url, KEY)).status_code == 200
    assert (len(target.requests), proxy.requests) == (1, [])


@pytest.mark.slow
def test_nullable_enum_is_one_class(tmp_path_factory: pytest.TempPathFactory) -> None:
    copy = Copy(tmp_path_factory.mktemp("nullable-enum"))
    copy.borrow_tools()
    field = "        mood:\n          type: [string, 'null']\n          enum: [good, bad, null]\n"
    copy.replace("openapi.yaml", "\n        bounced_at:\n", f"\n{field}        bounced_at:\n")
    generated = copy.run("make", "generate", "OUT=derived")
    assert generated.returncode == 0, generated.stderr
    models = copy.folder / "derived" / "puffle_client" / "models"
    assert [file.name for file in models.glob("*mood*.py")] == ["lead_mood_type_1.py"]
    assert "mood: LeadMoodType1 | None | Unset = UNSET" in (models / "lead.py").read_text("utf-8")
