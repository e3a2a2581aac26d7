"""How a value violates its schema, said so that the user can correct it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import jsonschema_rs

from puffle import strict_json
from puffle.cli.flags import members_of
from puffle.cli.json_text import compact
from puffle.contract import Contract, Schema
from puffle.exceptions import NotJSON
from puffle.validation import reason, validator

MAX_MESSAGE = 200


class Problem(NamedTuple):
    """Where a value violates its schema, and how; ``members`` are those that a message with ``{}`` is about."""

    place: tuple[str, ...]
    message: str
    members: tuple[str, ...] = ()

    def naming(self, name: Callable[[str], str] = str) -> str:
        """The message, in which the members have these names."""
        return self.message.format(" or ".join(map(name, self.members))) if self.members else self.message


def first_problem(contract: Contract, schema: Schema, value: Any) -> Problem | None:
    """Where a value first violates its schema, and how; None if it is valid."""
    try:
        parsed = strict_json.parse(compact(value), _plain_number)
        error = next(iter(validator(contract, schema).iter_errors(parsed)), None)
    except (NotJSON, RecursionError):
        return Problem((), "nested too deeply")
    return None if error is None else _problem(contract, contract.standalone(schema), error)


def _problem(contract: Contract, root: Schema, error: jsonschema_rs.ValidationError) -> Problem:
    place, kind = tuple(map(str, error.instance_path)), error.kind.name
    if kind == "required":
        return Problem((*place, error.kind.value), "a value is required")
    if kind in ("anyOf", "oneOf"):
        schema = _at(root, error.schema_path[:-1])
        found = _variant(contract, schema, error)
        if isinstance(found, jsonschema_rs.ValidationError):
            return _problem(contract, root, found)
        if found is not None:
            return Problem((*place, *found.place), *found[1:])
    if kind == "minProperties" and not error.instance:
        members = members_of(contract, _at(root, error.schema_path[:-1]))
        if members:
            return Problem(place, "{} is required", tuple(members))
    message = reason(error)
    return Problem(place, message if len(message) <= MAX_MESSAGE else f"{message[:120]} … {message[-60:]}")


def _variant(contract: Contract, schema: Schema, error: jsonschema_rs.ValidationError) -> Any:
    """The error in the variant that was meant, or what is wrong with the choice; None if there is nothing to tell."""
    kind: Any = error.kind
    variants, errors, value = schema[kind.name], kind.context, error.instance
    tag = schema.get("discriminator", {}).get("propertyName")
    if tag and isinstance(value, dict):
        tags = _tags(schema["discriminator"].get("mapping", {}), variants)
        if tag not in value:
            return Problem((tag,), "a value is required")
        if value[tag] not in list(tags):
            return Problem((tag,), f"{compact(value[tag])} is not one of {' or '.join(map(json.dumps, tags))}")
        return next(iter(errors[tags[value[tag]]]), None)
    if not any(errors) and isinstance(value, dict):
        members = [contract.required_members(contract.resolve(variant)) for variant in variants]
        known = tuple(dict.fromkeys(name for names in members for name in sorted(names) if name in value))
        return Problem((), "only one of {} can be given", known) if all(members) else None
    meant = [one for one in errors if one and not any(_is_of_another_variant(each, error) for each in one)]
    if len(meant) == 1:
        return meant[0][0]
    if all(one and one[0].kind.name == "required" and one[0].instance_path == error.instance_path for one in errors):
        return Problem((), "{} is required", tuple(dict.fromkeys(one[0].kind.value for one in errors)))
    return None


def _tags(mapping: Mapping[str, str], variants: Sequence[Schema]) -> dict[Any, int]:
    """The values of a discriminator, and which variant each stands for."""
    references = [variant.get("$ref", "") for variant in variants]
    names = {reference.rpartition("/")[2]: index for index, reference in enumerate(references) if reference}
    mapped = {tag: names.get(target.rpartition("/")[2], -1) for tag, target in mapping.items()}
    return {tag: index for tag, index in (mapped or names).items() if index >= 0}


def _is_of_another_variant(error: jsonschema_rs.ValidationError, whole: jsonschema_rs.ValidationError) -> bool:
    """Whether an error shows that the value was not meant to be of that variant: another type, or another tag."""
    depth = len(error.instance_path) - len(whole.instance_path)
    return (error.kind.name in ("const", "enum") and depth <= 1) or (error.kind.name == "type" and depth == 0)


def _at(root: Schema, path: Sequence[str | int]) -> Any:
    part: Any = root
    for key in path:
        part = part[key]
    return part


def _plain_number(text: str) -> int | float:
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 300 else float(text)
