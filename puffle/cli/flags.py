"""The flags of a command: one for each parameter of its operation, and one for each field of the body."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

from puffle.contract import Contract, Operation, Schema

BODY = "body"
OWN_FLAGS = ("format", "dry-run", "env-file", "help")
"""What every command has beside the flags that come from the contract."""
_NO_PARAMETERS = {"accept", "authorization", "content-type"}
"""Headers that OpenAPI keeps parameters from setting."""
_FORMATS = {"uuid": "UUID", "date": "DATE", "date-time": "TIME", "email": "EMAIL", "uri": "URL"}
_LITERALS = {"integer": "INTEGER", "number": "NUMBER", "null": "null"}


@dataclass(frozen=True)
class Flag:
    """A value of a request that can be given on the command line."""

    name: str
    """Without its dashes."""
    place: tuple[str, ...]
    """Where it goes, such as ``("path", "id")`` or ``("body", "updates", "first_name")``; ``("body",)`` is all."""
    schema: Schema
    types: frozenset[str]
    """The JSON types of its values; ``object`` where the schema names none, so that it takes any JSON."""
    description: str
    required: bool
    """The request is not one without it; of the body's flags, if there is a body."""

    @property
    def in_body(self) -> bool:
        """It is the body, or a part of it."""
        return self.place[0] == BODY

    @property
    def single(self) -> bool:
        """It is a field of an object that has a flag of its own."""
        return self.in_body and len(self.place) > 2

    @property
    def is_json(self) -> bool:
        """It takes JSON: an object, an array, or whatever comes."""
        return bool(self.types & {"object", "array"})

    @property
    def is_switch(self) -> bool:
        """It is true by being there."""
        return self.types <= {"boolean", "null"} and "boolean" in self.types

    @property
    def choices(self) -> tuple[Any, ...]:
        """All the values it can have, where the contract lists them."""
        return _values(self.schema)

    @property
    def metavar(self) -> str:
        """What help calls its value."""
        if self.is_json:
            return "JSON"
        if self.choices:
            return f"[{'|'.join(map(str, self.choices))}]"
        if "string" in self.types:
            return _FORMATS.get(self.schema.get("format", ""), "TEXT")
        return "|".join(_LITERALS[name] for name in sorted(self.types & set(_LITERALS)))


def flags_of(operation: Operation) -> tuple[Flag, ...]:
    """All flags of an operation's command: the required ones first, the single fields last, else as in the contract.

    Where two would have the same name, the later one is named after its place as well (``--query-id``).
    """
    flags: list[Flag] = []
    taken = set(OWN_FLAGS)
    for place, schema, required, description in (*_parameters(operation), *_body(operation)):
        name = _free_name(place, taken)
        taken.add(name)
        types = frozenset(_types(operation.contract, schema)) or frozenset(["object"])
        flags.append(Flag(name, place, schema, types, " ".join(description.split()), required))
    return tuple(sorted(flags, key=lambda flag: (flag.single, not flag.required)))


_Part = tuple[tuple[str, ...], Schema, bool, str]


def _parameters(operation: Operation) -> Iterator[_Part]:
    for parameter in operation.parameters:
        if parameter["in"] == "header" and parameter["name"].lower() in _NO_PARAMETERS:
            continue
        schema = operation.contract.resolve(parameter.get("schema", {}))
        place = (parameter["in"], parameter["name"])
        yield place, schema, parameter.get("required", False), _described(parameter, schema)


def _body(operation: Operation) -> Iterator[_Part]:
    declared = operation.request_content.get("schema")
    if declared is None:
        return
    schema = operation.contract.resolve(declared)
    fields = list(_fields(operation.contract, (BODY,), schema, frozenset()))
    if fields:
        yield from fields
    else:
        yield (BODY,), schema, operation.body_required, _described(declared, schema) or "The body."


def _fields(contract: Contract, place: tuple[str, ...], schema: Schema, above: frozenset[int]) -> Iterator[_Part]:
    """The fields of an object and of the objects in it, but for one that holds itself."""
    if id(schema) in above:
        return
    required = contract.required_members(schema)
    for name, declared in contract.members(schema).items():
        field = contract.resolve(declared)
        if not field.get("readOnly"):
            yield (*place, name), field, len(place) == 1 and name in required, _described(declared, field)
            yield from _fields(contract, (*place, name), field, above | {id(schema)})


def _described(*parts: Mapping[str, Any]) -> str:
    return next((part["description"] for part in parts if part.get("description")), "")


def _types(contract: Contract, schema: Schema) -> Iterator[str]:
    if "type" in schema:
        declared = schema["type"]
        yield from [declared] if isinstance(declared, str) else declared
        return
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from _types(contract, contract.resolve(part))
    yield from map(_type_of, _values(schema))


def _values(schema: Schema) -> tuple[Any, ...]:
    return tuple(schema.get("enum", [schema["const"]] if "const" in schema else ()))


def _type_of(value: object) -> str:
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", type(None): "null"}
    return kinds.get(type(value), "object")


def _free_name(place: tuple[str, ...], taken: Iterable[str]) -> str:
    words = place if len(place) == 1 else place[1:]
    kebab = ".".join(_kebab(word) for word in words)
    plain = (kebab, f"{place[0]}-{kebab}", ".".join(words))
    return next(name for name in chain(plain, (f"{kebab}-{number}" for number in count(2))) if name not in taken)


def _kebab(name: str) -> str:
    """``prospect_id``, ``prospectId`` and ``Prospect-ID`` are all ``prospect-id``."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name)
    return re.sub(r"[\W_]+", "-", apart.lower()).strip("-") or name
