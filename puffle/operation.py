"""One operation of the contract: its rules, parameters, responses and examples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from puffle.exceptions import ContractError

if TYPE_CHECKING:
    from puffle.contract import Contract

Schema = Mapping[str, Any]
Place = tuple[str | int, ...]
"""The keys and indexes that lead to a part of the contract."""

JSON = "application/json"


@dataclass(frozen=True)
class Rule:
    """Behaviour that a schema cannot express (an entry of ``x-rules``)."""

    id: str
    promise: str
    assumed: bool
    """No document of the vendor states it (``x-assumed``)."""
    place: Place
    """Where it is written: in the operation, or in ``components`` when operations share it."""


@dataclass(frozen=True)
class ExampleResponse:
    """A named example of a response."""

    name: str
    status: int
    headers: Mapping[str, str]
    body: Any
    parameters: Mapping[str, Any] | None
    """``x-parameters``: the parameter values of the request that it responds to, by name; None when not given."""


@dataclass(frozen=True)
class Example:
    """A request and its response: the body and response examples of one name."""

    name: str
    parameters: Mapping[tuple[str, str], Any]
    """Values of the parameters by place (``path``, ``query``, …) and name."""
    path: str
    body: Any
    """None when the operation has no body."""
    status: int
    response: Any


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
    def key(self) -> str:
        """Method and path, as ``operation_key`` spells them."""
        return operation_key(f"{self.method} {self.path_template}")

    @property
    def summary(self) -> str:
        """What it does, in a few words."""
        return str(self.definition.get("summary", self.id))

    @property
    def description(self) -> str:
        """What it does, in full; empty when the contract has only a summary."""
        return str(self.definition.get("description") or "")

    @property
    def command(self) -> tuple[str, ...]:
        """The words of its command (``x-cli``); empty when it has none."""
        return tuple(self.definition.get("x-cli", "").split())

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The ``x-rules``, in the contract's order.

        Raises:
            ContractError: an entry has no id or promise, or its reference is broken.
        """
        here = ("paths", self.path_template, self.method.lower(), "x-rules")
        return tuple(self._rule(entry, (*here, at)) for at, entry in enumerate(self.definition.get("x-rules", ())))

    def _rule(self, entry: Mapping[str, Any], place: Place) -> Rule:
        if "$ref" in entry:
            place = pointer(entry["$ref"])
        rule = self.contract.resolve(entry)
        try:
            return Rule(rule["id"], " ".join(rule["promise"].split()), rule.get("x-assumed", False), place)
        except (LookupError, TypeError, AttributeError):
            raise ContractError(f"{'.'.join(map(str, place))}: a rule needs an id and a promise") from None

    @cached_property
    def parameters(self) -> tuple[Schema, ...]:
        """The parameters of the path and of the operation, which may replace one of the path."""
        parts = (*self.shared_parameters, *self.definition.get("parameters", ()))
        resolved = [self.contract.resolve(part) for part in parts]
        return tuple({(part["in"], part["name"]): part for part in resolved}.values())

    @cached_property
    def responses(self) -> Mapping[str, Mapping[str, Any]]:
        """The declared responses by status (``200``), range (``4XX``) or ``default``."""
        return {str(key): self.contract.resolve(one) for key, one in self.definition["responses"].items()}

    def response(self, status: int) -> Mapping[str, Any] | None:
        """The response declared for a status: by itself, by its range or as the default."""
        keys = (str(status), f"{status // 100}XX", "default")
        return next((self.responses[key] for key in keys if key in self.responses), None)

    def response_schema(self, status: int) -> Schema | None:
        """The schema of the JSON body declared for a status, None when there is none."""
        schema = (self.response(status) or {}).get("content", {}).get(JSON, {}).get("schema")
        return None if schema is None else self.contract.resolve(schema)

    @property
    def request_content(self) -> Mapping[str, Any]:
        """Schema and examples of the JSON body; empty when the operation has none."""
        content: Mapping[str, Any] = self._request_body.get("content", {}).get(JSON, {})
        return content

    @property
    def request_schema(self) -> Schema | None:
        """The schema of the JSON body, None when the operation has none."""
        schema = self.request_content.get("schema")
        return None if schema is None else self.contract.resolve(schema)

    @property
    def secured(self) -> bool:
        """Whether it requires a key."""
        return bool(self.definition.get("security", self.contract.document.get("security", ())))

    @property
    def takes_json(self) -> bool:
        """Whether its body is JSON, or it has none."""
        return bool(self.request_content) or not self._request_body

    @property
    def body_required(self) -> bool:
        """Whether every request must have a body."""
        return bool(self._request_body.get("required", False))

    @property
    def _request_body(self) -> Mapping[str, Any]:
        return self.contract.resolve(self.definition.get("requestBody", {}))

    def path(self, **parameters: str) -> str:
        """The path with its parameters filled in as they are: the caller escapes them."""
        path = self.path_template
        for name, value in parameters.items():
            path = path.replace(f"{{{name}}}", value)
        return path

    def examples(self) -> Iterator[Example]:
        """Each request that the contract shows together with its response.

        A body example and a response example of the same name belong together; when the operation has no body, a
        response example belongs to a request if it has ``x-parameters``.
        """
        bodies = self.request_content.get("examples", {})
        for response in self.example_responses():
            paired = response.name in bodies if self.request_content else response.parameters is not None
            values = self._example_parameters(response)
            required = {(part["in"], part["name"]) for part in self.parameters if part.get("required")}
            if paired and required <= set(values):
                path = self.path(**{name: str(value) for (where, name), value in values.items() if where == "path"})
                body = self.contract.resolve(bodies[response.name])["value"] if self.request_content else None
                yield Example(response.name, values, path, body, response.status, response.body)

    def _example_parameters(self, response: ExampleResponse) -> dict[tuple[str, str], Any]:
        values = {}
        for parameter in self.parameters:
            named = parameter.get("examples", {}).get(response.name)
            if parameter["name"] in (response.parameters or {}):
                values[parameter["in"], parameter["name"]] = (response.parameters or {})[parameter["name"]]
            elif named is not None:
                values[parameter["in"], parameter["name"]] = self.contract.resolve(named)["value"]
            elif parameter.get("required") and "example" in parameter:
                values[parameter["in"], parameter["name"]] = parameter["example"]
        return values

    def example_responses(self) -> Iterator[ExampleResponse]:
        """Each response that the contract shows, in the contract's order."""
        for status, response in self.responses.items():
            headers = {name: str(h["example"]) for name, h in response.get("headers", {}).items() if "example" in h}
            for name, part in response.get("content", {}).get(JSON, {}).get("examples", {}).items():
                example = self.contract.resolve(part)
                if status.isdigit():
                    parameters = example.get("x-parameters")
                    yield ExampleResponse(name, int(status), headers, example["value"], parameters)


def operation_key(method_and_path: str) -> str:
    """Method and path with the names of path parameters left out: ``PATCH /leads/{}``."""
    return re.sub(r"\{[^}]*\}", "{}", method_and_path)


def pointer(reference: object) -> tuple[str, ...]:
    """The keys that a ``$ref`` leads through.

    Raises:
        ContractError: it is not a JSON pointer into the same document.
    """
    if not isinstance(reference, str) or not reference.startswith("#/"):
        raise ContractError(f"$ref {reference} is not supported: use a JSON pointer into the contract (#/…)")
    return tuple(unquote(key).replace("~1", "/").replace("~0", "~") for key in reference[2:].split("/"))
