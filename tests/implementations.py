"""The sandbox made to differ: in a rule, or in how it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from starlette.types import ASGIApp

from mock.sandbox import seed
from mock.sandbox.app import Sandbox
from mock.sandbox.rules import Rules
from mock.sandbox.store import Store
from puffle import contract
from tests.rewriting import Answer, Rewriting

Row = dict[str, Any]
CONTRACT = contract.load()
FIRST = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
"""The draft campaign, and its first lead."""
NEXT = "a170b338-3926-4059-b28c-105d1fb17c23"

Implementation = type[Rules] | Callable[[Answer], None]
"""Rules of its own, or a function that rewrites each answer."""


def implementation(different: Implementation = Rules, document: Mapping[str, Any] = CONTRACT.document) -> ASGIApp:
    """A freshly seeded sandbox that differs in this, by the project's contract or another one."""
    the_contract, store = contract.Contract(document), Store(seed.load())
    if isinstance(different, type):
        return Sandbox(the_contract, different(the_contract, store))
    return Rewriting(Sandbox(the_contract, Rules(the_contract, store)), different)


class Lenient(Rules):
    """Lets the body through that the schema would refuse, once ``mend`` has seen to it."""

    def parse(self, body: bytes) -> Row:
        try:
            request = orjson.loads(body)
        except orjson.JSONDecodeError:
            return super().parse(body)
        return super().parse(orjson.dumps(self.mend(request) if isinstance(request, dict) else request))

    def mend(self, request: Row) -> Row:
        return request


class Storing(Rules):
    """Changes values on their way into the store."""

    def select_fields(self, updates: Row) -> dict[str, str]:
        return {name: self.stored(name, value) for name, value in super().select_fields(updates).items()}

    def stored(self, field: str, value: str) -> str:  # noqa: ARG002
        return value
