"""What the sandbox serves in addition to the contract: the reference page, and admin endpoints for this machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import orjson
from starlette.types import Receive, Scope

from puffle.address import is_loopback

from .exceptions import Refusal
from .messages import Reply, read_body

if TYPE_CHECKING:
    from .app import Sandbox

PREFIX = "/_sandbox"


async def respond(sandbox: Sandbox, scope: Scope, headers: Mapping[str, str], receive: Receive) -> Reply:
    """Respond to a request for a path that the contract does not describe."""
    for method, pattern, endpoint in _ENDPOINTS:
        found = re.fullmatch(pattern, scope["path"])
        if found and (endpoint is _reference or _is_local(scope, headers)):
            if scope["method"].replace("HEAD", "GET") != method:
                return Reply.error(405, f"{scope['method']} is not supported here; use {method}.", {"Allow": method})
            return await endpoint(sandbox, receive, *found.groups())
    described = ", ".join(f"{one.method} {one.path_template}" for one in sandbox.contract.operations)
    raise Refusal(404, f"There is nothing at this path; the contract describes {described}.")


async def _reference(sandbox: Sandbox, _: Receive) -> Reply:
    from pages.reference import NoPage, page  # here, because it would slow down every start

    try:
        return Reply(200, page(sandbox.contract).encode(), media_type=b"text/html; charset=utf-8")
    except NoPage as error:
        raise Refusal(503, f"{error}.") from None


async def _health(sandbox: Sandbox, _: Receive) -> Reply:
    about = {"status": "ok", "contract": sandbox.contract.version, "leads": sandbox.store.count()}
    return Reply.json(200, about)


async def _state(sandbox: Sandbox, _: Receive) -> Reply:
    return Reply.json(200, {"workspaces": sandbox.store.workspaces()})


async def _reset(sandbox: Sandbox, _: Receive) -> Reply:
    sandbox.store.reset()
    return Reply.json(200, {"status": "reset"})


async def _set_status(sandbox: Sandbox, receive: Receive, campaign: str) -> Reply:
    try:
        status = orjson.loads(await read_body(receive))["status"]
    except (ValueError, LookupError, TypeError):
        status = None
    if status not in sandbox.contract.campaign_statuses:
        raise Refusal(400, f'Send {{"status": …}} with one of {", ".join(sandbox.contract.campaign_statuses)}.')
    if not sandbox.store.set_status(campaign.lower(), status):
        raise Refusal(404, "Campaign not found.")
    return Reply.json(200, {"id": campaign.lower(), "status": status})


_ENDPOINTS = (
    ("GET", "/", _reference),
    ("GET", f"{PREFIX}/health", _health),
    ("GET", f"{PREFIX}/state", _state),
    ("POST", f"{PREFIX}/reset", _reset),
    ("PUT", f"{PREFIX}/campaigns/([^/]+)/status", _set_status),
)


def _is_local(scope: Scope, headers: Mapping[str, str]) -> bool:
    """Not from another machine, nor from a page of another origin, nor from a page whose host name resolves to us."""
    host, client = headers.get("host", ""), scope.get("client")
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    same_origin = headers.get("origin") in (None, f"http://{host}")
    return same_origin and client is not None and is_loopback(client[0]) and is_loopback(name)
