"""Values derived from a field's schema: ones that it allows, and ones that it forbids."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

import hypothesis
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from puffle.contract import Contract, Schema
from puffle.validation import validator

from . import values

_CONSTRAINTS = {"enum", "const", "format", "pattern", "minLength", "maxLength", "allOf", "anyOf", "oneOf", "not"}
_SAMPLES: tuple[Any, ...] = (7, 0, -1, 1.5, True, False, [], ["x"], {}, {"value": "x"}, "x", "no such value", "")
_LIMIT = 1_000_000


def types(schema: Schema) -> set[str]:
    """The JSON types that a schema names, except null."""
    named = schema.get("type", ())
    return ({named} if isinstance(named, str) else set(named)) - {"null"}


def is_plain_text(schema: Schema) -> bool:
    """Whether a schema allows every string and nothing else."""
    return types(schema) == {"string"} and not _CONSTRAINTS & set(schema)


def forbidden(contract: Contract, schema: Schema, *, null: bool = False) -> list[Any]:
    """Some values that a schema forbids, null among them only if asked for."""
    is_valid = validator(contract, schema).is_valid
    return [value for value in (*_SAMPLES, *([None] if null else [])) if not is_valid(value)]


def allowed(contract: Contract, schema: Schema) -> SearchStrategy[Any]:
    """Ordinary values that a schema allows; null is not among them."""
    schema = contract.resolve(schema)
    return _unchecked(contract, schema).filter(validator(contract, schema).is_valid)


def simplest(strategy: SearchStrategy[Any]) -> Any:
    """The value that Hypothesis would shrink to."""
    quiet = hypothesis.settings(database=None, verbosity=hypothesis.Verbosity.quiet)
    return hypothesis.find(strategy, lambda _: True, settings=quiet)


def _unchecked(contract: Contract, schema: Schema) -> SearchStrategy[Any]:
    schema = contract.resolve(schema)
    if "const" in schema or "enum" in schema:
        listed = schema.get("enum", [schema.get("const")])
        return st.sampled_from([value for value in listed if value is not None])
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            parts = [part for part in map(contract.resolve, schema[choice]) if part.get("type") != "null"]
            rest = {name: value for name, value in schema.items() if name != choice}
            return st.one_of(*(_unchecked(contract, {**rest, **part}) for part in parts))
    makers = _MAKERS if types(schema) else {"object": _objects}
    return st.one_of(*(make(contract, schema) for name, make in makers.items() if name in (types(schema) or makers)))


def _strings(_: Contract, schema: Schema) -> SearchStrategy[Any]:
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength")
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], alphabet=st.characters(min_codepoint=32, max_codepoint=126))
    return values.names.map(partial(values.fitted, shortest=shortest, longest=longest))


def _integers(_: Contract, schema: Schema, step: float = 1) -> SearchStrategy[Any]:
    step = schema.get("multipleOf", step)
    lowest = schema.get("minimum", schema.get("exclusiveMinimum", min(0, schema.get("maximum", 0)) - _LIMIT))
    highest = schema.get("maximum", schema.get("exclusiveMaximum", lowest + 2 * _LIMIT))
    return st.integers(-int(-lowest // step), int(highest // step)).map(lambda number: number * step)


def _arrays(contract: Contract, schema: Schema) -> SearchStrategy[Any]:
    fewest = schema.get("minItems", 0)
    most = schema.get("maxItems", fewest + 3)
    items = _unchecked(contract, schema.get("items", {"type": "string"}))
    unique = partial(json.dumps, sort_keys=True) if schema.get("uniqueItems") else None
    return st.lists(items, min_size=fewest, max_size=most, unique_by=unique)


def _objects(contract: Contract, schema: Schema) -> SearchStrategy[Any]:
    required = contract.required_members(schema)
    members = {name: _unchecked(contract, member) for name, member in contract.members(schema).items()}
    optional = {name: member for name, member in members.items() if name not in required}
    return st.fixed_dictionaries(
        {name: members.get(name, values.names) for name in sorted(required)}, optional=optional
    )


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


_FORMATS: Mapping[str, SearchStrategy[Any]] = {
    "date-time": st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(_time),
    "date": st.dates(date(1990, 1, 1), date(2090, 1, 1)).map(str),
    "uuid": st.uuids(version=4).map(str),
    "email": values.emails,
    "uri": values.profiles,
}
_MAKERS: Mapping[str, Callable[[Contract, Schema], SearchStrategy[Any]]] = {
    "string": _strings,
    "integer": _integers,
    "number": partial(_integers, step=0.25),  # exact in binary: nothing is lost on the way
    "boolean": lambda _, __: st.booleans(),
    "array": _arrays,
    "object": _objects,
}
