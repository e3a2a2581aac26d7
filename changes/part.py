"""Parts of two contracts, compared member by member."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

from changes.change import Change, Impact
from puffle.contract import Contract, Place
from puffle.operation import pointer

ABSENT: Final = object()

ANNOTATIONS = frozenset(
    {
        "$comment", "contact", "deprecated", "description", "example", "examples", "externalDocs", "license",
        "summary", "termsOfService", "title", "bearerFormat", "x-next-steps", "x-api-key",
    }
)  # fmt: skip
"""Keywords that do not affect what is sent."""


@dataclass(frozen=True)
class Part:
    """A part of a contract, which may be absent."""

    contract: Contract
    place: Place = ()
    value: Any = ABSENT

    @classmethod
    def root(cls, contract: Contract) -> Part:
        return cls(contract, (), contract.document)

    @property
    def exists(self) -> bool:
        return self.value is not ABSENT

    def at(self, key: str | int) -> Part:
        if isinstance(self.value, list):
            index = int(key) if str(key).isdigit() else len(self.value)
            found, key = (self.value[index] if index < len(self.value) else ABSENT), index
        else:
            found = self.value.get(key, ABSENT) if isinstance(self.value, Mapping) else ABSENT
        return Part(self.contract, (*self.place, key), found)

    def resolved(self) -> Part:
        """The target of its ``$ref``, at its own place; any other part as it is."""
        part, seen = self, set[str]()
        while isinstance(part.value, Mapping) and "$ref" in part.value:
            reference = str(part.value["$ref"])
            if reference in seen or not reference.startswith("#/"):
                return Part(self.contract, part.place)
            seen.add(reference)
            part = reduce(Part.at, pointer(reference), Part.root(self.contract))
        return part

    def expanded(self) -> str:
        """The value as JSON, each reference followed by its target, to tell whether it differs."""
        return json.dumps(self._expanded(frozenset()), sort_keys=True, default=str) if self.exists else "absent"

    def _expanded(self, above: frozenset[str]) -> Any:
        if isinstance(self.value, Mapping):
            members = {str(key): part._expanded(above) for key, part in self.members().items() if key != "$ref"}
            if reference := str(self.value.get("$ref", "")):
                known = reference in above
                members["$ref"] = reference if known else self.resolved()._expanded(above | {reference})
            return members
        if isinstance(self.value, list):
            return [part._expanded(above) for part in self.parts()]
        return self.value if self.exists else "absent"

    def members(self) -> dict[str, Part]:
        """The members of an object; empty for anything else."""
        return {key: self.at(key) for key in self.value} if isinstance(self.value, Mapping) else {}

    def parts(self) -> list[Part]:
        """The elements of an array; empty for anything else."""
        return [self.at(index) for index in range(len(self.value))] if isinstance(self.value, list) else []

    def get(self, key: str, default: Any = None) -> Any:
        found = self.at(key)
        return found.value if found.exists else default


Compare = Callable[[Part, Part], Iterator[Change]]


def change(impact: Impact, before: Part, after: Part, what: str) -> Change:
    """A change at the place where the part is, or was if it is gone."""
    return Change(impact, after.place, what) if after.exists else Change(impact, before.place, what, gone=True)


def both(before: Part, after: Part) -> list[str]:
    """The keys of either object, in the order of the newer contract."""
    return list(dict.fromkeys([*after.members(), *before.members()]))


def compare_named(old: Mapping[str, Part], new: Mapping[str, Part], kind: str, compare: Compare) -> Iterator[Change]:
    """Compare the parts that two contracts have under the same name, and report those that only one of them has."""
    for key in dict.fromkeys([*new, *old]):
        if key not in old:
            yield Change(Impact.COMPATIBLE, new[key].place, f"{kind} {key} is new")
        elif key not in new:
            yield Change(Impact.BREAKING, old[key].place, f"{kind} {key} was removed", gone=True)
        else:
            yield from compare(old[key], new[key])


def compare_members(before: Part, after: Part, known: Mapping[str, Compare]) -> Iterator[Change]:
    """Compare two objects member by member; ``known`` says how to compare the members whose meaning is known.

    Annotations and extensions are documentation; any other difference has an unknown effect and counts as breaking.
    """
    for key in both(before, after):
        old, new = before.at(key), after.at(key)
        if key in known:
            yield from known[key](old, new)
        elif key == "x-assumed":
            yield from _assumed(old, new)
        elif key in ANNOTATIONS or str(key).startswith("x-"):
            yield from differing(old, new)
        elif old.expanded() != new.expanded():
            yield change(Impact.BREAKING, old, new, f"`{key}` changed; the effect is unknown")


def _assumed(before: Part, after: Part) -> Iterator[Change]:
    was, is_now = (bool(part.exists and part.value) for part in (before, after))
    if was > is_now:
        yield change(Impact.COMPATIBLE, before, after, "an assumption has become a statement")
    elif was < is_now:
        yield change(Impact.BREAKING, before, after, "a statement has become an assumption")


def differing(before: Part, after: Part) -> Iterator[Change]:
    """A difference in documentation, at the innermost place that contains all of it."""
    if before.expanded() == after.expanded():
        return
    keys = [key for key in both(before, after) if before.at(key).value != after.at(key).value]
    if before.exists and after.exists and len(keys) == 1:
        yield from differing(before.at(keys[0]), after.at(keys[0]))
    else:
        verb = "changed" if before.exists and after.exists else "is new" if after.exists else "was removed"
        yield change(Impact.DOCUMENTATION, before, after, f"`{after.place[-1]}` {verb}")


def nothing(_before: Part, _after: Part) -> Iterator[Change]:
    """No change: something else compares this member."""
    yield from ()
