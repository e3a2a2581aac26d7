"""Ask the server, through the generated client: once, and again where it is throttled."""

from __future__ import annotations

import contextlib
import re
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
from puffle_client import AuthenticatedClient, Client

import puffle
from puffle.cli.client import REMEDY, arguments_of, functions_of
from puffle.cli.failures import Failure, Interrupted, NotUnderstood, WrongUsage
from puffle.cli.request import Values
from puffle.cli.settings import Settings
from puffle.contract import JSON, Operation
from puffle.throttling import LONGEST_WAIT, seconds_to_wait

MOST_RETRIES = 3
SECONDS_TO_CONNECT = 10
SECONDS_OF_SILENCE = 30
SECONDS_IN_ALL = 60
"""However a server dawdles; where the system has no such timer (Windows), silence alone ends it."""


class Call:
    """An operation of the generated client with its arguments, ready to be made."""

    def __init__(self, operation: Operation, values: Values, settings: Settings) -> None:
        """Find the client's function for the operation, and turn the values into its arguments.

        Raises:
            Failure: the client was generated from another contract, or cannot make such a request.
        """
        self._settings = settings
        self._secured = operation.secured
        problem = Failure(f"puffle_client has no operation {operation.id}: {REMEDY}")
        for self._function in functions_of(operation):
            try:
                self._arguments = arguments_of(operation, self._function, values)
                self.request = self._request()
            except WrongUsage:
                raise
            except Failure as failure:
                problem = failure
                continue
            if _asks_for(operation, self.request):
                _check_that_all_is_sent(operation, self.request, values)
                return
        raise problem

    request: httpx.Request
    """What is sent."""

    def _request(self) -> httpx.Request:
        sent: list[httpx.Request] = []

        def keep(request: httpx.Request) -> httpx.Response:
            sent.append(request)
            return httpx.Response(204)

        try:
            self._make(httpx.MockTransport(keep))
        except Exception as error:
            raise Failure(f"puffle_client cannot make this request: {type(error).__name__}: {error}") from None
        return sent[0]

    def answer(self, say: Callable[[str], None], told: Callable[[httpx.Response], str]) -> httpx.Response:
        """Send the request, and send it again where it is throttled, at most ``MOST_RETRIES`` times.

        Args:
            say: is handed what a person should know meanwhile.
            told: gives an answer's message.

        Raises:
            NotUnderstood: no answer came.
            Interrupted: Ctrl-C while a request was under way; it may have been done.
            KeyboardInterrupt: Ctrl-C while it waited.
        """
        for retry in range(1, MOST_RETRIES + 1):
            answer = self._send()
            if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                return answer
            seconds = seconds_to_wait(answer.headers.get("Retry-After", ""), retry)
            if seconds > LONGEST_WAIT:
                return answer
            said = told(answer)
            reason = f": {said}" if said else "."
            say(f"throttled with 429{reason} Trying again in {seconds:.3g} s ({retry} of {MOST_RETRIES}).")
            time.sleep(seconds)
        return self._send()

    def _send(self) -> httpx.Response:
        url, may_be_done = self._settings.base_url, "the request may have been done all the same"
        try:
            with _deadline():
                # On this machine no proxy of the environment has a part in it.
                verify = httpx.URL(url).scheme == "https"
                return self._make(httpx.HTTPTransport(verify=verify) if self._settings.loopback else None)
        except KeyboardInterrupt:
            raise Interrupted(f"interrupted; {may_be_done}") from None
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            else_to_check = "that the server runs" if self._settings.loopback else "the network and its proxies"
            why = f"{_reason(error)}: check PUFFLE_API_BASE_URL, and {else_to_check}"
        except httpx.TimeoutException:
            limits = f"{SECONDS_OF_SILENCE} s of silence, {SECONDS_IN_ALL} s in all"
            raise NotUnderstood(f"{url} did not answer in time ({limits}); {may_be_done}") from None
        except httpx.HTTPError as error:
            raise NotUnderstood(f"{url} gave no usable answer: {_reason(error)}; {may_be_done}") from None
        except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
            why = f"{_reason(error)}: check PUFFLE_API_BASE_URL, and the proxies and certificates of the environment"
        raise NotUnderstood(f"{url} cannot be reached: {why}")

    def _make(self, transport: httpx.BaseTransport | None) -> httpx.Response:
        answers: list[httpx.Response] = []

        def keep(answer: httpx.Response) -> None:
            answer.read()
            answers.append(answer)

        common: dict[str, Any] = {
            "base_url": self._settings.base_url,
            "timeout": httpx.Timeout(SECONDS_OF_SILENCE, connect=SECONDS_TO_CONNECT),
            "headers": {"Accept": JSON, "Accept-Encoding": "identity", "User-Agent": f"puffle/{puffle.__version__}"},
            "httpx_args": {"transport": transport, "event_hooks": {"response": [keep]}},
        }
        with AuthenticatedClient(token=self._settings.key, **common) if self._secured else Client(**common) as client:
            try:
                self._function(client=client, **self._arguments)
            except Exception:  # the client cannot parse every answer; whether it is the contract's is judged from it
                if not answers:
                    raise
        return answers[0]


@contextlib.contextmanager
def _deadline() -> Iterator[None]:
    def ring(_signal: int, _frame: object) -> None:
        raise httpx.ReadTimeout("the time is up")

    if not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, SECONDS_IN_ALL)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _asks_for(operation: Operation, request: httpx.Request) -> bool:
    """Whether a request is one of the operation: where two have nearly the same name, one function is the other's."""
    path = re.sub(r"\\\{[^{}]*\\\}", "[^/]+", re.escape(operation.path_template))
    sent = request.url.raw_path.decode("ascii").partition("?")[0]
    return request.method == operation.method and re.search(f"{path}$", sent) is not None


def _check_that_all_is_sent(operation: Operation, request: httpx.Request, values: Values) -> None:
    """The generated client writes all that stands in a query in the same way."""
    for parameter in operation.parameters:
        place, name = parameter["in"], parameter["name"]
        value = values.parameters.get((place, name))
        if place != "query" or value is None:
            continue
        joined = parameter.get("explode") is False and isinstance(value, list) and len(value) > 1
        if name not in request.url.params or joined or parameter.get("style", "form") != "form":
            raise Failure(f"puffle_client does not send {name} as the contract says: nothing was sent")


def _reason(error: Exception) -> str:
    """What went wrong, without the numbers and names that only a programmer knows."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    text = re.sub(r"^\[Errno -?\d+\] ", "", str(error).partition("\n")[0].rstrip("."))
    text = re.sub(r"^\[SSL: \w+\] (.*?)( \(_ssl\.c:\d+\))?$", r"TLS failed, \1", text)
    return text or type(error).__name__
