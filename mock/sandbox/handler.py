"""The base class of operation handlers: what the schemas of the contract say about a request."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import orjson
from jsonschema_rs import Draft202012Validator

from puffle import validation
from puffle.contract import JSON, Operation, Schema

from .examples import Examples
from .exceptions import Refusal
from .messages import Incoming, Reply
from .store import Store

MAX_REASON_CHARS = 200
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
"""An integer as it is usually written, small enough for every reader of JSON to keep it exact."""
_LITERAL = re.compile(rf"{_INTEGER.pattern}(?:\.[0-9]{{1,15}})?|true|false|null")
"""A number, a boolean or null."""


class Handler(ABC):
    """Carries out an operation of the contract on the state that all operations share.

    Raises:
        ContractError: the contract does not describe the operation as the handler needs it.
    """

    formats: ClassVar[Mapping[str, Callable[[str], bool]]] = {}
    """Checks that replace those built into validators, by the name of the format."""

    def __init__(self, operation: Operation, store: Store) -> None:
        self.operation = operation
        self.store = store
        self.examples = Examples(operation)
        self._body = None if operation.request_schema is None else self.validator(operation.request_schema)
        self._parameters = {(part["in"], part["name"]): _Parameter(self, part) for part in operation.parameters}

    @abstractmethod
    def respond(self, incoming: Incoming) -> Reply:
        """Carry out one request.

        Raises:
            Refusal: the request is refused; nothing was changed.
        """

    def check_shape(self, incoming: Incoming) -> None:
        """Check what schemas alone can say about a request, whatever its key and the state.

        Raises:
            Refusal: the request is not as the contract describes it.
        """
        if self.operation.secured and not bearer_token(incoming.headers.get("authorization", "")):
            raise Refusal(401, "unauthorized")
        self.read_parameters("path", {name: [text] for name, text in incoming.parameters.items()})
        self.read_parameters("query", incoming.query)
        self.read_parameters("header", {name: [text] for name, text in incoming.headers.items()})
        if self._body and (incoming.body or self.operation.body_required):
            self.check_media_type(incoming.headers.get("content-type", ""))
            self.parse(incoming.body)

    def read_parameters(self, place: str, sent: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """The values, by name, of the parameters that the contract describes at a place; others are ignored.

        Raises:
            Refusal: a value is invalid, is given more than once, or is missing.
        """
        values = {}
        for (where, name), parameter in self._parameters.items():
            if where == place:
                texts = sent.get(name.lower() if place == "header" else name)
                if texts:
                    values[name] = parameter.read(texts)
                elif parameter.required:
                    raise Refusal(400, f"{name}: this {place} parameter is required")
        return values

    def check_media_type(self, content_type: str) -> None:
        if content_type.partition(";")[0].strip().lower() != JSON:
            raise Refusal(415, f"Send the body as {JSON}.")

    def parse(self, body: bytes) -> dict[str, Any]:
        """The body, if its schema accepts it."""
        try:
            parsed: dict[str, Any] = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise Refusal(400, f"The body cannot be read as JSON: {error}") from None
        if self._body:
            check(self._body, parsed)
        return parsed

    def validator(self, schema: Schema) -> Draft202012Validator:
        return validation.validator(self.operation.contract, schema, **self.formats)


class _Parameter:
    """A parameter, which is sent as text although its schema may expect a number, a boolean or a list."""

    def __init__(self, handler: Handler, part: Mapping[str, Any]) -> None:
        resolve = handler.operation.contract.resolve
        schema = resolve(part.get("schema", {}))
        types = resolve(schema.get("items", schema)).get("type", ())
        self.name: str = part["name"]
        self.required = bool(part.get("required"))
        self._validator = handler.validator(schema)
        self._literal = _INTEGER if "integer" in types and "number" not in types else _LITERAL

    def read(self, texts: Sequence[str]) -> Any:
        """The value that was sent: once, or for a list several times or with commas."""
        text, is_valid = texts[0], self._validator.is_valid
        if len(texts) == 1 and is_valid(text):
            return text
        items = texts if len(texts) > 1 else text.split(",")
        for values in (items, [self._parsed(item) for item in items]):
            if is_valid(values):
                return values
        if len(texts) > 1:
            raise Refusal(400, f"{self.name}: it is given {len(texts)} times; give it once")
        value = self._parsed(text)
        check(self._validator, value, self.name)
        return value

    def _parsed(self, text: str) -> Any:
        return orjson.loads(text) if self._literal.fullmatch(text) else text


class ExampleHandler(Handler):
    """Responds with the first example of a success, as Prism does."""

    def respond(self, incoming: Incoming) -> Reply:
        self.check_shape(incoming)
        return self.examples.success()


def bearer_token(authorization: str) -> str:
    """The token of an ``Authorization`` header; empty if it contains none."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def check(validator: Draft202012Validator, value: Any, name: str = "") -> None:
    """Refuse an invalid value, and name the place in it, below the given name in the request."""
    if validator.is_valid(value):
        return
    error = next(validator.iter_errors(value))
    place = ".".join(map(str, [*([name] if name else []), *error.instance_path])) or "body"
    reason = validation.reason(error)
    if len(reason) > MAX_REASON_CHARS:  # because of a long value, which comes first
        reason = f"{reason[: MAX_REASON_CHARS // 2]} … {reason[-MAX_REASON_CHARS // 2 :]}"
    raise Refusal(400, f"{place}: {reason}")


def check_storable(validator: Draft202012Validator, value: Any, name: str) -> None:
    """Refuse what no response could show: an invalid value, or one that is nested too deeply to be written."""
    check(validator, value, name)
    try:
        orjson.dumps([[[[[[[[value]]]]]]]])  # because it is shown among others
    except orjson.JSONEncodeError:
        raise Refusal(400, f"{name}: a value is nested too deeply") from None
