"""The contract, read once, for everyone who needs it in Python.

``openapi.yaml`` is the only description of the API that a person writes. Nobody but this module parses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    parameters: Mapping[tuple[str, str], Any]
    """Values of the parameters by place (``path``, ``query``, …) and name."""
    path: str
    body: Any
    """None where the operation takes none."""
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

    @property
    def summary(self) -> str:
        """What it does, in a few words."""
        return str(self.definition.get("summary", self.id))

    @property
    def command(self) -> tuple[str, ...]:
        """The words of its command (``x-cli``), empty where it has none."""
        return tuple(self.definition.get("x-cli", "").split())

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The ``x-rules``, in the contract's order."""
        return tuple(
            Rule(rule["id"], " ".join(rule["promise"].split()), rule.get("x-assumed", False))
            for rule in self.definition.get("x-rules", ())
        )

    @cached_property
    def parameters(self) -> tuple[Schema, ...]:
        """The parameters of the path and of the operation, which may replace one of the path."""
        parts = (*self.shared_parameters, *self.definition.get("parameters", ()))
        resolved = [self.contract.resolve(part) for part in parts]
        return tuple({(part["in"], part["name"]): part for part in resolved}.values())

    def line_of_rule(self, rule_id: str) -> int:
        """The line of the contract's file at which a rule of the operation begins."""
        index = [rule.id for rule in self.rules].index(rule_id)
        return self.contract.line("paths", self.path_template, self.method.lower(), "x-rules", index)

    @property
    def responses(self) -> dict[int, Mapping[str, Any]]:
        """The declared responses by status, ranges and the default aside."""
        declared = {str(key): response for key, response in self.definition["responses"].items()}
        return {int(key): self.contract.resolve(one) for key, one in declared.items() if key.isdigit()}

    def response(self, status: int) -> Mapping[str, Any] | None:
        """The response that is declared for a status, by itself, by its range (``4XX``) or as the default."""
        declared = self.definition["responses"]
        for key in (str(status), status, f"{status // 100}XX", "default"):
            if key in declared:
                return self.contract.resolve(declared[key])
        return None

    @property
    def request_content(self) -> Mapping[str, Any]:
        """Schema and examples of the JSON body, empty where the operation has none."""
        content: Mapping[str, Any] = self._request_body.get("content", {}).get(JSON, {})
        return content

    @property
    def description(self) -> str:
        """What it does, at length; empty where the contract leaves it at the summary."""
        return str(self.definition.get("description") or "")

    @property
    def secured(self) -> bool:
        """It wants a key."""
        return bool(self.definition.get("security", self.contract.document.get("security", ())))

    @property
    def takes_json(self) -> bool:
        """It takes a JSON body, or none at all."""
        return bool(self.request_content) or not self._request_body

    @property
    def body_required(self) -> bool:
        """A request without a body is none of the operation's."""
        return bool(self._request_body.get("required", False))

    @property
    def _request_body(self) -> Mapping[str, Any]:
        return self.contract.resolve(self.definition.get("requestBody", {}))

    def path(self, **parameters: str) -> str:
        """The path with its parameters filled in, taken as they are: the caller vouches for them."""
        path = self.path_template
        for name, value in parameters.items():
            path = path.replace(f"{{{name}}}", value)
        return path

    def examples(self) -> Iterator[Example]:
        """Each request that the contract shows together with its answer, paired by name."""
        resolve = self.contract.resolve
        bodies = self.request_content.get("examples", {})
        for answer in self.example_answers():
            values = {
                (parameter["in"], parameter["name"]): resolve(parameter["examples"][answer.name])["value"]
                for parameter in self.parameters
                if answer.name in parameter.get("examples", {})
            }
            required = {(p["in"], p["name"]) for p in self.parameters if p.get("required")}
            if required <= set(values) and (answer.name in bodies or not self.request_content):
                path = self.path(**{name: value for (place, name), value in values.items() if place == "path"})
                body = resolve(bodies[answer.name])["value"] if self.request_content else None
                yield Example(answer.name, values, path, body, answer.status, answer.body)

    def example_answers(self) -> Iterator[ExampleAnswer]:
        """Each response that the contract shows, in the contract's order."""
        for status, response in self.responses.items():
            headers = {name: str(h["example"]) for name, h in response.get("headers", {}).items() if "example" in h}
            for name, example in response.get("content", {}).get(JSON, {}).get("examples", {}).items():
                yield ExampleAnswer(name, status, headers, self.contract.resolve(example)["value"])


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

    @property
    def servers(self) -> Sequence[Mapping[str, Any]]:
        """The servers that it names, if any; the first is the one in production."""
        servers: Sequence[Mapping[str, Any]] = self.document.get("servers", ())
        return servers

    @property
    def default_server(self) -> str:
        """The address of the first server, its variables at their defaults; empty where there is none."""
        for server in self.servers:
            url = str(server["url"])
            for name, variable in server.get("variables", {}).items():
                url = url.replace(f"{{{name}}}", str(variable["default"]))
            return url
        return ""

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """All operations, in the contract's order."""
        return tuple(
            Operation(self, method.upper(), path, definition, tuple(item.get("parameters", ())))
            for path, item in ((path, self.resolve(item)) for path, item in self.document["paths"].items())
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
                found = [pair for pair in node.value if pair[0].value == str(key)]
            else:
                found = [(part, part) for part in node.value[key : key + 1]] if node and isinstance(key, int) else []
            if not found:
                raise KeyError(f"the contract has no {'.'.join(map(str, place))}")
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        return line

    def standalone(self, schema: Schema) -> dict[str, Any]:
        """The same schema with the components beside it, so that a validator can follow its references."""
        return {**schema, "components": self.document.get("components", {})}

    def members(self, schema: Schema) -> dict[str, Schema]:
        """The properties of an object, those that it is composed of (``allOf``) included."""
        parts = [self.members(self.resolve(part)) for part in schema.get("allOf", ())]
        return {name: member for part in (*parts, schema.get("properties", {})) for name, member in part.items()}

    def required_members(self, schema: Schema) -> set[str]:
        """The names of those that an object must have."""
        parts = [self.required_members(self.resolve(part)) for part in schema.get("allOf", ())]
        return set(schema.get("required", ())).union(*parts)

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
