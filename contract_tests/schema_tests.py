"""The schemas: schemathesis generates requests that they allow and requests that they forbid.

Forbidden requests must be refused. Allowed ones may be (the rules say which must be accepted). The client checks the
response in either case.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core import NOT_SET
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test

from puffle.contract import Operation
from puffle.exceptions import NotJSON
from puffle.strict_json import parse
from puffle.validation import validator

from .exceptions import RuleViolation
from .plugin import hypothesis_settings, rule
from .target import Target
from .verdict import REQUESTS


@rule(REQUESTS)
def test_request_that_the_schema_forbids_is_refused(target: Target) -> None:
    query_parameters = QueryParameters(target.operation)

    def send(case: schemathesis.Case[Any]) -> None:
        body = case.body if isinstance(case.body, bytes) else target.address(case.body, target.expendable)
        query = query_parameters.as_text(case.query)
        if _UNDEFINED.search(json.dumps([body, query], ensure_ascii=False, default=str)) or target.left_open(body):
            return
        content = (b"" if target.schema else None) if body is NOT_SET else body
        exchange = target.send(target.expendable, content, query=query)
        if 200 <= exchange.status < 300:
            if target.schema and not _is_allowed(exchange.body, target.allows):
                raise RuleViolation(exchange, "a request that the schema forbids to be refused with 400")
            for name in query_parameters.forbidden(query):
                raise RuleViolation(exchange, f"{name}, whose schema forbids the value, to be refused with 400")

    generated_requests(target, send)()


class QueryParameters:
    """The query parameters of an operation, and which of their values the contract forbids."""

    def __init__(self, operation: Operation) -> None:
        # What the contract only assumes may be otherwise; a rule of its own can say so.
        self._validators = {
            part["name"]: validator(operation.contract, part.get("schema", {}))
            for part in operation.parameters
            if part["in"] == "query" and not part.get("x-assumed")
        }

    def as_text(self, query: Any) -> dict[str, list[str]]:
        """Generated values as they are sent; null is left out."""
        values = query if isinstance(query, dict) else {}
        lists = {str(name): value if isinstance(value, list) else [value] for name, value in values.items()}
        return {name: [_text(value) for value in found if value is not None] for name, found in lists.items()}

    def forbidden(self, query: Mapping[str, list[str]]) -> Iterator[str]:
        """The parameters that are given once, with a value that their schema forbids."""
        for name, texts in query.items():
            if name in self._validators and len(texts) == 1:
                is_valid = self._validators[name].is_valid
                if not (is_valid(texts[0]) or is_valid(texts[0].split(",")) or is_valid(_parsed(texts[0]))):
                    yield name


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def generated_requests(target: Target, send: Callable[[schemathesis.Case[Any]], None]) -> Callable[[], None]:
    """A Hypothesis test that sends the examples, the edge cases and random cases of an operation.

    schemathesis offers no public way to build such a test when it is run. Its pytest plugin builds it when tests are
    collected, which takes longer than most tests even when the test is not chosen.
    """
    operation, document = target.operation, target.operation.contract.document
    # The operation alone: others on its path may be destructive. The target decides where requests go, with which key.
    item = {"parameters": [*operation.shared_parameters], operation.method.lower(): operation.definition}
    alone = {**document, "security": [], "paths": {operation.path_template: item}}
    project = {"phases": {"coverage": {"unexpected-methods": []}}, "generation": {"mode": "all", "allow-x00": False}}
    schema = schemathesis.openapi.from_dict(alone, config=SchemathesisConfig.from_dict(project))
    config = HypothesisTestConfig(
        project=schema.config,
        modes=list(HypothesisTestMode),
        settings=hypothesis_settings(target.settings.profile),
        apply_ci_profile=False,
        seed=target.settings.seed,
    )
    case_source = schema[operation.path_template][operation.method]
    return cast(Callable[[], None], create_test(operation=case_source, test_func=send, config=config))


_UNDEFINED = re.compile(r"(?<!\\)(?:\\\\)*\\u0000|[\ud800-\udfff]")
"""NUL and lone surrogates: the contract does not say what happens to them."""


def _is_allowed(body: bytes, is_valid: Callable[[Any], bool]) -> bool:
    try:
        return is_valid(parse(body))
    except NotJSON:
        return False
