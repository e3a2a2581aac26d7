"""A change of the contract, and what it means to a consumer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

Place = tuple[str | int, ...]
"""The keys and indexes that lead to a part of the document."""


class Verdict(IntEnum):
    """What a change means to a consumer who was written against the contract before it; the worst is the highest."""

    DOCUMENTATION = 0
    """Nothing that is sent or answered differs."""
    COMPATIBLE = 1
    """The consumer goes on as before; others may do more."""
    BREAKING = 2
    """The consumer may meet what it was promised not to meet, or cannot be told not to."""

    @property
    def label(self) -> str:
        """As it is printed."""
        return "documentation only" if self is Verdict.DOCUMENTATION else self.name.lower()


@dataclass(frozen=True)
class Change:
    """One change, with the place where a person finds it."""

    verdict: Verdict
    place: Place
    what: str
    """What differs, for a person to read."""
    gone: bool = False
    """The place is one of the contract before; the contract after has it no more."""

    @property
    def where(self) -> str:
        """The place in one word, as ``paths./leads.get.responses.200``."""
        return ".".join(map(str, self.place))


def merged(changes: Iterable[Change]) -> list[Change]:
    """One change for each place, the worst that was found there: a schema may be reached from several sides."""
    worst: dict[tuple[Place, bool], Change] = {}
    for change in changes:
        known = worst.setdefault((change.place, change.gone), change)
        if change.verdict > known.verdict:
            worst[change.place, change.gone] = change
    return sorted(worst.values(), key=lambda change: -change.verdict)


def worst_of(changes: Sequence[Change]) -> Verdict | None:
    """The worst verdict, None where nothing changed."""
    return max((change.verdict for change in changes), default=None)
