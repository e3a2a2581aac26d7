"""What a change of a schema means, seen from the side that it is on.

What a consumer sends must still be taken: there a schema may become wider. What it is answered must be what it was
promised: there a schema may become narrower. Which of two schemas is wider is jsoncompat's to say, but for what it
takes for an annotation (`format` and `pattern`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from typing import Any

import jsoncompat

from changes.change import Change, Place, Verdict
from changes.part import ANNOTATIONS, Part, change, compare_members, differing, nothing

VALUES = (
    "type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
    "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
)  # fmt: skip
"""The keywords that say whether a value is valid without looking into it."""
CONSTRAINTS = (
    "format", "pattern", "contentEncoding", "contentMediaType", "not", "propertyNames", "patternProperties",
    "dependentRequired", "dependentSchemas", "contains", "prefixItems", "unevaluatedProperties", "unevaluatedItems",
)  # fmt: skip
"""The keywords that narrow a schema where they are added; changed, they may do anything."""
WIDER_FORMATS = [["int32", "int64"], ["float", "double"]]
"""Pairs of which the second takes all that the first takes."""
TYPES = {"array", "boolean", "integer", "null", "number", "object", "string"}


class Side(Enum):
    """Who sends what a schema describes."""

    REQUEST = "consumer"
    ANSWER = "provider"


HIDDEN = {Side.REQUEST: "readOnly", Side.ANSWER: "writeOnly"}


class Schemas:
    """Compares schemas that are on one side."""

    def __init__(self, side: Side, whose: str) -> None:
        """Take the side, and what to call it: ``request of updateLead``."""
        self._side = side
        self._whose = whose
        self._compared: set[tuple[Place, Place]] = set()

    def compare(self, before: Part, after: Part) -> Iterator[Change]:
        """All that differs between two schemas and those that they refer to; an absent one lets anything pass."""
        yield from _references(before, after)
        old, new = _schema(before), _schema(after)
        if (old.place, new.place) in self._compared:
            return
        self._compared.add((old.place, new.place))
        yield from self._values(old, new)
        yield from self._members(old, new)
        known = {
            **dict.fromkeys([*VALUES, "properties", "required"], nothing),
            **dict.fromkeys(CONSTRAINTS, self._constraint),
            **dict.fromkeys(HIDDEN.values(), differing),
            **dict.fromkeys(("anyOf", "oneOf", "allOf"), self._branches),
            "$defs": nothing,
            "title": _title,
            "default": self._default,
            "items": self.compare,
            "additionalProperties": self._additional,
        }
        yield from compare_members(old, new, known)

    def _judged(self, before: Part, after: Part, what: str, *, wider: bool, narrower: bool) -> Change:
        """The change, where it lets more pass, less, the same, or (both) something else."""
        request = self._side is Side.REQUEST
        if wider and narrower:
            verdict, why = Verdict.BREAKING, "neither wider nor narrower"
        elif wider:
            verdict = Verdict.COMPATIBLE if request else Verdict.BREAKING
            why = "more is taken than before" if request else "it may hold what nobody was told of"
        elif narrower:
            verdict = Verdict.BREAKING if request else Verdict.COMPATIBLE
            why = "what was taken before may be refused" if request else "more is promised than before"
        else:
            verdict, why = Verdict.DOCUMENTATION, "the same passes as before"
        return change(verdict, before, after, f"{self._whose}: {what}: {why}")

    def _values(self, before: Part, after: Part) -> Iterator[Change]:
        old, new = ({key: part.value[key] for key in VALUES if key in part.value} for part in (before, after))
        differing = [key for key in VALUES if before.at(key).expanded() != after.at(key).expanded()]
        if differing:
            wider, narrower = not _passes(new, old), not _passes(old, new)
            what = ", ".join(_difference(before.at(key), after.at(key)) for key in differing)
            yield self._judged(before.at(differing[0]), after.at(differing[0]), what, wider=wider, narrower=narrower)

    def _constraint(self, before: Part, after: Part) -> Iterator[Change]:
        if before.expanded() != after.expanded():
            wider = before.there and [after.value, before.value] not in WIDER_FORMATS
            narrower = after.there and [before.value, after.value] not in WIDER_FORMATS
            yield self._judged(before, after, _difference(before, after), wider=wider, narrower=narrower)

    def _members(self, before: Part, after: Part) -> Iterator[Change]:
        """The properties that this side may send, and which of them it must."""
        old, new = self._visible(before), self._visible(after)
        for name in [*new, *(name for name in old if name not in new)]:
            if name not in old:
                yield self._new_member(name, before, after)
            elif name not in new:
                gone = before.at("properties").at(name)
                why = "is ignored or refused" if self._side is Side.REQUEST else "finds nothing"
                does = "sends" if self._side is Side.REQUEST else "reads"
                what = f"{self._whose}: `{name}` is gone: who {does} it {why}"
                yield Change(Verdict.BREAKING, gone.place, what, gone=not after.at("properties").at(name).there)
            else:
                yield from self.compare(before.at("properties").at(name), after.at("properties").at(name))
        yield from self._required(before, after, set(old), set(new))

    def _visible(self, schema: Part) -> list[str]:
        properties = schema.at("properties")
        return [
            name for name in properties.names() if not properties.at(name).resolved().get(HIDDEN[self._side], False)
        ]

    def _new_member(self, name: str, before: Part, after: Part) -> Change:
        new = after.at("properties").at(name)
        if self._side is Side.ANSWER:
            open_ones: tuple[Any, ...] = (True, {})
            closed = before.get("additionalProperties", True) not in open_ones or not before.get(
                "unevaluatedProperties", True
            )
            verdict, why = (
                (Verdict.BREAKING, ", and what else may come was limited") if closed else (Verdict.COMPATIBLE, "")
            )
            return Change(verdict, new.place, f"{self._whose}: `{name}` is new{why}")
        if name in after.get("required", ()):
            return Change(Verdict.BREAKING, new.place, f"{self._whose}: `{name}` is new, and must be sent")
        return Change(Verdict.COMPATIBLE, new.place, f"{self._whose}: `{name}` is new, and may be sent")

    def _required(self, before: Part, after: Part, old: set[str], new: set[str]) -> Iterator[Change]:
        request = self._side is Side.REQUEST
        were, are = before.get("required", []), after.get("required", [])
        for name in were:
            if name not in are and (name in new or name not in old):
                verdict = Verdict.COMPATIBLE if request else Verdict.BREAKING
                gone = before.at("required").at(were.index(name))
                what = f"{self._whose}: `{name}` {'need no longer be sent' if request else 'may be missing'}"
                yield Change(verdict, gone.place, what, gone=True)
        for name in are:
            if name not in were and (name in old or name not in new):
                verdict = Verdict.BREAKING if request else Verdict.COMPATIBLE
                place = after.at("required").at(are.index(name)).place
                yield Change(verdict, place, f"{self._whose}: `{name}` {'must' if request else 'will always'} be sent")

    def _branches(self, before: Part, after: Part) -> Iterator[Change]:
        """Of `anyOf` and `oneOf` a further branch lets more pass, of `allOf` less."""
        if not (before.there and after.there):
            yield from self._constraint(before, after)
            return
        old = [branch for branch in before.parts() if branch.value not in after.value]
        new = [branch for branch in after.parts() if branch.value not in before.value]
        for branch in (branch for branch in after.parts() if branch.value in before.value):
            yield from self.compare(before.at(before.value.index(branch.value)), branch)
        narrows, exclusive = after.place[-1] == "allOf", after.place[-1] == "oneOf"
        for one, other in zip(old, new, strict=False):
            for found in self.compare(one, other):
                judged = Verdict.BREAKING if exclusive and found.verdict is Verdict.COMPATIBLE else found.verdict
                yield replace(found, verdict=judged)
        for branch in new[len(old) :]:
            absent = Part(before.contract, branch.place)
            overlaps = exclusive and any(_overlap(branch, other) for other in before.parts())
            yield self._judged(absent, branch, "a branch is new", wider=not narrows, narrower=narrows or overlaps)
        for branch in old[len(new) :]:
            absent = Part(after.contract, branch.place)
            overlaps = exclusive and any(_overlap(branch, other) for other in after.parts())
            yield self._judged(branch, absent, "a branch is gone", wider=narrows or overlaps, narrower=not narrows)

    def _additional(self, before: Part, after: Part) -> Iterator[Change]:
        if (before.value is False) != (after.value is False):
            wider = before.value is False
            yield self._judged(before, after, _difference(before, after), wider=wider, narrower=not wider)
        elif after.value is not False:
            yield from self.compare(before, after)

    def _default(self, before: Part, after: Part) -> Iterator[Change]:
        if before.expanded() != after.expanded():
            verdict = Verdict.BREAKING if self._side is Side.REQUEST else Verdict.DOCUMENTATION
            what = f"{self._whose}: {_difference(before, after)}: what is not sent means another value"
            yield change(verdict, before, after, what)


def compare_enumerations(before: Part, after: Part) -> Iterator[Change]:
    """What differs between two lists of the values that an answer may name."""
    old, new = (Part(part.contract, part.place[:-1], {"enum": part.value}) for part in (before, after))
    if before.there and after.there:
        yield from Schemas(Side.ANSWER, str(after.place[-1])).compare(old, new)
    else:
        yield from differing(before, after)


def _schema(part: Part) -> Part:
    part = part.resolved()
    as_object: dict[bool, dict[str, Any]] = {False: {"not": {}}, True: {}}
    value = part.value if isinstance(part.value, dict) else as_object[part.value if part.there else True]
    return Part(part.contract, part.place, value)


def _references(before: Part, after: Part) -> Iterator[Change]:
    """What stands beside a `$ref`, and references that lead nowhere."""
    for part in (before, after):
        if before.value != after.value and "$ref" in part.names() and not part.resolved().there:
            what = f"{part.value['$ref']} leads nowhere in this document: what that breaks cannot be told"
            yield Change(Verdict.BREAKING, part.place, what, gone=part is before)
    if "$ref" in before.names() and "$ref" in after.names():
        yield from compare_members(before, after, {"$ref": nothing})
        return
    for part in (before, after):
        beside = [key for key in part.names() if key not in ANNOTATIONS | {"$ref"} and not key.startswith("x-")]
        if "$ref" in part.names() and beside:
            what = f"`{beside[0]}` stands beside a `$ref`: what that breaks cannot be told"
            yield Change(Verdict.BREAKING, part.at(beside[0]).place, what, gone=part is before)


def _title(before: Part, after: Part) -> Iterator[Change]:
    if before.expanded() != after.expanded():
        yield change(Verdict.BREAKING, before, after, "`title` differs: generated code names the type after it")


def _passes(inner: dict[str, Any], outer: dict[str, Any]) -> bool:
    """Whether what is valid by one schema is valid by another; False where that cannot be told."""
    types = [one for schema in (inner, outer) for one in _listed(schema.get("type", []))]
    if not TYPES.issuperset(types):
        return False
    try:
        one, other = (json.dumps(schema, default=str) for schema in (inner, outer))
        return jsoncompat.check_compat(one, other, jsoncompat.Role.DESERIALIZER)
    except ValueError:
        return False


def _overlap(one: Part, other: Part) -> bool:
    """Whether one of two branches takes all that the other takes."""
    first, second = (json.loads(json.dumps(_schema(part).value, default=str)) for part in (one, other))
    return _passes(first, second) or _passes(second, first)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _difference(before: Part, after: Part) -> str:
    """As ``type: string → integer``."""
    old, new = (
        json.dumps(part.value, ensure_ascii=False, default=str).replace('"', "") if part.there else "none"
        for part in (before, after)
    )
    return f"{after.place[-1]} {old} → {new}"
