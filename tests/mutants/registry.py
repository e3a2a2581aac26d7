"""The list of mutants, and how one is put on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp

from tests.implementations import Implementation, implementation


@dataclass(frozen=True)
class Mutant:
    """One broken implementation, and the rule that it breaks."""

    rule: str
    broken: Implementation

    @property
    def name(self) -> str:
        return self.broken.__name__

    def __reduce__(self) -> tuple[Callable[[str], Mutant], tuple[str]]:
        """Another process finds it by its name."""
        return mutant, (self.name,)

    def app(self) -> ASGIApp:
        """It, freshly seeded."""
        return implementation(self.broken)


MUTANTS: list[Mutant] = []


def mutant(name: str) -> Mutant:
    """The mutant of that name."""
    return next(mutant for mutant in MUTANTS if mutant.name == name)


def breaks(rule: str) -> Callable[[Implementation], Implementation]:
    def register(broken: Implementation) -> Implementation:
        MUTANTS.append(Mutant(rule, broken))
        return broken

    return register
