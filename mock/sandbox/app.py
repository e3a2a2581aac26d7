"""The sandbox as a web application."""

from __future__ import annotations

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from mock.sandbox.rules import OPERATION, Refusal, Rules
from puffle.contract import JSON, Contract

LARGEST_BODY = 1024 * 1024


def create_app(contract: Contract, rules: Rules) -> Starlette:
    """Serve the contract's operation by these rules."""
    operation = contract.operation(OPERATION)

    async def update_lead(request: Request) -> Response:
        row = rules.update_lead(request.path_params["id"], request.headers, await _body(request))
        return _json(200, {"prospect": row})

    app = Starlette(
        routes=[Route(operation.path_template, update_lead, methods=[operation.method])],
        exception_handlers={Refusal: _refuse, HTTPException: _refuse_route},
    )
    app.router.redirect_slashes = False
    return app


async def _body(request: Request) -> bytes:
    """The whole body. One that is too large is read to its end, so that the client gets its answer, but not kept."""
    body, size = bytearray(), 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size <= LARGEST_BODY:
                body += chunk
    except ClientDisconnect:
        raise Refusal(400, "The body ended early.") from None
    if size > LARGEST_BODY:
        raise Refusal(400, f"The body is larger than {LARGEST_BODY} bytes.")
    return bytes(body)


async def _refuse(_: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    headers = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}
    return _json(refusal.status, {"error": refusal.error}, headers)


async def _refuse_route(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _json(error.status_code, {"error": error.detail}, dict(error.headers or {}))


def _json(status: int, body: object, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, headers, media_type=JSON)
