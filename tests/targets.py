"""Sandboxes that differ from the project's own: in how they carry out an operation, or in their responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp

from mock.sandbox import seed
from mock.sandbox.app import Sandbox
from mock.sandbox.handler import Handler
from mock.sandbox.operations import discover
from mock.sandbox.store import Store
from puffle import contract
from tests.rewriting import Rewrite, Rewriting

CONTRACT = contract.load()

Difference = type[Handler] | Rewrite
"""A handler that replaces the one that it is derived from, or a function that rewrites responses."""


def make_app(
    difference: Difference | None = None,
    document: Mapping[str, Any] = CONTRACT.document,
    operation: str | None = None,
) -> ASGIApp:
    """A freshly seeded sandbox.

    Args:
        difference: how it differs from the project's own.
        document: the contract that it serves.
        operation: the key of the only operation whose responses are rewritten; None rewrites those of all.
    """
    handlers = dict(discover())
    if isinstance(difference, type):
        handlers[_operation_of(difference)] = difference
    served = contract.Contract(document)
    sandbox = Sandbox(served, Store(seed.load()), handlers)
    if difference is None or isinstance(difference, type):
        return sandbox
    return Rewriting(sandbox, difference, served.find(operation) if operation else None)


def _operation_of(handler: type[Handler]) -> str:
    return next(key for key, original in discover().items() if issubclass(handler, original))
