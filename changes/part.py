"""Parts of two contracts, side by side, each with its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from changes.change import Change, Place, Verdict
from puffle.contract import Contract

ABSENT: Final = object()

ANNOTATIONS = frozenset(
    {
        "$comment", "contact", "deprecated", "description", "example", "examples", "externalDocs", "license",
        "summary", "termsOfService", "title", "bearerFormat", "x-next-steps", "x-api-key",
    }
)  # fmt: skip
"""Keywords that neither side sends or is held to, wherever they stand."""


@dataclass(frozen=True)
class Part:
    """A part of a contract."""

    contract: Contract
    place: Place = ()
    value: Any = field(default=ABSENT)

    @property
    def there(self) -> bool:
        """The contract has it."""
        return self.value is not ABSENT

    def at(self, key: str | int) -> Part:
        """The part under a key or index, which may be absent."""
        if isinstance(self.value, list):
            index = int(key) if str(key).isdigit() else len(self.value)
            found, key = (self.value[index] if index < len(self.value) else ABSENT), index
        else:
            found = self.value.get(key, ABSENT) if isinstance(self.value, Mapping) else ABSENT
        return Part(self.contract, (*self.place, key), found)

    def resolved(self) -> Part:
        """What its ``$ref`` points to, at its own place; anything else as it is."""
        part, seen = self, set[str]()
        while isinstance(part.value, Mapping) and "$ref" in part.value:
            reference = str(part.value["$ref"])
            if reference in seen or not reference.startswith("#/"):
                return Part(self.contract, part.place)
            seen.add(reference)
            part = Part(self.contract, (), self.contract.document)
            for key in reference.removeprefix("#/").split("/"):
                part = part.at(key.replace("~1", "/").replace("~0", "~"))
        return part

    def expanded(self, above: frozenset[str] = frozenset()) -> str:
        """The value with what it refers to in place of each reference, as JSON: to tell whether it differs."""
        if not self.there:
            return "absent"
        if isinstance(self.value, Mapping):
            reference = str(self.value.get("$ref", ""))
            members = {str(key): self.at(key).expanded(above) for key in self.value if key != "$ref"}
            if reference and reference not in above:
                members["$ref"] = self.resolved().expanded(above | {reference})
            elif reference:
                members["$ref"] = reference
            return json.dumps(members, sort_keys=True)
        if isinstance(self.value, list):
            return json.dumps([part.expanded(above) for part in self.parts()])
        return json.dumps(self.value, default=str)

    def names(self) -> list[str]:
        """The keys of an object, none of anything else."""
        return list(self.value) if isinstance(self.value, Mapping) else []

    def parts(self) -> list[Part]:
        """The elements of an array, none of anything else."""
        return [self.at(index) for index in range(len(self.value))] if isinstance(self.value, list) else []

    def get(self, key: str, default: Any = None) -> Any:
        """The value under a key, or the default where it is absent."""
        found = self.at(key)
        return found.value if found.there else default


Compare = Callable[[Part, Part], Iterator[Change]]


def change(verdict: Verdict, before: Part, after: Part, what: str) -> Change:
    """A change that stands where the part is now, or was where it is gone."""
    return Change(verdict, after.place, what) if after.there else Change(verdict, before.place, what, gone=True)


def both(before: Part, after: Part) -> list[str]:
    """The keys of either object, in the order of the contract after."""
    return list(dict.fromkeys([*after.names(), *before.names()]))


def compare_members(before: Part, after: Part, known: Mapping[str, Compare]) -> Iterator[Change]:
    """Compare two objects member by member, so that no difference is passed over.

    Args:
        before: the object in the contract before.
        after: the object in the contract after.
        known: what compares the members of which the meaning is known. Annotations and extensions are documentation;
            any other member that differs cannot be judged, and so counts as breaking.
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
            yield change(Verdict.BREAKING, old, new, f"`{key}` differs: what that breaks cannot be told")


def _assumed(before: Part, after: Part) -> Iterator[Change]:
    if bool(before.there and before.value) and not (after.there and after.value):
        yield change(Verdict.COMPATIBLE, before, after, "what was assumed is stated now")
    elif after.there and after.value and not (before.there and before.value):
        yield change(Verdict.BREAKING, before, after, "what was stated is only assumed now")


def differing(before: Part, after: Part) -> Iterator[Change]:
    """A difference that only people read, as near to its place as can be told."""
    if before.expanded() == after.expanded():
        return
    keys = [key for key in both(before, after) if before.at(key).value != after.at(key).value]
    if before.there and after.there and len(keys) == 1:
        yield from differing(before.at(keys[0]), after.at(keys[0]))
    else:
        verb = "differs" if before.there and after.there else "is new" if after.there else "is gone"
        yield change(Verdict.DOCUMENTATION, before, after, f"`{after.place[-1]}` {verb}")


def nothing(_before: Part, _after: Part) -> Iterator[Change]:
    """No difference: it is looked at elsewhere."""
    yield from ()
