"""What the examples share: the server, retries while it throttles, and one line for everything that can go wrong."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TypeVar
from uuid import UUID

import httpx
from puffle_client import PuffleClient, SettingsError
from puffle_client.models import Error
from puffle_client.types import Response

from puffle.secret import Secret
from puffle.throttling import LONGEST_WAIT, seconds_to_wait

URL = os.environ.get("PUFFLE_API_BASE_URL") or "http://127.0.0.1:4011"  # make sandbox
KEY = os.environ.get("PUFFLE_API_KEY") or "pk_sandbox_alice"
CAMPAIGN = UUID("3c90c3cc-0d44-4b50-8888-8dd25736052a")
MAX_ATTEMPTS = 5
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol, UnicodeError)

T = TypeVar("T")


class Failed(Exception):
    """What the program should do failed.

    Args:
        reason: why.
        done: whether the server did it nevertheless; None if that is not known.
    """

    def __init__(self, reason: str, *, done: bool | None = False) -> None:
        super().__init__(reason)
        self.done = done

    def said_of(self, done: str) -> str:
        """The line to print, with the word for what should have been ``done``."""
        begin = {True: f"{done}, but the response is unreadable", False: f"not {done}", None: f"perhaps {done}"}
        return f"{begin[self.done]}: {one_line(str(self))}"


def connect() -> PuffleClient:
    """A client that returns each response, whatever its status."""
    return PuffleClient(URL, KEY, raise_on_unexpected_status=False)


def send(call: Callable[[], Response[T | Error]]) -> T:
    """Call a function of the client, again while the server throttles; ``Failed`` if there is no result."""
    with explained():
        for attempt in range(MAX_ATTEMPTS):
            response = call()
            if response.status_code != HTTPStatus.TOO_MANY_REQUESTS:
                return result_of(response)
            time.sleep(delay(response, attempt))
    raise Failed(f"throttled {MAX_ATTEMPTS} times")


async def send_async(call: Callable[[], Awaitable[Response[T | Error]]]) -> T:
    """The same without blocking other tasks."""
    with explained():
        for attempt in range(MAX_ATTEMPTS):
            response = await call()
            if response.status_code != HTTPStatus.TOO_MANY_REQUESTS:
                return result_of(response)
            await asyncio.sleep(delay(response, attempt))
    raise Failed(f"throttled {MAX_ATTEMPTS} times")


@contextmanager
def explained() -> Iterator[None]:
    """Raise ``Failed`` if there is no response."""
    try:
        yield
    except (httpx.HTTPError, UnicodeError) as error:  # UnicodeError: the name of a proxy
        reason = ": ".join(filter(None, [type(error).__name__, str(error)]))
        raise Failed(f"no response ({reason})", done=False if isinstance(error, NOT_SENT) else None) from None
    except KeyboardInterrupt:
        raise Failed("interrupted", done=None) from None


def result_of(response: Response[T | Error]) -> T:
    """What the response contains, or ``Failed``."""
    status, parsed = response.status_code, response.parsed
    done = None if status >= HTTPStatus.INTERNAL_SERVER_ERROR else httpx.codes.is_success(status)
    if parsed is None:
        raise Failed(f"{status}: the response is not one that the contract describes", done=done)
    if isinstance(parsed, Error):
        raise Failed(f"{status}: {parsed.error}", done=done)
    return parsed


def delay(response: Response[T | Error], attempt: int) -> float:
    """How many seconds to wait after a 429; ``Failed`` if they are too many."""
    seconds = seconds_to_wait(response.headers.get("Retry-After", ""), attempt)
    if seconds > LONGEST_WAIT:
        raise Failed(f"throttled for {seconds:.0f} s: try again later")
    return seconds


def one_line(text: str) -> str:
    """Text of a server, without the key, line breaks and control characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in Secret(KEY).hide(text)).split())


@contextmanager
def ending(done: str) -> Iterator[None]:
    """End the program with one line and exit code 1 if the block fails, with the word for what should be ``done``."""
    try:
        yield
        sys.stdout.flush()
    except Failed as failed:
        sys.exit(failed.said_of(done))
    except SettingsError as error:
        sys.exit(f"not {done}: {error}")
    except KeyboardInterrupt:
        sys.exit(f"perhaps {done}: interrupted")
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python tries to print the rest again
        sys.exit(f"{done}, but it cannot be printed: {error.strerror}")
