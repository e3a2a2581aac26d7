"""How a module of this package declares its mutants and harmless variants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from starlette.types import ASGIApp

from tests.targets import Difference, make_app

D = TypeVar("D", bound=Difference)

DECLARED: list[tuple[Difference, str | None]] = []
"""What the modules declare: each difference with the rule that it breaks, None when it is harmless."""


@dataclass(frozen=True)
class Variant:
    """A target that differs from the sandbox in one operation, within what the contract allows."""

    name: str
    operation: str
    """The key of the operation."""
    difference: Difference

    def app(self) -> ASGIApp:
        """The target, freshly seeded."""
        return make_app(self.difference, operation=self.operation)


@dataclass(frozen=True)
class Mutant(Variant):
    """A target that breaks one rule, or fails one schema check."""

    rule: str


def breaks(rule: str) -> Callable[[D], D]:
    """Declare a mutant, a handler or a rewriting function, and the rule or schema check that it breaks."""

    def declare(difference: D) -> D:
        DECLARED.append((difference, rule))
        return difference

    return declare


def harmless(difference: D) -> D:
    """Declare a variant, a handler or a rewriting function that keeps all rules."""
    DECLARED.append((difference, None))
    return difference
