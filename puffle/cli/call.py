"""Ask the server, through the generated client: once, and again where it is throttled."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import httpx
from puffle_client import AuthenticatedClient

import puffle
from puffle.cli.client import arguments_of, function_of
from puffle.cli.failures import Interrupted, NotUnderstood
from puffle.cli.request import Values
from puffle.cli.settings import Settings
from puffle.contract import JSON, Operation
from puffle.throttling import LONGEST_WAIT, seconds_to_wait

MOST_RETRIES = 3
TIMEOUT = httpx.Timeout(30.0, connect=10.0)


class Call:
    """An operation of the generated client with its arguments, ready to be made."""

    def __init__(self, operation: Operation, values: Values, settings: Settings) -> None:
        """Find the client's function, and turn the values into its arguments.

        Raises:
            Failure: the client was generated from another contract.
        """
        self._settings = settings
        self._function = function_of(operation)
        self._arguments = arguments_of(self._function, values)

    def request(self) -> httpx.Request:
        """The request that would be sent; nothing is."""
        sent: list[httpx.Request] = []

        def keep(request: httpx.Request) -> httpx.Response:
            sent.append(request)
            return httpx.Response(204)

        self._make(httpx.MockTransport(keep))
        return sent[0]

    def answer(self, say: Callable[[str], None], told: Callable[[httpx.Response], str]) -> httpx.Response:
        """Send the request, and send it again where it is throttled, at most ``MOST_RETRIES`` times.

        Args:
            say: is handed what a person should know meanwhile.
            told: gives an answer's message.

        Raises:
            NotUnderstood: no answer came.
            Interrupted: Ctrl-C; what was sent may have been done.
        """
        try:
            for retry in range(1, MOST_RETRIES + 1):
                answer = self._send()
                if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                    return answer
                seconds = seconds_to_wait(answer.headers.get("Retry-After", ""), retry)
                if seconds > LONGEST_WAIT:
                    return answer
                say(f"throttled with 429: {told(answer)} Trying again in {seconds:.3g} s ({retry} of {MOST_RETRIES}).")
                time.sleep(seconds)
            return self._send()
        except KeyboardInterrupt:
            raise Interrupted("interrupted; a request that was under way may have been done all the same") from None

    def _send(self) -> httpx.Response:
        url, may_be_done = self._settings.base_url, "the request may have been done all the same"
        try:
            # On this machine no proxy of the environment has a part in it.
            return self._make(httpx.HTTPTransport() if self._settings.loopback else None)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            why = f"{_reason(error)}: check PUFFLE_API_BASE_URL, and that the server runs"
        except httpx.TimeoutException:
            raise NotUnderstood(f"{url} did not answer within {TIMEOUT.read:.0f} s; {may_be_done}") from None
        except httpx.HTTPError as error:
            raise NotUnderstood(f"{url} gave no usable answer: {_reason(error)}; {may_be_done}") from None
        except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
            why = f"{_reason(error)}: check the proxies and certificates that the environment names"
        raise NotUnderstood(f"{url} cannot be reached: {why}")

    def _make(self, transport: httpx.BaseTransport | None) -> httpx.Response:
        answers: list[httpx.Response] = []

        def keep(answer: httpx.Response) -> None:
            answer.read()
            answers.append(answer)

        client = AuthenticatedClient(
            base_url=self._settings.base_url,
            token=self._settings.key,
            timeout=TIMEOUT,
            headers={"Accept": JSON, "Accept-Encoding": "identity", "User-Agent": f"puffle/{puffle.__version__}"},
            httpx_args={"transport": transport, "event_hooks": {"response": [keep]}},
        )
        with client:
            try:
                self._function(client=client, **self._arguments)
            except Exception:  # the client cannot parse every answer; whether it is the contract's is judged from it
                if not answers:
                    raise
        return answers[0]


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return re.sub(r"^\[Errno -?\d+\] ", "", text.partition("\n")[0].rstrip(".")) or type(error).__name__
