"""The HTTP client of the contract tests: every request leaves through it."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache, lru_cache
from urllib.request import getproxies, proxy_bypass

import httpx

from puffle.contract import JSON
from puffle.secret import Secret
from puffle.throttling import LONGEST_WAIT, seconds_to_wait

from .exceptions import RunAborted
from .exchange import Exchange, Request
from .guard import Guard
from .settings import Settings

READ_TIMEOUT = 10.0
"""Seconds until a response must be complete."""
MAX_RESPONSE_BYTES = 4 * 1024 * 1024
MAX_429_RETRIES = 8
"""How often a request that is throttled is sent."""
MAX_UNANSWERED = 3
"""The number of requests without a response that ends the run."""


class Client:
    """Sends what the guard allows, and hands each exchange to ``observe``; without a transport it opens connections."""

    def __init__(
        self,
        settings: Settings,
        guard: Guard,
        observe: Callable[[Exchange], None],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.guard = guard
        self.requests = self._unanswered = 0
        self.gave_up = self.throttled = ""
        """Why the run was aborted, if it was: requests got no response, or it was throttled for too long."""
        self._settings, self._observe, self._secret = settings, observe, Secret(settings.key)
        self._next_send = 0.0
        self._interrupted = threading.Event()
        self._restoring = False
        self._owns_transport = transport is None
        self._transport = transport or _connections(settings)

    def send(self, request: Request) -> Exchange:
        """Send one request; while it is throttled, wait and send it again.

        Raises:
            UnsafeRequest: the guard refused it.
            RunAborted: the target throttles for too long, or several requests got no response.
            KeyboardInterrupt: the run was interrupted.
        """
        self.guard.check(request)
        headers = {"Accept": JSON, **({"Content-Type": request.content_type} if request.content_type else {})}
        if request.authorization is not None:
            headers["Authorization"] = self._secret.header(request.authorization)
        try:
            response, content = self._send_patiently(request, headers)
            status, media_type = response.status_code, response.headers.get("Content-Type", "")
        except httpx.HTTPError as error:
            status, media_type, content = 0, "", f"no response: {str(error) or type(error).__name__}".encode()
        content = self._secret.hide_in_bytes(content)
        given = {part.name: getattr(request, part.name) for part in fields(Request)}
        exchange = Exchange(
            **given, status=status, media_type=media_type.partition(";")[0].strip().lower(), content=content
        )
        self._observe(exchange)
        if status == 0:
            self._unanswered += 1
            if self._unanswered >= MAX_UNANSWERED:
                self.gave_up = f"the run was aborted: {MAX_UNANSWERED} requests got no response"
                raise RunAborted(self.gave_up)
        return exchange

    def hide(self, text: str) -> str:
        return self._secret.hide(text)

    def interrupt(self) -> None:
        """Make the next request, or one that is waiting, raise ``KeyboardInterrupt`` instead of being sent.

        A request that is under way is completed: its edit could otherwise happen after the leads were restored.
        Restoring is not interrupted.
        """
        if not self._restoring:
            self._interrupted.set()

    @property
    def interrupted(self) -> bool:
        return self._interrupted.is_set()

    def start_restoring(self) -> None:
        """Send everything again, after an interrupt or an aborted run too, so that leads can be restored."""
        self._restoring = True
        self.guard.protected = frozenset()
        self._interrupted.clear()
        self._unanswered = 0

    def reconnect(self) -> None:
        """Use a new connection from now on: an edit must not be remembered by the connection alone."""
        if self._owns_transport:
            self._transport.close()
            self._transport = _connections(self._settings)

    def close(self) -> None:
        if self._owns_transport:
            self._transport.close()

    def _send_patiently(self, request: Request, headers: Mapping[str, str]) -> tuple[httpx.Response, bytes]:
        for attempt in range(MAX_429_RETRIES):
            try:
                response, content = self._send(request, headers)
            except httpx.TransportError as error:
                if not _closed_idle(error):
                    raise
                response, content = self._send(request, headers)
            if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
                return response, content
            seconds = seconds_to_wait(response.headers.get("Retry-After", ""), attempt)
            if seconds > LONGEST_WAIT:
                self.throttled = f"{self._settings.base_url} asks to wait {seconds:.0f} s (429): try again later"
                raise RunAborted(self.throttled)
            if attempt < MAX_429_RETRIES - 1:
                self._wait(seconds)
        self.throttled = (
            f"{self._settings.base_url} still responds with 429 after {MAX_429_RETRIES} attempts: "
            f"try again later, or set RATE= to fewer requests per second"
        )
        raise RunAborted(self.throttled)

    def _send(self, request: Request, headers: Mapping[str, str]) -> tuple[httpx.Response, bytes]:
        if self._settings.rate:
            self._wait(self._next_send - time.monotonic())
            self._next_send = time.monotonic() + 1 / self._settings.rate
        self._wait(0)
        self.requests += 1
        deadline = time.monotonic() + READ_TIMEOUT
        url, extensions = _parsed(request.url), {"timeout": _TIMEOUT}
        sent = httpx.Request(request.method, url, headers=headers, content=request.body, extensions=extensions)
        response, content = self._transport.handle_request(sent), b""
        try:
            for part in response.iter_bytes():
                content += part
                if len(content) > MAX_RESPONSE_BYTES or time.monotonic() > deadline:
                    limits = f"{READ_TIMEOUT:.0f} s and {MAX_RESPONSE_BYTES} bytes"
                    raise httpx.ReadTimeout(f"the response did not end within {limits}")
        finally:
            response.close()
        return response, content

    def _wait(self, seconds: float) -> None:
        if self._interrupted.wait(seconds) if seconds > 0 else self._interrupted.is_set():
            raise KeyboardInterrupt("interrupted")


_TIMEOUT = httpx.Timeout(READ_TIMEOUT).as_dict()
_parsed = lru_cache(httpx.URL)


def _connections(settings: Settings) -> httpx.HTTPTransport:
    """Keep-alive connections, through a proxy when the environment names one for a remote host.

    A transport, not an ``httpx.Client``, which would send cookies back: a session could replace the key.
    """
    scheme = settings.base_url.partition(":")[0].lower()
    proxy = None if settings.loopback or proxy_bypass(settings.host) else getproxies().get(scheme)
    return httpx.HTTPTransport(proxy=proxy, verify=_trusted())


_trusted = cache(httpx.create_ssl_context)
"""The trusted certificates, read once: reading them takes longer than a request."""


def _closed_idle(error: httpx.TransportError) -> bool:
    """Whether the server may have closed an idle connection just as it was used again, which HTTP allows."""
    lost = isinstance(error, httpx.ReadError | httpx.WriteError)
    return lost or (isinstance(error, httpx.RemoteProtocolError) and "without sending a response" in str(error))
