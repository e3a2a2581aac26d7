"""One operation of the contract: its rules, parameters, responses and examples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode

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
    """``x-parameters``: those of the request that it responds to, by name; None when not given."""


@dataclass(frozen=True)
class Example:
    """A request and its response: the body (None if there is none) and response examples of one name."""

    name: str
    parameters: Mapping[tuple[str, str], Any]
    """By place (``path``, ``query``, …) and name."""
    path: str
    """With its query."""
    body: Any
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
        return str(self.definition["operationId"])

    @property
    def key(self) -> str:
        return operation_key(f"{self.method} {self.path_template}")

    @property
    def summary(self) -> str:
        return str(self.definition.get("summary", self.id))

    @property
    def description(self) -> str:
        return str(self.definition.get("description") or "")

    @property
    def command(self) -> tuple[str, ...]:
        """The words of its command (``x-cli``); empty when it has none."""
        return tuple(self.definition.get("x-cli", "").split())

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
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
        return self._schema((self.response(status) or {}).get("content", {}).get(JSON, {}))

    @property
    def request_content(self) -> Mapping[str, Any]:
        """Schema and examples of the JSON body; empty when the operation has none."""
        content: Mapping[str, Any] = self._request_body.get("content", {}).get(JSON, {})
        return content

    @property
    def request_schema(self) -> Schema | None:
        """The schema of the JSON body, None when the operation has none."""
        return self._schema(self.request_content)

    def _schema(self, content: Mapping[str, Any]) -> Schema | None:
        return self.contract.resolve(content["schema"]) if "schema" in content else None

    @property
    def secured(self) -> bool:
        return bool(self.definition.get("security", self.contract.document.get("security", ())))

    @property
    def takes_json(self) -> bool:
        return bool(self.request_content) or not self._request_body

    @property
    def body_required(self) -> bool:
        return bool(self._request_body.get("required", False))

    @property
    def _request_body(self) -> Mapping[str, Any]:
        return self.contract.resolve(self.definition.get("requestBody", {}))

    def path(self, **parameters: str) -> str:
        """The path with its parameters filled in as they are: the caller escapes them."""
        return filled(self.path_template, parameters)

    def examples(self) -> Iterator[Example]:
        """Each request that the contract shows together with its response.

        A body example and a response example of the same name belong together; when the operation has no body, a
        response example belongs to a request if it has ``x-parameters``.
        """
        bodies = self.request_content.get("examples", {})
        required = {(part["in"], part["name"]) for part in self.parameters if part.get("required")}
        for response in self.example_responses():
            paired = response.name in bodies if self.request_content else response.parameters is not None
            values = self._example_parameters(response)
            if paired and required <= set(values):
                path = self.path(**{name: str(value) for (where, name), value in values.items() if where == "path"})
                if query := urlencode({name: value for (where, name), value in values.items() if where == "query"}):
                    path += f"?{query}"
                body = self.contract.resolve(bodies[response.name])["value"] if self.request_content else None
                yield Example(response.name, values, path, body, response.status, response.body)

    def _example_parameters(self, response: ExampleResponse) -> dict[tuple[str, str], Any]:
        given, values = response.parameters or {}, {}
        for parameter in self.parameters:
            key, named = (parameter["in"], parameter["name"]), parameter.get("examples", {})
            if parameter["name"] in given:
                values[key] = given[parameter["name"]]
            elif response.name in named:
                values[key] = self.contract.resolve(named[response.name])["value"]
            elif parameter.get("required") and "example" in parameter:
                values[key] = parameter["example"]
        return values

    def example_responses(self) -> Iterator[ExampleResponse]:
        for status, response in self.responses.items():
            headers = {name: str(h["example"]) for name, h in response.get("headers", {}).items() if "example" in h}
            for name, part in response.get("content", {}).get(JSON, {}).get("examples", {}).items():
                example = self.contract.resolve(part)
                if status.isdigit():
                    yield ExampleResponse(name, int(status), headers, example["value"], example.get("x-parameters"))


def filled(template: str, values: Mapping[str, str]) -> str:
    """A path or URL in which ``{name}`` is replaced by the value of that name, if there is one."""
    return re.sub(r"\{([^{}]*)\}", lambda part: values.get(part[1], part[0]), template)


def operation_key(method_and_path: str) -> str:
    """Method and path with the names of path parameters left out: ``PATCH /leads/{}``."""
    return re.sub(r"\{[^}]*\}", "{}", method_and_path)


def pointer(reference: object) -> tuple[str, ...]:
    """The keys that a ``$ref`` leads through; ``ContractError`` if it does not point into the same document."""
    if not isinstance(reference, str) or not reference.startswith("#/"):
        raise ContractError(f"$ref {reference} is not supported: use a JSON pointer into the contract (#/…)")
    return tuple(unquote(key).replace("~1", "/").replace("~0", "~") for key in reference[2:].split("/"))
