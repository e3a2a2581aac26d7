"""The base class of operation handlers: what the schemas of the contract say about a request."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
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
        self._parameters = {
            (part["in"], part["name"]): self.validator(part.get("schema", {})) for part in operation.parameters
        }

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
        values = {"path": incoming.parameters, "query": incoming.query, "header": incoming.headers}
        for part in self.operation.parameters:
            name, place = part["name"], part["in"]
            text = values.get(place, {}).get(name.lower() if place == "header" else name)
            if text is not None:
                self.check_parameter(place, name, text)
            elif part.get("required"):
                raise Refusal(400, f"{name}: this {place} parameter is required")
        if self._body and (incoming.body or self.operation.body_required):
            self.check_media_type(incoming.headers.get("content-type", ""))
            self.parse(incoming.body)

    def check_parameter(self, place: str, name: str, text: str) -> None:
        """Check a parameter as it was sent: its schema may expect a number, a boolean, or a list with commas."""
        validator = self._parameters[place, name]
        if not validator.is_valid(text) and not validator.is_valid(text.split(",")):
            try:
                check(validator, orjson.loads(text), name)
            except orjson.JSONDecodeError:
                check(validator, text, name)

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
