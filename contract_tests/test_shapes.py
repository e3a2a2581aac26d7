"""The schemas: schemathesis makes requests that they allow and ones that they do not.

What they do not allow must be refused. What they allow may be (the rules say what must be accepted), so there it is
the answer's shape that counts; that of every answer, here and in the rules, is judged where it arrives.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.core import NOT_SET

from contract_tests import run
from contract_tests.case import Case, UnreadableCase
from contract_tests.exchange import Exchange
from contract_tests.gate import as_uuid
from contract_tests.judging import rule
from contract_tests.target import Broken, Target
from contract_tests.verdict import REQUESTS
from puffle import contract
from puffle.shapes import validator

CONTRACT = contract.load()
OPERATION = CONTRACT.operation("updateLeadInCampaign")
REQUEST = validator(OPERATION.contract, OPERATION.request_content["schema"])
LISTED = run.COLUMNS.listed

# The path's other verbs are real, and destructive. Where requests go, and with which key, is the target's affair.
CONFIG = {
    "seed": run.seed,
    "phases": {
        "examples": {"enabled": True},
        "coverage": {"unexpected-methods": []},
        "fuzzing": {"generation": {"max-examples": run.cases * 8}},
    },
    "generation": {"mode": "all", "allow-x00": False},
}
WITHOUT_SECURITY = {**CONTRACT.document, "security": []}

schema = schemathesis.openapi.from_dict(WITHOUT_SECURITY, config=SchemathesisConfig.from_dict(CONFIG))


def left_open(body: Any) -> bool:
    """The contract does not say what comes of null for a listed field, of NUL, or of a lone surrogate."""
    fields = body.get("updates") if isinstance(body, dict) else None
    null = isinstance(fields, dict) and any(name in fields and fields[name] is None for name in LISTED)
    return null or any(_LEFT_OPEN.search(text) for text in _texts(body))


_LEFT_OPEN = re.compile("[\0\ud800-\udfff]")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield str(name)
            yield from _texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)


def addressed(body: Any, target: Target) -> Any:
    """The same body with the lead that may be edited in place of an invented one, and only what may be edited there."""
    if not isinstance(body, dict):
        return body
    if as_uuid(body.get("prospect_id")):
        body = {**body, "prospect_id": target.settings.lead.id}
    if isinstance(body.get("updates"), dict):
        is_closed = target.gate.is_closed
        body = {**body, "updates": {name: value for name, value in body["updates"].items() if not is_closed(name)}}
    return body


def sent_as(body: Any) -> bytes:
    """The bytes of a body, which schemathesis gives as bytes already where they are not to be JSON."""
    if body is NOT_SET:
        return b""
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def allowed(body: Any) -> bool:
    """Whether the schema allows a body."""
    try:
        return REQUEST.is_valid(json.loads(sent_as(body)))
    except ValueError:
        return False


@rule(REQUESTS)
@schema.include(operation_id=OPERATION.id).parametrize()
@settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))
def test_request_that_the_schema_forbids_is_refused(case: schemathesis.Case[Any], target: Target) -> None:
    body = addressed(case.body, target)
    if not left_open(body):
        refused_unless_allowed(target.send(target.settings.lead.campaign, sent_as(body)))


@rule(REQUESTS)
@pytest.mark.again
def test_request_again(target: Target) -> None:
    """One request of an earlier run; its answer's shape is judged where it arrives."""
    if target.settings.case is None:
        raise UnreadableCase("none is given")
    campaign, authorization, content_type, body = target.settings.case.request()
    refused_unless_allowed(target.send(campaign, body, authorization=authorization, content_type=content_type))


def refused_unless_allowed(exchange: Exchange) -> None:
    """A request that the schema forbids was not carried out."""
    if 200 <= exchange.status < 300 and not allowed(exchange.body):
        expected = "a request that the schema forbids to be refused with 400"
        raise Broken(exchange, expected, case=Case.of_request(exchange))
