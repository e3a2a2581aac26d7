"""A change of the contract and its impact on consumers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from puffle.contract import Place


class Impact(IntEnum):
    """What a change means to a consumer of the older contract, the worst last."""

    DOCUMENTATION = 0
    """Requests and responses stay the same."""
    COMPATIBLE = 1
    """Existing consumers work as before."""
    BREAKING = 2
    """Existing consumers may fail, or the effect is unknown."""

    @property
    def label(self) -> str:
        return "documentation only" if self is Impact.DOCUMENTATION else self.name.lower()


@dataclass(frozen=True)
class Change:
    """One change and where it is."""

    impact: Impact
    place: Place
    what: str
    gone: bool = False
    """The place exists only in the older contract."""

    @property
    def where(self) -> str:
        return ".".join(map(str, self.place))


def merged(changes: Iterable[Change]) -> list[Change]:
    """The worst change of each place, the breaking ones first: several operations may share a schema."""
    worst: dict[tuple[Place, bool], Change] = {}
    for change in sorted(changes, key=lambda change: -change.impact):
        worst.setdefault((change.place, change.gone), change)
    return list(worst.values())


def worst_of(changes: Sequence[Change]) -> Impact | None:
    return max((change.impact for change in changes), default=None)
