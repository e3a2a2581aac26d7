"""Send the request of a command, again if it is throttled."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

import httpx

import puffle
from puffle.cli.call import Call
from puffle.cli.output import say
from puffle.cli.response import Response
from puffle.cli.settings import CliSettings
from puffle.contract import JSON, Operation
from puffle.exceptions import CliError
from puffle.secret import BEARER
from puffle.throttling import LONGEST_WAIT, seconds_to_wait

MAX_RETRIES = 3
TIMEOUT = httpx.Timeout(30, connect=10)
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)
TOTAL_TIMEOUT = 60
"""Seconds for one response, however slowly it arrives."""


def send(operation: Operation, call: Call, settings: CliSettings) -> Response:
    """Send a request, and again if the response is a 429; ``CliError`` if there was no complete response."""
    for retry in range(1, MAX_RETRIES + 1):
        response = _send(operation, call, settings)
        seconds = seconds_to_wait(response.headers.get("Retry-After", ""), retry)
        if response.status != httpx.codes.TOO_MANY_REQUESTS or seconds > LONGEST_WAIT:
            return response
        say(response.about("throttled with 429", f"Trying again in {seconds:.3g} s ({retry} of {MAX_RETRIES})."))
        time.sleep(seconds)
    return _send(operation, call, settings)


def _send(operation: Operation, call: Call, settings: CliSettings) -> Response:
    url = settings.base_url
    try:
        return Response(operation, settings.secret, *_exchange(call, settings))
    except (*_NOT_SENT, httpx.InvalidURL, ImportError, OSError, ValueError) as error:
        checks = "that the server is running" if settings.is_local else "the network, its proxies and certificates"
        reason = f"cannot connect to {url}: {_reason(error)}; check PUFFLE_API_BASE_URL, and {checks}"
    except httpx.HTTPError as error:
        reason = f"no response from {url}: {_reason(error)}; the request may have been carried out"
    raise CliError(reason)


def _reason(error: Exception) -> str:
    """What went wrong, without error numbers and the names of C files."""
    return re.sub(r"^\[\w+(?:: | -?)\w+\] | \(_ssl\.c:\d+\)|\.$", "", str(error)) or type(error).__name__


def _exchange(call: Call, settings: CliSettings) -> tuple[int, Mapping[str, str], bytes]:
    """Status, headers and body of the response."""
    headers = [("Accept", JSON), ("Accept-Encoding", "identity"), ("User-Agent", f"puffle/{puffle.__version__}")]
    if call.secured:
        headers.append(("Authorization", settings.secret.header(BEARER)))
    headers += call.headers
    url = httpx.URL(settings.base_url + call.path)
    verify = url.scheme == "https"  # loading the certificates takes time
    transport = httpx.HTTPTransport(verify=verify) if settings.is_local else None  # no proxy to this machine
    client = httpx.Client(timeout=TIMEOUT, verify=verify, transport=transport, follow_redirects=False)
    deadline = time.monotonic() + TOTAL_TIMEOUT
    with client, client.stream(call.method, url, headers=headers, content=call.body) as response:
        body = bytearray()
        for part in response.iter_bytes():
            body += part
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout(f"incomplete after {TOTAL_TIMEOUT} s")
    return response.status_code, response.headers, bytes(body)
