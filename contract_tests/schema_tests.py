"""The schemas: schemathesis generates requests that they allow and requests that they forbid.

Forbidden requests must be refused. Allowed ones may be (the rules say which must be accepted). The client checks the
response in either case.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, cast

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core import NOT_SET
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test

from puffle.exceptions import NotJSON
from puffle.strict_json import parse
from puffle.validation import validator

from .exceptions import RuleViolation
from .plugin import hypothesis_settings, rule
from .target import Target
from .verdict import REQUESTS


@rule(REQUESTS)
def test_request_that_the_schema_forbids_is_refused(target: Target) -> None:
    is_valid = validator(target.operation.contract, target.schema).is_valid

    def send(case: schemathesis.Case[Any]) -> None:
        body = case.body if isinstance(case.body, bytes) else target.address(case.body, target.settings.lead)
        if not (_UNDEFINED.search(json.dumps(body, ensure_ascii=False, default=str)) or target.left_open(body)):
            exchange = target.send(target.settings.lead.campaign, b"" if body is NOT_SET else body)
            if 200 <= exchange.status < 300 and target.schema and not _is_allowed(exchange.body, is_valid):
                raise RuleViolation(exchange, "a request that the schema forbids to be refused with 400")

    generated_requests(target, send)()


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
