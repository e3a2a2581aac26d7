"""JSON as RFC 8259 defines it: Python's own parser accepts more."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NoReturn

from puffle.exceptions import NotJSON


def parse(data: bytes | str, number: Callable[[str], Any] | None = None) -> Any:
    """Parse one JSON value; ``number`` makes a value of the text of a number, by default an int or a float.

    Raises:
        NotJSON: the data is not UTF-8, starts with a byte order mark, contains ``NaN``, ``Infinity`` or a member name
            twice in one object, is nested too deeply, or is not JSON at all.
    """
    try:
        text = data.decode() if isinstance(data, bytes) else data
        return json.loads(
            text, parse_int=number, parse_float=number, parse_constant=_refuse_constant, object_pairs_hook=_object
        )
    except UnicodeDecodeError as error:
        raise NotJSON(f"not UTF-8: byte 0x{error.object[error.start]:02x} at offset {error.start}") from None
    except RecursionError:
        raise NotJSON("nested too deeply") from None
    except ValueError as error:  # our own, JSONDecodeError, or an integer of more digits than Python converts
        raise NotJSON(str(error)) from None


def equal(one: Any, other: Any) -> bool:
    """Whether two parsed values are the same JSON value: ``1`` equals ``1.0``, and neither equals ``true``."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    return bool(one == other)


def _refuse_constant(name: str) -> NoReturn:
    raise NotJSON(f"{name} is not a JSON value")


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        names = [name for name, _ in members]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotJSON(f"the member {json.dumps(twice)} appears twice in one object")
    return found
