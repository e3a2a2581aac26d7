"""The flags of a command: one for each parameter of its operation and for each field of the body."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from glob import escape, glob
from pathlib import Path
from typing import Any

import click

from puffle.contract import Contract, Operation, Schema

BODY = "body"
PAGINATION = "x-pagination"
"""At an operation that lists in pages: its parameter for the ``page``, and the response's ``items`` and ``total``."""
CONFIRM = "x-confirm"
"""At a field: the question to ask before it is sent."""
OWN_FLAGS = ("format", "include", "dry-run", "timeout", "env-file", "all-pages", "yes", "help")
"""The flags of every command that do not come from the contract."""
_NOT_PARAMETERS = {"accept", "authorization", "content-type"}
"""Headers that OpenAPI does not let parameters set."""
_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", type(None): "null"}
_METAVARS = {"uuid": "UUID", "date": "DATE", "date-time": "TIME", "email": "EMAIL", "uri": "URL"}


class Flag(click.Option):
    """A value of a request that can be given on the command line.

    Args:
        flag: the name without its dashes.
        place: where the value goes: ``("path", "id")``, ``("body", "address", "city")``; ``("body",)`` is all of it.
        types: its JSON types; empty if the schema names none, so that it can be any JSON.
        as_json: whether this is the flag ``--flag:``, which takes JSON, so that ``--flag:=null`` is null.
    """

    def __init__(
        self, flag: str, place: tuple[str, ...], schema: Schema, types: set[str], about: str = "",
        *, required: bool = False, as_json: bool = False,
    ) -> None:  # fmt: skip
        self.flag, self.place, self.schema, self.types = flag, place, schema, types
        self.nested = place[0] == BODY and len(place) > 2  # a field of an object that has its own flag
        self.is_json = as_json or not types or bool(types & {"object", "array"})
        self.is_switch = not self.is_json and types <= {"boolean", "null"}
        self.choices = _values(schema)
        metavar = "|".join(sorted(types - {"boolean", "string"})).upper()
        if self.choices:
            metavar = f"[{'|'.join(map(str, self.choices))}]"
        elif "string" in types:
            metavar = _METAVARS.get(schema.get("format", ""), "TEXT")
        if self.is_json:
            metavar, about = "JSON", f"{about} (JSON, @file.json, or - for standard input)"
        elif "null" in types:
            about = f"{about} (--{flag}:=null for null)"
        elif self.is_switch and True not in self.choices:
            about = f"{about} (--{flag}:=false for false)"
        kind: dict[str, Any] = {"is_flag": True} if self.is_switch else {"multiple": True, "metavar": metavar}
        self._id = flag.encode().hex()
        names = [f"--{flag}:", f"json_{self._id}"] if as_json else [f"--{flag}", f"flag_{self._id}"]
        super().__init__(names, help=about, required=required, shell_complete=self._complete, **kind)

    def as_json(self) -> Flag:
        """The flag for the same value as JSON."""
        return Flag(self.flag, self.place, self.schema, self.types, as_json=True)

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        """The value; a required one is not missing if it was given as JSON."""
        is_given = ctx.get_parameter_source(self.name or "") is click.core.ParameterSource.COMMANDLINE
        return () if not is_given and ctx.params.get(f"json_{self._id}") else super().process_value(ctx, value)

    def _complete(self, _context: click.Context, _option: click.Parameter, begun: str) -> list[str]:
        if self.is_json and begun.startswith("@"):
            paths = sorted(glob(f"{escape(begun[1:])}*"))  # noqa: PTH207 -- a Path forgets how it was typed
            return [f"@{path}{'/' if Path(path).is_dir() else ''}" for path in paths]
        return [choice for choice in map(str, self.choices) if choice.startswith(begun)]


def flags_of(operation: Operation) -> tuple[Flag, ...]:
    """The flags of an operation's command: required ones first, nested ones last, otherwise in the contract's order.

    If two would have the same name, the later one's name begins with its place (``--query-id``).
    """
    flags: list[Flag] = []
    taken = set(OWN_FLAGS)
    for place, schema, required, about in (*_parameters(operation), *_body(operation)):
        name = ".".join(map(_kebab, place[1:] or place))
        while name in taken:
            name = f"{place[0]}-{name}"
        taken.add(name)
        types = set(_types(operation.contract, schema))
        flags.append(Flag(name, place, schema, types, " ".join(about.split()), required=required))
    return tuple(sorted(flags, key=lambda flag: (flag.nested, not flag.required)))


