"""Mutants, sandboxes with one broken rule each, and harmless variants; the contract tests must tell them apart.

A module or package with ``OPERATION`` is about one operation; the others are about all of them.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator

from contract_tests import verdict
from mock.sandbox.operations import discover
from puffle.contract import operation_key
from tests.operations.registry import DECLARED, Mutant, Variant
from tests.targets import CONTRACT, Difference

__all__ = ["MUTANTS", "VARIANTS", "Mutant", "Variant", "mutant"]

SCHEMA_CHECKS = tuple(check.id for check in verdict.SCHEMA_CHECKS)
"""What the contract tests check for every operation, besides its rules."""

for _module in pkgutil.walk_packages(__path__, f"{__name__}."):
    if not _module.name.endswith("__main__"):
        importlib.import_module(_module.name)


def operation_of(difference: Difference) -> str | None:
    """The key of the operation that the module of a mutant or variant is about; None when it is about all."""
    module = difference.__module__
    while module != __name__:
        if hasattr(sys.modules[module], "OPERATION"):
            return operation_key(sys.modules[module].OPERATION)
        module = module.rpartition(".")[0]
    return None


def _targets(difference: Difference, rule: str | None) -> Iterator[Variant]:
    own = operation_of(difference)
    keys = [own] if own else [key for key in discover() if _has_rule(key, rule) and _matters(key, difference)]
    for key in keys:
        used, name = difference, difference.__name__
        if not own and isinstance(difference, type):
            used = type(name, (difference, discover()[key]), {})
        if len(keys) > 1:
            name = f"{name}-{discover()[key].__name__}"
        yield Mutant(name, key, used, rule) if rule else Variant(name, key, used)


def _has_rule(key: str, rule: str | None) -> bool:
    operation = CONTRACT.find(key)
    rules = {one.id for one in operation.rules} if operation else set()
    return rule is None or rule in SCHEMA_CHECKS or rule in rules


def _matters(key: str, difference: Difference) -> bool:
    """Whether a difference matters to an operation: without a body, it does not matter how one is read."""
    operation = CONTRACT.find(key)
    has_body = operation is not None and operation.request_schema is not None
    return has_body or not {"parse", "check_media_type"} & vars(difference).keys()


_ALL = [target for difference, rule in DECLARED for target in _targets(difference, rule)]
MUTANTS = tuple(target for target in _ALL if isinstance(target, Mutant))
VARIANTS = tuple(target for target in _ALL if not isinstance(target, Mutant))


def mutant(name: str) -> Mutant:
    """The mutant of that name."""
    return next(one for one in MUTANTS if one.name == name)
