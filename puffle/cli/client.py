"""The functions of the generated client, and what they take for the values of a request."""

from __future__ import annotations

import inspect
import pkgutil
import re
import typing
from collections.abc import Callable, Iterator
from datetime import date, datetime
from enum import Enum
from importlib import import_module
from types import NoneType, UnionType
from typing import Any
from uuid import UUID

from puffle_client import api
from puffle_client.types import Unset

from puffle.cli.failures import Failure
from puffle.cli.request import NOTHING, Values
from puffle.contract import Operation

_REMEDY = "run `make generate` and install again"


def function_of(operation: Operation) -> Callable[..., object]:
    """The client's function for an operation; the generator spells its name in its own way.

    Raises:
        Failure: there is none, since the client was generated from another contract.
    """
    for module in pkgutil.walk_packages(api.__path__, f"{api.__name__}."):
        if not module.ispkg and _folded(module.name.rpartition(".")[2]) == _folded(operation.id):
            function: Callable[..., object] = import_module(module.name).sync_detailed
            return function
    raise Failure(f"puffle_client has no operation {operation.id}: {_REMEDY}")


def arguments_of(function: Callable[..., object], values: Values) -> dict[str, Any]:
    """What the client's function takes for the values of a request.

    Raises:
        Failure: it does not take them, since the client was generated from another contract.
    """
    try:
        return dict(_arguments(function, values))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise Failure(f"puffle_client does not know what the contract says ({error}): {_REMEDY}") from None


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
    if hint is Any or (hint is NoneType and value is None):
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
}


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
