"""Ask the server, through the generated client: once, and again where it is throttled."""

from __future__ import annotations

import inspect
import pkgutil
import re
import time
import typing
from collections.abc import Callable, Iterator
from datetime import date, datetime
from enum import Enum
from importlib import import_module
from types import NoneType, UnionType
from typing import Any
from uuid import UUID

import httpx
from puffle_client import AuthenticatedClient, api
from puffle_client.types import Unset

import puffle
from puffle.cli.failures import Failure, Interrupted, NotUnderstood
from puffle.cli.request import NOTHING, Values
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
        self._function = _function(operation)
        try:
            self._arguments = dict(_arguments(self._function, values))
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise Failure(f"puffle_client does not know what the contract says ({error}): {_REMEDY}") from None

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


_REMEDY = "run `make generate` and install again"


def _function(operation: Operation) -> Callable[..., object]:
    """The client's function for an operation; the generator spells its name in its own way."""
    for module in pkgutil.walk_packages(api.__path__, f"{api.__name__}."):
        if not module.ispkg and _folded(module.name.rpartition(".")[2]) == _folded(operation.id):
            function: Callable[..., object] = import_module(module.name).sync_detailed
            return function
    raise Failure(f"puffle_client has no operation {operation.id}: {_REMEDY}")


def _arguments(function: Callable[..., object], values: Values) -> Iterator[tuple[str, Any]]:
    hints = typing.get_type_hints(function)
    names = {_folded(name): name for name in inspect.signature(function).parameters}
    for (place, name), value in values.parameters.items():
        argument = names.get(_folded(f"{name}_{place}")) or names[_folded(name)]
        yield argument, _converted(hints[argument], value)
    if values.body is not NOTHING:
        yield "body", _converted(hints["body"], values.body)


def _converted(hint: Any, value: Any) -> Any:
    """A JSON value as the type that the client takes.

    Raises:
        LookupError, TypeError, ValueError, AttributeError: it is none of that type.
    """
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, UnionType):
        for part in parts:
            try:
                return _converted(part, value)
            except (LookupError, TypeError, ValueError, AttributeError):
                continue
        raise TypeError(f"{value!r} is none of {hint}")
    if origin is list and isinstance(value, list):
        return [_converted(parts[0], part) for part in value]
    if origin is typing.Literal and value in parts:
        return value
    if hint is Any:
        return value
    if isinstance(hint, type) and hint is not Unset:
        if hint in _FROM_TEXT:
            return _FROM_TEXT[hint](value)
        if issubclass(hint, Enum):
            return hint(value)
        if hasattr(hint, "from_dict"):
            return hint.from_dict(value)
        if isinstance(value, hint) and isinstance(value, bool) == (hint is bool):
            return value
        if hint is float and isinstance(value, int):
            return value
        if hint is int and isinstance(value, float):
            return int(value)
    raise TypeError(f"{value!r} is no {hint}")


_FROM_TEXT: dict[type, Callable[[str], Any]] = {
    UUID: UUID,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    NoneType: lambda value: _none(value),
}


def _none(value: object) -> None:
    if value is not None:
        raise TypeError(f"{value!r} is not null")


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return re.sub(r"^\[Errno -?\d+\] ", "", text.partition("\n")[0].rstrip(".")) or type(error).__name__
