"""The sandbox as a web application: it finds the operation that a request is for, and lets its handler respond."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs

from starlette.types import Receive, Scope, Send

from puffle.contract import Contract
from puffle.exceptions import ContractError

from . import admin
from .access_log import AccessLog
from .examples import RETRY_AFTER
from .exceptions import Refusal, StoreUnavailable
from .faults import Faults
from .handler import ExampleHandler, Handler
from .messages import Incoming, Reply, read_body
from .operations import discover
from .store import Store


class Sandbox:
    """Serves the operations of a contract, and the sandbox's admin endpoints.

    Args:
        contract: the contract.
        store: the state.
        handlers: what carries out operations, by the operation's key; the others are answered from examples.
        faults: delays and failures to inject.
        log: where requests are logged.
        cors: whether pages of other origins may use it.

    Raises:
        ContractError: the contract cannot be served.
    """

    def __init__(
        self,
        contract: Contract,
        store: Store,
        handlers: Mapping[str, type[Handler]] | None = None,
        faults: Faults | None = None,
        log: AccessLog | None = None,
        cors: bool = False,
    ) -> None:
        self.store = store
        self._handlers = discover() if handlers is None else handlers
        self._faults = faults
        self._log = log
        self._cors = cors
        self.use(contract)

    def use(self, contract: Contract) -> None:
        """Serve this contract from the next request on; one that cannot be served raises ContractError instead."""
        routes = []
        for operation in contract.operations:
            try:
                handler = self._handlers.get(operation.key, ExampleHandler)(operation, self.store)
            except (AttributeError, LookupError, TypeError) as error:
                problem = f"is not described as the sandbox needs it ({type(error).__name__}: {error})"
                raise ContractError(f"{operation.method} {operation.path_template} {problem}") from None
            routes.append(_Route(handler))
        self._routes = sorted(routes, key=lambda route: len(route.parameters))
        self.contract = contract

    def notices(self) -> Iterator[str]:
        """A line for each operation that is answered from the contract's examples."""
        for operation in self.contract.operations:
            if operation.key not in self._handlers:
                yield f"{operation.method} {operation.path_template} has no module: it responds with examples."

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.time()
        headers = _headers(scope)
        shared = self._cors and "origin" in headers and not scope["path"].startswith(admin.PREFIX)
        if shared and scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            reply = Reply(200, b"")
        else:
            reply = await self._reply(scope, headers, receive)
        await (reply.with_headers(self._cors_headers(headers)) if shared else reply).send(send)
        if self._log:
            self._log.responded(scope, reply.status, reply.body, began)

    async def _reply(self, scope: Scope, headers: Mapping[str, str], receive: Receive) -> Reply:
        try:
            matches = [(route, found) for route in self._routes if (found := route.match(scope["path"])) is not None]
            if matches:
                reply = await self._respond(matches, scope, headers, await read_body(receive))
            else:
                reply = await admin.respond(self, scope, headers, receive)
        except Refusal as refusal:
            reply = Reply.error(refusal.status, refusal.error)
        except StoreUnavailable as error:
            reply = Reply.error(503, f"The data file cannot be used: {error}. Nothing was changed.", RETRY_AFTER)
        return reply.with_headers({"WWW-Authenticate": "Bearer"}) if reply.status == 401 else reply

    async def _respond(
        self, matches: list[tuple[_Route, dict[str, str]]], scope: Scope, headers: Mapping[str, str], body: bytes
    ) -> Reply:
        """Respond to a request whose path these operations have, each with the values of its path parameters."""
        for route, parameters in matches:
            if route.method == scope["method"]:
                query = parse_qs(scope["query_string"].decode("latin-1"), True) if scope["query_string"] else {}
                return await self._operate(route.handler, Incoming(parameters, query, headers, body))
        allowed = ", ".join(dict.fromkeys(route.method for route, _ in matches))
        error = f"{scope['method']} is not described by the contract; it allows {allowed}."
        return Reply.error(405, error, {"Allow": allowed})

    async def _operate(self, handler: Handler, incoming: Incoming) -> Reply:
        delay, failure = self._faults.draw() if self._faults else (0, None)
        if delay:
            await asyncio.sleep(delay)
        preferred = handler.examples.preferred(incoming.headers["prefer"]) if "prefer" in incoming.headers else None
        if preferred:
            handler.check_shape(incoming)
            return preferred
        return handler.examples.failure(failure) if failure else handler.respond(incoming)

    def _cors_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Let a page of any origin send the request, and read what a client needs of the response."""
        return {
            "Access-Control-Allow-Origin": headers["origin"],
            "Access-Control-Allow-Credentials": "true",
            "Access-Control-Allow-Methods": ", ".join(sorted({one.method for one in self.contract.operations})),
            "Access-Control-Allow-Headers": headers.get("access-control-request-headers", "*"),
            "Access-Control-Allow-Private-Network": "true",
            "Access-Control-Expose-Headers": "Allow, Retry-After, WWW-Authenticate",
            "Vary": "Origin",
        }


class _Route:
    """The path of an operation, and what carries out the operation."""

    def __init__(self, handler: Handler) -> None:
        parts = re.split(r"\{([^}]*)\}", handler.operation.path_template)
        self.handler = handler
        self.method = handler.operation.method
        self.parameters = parts[1::2]
        self._pattern = re.compile("([^/]+)".join(map(re.escape, parts[::2])))

    def match(self, path: str) -> dict[str, str] | None:
        """The values of the path parameters by name; None for the path of another operation."""
        found = self._pattern.fullmatch(path)
        return dict(zip(self.parameters, found.groups(), strict=True)) if found else None


def _headers(scope: Scope) -> dict[str, str]:
    """The headers by name. One that is sent twice is a list, as in HTTP."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    if len(headers) < len(scope["headers"]):
        for name in headers:
            headers[name] = ", ".join(v.decode("latin-1") for n, v in scope["headers"] if n == name.encode("latin-1"))
    return headers
