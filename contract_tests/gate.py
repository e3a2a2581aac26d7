"""The one way out: every request of the contract tests leaves through the gate, or raises before it is sent."""

from __future__ import annotations

import json
import re
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from urllib.request import getproxies, proxy_bypass

import httpx

from contract_tests.exchange import Exchange, Request
from contract_tests.settings import Settings
from puffle.contract import JSON, Operation
from puffle.secret import BEARER, Secret
from puffle.throttling import LONGEST_WAIT, seconds_to_wait

SECONDS_TO_ANSWER = 10.0
LONGEST_ANSWER = 4 * 1024 * 1024
MOST_THROTTLED = 8
MOST_UNANSWERED = 3

UNKNOWN = "00000000-0000-4000-8000-{:012x}"
"""Campaigns and leads that no workspace has."""
_UNKNOWN = re.compile(r"00000000-0000-4000-8000-[0-9a-f]{12}\Z")


class Stopped(KeyboardInterrupt):
    """The implementation does not answer, or throttles. As an interrupt it ends the run: nothing is left to learn."""


class Gate:
    """Sends the contract's operation, and nothing else, about the configured leads and ones that do not exist."""

    def __init__(self, settings: Settings, operation: Operation, observe: Callable[[Exchange], None]) -> None:
        """Take where the implementation is; ``observe`` is handed every exchange."""
        self.requests = 0
        self.gave_up = False
        """So many requests got no answer that the run was ended."""
        self.throttled = ""
        """Why the run was ended where it was throttled for too long."""
        self.closed_to: frozenset[str] = frozenset()
        """Members of ``updates`` that no request may hold."""
        self._settings = settings
        self._operation = operation
        self._observe = observe
        self._secret = Secret(settings.key)
        leads = [lead for lead in (settings.lead, settings.other, settings.launched, settings.foreign) if lead]
        self._campaigns = {lead.campaign for lead in leads}
        self._leads = {lead.id for lead in leads}
        self._unanswered = 0
        self._next_send = 0.0
        self._interrupted = threading.Event()
        self._connections = connections(settings)

    def send(
        self, campaign: str, body: bytes, *, authorization: str | None = BEARER, content_type: str = JSON
    ) -> Exchange:
        """Send one request of the operation, and wait and try again while it is throttled.

        Args:
            campaign: a configured campaign, or one made from ``UNKNOWN``.
            body: the bytes to send.
            authorization: the header as ``Secret.header`` takes it; None sends none.
            content_type: of the body; empty sends none.

        Raises:
            ValueError: the campaign, the lead, or a field to edit is none that may be touched; nothing was sent.
            Stopped: it goes on throttling, or has left several requests without an answer.
            KeyboardInterrupt: the run was interrupted.
        """
        self._check(campaign, body)
        request = self.request(campaign, body, authorization, content_type)
        headers = {"Accept": JSON, **({"Content-Type": content_type} if content_type else {})}
        if authorization is not None:
            headers["Authorization"] = self._secret.header(authorization)
        try:
            response, answer = self._send_patiently(request, headers)
            status, media_type = response.status_code, _media_type(response)
        except httpx.HTTPError as error:
            status, media_type, answer = 0, "", f"no answer: {str(error) or type(error).__name__}".encode()
        answer = self._secret.hide_in_bytes(answer)
        exchange = Exchange(**vars(request), status=status, media_type=media_type, answer=answer)
        self._observe(exchange)
        if status == 0:
            self._unanswered += 1
            if self._unanswered >= MOST_UNANSWERED:
                self.gave_up = True
                raise Stopped("it does not answer")
        return exchange

    def request(
        self, campaign: str, body: bytes, authorization: str | None = BEARER, content_type: str = JSON
    ) -> Request:
        """The request that ``send`` sends, as it is shown."""
        url = self._settings.base_url + self._operation.path(id=campaign)
        return Request(self._operation.method, url, authorization, content_type, body, campaign=campaign)

    def hide(self, text: str) -> str:
        """The text without the key."""
        return self._secret.hide(text)

    def interrupt(self) -> None:
        """Let the next request, and one that waits, raise ``KeyboardInterrupt`` instead of being sent.

        One that is under way goes on: what it edits could otherwise be edited after the leads were put back.
        """
        self._interrupted.set()

    @property
    def interrupted(self) -> bool:
        """Somebody wants the run to end."""
        return self._interrupted.is_set()

    def is_closed(self, field: str) -> bool:
        """Whether no request may name a field, in whatever spelling a lenient server may take for it."""
        return any(_folded(field) == _folded(closed) for closed in self.closed_to)

    def reopen(self) -> None:
        """Let all through again, to put leads back after an interrupt or after a run was given up."""
        self.closed_to = frozenset()
        self._interrupted.clear()
        self._unanswered = 0

    def reconnect(self) -> None:
        """Send what comes next on a new connection: what an implementation keeps of one is not remembered."""
        self._connections.close()
        self._connections = connections(self._settings)

    def close(self) -> None:
        """End the connections."""
        self._connections.close()

    def _check(self, campaign: str, body: bytes) -> None:
        if campaign not in self._campaigns and not _UNKNOWN.match(campaign):
            raise ValueError(f"campaign {campaign} is not configured: nothing was sent")
        try:
            request = json.loads(body)
        except (ValueError, RecursionError):
            return
        if not isinstance(request, dict):
            return
        lead = as_uuid(request.get("prospect_id"))
        if lead is not None and lead not in self._leads and not _UNKNOWN.match(lead):
            raise ValueError(f"lead {lead} is not configured: nothing was sent")
        updates = request.get("updates")
        for field in filter(self.is_closed, updates if isinstance(updates, dict) else ()):
            raise ValueError(f"{field} held nothing and could not be cleared again: nothing was sent")

    def _send_patiently(self, request: Request, headers: Mapping[str, str]) -> tuple[httpx.Response, bytes]:
        for attempt in range(MOST_THROTTLED):
            try:
                response, answer = self._send(request, headers)
            except httpx.TransportError as error:
                if not _closed_idle(error):
                    raise
                response, answer = self._send(request, headers)
            if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
                return response, answer
            seconds = seconds_to_wait(response.headers.get("Retry-After", ""), attempt)
            if seconds > LONGEST_WAIT:
                self.throttled = f"{self._settings.base_url} asks to wait {seconds:.0f} s (429): try again later"
                raise Stopped(self.throttled)
            if attempt < MOST_THROTTLED - 1:
                self._wait(seconds)
        self.throttled = (
            f"{self._settings.base_url} still answers 429 after {MOST_THROTTLED} tries: "
            f"try again later, or set RATE= to fewer requests a second"
        )
        raise Stopped(self.throttled)

    def _send(self, request: Request, headers: Mapping[str, str]) -> tuple[httpx.Response, bytes]:
        if self._settings.rate:
            self._wait(self._next_send - time.monotonic())
            self._next_send = time.monotonic() + 1 / self._settings.rate
        self._wait(0)
        self.requests += 1
        until = time.monotonic() + SECONDS_TO_ANSWER
        sent = httpx.Request(
            request.method,
            _parsed(request.url),
            headers=headers,
            content=request.body,
            extensions={"timeout": _TIMEOUT},
        )
        response, answer = self._connections.handle_request(sent), b""
        try:
            for part in response.iter_bytes():
                answer += part
                if len(answer) > LONGEST_ANSWER or time.monotonic() > until:
                    raise httpx.ReadTimeout(f"no end within {SECONDS_TO_ANSWER:.0f} s and {LONGEST_ANSWER} bytes")
        finally:
            response.close()
        return response, answer

    def _wait(self, seconds: float) -> None:
        if self._interrupted.wait(max(0.0, seconds)) if seconds > 0 else self._interrupted.is_set():
            raise KeyboardInterrupt("interrupted")


