"""The contract, read once for everyone who needs it in Python.

``openapi.yaml`` is the only description of the API that is written by hand. No other module parses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from puffle.exceptions import ContractError
from puffle.operation import (
    JSON,
    Example,
    ExampleResponse,
    Operation,
    Place,
    Rule,
    Schema,
    filled,
    operation_key,
    pointer,
)

__all__ = [
    "CONTRACT_FILE", "JSON", "METHODS", "Contract", "Example", "ExampleResponse", "Operation", "Place", "Rule",
    "Schema", "load", "operation_key", "references",
]  # fmt: skip

CONTRACT_FILE = Path(__file__).with_name("openapi.yaml")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DATA = {"example", "value", "default", "const", "enum"}
"""Keys whose values are data: a ``$ref`` inside them is not a reference."""


class Contract:
    """An OpenAPI 3.1 document; ``text`` is the YAML that it was parsed from, for line numbers."""

    def __init__(self, document: Mapping[str, Any], text: str = "") -> None:
        self.document = document
        self._text = text

    @property
    def version(self) -> str:
        return str(self.document["info"]["version"])

    @property
    def servers(self) -> Sequence[Mapping[str, Any]]:
        return tuple(self.document.get("servers", ()))

    @property
    def default_server(self) -> str:
        """The URL of the first server, its variables at their defaults; empty when there is no server."""
        server: Mapping[str, Any] = self.servers[0] if self.servers else {"url": ""}
        variables = {name: str(variable["default"]) for name, variable in server.get("variables", {}).items()}
        return filled(str(server["url"]), variables)

    @property
    def campaign_statuses(self) -> tuple[str, ...]:
        """The statuses of a campaign (``x-campaign-statuses``); empty when the contract names none."""
        return tuple(self.document.get("x-campaign-statuses", ()))

    @property
    def campaign_types(self) -> Mapping[str, str]:
        """The field that identifies a lead, by the type of its campaign (``x-campaign-types``)."""
        return dict(self.document.get("x-campaign-types", {}))

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        items = {path: self.resolve(item) for path, item in self.document["paths"].items()}
        return tuple(
            Operation(self, method.upper(), path, definition, tuple(item.get("parameters", ())))
            for path, item in items.items()
            for method, definition in item.items()
            if method in METHODS
        )

    def find(self, key: str) -> Operation | None:
        """The operation of that method and path (``PATCH /leads/{id}``, whatever its parameters are called)."""
        return next((one for one in self.operations if one.key == operation_key(key)), None)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of all operations, each once; ``ContractError`` if two different ones have the same id."""
        rules: dict[str, Rule] = {}
        for rule in (rule for operation in self.operations for rule in operation.rules):
            if rules.setdefault(rule.id, rule) != rule:
                raise ContractError(f"{'.'.join(map(str, rule.place))}: another rule has the id {rule.id}")
        return tuple(rules.values())

    @cached_property
    def _nodes(self) -> Any:
        return yaml.compose(self._text, _LOADER)

    def line(self, *place: str | int) -> int:
        """The line of the YAML at which a part begins, counted from 1; ``KeyError`` if there is no such part."""
        node, line = self._nodes, 0
        for key in place:
            if isinstance(node, yaml.MappingNode):
                found = [pair for pair in node.value if pair[0].value == str(key)]
            else:
                found = [(part, part) for part in node.value[key : key + 1]] if node and isinstance(key, int) else []
            if not found:
                raise KeyError(f"the contract has no {'.'.join(map(str, place))}")
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        return line

    def standalone(self, schema: Schema) -> dict[str, Any]:
        """The schema with the components next to it, so that a validator can follow its references."""
        return {**schema, "components": self.document.get("components", {})}

    def members(self, schema: Schema) -> dict[str, Schema]:
        """The properties of an object, including those from ``allOf``."""
        parts = [self.members(self.resolve(part)) for part in schema.get("allOf", ())]
        return {name: member for part in (*parts, schema.get("properties", {})) for name, member in part.items()}

    def required_members(self, schema: Schema) -> set[str]:
        """The names of the properties that an object must have in every variant."""
        parts = [self.required_members(self.resolve(part)) for part in schema.get("allOf", ())]
        for keyword in ("anyOf", "oneOf"):
            variants = [self.required_members(self.resolve(part)) for part in schema.get(keyword, ())]
            parts.append(set.intersection(*variants) if variants else set())
        return set(schema.get("required", ())).union(*parts)

    def resolve(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        """The target of a ``$ref``, or ``ContractError`` if it is not an object; any other part as it is."""
        seen: list[str] = []
        while "$ref" in part:
            reference = part["$ref"]
            target: Any = self.document
            if reference in seen:
                raise ContractError(f"$ref {reference} refers to itself")
            seen.append(reference)
            for key in pointer(reference):
                try:
                    target = target[int(key)] if isinstance(target, list) else target[key]
                except (LookupError, TypeError, ValueError):
                    raise ContractError(f"$ref {reference} leads nowhere: there is no {key}") from None
            if not isinstance(target, Mapping):
                raise ContractError(f"$ref {reference} does not lead to an object")
            part = target
        return part

    def check(self) -> None:
        """Raise ``ContractError`` for the first flaw that would keep others from reading the contract."""
        for name in ("info", "paths"):
            if not isinstance(self.document, Mapping) or not isinstance(self.document.get(name), Mapping):
                raise ContractError(f"not an OpenAPI document: {name} is missing")
        for reference in references(self.document):
            self.resolve({"$ref": reference})
        if "version" not in self.document["info"]:
            raise ContractError("info.version is missing")
        if not self.operations:
            raise ContractError("it describes no operation")
        for operation in self.operations:
            for name in ("operationId", "responses"):
                if not operation.definition.get(name):
                    raise ContractError(f"{operation.method} {operation.path_template}: {name} is missing")
        _ = self.rules


def load(file: Path = CONTRACT_FILE) -> Contract:
    """Read a contract, by default the project's own; ``ContractError`` if it is not a usable OpenAPI document."""
    try:
        text = file.read_text("utf-8")
        contract = Contract(yaml.load(text, _LOADER), text)  # noqa: S506 -- both loaders are safe ones
    except UnicodeDecodeError:
        raise ContractError("it is not UTF-8 text") from None
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise ContractError(f"{line}{error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise ContractError(" ".join(str(error).split())) from None
    try:
        contract.check()
    except (AttributeError, TypeError, LookupError) as error:
        raise ContractError(f"not an OpenAPI document ({type(error).__name__}: {error}): run `make lint`") from None
    return contract


def references(part: Any) -> Iterator[str]:
    """The ``$ref`` in a part, except in data such as examples."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = [member for name, member in part.items() if name not in _DATA]
    for member in part if isinstance(part, list) else ():
        yield from references(member)
