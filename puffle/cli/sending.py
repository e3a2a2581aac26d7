"""Send the requests of a command, again if the server asks to wait."""

from __future__ import annotations

import os
import re
import time
from typing import Self

import httpx

import puffle
from puffle.cli.call import Call
from puffle.cli.output import say
from puffle.cli.response import Response
from puffle.cli.settings import BASE_URL_VARIABLE, CliSettings
from puffle.contract import JSON, Operation
from puffle.exceptions import CliError, UsageError
from puffle.secret import BEARER
from puffle.throttling import LONGEST_WAIT, seconds_to_wait

MAX_RETRIES = 3
CONNECT_TIMEOUT = 10.0
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)


class Sender:
    """Sends the requests of one operation over one client, which is closed at the end of a ``with`` block.

    Args:
        operation: what the requests are for.
        settings: where to send them.
        timeout: seconds for one response, however slowly it arrives.

    Raises:
        UsageError: the environment has proxies or certificates that cannot be used.
    """

    def __init__(self, operation: Operation, settings: CliSettings, timeout: float) -> None:
        self._operation, self._settings, self._timeout = operation, settings, timeout
        self._client = _client(settings, httpx.Timeout(timeout, connect=min(timeout, CONNECT_TIMEOUT)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def send(self, call: Call) -> Response:
        """Send a request, and again if the server asks to wait; ``CliError`` if there was no complete response."""
        for retry in range(1, MAX_RETRIES + 1):
            response = self._send(call)
            seconds = seconds_to_wait(response.headers.get("Retry-After", ""), retry)
            if not response.asks_to_wait or seconds > LONGEST_WAIT:
                return response
            said = "throttled with 429" if response.status == httpx.codes.TOO_MANY_REQUESTS else "unavailable with 503"
            say(response.about(said, f"Trying again in {seconds:.3g} s ({retry} of {MAX_RETRIES})."))
            time.sleep(seconds)
        return self._send(call)

    def _send(self, call: Call) -> Response:
        url = self._settings.base_url
        try:
            return Response(self._operation, self._settings.secret, *self._exchange(call))
        except (*_NOT_SENT, httpx.InvalidURL, OSError, ValueError) as error:
            reason = f"cannot connect to {url}: {_reason(error)}; {_checks(error, self._settings)}"
        except httpx.HTTPError as error:
            reason = f"no response from {url}: {_reason(error)}; the request may have been carried out"
        raise CliError(reason)

    def _exchange(self, call: Call) -> tuple[httpx.Response, bytes]:
        """The response and its body."""
        headers = [("Accept", JSON), ("Accept-Encoding", "identity"), ("User-Agent", f"puffle/{puffle.__version__}")]
        if call.secured:
            headers.append(("Authorization", self._settings.secret.header(BEARER)))
        headers += call.headers
        deadline = time.monotonic() + self._timeout
        url = self._settings.base_url + call.path
        with self._client.stream(call.method, url, headers=headers, content=call.body) as response:
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout(f"incomplete after {self._timeout:g} s")
        return response, bytes(body)


def _checks(error: Exception, settings: CliSettings) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return f"check {BASE_URL_VARIABLE}; if you trust the certificate, set SSL_CERT_FILE to a file that contains it"
    if str(error).startswith("[SSL"):
        return f"check {BASE_URL_VARIABLE}, and that the server uses https"
    checks = "that the server is running" if settings.is_local else "the network, its proxies and certificates"
    return f"check {BASE_URL_VARIABLE}, and {checks}"


def _reason(error: Exception) -> str:
    """What went wrong, without error numbers and the names of C files."""
    return re.sub(r"^\[\w+(?:: | -?)\w+\] | \(_ssl\.c:\d+\)|\.$", "", str(error)) or type(error).__name__


def _client(settings: CliSettings, timeout: httpx.Timeout) -> httpx.Client:
    verify = settings.base_url.lower().startswith("https:")  # loading the certificates takes time
    try:
        transport = httpx.HTTPTransport(verify=verify) if settings.is_local else None  # no proxy to this machine
        return httpx.Client(timeout=timeout, verify=verify, transport=transport, follow_redirects=False)
    except OSError as error:
        variable = "SSL_CERT_FILE" if os.environ.get("SSL_CERT_FILE") else "SSL_CERT_DIR"
        raise UsageError(f"{variable} cannot be used: {_reason(error)}") from None
    except (httpx.InvalidURL, ImportError, ValueError) as error:
        raise UsageError(f"{_invalid_proxy_variable()} cannot be used: {_reason(error)}") from None


def _invalid_proxy_variable() -> str:
    for scheme in ("http", "https", "all"):
        variable, proxy = _proxy_variable(scheme)
        try:
            httpx.HTTPTransport(
                verify=False, proxy=f"http://{proxy}" if proxy and "://" not in proxy else proxy or None
            )
        except (httpx.InvalidURL, ImportError, ValueError):
            return variable
    return "{}={}".format(*_proxy_variable("no"))


def _proxy_variable(kind: str) -> tuple[str, str]:
    """The name and value of ``HTTPS_PROXY`` and the like; the name in lower case has precedence."""
    lower = f"{kind}_proxy"
    upper = lower.upper()
    value = os.environ.get(lower) or os.environ.get(upper, "")
    return (upper if os.environ.get(upper, "") == value else lower), value
