"""The functions of the generated client, and what they take for the values of a request."""

from __future__ import annotations

import inspect
import json
import pkgutil
import re
import typing
from collections.abc import Callable
from datetime import date, datetime
from enum import Enum
from importlib import import_module
from types import NoneType, UnionType
from typing import Any
from uuid import UUID

from puffle_client import api
from puffle_client.types import UNSET, Unset

from puffle.cli.failures import Failure, WrongUsage
from puffle.cli.request import NOTHING, Values
from puffle.contract import Operation

Function = Callable[..., object]
REMEDY = "run `make generate` and install again"


def functions_of(operation: Operation) -> list[Function]:
    """The client's functions that may be an operation's: the generator spells names in its own way."""
    modules = [module.name for module in pkgutil.walk_packages(api.__path__, f"{api.__name__}.") if not module.ispkg]
    meant = [name for name in modules if _folded(name.rpartition(".")[2]) == _folded(operation.id)]
    return [import_module(name).sync_detailed for name in meant]


def arguments_of(operation: Operation, function: Function, values: Values) -> dict[str, Any]:
    """What the client's function takes for the values of a request; what is not given is not sent.

    Raises:
        Failure: the client was generated from another contract.
        WrongUsage: it cannot express a value.
    """
    hints = typing.get_type_hints(function)
    names = _names(operation, function)
    arguments = {name: UNSET for name, part in hints.items() if Unset in typing.get_args(part)}
    for (place, name), value in values.parameters.items():
        argument = names[place, name]
        converted = _sendable(name, hints[argument], value)
        # httpx takes no UUID for a header, and the client hands it on as it is.
        arguments[argument] = value if place == "header" and isinstance(converted, UUID) else converted
    if values.body is not NOTHING:
        if "body" not in hints:
            raise Failure(f"puffle_client knows no body of {operation.id}: {REMEDY}")
        arguments["body"] = _sendable("the body", hints["body"], values.body)
    return arguments


def _names(operation: Operation, function: Function) -> dict[tuple[str, str], str]:
    """What the client calls each parameter, by place and name: the nearest spelling, no two the same."""
    left = set(inspect.signature(function).parameters) - {"client", *(["body"] if operation.request_content else [])}
    names = {}
    for exact in (True, False):
        for parameter in operation.parameters:
            place, name = parameter["in"], parameter["name"]
            spellings = (f"{name}_{place}", name)
            found = [
                argument
                for spelling in spellings
                for argument in sorted(left)
                if (argument.strip("_") == spelling if exact else _folded(argument) == _folded(spelling))
            ]
            if (place, name) not in names and found:
                names[place, name] = found[0]
                left.remove(found[0])
    missing = [f"{p['in']} {p['name']}" for p in operation.parameters if (p["in"], p["name"]) not in names]
    if missing:
        raise Failure(f"puffle_client does not know {', '.join(missing)} of {operation.id}: {REMEDY}")
    return names


def _sendable(name: str, hint: Any, value: Any) -> Any:
    try:
        return _converted(hint, value)
    except (LookupError, TypeError, ValueError, AttributeError):
        raise WrongUsage(f"{name}: puffle_client cannot send {json.dumps(value, ensure_ascii=False)}") from None


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
        return _of_type(hint, value)
    raise TypeError(f"{value!r} is no {hint}")


def _of_type(kind: type, value: Any) -> Any:
    if kind in _FROM_TEXT:
        return _FROM_TEXT[kind](value)
    if issubclass(kind, Enum):
        return kind(value)
    if hasattr(kind, "from_dict"):
        return kind.from_dict(value)
    if isinstance(value, kind) and isinstance(value, bool) == (kind is bool):
        return value
    if kind is float and isinstance(value, int):
        return value
    if kind is int and isinstance(value, float):
        return int(value)
    raise TypeError(f"{value!r} is no {kind.__name__}")


_FROM_TEXT: dict[type, Callable[[str], Any]] = {
    UUID: UUID,
    datetime: lambda text: datetime.fromisoformat(text.upper()),
    date: date.fromisoformat,
}


def _folded(name: str) -> str:
    return re.sub(r"[\W_]", "", name.lower())
