"""The schemas: schemathesis makes requests that they allow and ones that they do not.

What they do not allow must be refused. What they allow may be (the rules say what must be accepted), so there it is
the answer's shape that counts; that of every answer, here and in the rules, is judged where it arrives.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.core import NOT_SET

from contract_tests.answers import validator
from contract_tests.rows import Columns
from contract_tests.settings import Lead
from contract_tests.target import Broken, Target
from contract_tests.verdict import REQUESTS, rule
from puffle import contract

CONTRACT = contract.load()
OPERATION = CONTRACT.operation("updateLeadInCampaign")
REQUEST = validator(OPERATION, OPERATION.request_content["schema"])
LISTED = Columns(CONTRACT).listed

# The path's other verbs are real, and destructive. Where requests go, and with which key, is the target's affair.
CONFIG = {
    "seed": int(os.environ["SEED"]),
    "phases": {
        "examples": {"enabled": True},
        "coverage": {"unexpected-methods": []},
        "fuzzing": {"generation": {"max-examples": settings().max_examples * 8}},
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


def addressed(body: Any, lead: Lead) -> Any:
    """The same body with the lead that may be edited in place of an invented one."""
    if isinstance(body, dict) and REQUEST.is_valid({"prospect_id": body.get("prospect_id"), "updates": {}}):
        return {**body, "prospect_id": lead.id}
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
    lead = target.settings.lead
    body = addressed(case.body, lead)
    if left_open(body):
        return
    exchange = target.send(lead.campaign, sent_as(body))
    if 200 <= exchange.status < 300 and not allowed(body):
        raise Broken(exchange, "a request that the schema forbids to be refused with 400")