def parts_of(contract: Contract, schema: Schema) -> Iterator[Schema]:
    """A schema and the schemas that it is composed of (``allOf``, ``anyOf``, ``oneOf``), without references."""
    schema = contract.resolve(schema)
    yield schema
    for keyword in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(keyword, ()):
            yield from parts_of(contract, part)


def members_of(contract: Contract, schema: Schema) -> dict[str, Schema]:
    """The members that an object can have in any of its variants."""
    members: dict[str, Schema] = {}
    for part in parts_of(contract, schema):
        for name, member in part.get("properties", {}).items():
            known = members.setdefault(name, member)
            if known != member:
                members[name] = {"description": known.get("description", ""), "anyOf": [known, member]}
    return members


def items_of(contract: Contract, schema: Schema) -> Schema:
    """The schema of the items of an array, in any of its variants."""
    items = [part["items"] for part in parts_of(contract, schema) if isinstance(part.get("items"), Mapping)]
    return items[0] if len(items) == 1 else {"anyOf": items}


def members_in(
    contract: Contract, schema: Schema, value: Any, *place: str | int
) -> Iterator[tuple[tuple[str | int, ...], Schema | None, Any]]:
    """The members of all objects in a value: place, schema (None if the contract does not list it) and value."""
    for index, item in enumerate(value) if isinstance(value, list) else ():
        yield from members_in(contract, items_of(contract, schema), item, *place, index)
    members = members_of(contract, schema) if isinstance(value, dict) else {}
    is_open = not members or any("additionalProperties" in part for part in parts_of(contract, schema))
    for name, member in value.items() if isinstance(value, dict) else ():
        if name in members:
            yield (*place, name), {**contract.resolve(members[name]), **members[name]}, member
            yield from members_in(contract, members[name], member, *place, name)
        elif not is_open:
            yield (*place, name), None, member


_Part = tuple[tuple[str, ...], Schema, bool, str]
"""Place, schema, whether it is required, and description."""


def _parameters(operation: Operation) -> Iterator[_Part]:
    for parameter in operation.parameters:
        place = (parameter["in"], parameter["name"])
        if place[0] != "header" or place[1].lower() not in _NOT_PARAMETERS:
            schema = operation.contract.resolve(parameter.get("schema", {}))
            yield place, schema, parameter.get("required", False), _description(parameter, schema)


def _body(operation: Operation) -> Iterator[_Part]:
    schema = operation.request_schema
    if schema is not None:
        fields = list(_fields(operation.contract, (BODY,), schema, operation.body_required, frozenset()))
        yield from fields or [((BODY,), schema, operation.body_required, _description(schema) or "The body.")]


def _fields(
    contract: Contract, place: tuple[str, ...], schema: Schema, required: bool, outer: frozenset[int]
) -> Iterator[_Part]:
    """The fields of an object and of the objects in it, except for an object that contains itself."""
    here = {id(part) for part in parts_of(contract, schema)}
    if here & outer:
        return
    names = contract.required_members(contract.resolve(schema)) if required else set()
    for name, declared in members_of(contract, schema).items():
        field, inner = contract.resolve(declared), (*place, name)
        if not field.get("readOnly"):
            fields = list(_fields(contract, inner, field, False, outer | here))
            hint = " Required, unless its fields are given." if name in names and fields else ""
            yield inner, {**field, **declared}, name in names and not fields, _description(declared, field) + hint
            yield from fields


def _description(*parts: Mapping[str, Any]) -> str:
    return next((part["description"] for part in parts if part.get("description")), "")


def _types(contract: Contract, schema: Schema) -> Iterator[str]:
    for part in parts_of(contract, schema):
        declared = part.get("type", ())
        yield from [declared] if isinstance(declared, str) else declared
        yield from () if declared else (_TYPES.get(type(value), "object") for value in _values(part))


def _values(schema: Schema) -> tuple[Any, ...]:
    return tuple(schema.get("enum", [schema["const"]] if "const" in schema else ()))


def _kebab(name: str) -> str:
    """``two_words``, ``twoWords`` and ``Two-Words`` are all ``two-words``."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name)
    return re.sub(r"[\W_]+", "-", words.lower()).strip("-") or name
