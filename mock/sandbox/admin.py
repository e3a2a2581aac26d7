"""What the sandbox serves beside the contract's paths: the reference page, and for this machine alone its own doors.

The doors are for looking inside, resetting it, and moving a campaign.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol
from urllib.parse import urlsplit

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from mock.sandbox.body import read_body
from mock.sandbox.examples import RETRY_AFTER
from mock.sandbox.rules import Refusal
from mock.sandbox.store import Store, Unavailable
from puffle.address import is_loopback
from puffle.contract import JSON, Operation

PREFIX = "/_sandbox"


class Served(Protocol):
    """What is being served at the moment; ``--reload`` changes the operation."""

    @property
    def operation(self) -> Operation:
        """The contract's operation."""

    @property
    def store(self) -> Store:
        """Where the leads are kept."""


def create_admin(served: Served) -> Starlette:
    """Serve the page and the doors, and answer 404 everywhere else."""

    def reference(_: Request) -> Response:
        from pages.reference import NoPage, page  # many a sandbox is started that nobody looks at

        try:
            return HTMLResponse(page(served.operation.contract))
        except NoPage as error:
            raise HTTPException(503, f"{error}.") from None

    def health(_: Request) -> Any:
        return {"status": "ok", "contract": served.operation.contract.version, "leads": served.store.count()}

    def state(_: Request) -> Any:
        return {"workspaces": served.store.workspaces()}

    def reset(_: Request) -> Any:
        served.store.reset()
        return {"status": "reset"}

    async def set_status(request: Request) -> Any:
        statuses = served.operation.definition.get("x-campaign-statuses", [])
        try:
            wanted = orjson.loads(await read_body(request.receive))["status"]
        except Refusal as refused:
            raise HTTPException(refused.status, refused.error) from None
        except (ValueError, LookupError, TypeError):
            wanted = None
        if wanted not in statuses:
            raise HTTPException(400, f'Send {{"status": …}} with one of {", ".join(statuses)}.')
        campaign = request.path_params["id"].lower()
        if not served.store.set_status(campaign, wanted):
            raise HTTPException(404, "Campaign not found.")
        return {"id": campaign, "status": wanted}

    def door(path: str, method: str, answer: Callable[[Request], Any]) -> Route:
        async def open_door(request: Request) -> Response:
            if not _from_this_machine(request):
                raise HTTPException(404)
            content = answer(request)
            return _json(200, await content if isinstance(content, Awaitable) else content)

        return Route(PREFIX + path, open_door, methods=[method])

    async def refuse(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404 and error.detail == "Not Found":
            described = f"{served.operation.method} {served.operation.path_template}"
            error.detail = f"There is nothing here; the contract describes {described}."
        elif error.status_code == 405:
            error.detail = f"{request.method} is not possible here; use {(error.headers or {}).get('Allow')}."
        return _json(error.status_code, {"error": error.detail}, dict(error.headers or {}))

    app = Starlette(
        routes=[
            Route("/", reference),
            door("/health", "GET", health),
            door("/state", "GET", state),
            door("/reset", "POST", reset),
            door("/campaigns/{id}/status", "PUT", set_status),
        ],
        exception_handlers={HTTPException: refuse, Unavailable: _unavailable},
    )
    app.router.redirect_slashes = False
    return app


def _from_this_machine(request: Request) -> bool:
    """Neither another machine, nor a page of another origin in a browser here, nor one that borrowed our address."""
    host, origin = request.headers.get("host", ""), request.headers.get("origin")
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    own = origin in (None, f"http://{host}")
    return own and request.client is not None and is_loopback(request.client.host) and is_loopback(name)


async def _unavailable(_: Request, error: Exception) -> Response:
    return _json(503, {"error": f"The data file cannot be used: {error}."}, {"Retry-After": RETRY_AFTER})


def _json(status: int, body: object, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, headers, media_type=JSON)
