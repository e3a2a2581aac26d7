"""The sandbox as a web application."""

from __future__ import annotations

import asyncio
import re
import time

import orjson
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from mock.sandbox.access_log import AccessLog
from mock.sandbox.admin import PREFIX, create_admin
from mock.sandbox.answer import Answer, refusal, send_answer
from mock.sandbox.body import read_body
from mock.sandbox.examples import RETRY_AFTER, Examples, Preference
from mock.sandbox.faults import Faults
from mock.sandbox.rules import OPERATION, Refusal, Rules
from mock.sandbox.store import Busy, Store, Unavailable
from puffle.contract import Contract, Operation

WAITS_FOR_A_LOCK = (0.01, 0.03, 0.1, 0.3, 0.6)
"""Seconds between tries while another program writes to the data file."""
_HEADERS_READ = {
    name.encode(): name
    for name in ("access-control-request-method", "authorization", "content-type", "origin", "prefer")
}


class Sandbox:
    """Serves the contract's operation by rules, and the sandbox's own doors beside it."""

    def __init__(
        self,
        contract: Contract,
        rules: Rules,
        faults: Faults | None = None,
        log: AccessLog | None = None,
        cors: bool = False,
    ) -> None:
        """Take the rules of the contract's operation.

        Args:
            contract: what is served.
            rules: how requests are carried out.
            faults: waits and failures on purpose.
            log: where each request is noted.
            cors: whether pages of other origins are let through.
        """
        self._faults = faults
        self._log = log
        self._cors = cors
        self._doors: ASGIApp = log.watching(create_admin(self)) if log else create_admin(self)
        self.use(contract, rules)

    def use(self, contract: Contract, rules: Rules) -> None:
        """Serve this contract by these rules from the next request on."""
        operation = contract.operation(OPERATION)
        before, _, rest = operation.path_template.partition("{")
        path = re.compile(re.escape(before) + "([^/]+)" + re.escape(rest.partition("}")[2]))
        self._examples = Examples(operation)
        self.operation: Operation = operation
        self._path, self._rules = path, rules
        # The preflight of a page never reaches what is served, which notes the other requests itself.
        self._pages: ASGIApp = self._across_origins()
        self._preflights = self._log.watching(self._pages) if self._log else self._pages

    @property
    def store(self) -> Store:
        """Where the leads are kept."""
        return self._rules.store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = _headers(scope)
        if not self._cors or "origin" not in headers or scope["path"].startswith(PREFIX):
            await self._serve(scope, receive, send, headers)
        elif scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await self._preflights(scope, receive, send)
        else:
            await self._pages(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, headers: dict[str, str] | None = None) -> None:
        began = time.time()
        found = self._path.fullmatch(scope["path"])
        if found is None:
            await self._doors(scope, receive, send)
            return
        answer = await self._answer(scope["method"], found[1], headers or _headers(scope), receive)
        await send_answer(send, answer)
        if self._log:
            self._log.answered(scope, answer.status, answer.body, began)

    def _across_origins(self) -> ASGIApp:
        """Let a page of any origin call what is served, and read what a client must read of its answers."""
        return CORSMiddleware(
            self._serve,
            allow_origin_regex=".*",
            allow_credentials=True,
            allow_methods=[self.operation.method],
            allow_headers=["*"],
            allow_private_network=True,
            expose_headers=["Allow", "Retry-After", "WWW-Authenticate"],
        )

    async def _answer(self, method: str, campaign_id: str, headers: dict[str, str], receive: Receive) -> Answer:
        try:
            if method != self.operation.method:
                allowed = self.operation.method
                raise Refusal(405, f"{method} is not described by the contract; it allows {allowed}.")
            body = await read_body(receive)
            if self._faults or "prefer" in headers:
                wanted = await self._wanted(campaign_id, headers, body)
                if wanted:
                    return wanted.beside(self._headers_of(wanted.status))
            for pause in WAITS_FOR_A_LOCK:
                try:
                    return Answer(200, orjson.dumps({"prospect": self._rules.update_lead(campaign_id, headers, body)}))
                except Busy:
                    await asyncio.sleep(pause)
            raise Unavailable("another program is writing to it")
        except Refusal as refused:
            return refusal(refused.status, refused.error, self._headers_of(refused.status))
        except Unavailable as error:
            wait = [("Retry-After", RETRY_AFTER)]
            return refusal(503, f"The data file cannot be used: {error}. Nothing was changed.", wait)

    async def _wanted(self, campaign_id: str, headers: dict[str, str], body: bytes) -> Answer | None:
        """What the client prefers to see, or the failure that is drawn; None where the request is to be carried out."""
        wait, failure = self._faults.draw() if self._faults else (0.0, None)
        if wait:
            await asyncio.sleep(wait)
        preference = Preference.read(headers.get("prefer", ""))
        if preference:
            self._rules.check_shape(campaign_id, headers, body)
            return self._examples.preferred(preference)
        return self._examples.failure(failure) if failure else None

    def _headers_of(self, status: int) -> list[tuple[str, str]]:
        if status == 401:
            return [("WWW-Authenticate", "Bearer")]
        return [("Allow", self.operation.method)] if status == 405 else []


def _headers(scope: Scope) -> dict[str, str]:
    """The headers that are looked at. One that comes twice is a list, as HTTP has it."""
    headers: dict[str, str] = {}
    for raw_name, value in scope["headers"]:
        if raw_name in _HEADERS_READ:
            name, text = _HEADERS_READ[raw_name], value.decode("latin-1")
            headers[name] = f"{headers[name]}, {text}" if name in headers else text
    return headers
