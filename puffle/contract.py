"""The contract, read once, for everyone who needs it in Python.

``openapi.yaml`` is the only description of the API that a person writes. Nobody but this module parses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

Schema = Mapping[str, Any]

CONTRACT_FILE = Path(__file__).with_name("openapi.yaml")
JSON = "application/json"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Rule:
    """A promise that a schema cannot say (an entry of ``x-rules``)."""

    id: str
    promise: str
    assumed: bool
    """No document of the vendor states it (``x-assumed``)."""


@dataclass(frozen=True)
class Example:
    """A request and its answer: the parameter, body and response examples of one name."""

    name: str
    path: str
    body: Any
    status: int
    response: Any


@dataclass(frozen=True)
class ExampleAnswer:
    """A response that the contract shows."""

    name: str
    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Operation:
    """One method on one path of the contract."""

    contract: Contract
    method: str
    """In upper case, as it is sent."""
    path_template: str
    definition: Mapping[str, Any]
    shared_parameters: tuple[Schema, ...]

    @property
    def id(self) -> str:
        """The ``operationId``."""
        return str(self.definition["operationId"])

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The ``x-rules``, in the contract's order."""
        return tuple(
            Rule(rule["id"], " ".join(rule["promise"].split()), rule.get("x-assumed", False))
            for rule in self.definition.get("x-rules", ())
        )

    @cached_property
    def parameters(self) -> tuple[Schema, ...]:
        """The parameters of the path and of the operation."""
        return (*self.shared_parameters, *self.definition.get("parameters", ()))

    def line_of_rule(self, rule_id: str) -> int:
        """The line of the contract's file at which a rule of the operation begins."""
        index = [rule.id for rule in self.rules].index(rule_id)
        return self.contract.line("paths", self.path_template, self.method.lower(), "x-rules", index)

    @property
    def responses(self) -> dict[int, Mapping[str, Any]]:
        """The declared responses by status."""
        return {int(status): response for status, response in self.definition["responses"].items()}

    @property
    def request_content(self) -> Mapping[str, Any]:
        """Schema and examples of the JSON body, empty where the operation has none."""
        content: Mapping[str, Any] = self.definition.get("requestBody", {}).get("content", {}).get(JSON, {})
        return content

    def path(self, **parameters: str) -> str:
        """The path with its parameters filled in, taken as they are: the caller vouches for them."""
        return self.path_template.format(**parameters)

    def examples(self) -> Iterator[Example]:
        """Each request that the contract shows together with its answer, paired by name."""
        bodies = self.request_content.get("examples", {})
        for answer in self.example_answers():
            if answer.name in bodies:
                values = {p["name"]: p["examples"][answer.name]["value"] for p in self.parameters if p["in"] == "path"}
                body = bodies[answer.name]["value"]
                yield Example(answer.name, self.path(**values), body, answer.status, answer.body)

    def example_answers(self) -> Iterator[ExampleAnswer]:
        """Each response that the contract shows, in the contract's order."""
        for status, response in self.responses.items():
            headers = {name: str(h["example"]) for name, h in response.get("headers", {}).items() if "example" in h}
            for name, example in response.get("content", {}).get(JSON, {}).get("examples", {}).items():
                yield ExampleAnswer(name, status, headers, example["value"])


class Contract:
    """An OpenAPI document and what the project reads from it."""

    def __init__(self, document: Mapping[str, Any], text: str = "") -> None:
        """Take an OpenAPI 3.1 document that has already been parsed, and the YAML that it was parsed from."""
        self.document = document
        self._text = text

    @property
    def version(self) -> str:
        """The ``info.version``."""
        return str(self.document["info"]["version"])

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """All operations, in the contract's order."""
        return tuple(
            Operation(self, method.upper(), path, definition, tuple(item.get("parameters", ())))
            for path, item in self.document["paths"].items()
            for method, definition in item.items()
            if method in METHODS
        )

    def operation(self, operation_id: str) -> Operation:
        """The operation of that ``operationId``.

        Raises:
            KeyError: the contract has no such operation.
        """
        for operation in self.operations:
            if operation.id == operation_id:
                return operation
        raise KeyError(f"the contract has no operation {operation_id}")

    def schema(self, name: str) -> Schema:
        """The schema of that name, as it stands under ``components``.

        Raises:
            KeyError: the contract has no such schema.
        """
        schema: Schema = self.document["components"]["schemas"][name]
        return schema

    @cached_property
    def _nodes(self) -> yaml.Node | None:
        node: yaml.Node | None = yaml.compose(self._text, _LOADER)
        return node

    def line(self, *place: str | int) -> int:
        """The line of the YAML at which a part begins, counted from 1.

        Args:
            place: the keys and indexes that lead to the part.

        Raises:
            KeyError: the contract has no such part.
        """
        node, line = self._nodes, 0
        for key in place:
            if isinstance(node, yaml.MappingNode):
                found = [pair for pair in node.value if pair[0].value == key]
            else:
                found = [(part, part) for part in node.value[key : key + 1]] if node and isinstance(key, int) else []
            if not found:
                raise KeyError(f"the contract has no {'.'.join(map(str, place))}")
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        return line

    def standalone(self, schema: Schema) -> dict[str, Any]:
        """The same schema with the components beside it, so that a validator can follow its references."""
        return {**schema, "components": self.document["components"]}

    def resolve(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a ``$ref`` points to; anything else as it is."""
        while "$ref" in part:
            target: Any = self.document
            for key in part["$ref"].removeprefix("#/").split("/"):
                target = target[key.replace("~1", "/").replace("~0", "~")]
            part = target
        return part


def load(file: Path = CONTRACT_FILE) -> Contract:
    """Read a contract, by default the project's own.

    Raises:
        OSError: the file cannot be read.
        yaml.YAMLError: it is not YAML.
    """
    text = file.read_text("utf-8")
    return Contract(yaml.load(text, _LOADER), text)  # noqa: S506 -- both loaders are safe ones