_TIMEOUT = httpx.Timeout(SECONDS_TO_ANSWER).as_dict()
_parsed = lru_cache(httpx.URL)


def connections(settings: Settings) -> httpx.HTTPTransport:
    """Connections that are kept; through a proxy where the environment names one for a host elsewhere.

    No cookie is sent back: a session would stand in for the key.
    """
    scheme = settings.base_url.partition(":")[0].lower()
    proxy = None if settings.loopback or proxy_bypass(settings.host) else getproxies().get(scheme)
    return httpx.HTTPTransport(proxy=proxy, verify=_authorities())


@cache
def _authorities() -> ssl.SSLContext:
    """Who vouches for a host elsewhere; read once, since reading them takes longer than many a request."""
    return httpx.create_ssl_context()


def as_uuid(value: object) -> str | None:
    """The UUID that a lenient server may read from a value, None where it is none in any spelling."""
    try:
        return str(uuid.UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _folded(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.casefold())


def _closed_idle(error: httpx.TransportError) -> bool:
    """Whether the server may have closed a kept connection just as it was used again, which HTTP allows."""
    lost = isinstance(error, httpx.ReadError | httpx.WriteError)
    return lost or (isinstance(error, httpx.RemoteProtocolError) and "without sending a response" in str(error))


def _media_type(response: httpx.Response) -> str:
    return str(response.headers.get("Content-Type", "")).partition(";")[0].strip().lower()
