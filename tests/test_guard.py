"""The guard of the contract tests: what must not be sent is not sent."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from contract_tests.client import Client
from contract_tests.exceptions import UnsafeRequest
from contract_tests.guard import UNKNOWN_ID, Guard
from contract_tests.operations.update_lead_in_campaign import OPERATION, Target
from contract_tests.settings import Settings
from mock import run
from mock.sandbox import seed
from tests.proving import judged
from tests.running import DRAFT, LEAD
from tests.targets import CONTRACT, make_app
from tests.transport import AppTransport

VARIABLES = run.variables()
OTHERS = seed.load()[0].campaign("paused")
"""A campaign of the same workspace that is not configured."""


@pytest.fixture
def target() -> Target:
    operation = CONTRACT.find(OPERATION)
    assert operation is not None
    settings = Settings.read(["--base-url", "http://127.0.0.1"], VARIABLES)
    guard = Guard(settings.leads, {operation.key: Target.check})
    client = Client(settings, guard, lambda _: None, AppTransport(make_app()))
    return Target(operation, settings, client, [])


@pytest.mark.parametrize(
    "campaign", [OTHERS.id, "", "../x", "00000000-0000-4000-8000-00000000000g", f"{DRAFT}/../{OTHERS.id}"]
)
def test_request_about_another_campaign_is_not_sent(target: Target, campaign: str) -> None:
    with pytest.raises(UnsafeRequest, match=r"campaign .* is not configured: nothing was sent"):
        target.send(campaign, {})
    assert target.client.requests == 0


@pytest.mark.parametrize("spelling", ["{}", "{{{}}}", "urn:uuid:{}", "upper", "hex"])
def test_request_about_another_lead_is_not_sent(target: Target, spelling: str) -> None:
    lead = OTHERS.leads[0]["id"]
    spelled = {"upper": lead.upper(), "hex": lead.replace("-", "")}.get(spelling, spelling.format(lead))
    with pytest.raises(UnsafeRequest, match=r"lead .* is not configured: nothing was sent"):
        target.send(DRAFT, {"prospect_id": spelled, "updates": {}})
    assert target.client.requests == 0


@pytest.mark.parametrize("lead", [LEAD, UNKNOWN_ID.format(7), "not a UUID", 7])
def test_request_about_a_configured_or_unknown_lead_is_sent(target: Target, lead: object) -> None:
    target.send(DRAFT, {"prospect_id": lead, "updates": {}})
    target.send(UNKNOWN_ID.format(7), {"prospect_id": lead, "updates": {}})
    assert target.client.requests == 2


@pytest.mark.parametrize("name", ["headline", "Headline", "head_line"])
@pytest.mark.parametrize("value", ["x", 7, None])
def test_edit_of_a_protected_field_is_not_sent(target: Target, name: str, value: object) -> None:
    target.client.guard.protected = frozenset({"headline"})
    with pytest.raises(UnsafeRequest, match="could not be cleared"):
        target.edit(target.settings.lead, {"company": "Acme", name: value})
    assert target.client.requests == 0


def test_operation_without_a_guard_is_not_sent() -> None:
    settings = Settings.read(["--base-url", "http://127.0.0.1"], VARIABLES)
    operation = CONTRACT.find(OPERATION)
    assert operation is not None
    target = Target(operation, settings, Client(settings, Guard(settings.leads, {}), lambda _: None), [])
    with pytest.raises(UnsafeRequest, match="has no guard: nothing was sent"):
        target.send(DRAFT, target.plain)


def recorded(app: ASGIApp, seen: list[tuple[str, str]]) -> ASGIApp:
    """The application, which notes the requests that it receives."""

    async def record(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append((scope["method"], scope["path"]))
        await app(scope, receive, send)

    return record


@pytest.mark.slow
def test_run_sends_only_patches_to_configured_and_unknown_campaigns() -> None:
    seen: list[tuple[str, str]] = []
    path: Callable[[str], str] = "/api/campaigns/{}/leads".format
    assert judged(recorded(make_app(), seen), cases=3).exit_code == 0
    allowed = {path(VARIABLES[f"PUFFLE_{kind}CAMPAIGN_ID"]) for kind in ("", "LAUNCHED_", "FOREIGN_")}
    assert len(seen) > 800
    assert {method for method, _ in seen} == {"PATCH"}
    unknown = re.compile(path("00000000-0000-4000-8000-[0-9a-f]{12}"))
    assert [other for _, other in seen if other not in allowed and not unknown.fullmatch(other)] == []
