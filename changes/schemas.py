"""The impact of changes to a schema, which depends on who sends what it describes.

A schema of requests may become wider: everything that consumers send must still be accepted. A schema of responses may
become narrower: consumers must be able to read everything that they receive. jsoncompat decides which of two schemas is
wider, except for the keywords that it treats as annotations (`format` and `pattern`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from typing import Any

import jsoncompat

from changes.change import Change, Impact
from changes.part import ANNOTATIONS, Part, change, compare_members, differing, nothing
from puffle.contract import Place

VALUES = (
    "type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
    "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
)  # fmt: skip
"""Keywords that jsoncompat compares, together."""
CONSTRAINTS = (
    "format", "pattern", "contentEncoding", "contentMediaType", "not", "propertyNames", "patternProperties",
    "dependentRequired", "dependentSchemas", "contains", "prefixItems", "unevaluatedProperties", "unevaluatedItems",
)  # fmt: skip
"""Keywords that narrow a schema when added; the effect of changing one is unknown."""
WIDER_FORMATS = [["int32", "int64"], ["float", "double"]]
"""Pairs of formats of which the second accepts everything that the first accepts."""
TYPES = {"array", "boolean", "integer", "null", "number", "object", "string"}


class Side(Enum):
    """Who sends what a schema describes."""

    REQUEST = "consumer"
    RESPONSE = "server"


HIDDEN = {Side.REQUEST: "readOnly", Side.RESPONSE: "writeOnly"}
WIDER = {
    Side.REQUEST: (Impact.COMPATIBLE, "more is accepted than before"),
    Side.RESPONSE: (Impact.BREAKING, "consumers may receive unknown values"),
}
NARROWER = {
    Side.REQUEST: (Impact.BREAKING, "what was accepted before may be refused"),
    Side.RESPONSE: (Impact.COMPATIBLE, "fewer values are possible"),
}


class Schemas:
    """Compares the schemas of one request, response, parameter or header, which messages call by its name."""

    def __init__(self, side: Side, name: str) -> None:
        self._side = side
        self._name = name
        self._compared: set[tuple[Place, Place]] = set()

    def compare(self, before: Part, after: Part) -> Iterator[Change]:
        """Each difference between two schemas and the ones they refer to; an absent schema accepts anything."""
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
        """The change to a schema that accepts more values than before, fewer, the same, or (both) other ones."""
        same = (Impact.DOCUMENTATION, "the same values are valid")
        either = (Impact.BREAKING, "neither wider nor narrower")
        one_way = WIDER[self._side] if wider else NARROWER[self._side]
        impact, why = either if wider and narrower else one_way if wider or narrower else same
        return change(impact, before, after, f"{self._name}: {what}: {why}")

    def _values(self, before: Part, after: Part) -> Iterator[Change]:
        old, new = ({key: part.value[key] for key in VALUES if key in part.value} for part in (before, after))
        differing = [key for key in VALUES if before.at(key).expanded() != after.at(key).expanded()]
        if differing:
            wider, narrower = not _passes(new, old), not _passes(old, new)
            what = ", ".join(_difference(before.at(key), after.at(key)) for key in differing)
            yield self._judged(before.at(differing[0]), after.at(differing[0]), what, wider=wider, narrower=narrower)

    def _constraint(self, before: Part, after: Part) -> Iterator[Change]:
        if before.expanded() != after.expanded():
            wider = before.exists and [after.value, before.value] not in WIDER_FORMATS
            narrower = after.exists and [before.value, after.value] not in WIDER_FORMATS
            yield self._judged(before, after, _difference(before, after), wider=wider, narrower=narrower)

    def _members(self, before: Part, after: Part) -> Iterator[Change]:
        """The properties, and which of them are required."""
        old, new = self._visible(before), self._visible(after)
        for name in dict.fromkeys([*new, *old]):
            was, is_now = (schema.at("properties").at(name) for schema in (before, after))
            if name not in old:
                yield self._new_member(is_now, before, after)
            elif name not in new:
                why = "is now ignored or refused" if self._side is Side.REQUEST else "was removed"
                yield Change(Impact.BREAKING, was.place, f"{self._name}: `{name}` {why}", gone=not is_now.exists)
            else:
                yield from self.compare(was, is_now)
        yield from self._required(before, after, set(old), set(new))

    def _visible(self, schema: Part) -> list[str]:
        properties = schema.at("properties").members()
        return [name for name, part in properties.items() if not part.resolved().get(HIDDEN[self._side], False)]

    def _new_member(self, new: Part, before: Part, after: Part) -> Change:
        name, why = new.place[-1], ""
        if self._side is Side.REQUEST and name in after.get("required", ()):
            why = " and required"
        elif self._side is Side.RESPONSE:
            anything: tuple[Any, ...] = (True, {})
            is_open = before.get("additionalProperties", True) in anything and before.get("unevaluatedProperties", True)
            why = "" if is_open else ", but other members were ruled out"
        impact = Impact.BREAKING if why else Impact.COMPATIBLE
        return Change(impact, new.place, f"{self._name}: `{name}` is new{why}")

    def _required(self, before: Part, after: Part, old: set[str], new: set[str]) -> Iterator[Change]:
        were, are = (
            {name: schema.at("required").at(index) for index, name in enumerate(schema.get("required", []))}
            for schema in (before, after)
        )
        for name, part in were.items():
            if name not in are and (name in new or name not in old):
                what = f"{self._name}: `{name}` is no longer required"
                yield Change(WIDER[self._side][0], part.place, what, gone=True)
        for name, part in are.items():
            if name not in were and (name in old or name not in new):
                yield Change(NARROWER[self._side][0], part.place, f"{self._name}: `{name}` is now required")

    def _branches(self, before: Part, after: Part) -> Iterator[Change]:
        """A new branch of `anyOf` or `oneOf` widens the schema, one of `allOf` narrows it."""
        if not (before.exists and after.exists):
            yield from self._constraint(before, after)
            return
        old = [branch for branch in before.parts() if branch.value not in after.value]
        new = [branch for branch in after.parts() if branch.value not in before.value]
        for branch in (branch for branch in after.parts() if branch.value in before.value):
            yield from self.compare(before.at(before.value.index(branch.value)), branch)
        narrows, exclusive = after.place[-1] == "allOf", after.place[-1] == "oneOf"
        for one, other in zip(old, new, strict=False):
            for found in self.compare(one, other):
                breaks = exclusive and found.impact is Impact.COMPATIBLE
                yield replace(found, impact=Impact.BREAKING) if breaks else found
        for branch in new[len(old) :]:
            overlaps, absent = exclusive and _overlaps(branch, before), Part(before.contract, branch.place)
            yield self._judged(absent, branch, "a branch is new", wider=not narrows, narrower=narrows or overlaps)
        for branch in old[len(new) :]:
            overlaps, absent = exclusive and _overlaps(branch, after), Part(after.contract, branch.place)
            yield self._judged(branch, absent, "a branch was removed", wider=narrows or overlaps, narrower=not narrows)

    def _additional(self, before: Part, after: Part) -> Iterator[Change]:
        if (before.value is False) != (after.value is False):
            wider = before.value is False
            yield self._judged(before, after, _difference(before, after), wider=wider, narrower=not wider)
        elif after.value is not False:
            yield from self.compare(before, after)

    def _default(self, before: Part, after: Part) -> Iterator[Change]:
        if before.expanded() != after.expanded():
            impact = Impact.BREAKING if self._side is Side.REQUEST else Impact.DOCUMENTATION
            what = f"{self._name}: {_difference(before, after)}: leaving it out means something else"
            yield change(impact, before, after, what)

    def compare_lists(self, before: Part, after: Part) -> Iterator[Change]:
        """The difference between two lists of possible values."""
        if before.exists and after.exists and before.expanded() != after.expanded():
            old, new = set(before.value), set(after.value)
            what = _difference(before, after)
            yield self._judged(before, after, what, wider=not new <= old, narrower=not old <= new)
        else:
            yield from differing(before, after)


def _schema(part: Part) -> Part:
    part = part.resolved()
    value = part.value if isinstance(part.value, dict) else {"not": {}} if part.value is False else {}
    return Part(part.contract, part.place, value)


def _references(before: Part, after: Part) -> Iterator[Change]:
    """References that lead nowhere, and keywords next to a reference."""
    references = [part for part in (before, after) if "$ref" in part.members()]
    for part in references:
        if before.value != after.value and not part.resolved().exists:
            what = f"{part.value['$ref']} leads nowhere; the effect is unknown"
            yield Change(Impact.BREAKING, part.place, what, gone=part is before)
    if len(references) == 2:
        yield from compare_members(before, after, {"$ref": nothing})
        return
    for part in references:
        siblings = [key for key in part.members() if key not in ANNOTATIONS | {"$ref"} and not key.startswith("x-")]
        if siblings:
            what = f"`{siblings[0]}` is next to a `$ref`; the effect is unknown"
            yield Change(Impact.BREAKING, part.at(siblings[0]).place, what, gone=part is before)


def _title(before: Part, after: Part) -> Iterator[Change]:
    if before.expanded() != after.expanded():
        yield change(Impact.BREAKING, before, after, "`title` changed; generated code names the type after it")


def _passes(inner: dict[str, Any], outer: dict[str, Any]) -> bool:
    """Whether every value that one schema accepts is valid for another; False if that is unknown."""
    for types in (schema.get("type", []) for schema in (inner, outer)):
        if not TYPES.issuperset(types if isinstance(types, list) else [types]):
            return False
    try:
        one, other = (json.dumps(schema, default=str) for schema in (inner, outer))
        return jsoncompat.check_compat(one, other, jsoncompat.Role.DESERIALIZER)
    except ValueError:
        return False


def _overlaps(branch: Part, branches: Part) -> bool:
    """Whether a branch accepts everything that one of others accepts, or the other way round."""
    one, *others = (json.loads(json.dumps(_schema(part).value, default=str)) for part in (branch, *branches.parts()))
    return any(_passes(one, other) or _passes(other, one) for other in others)


def _difference(before: Part, after: Part) -> str:
    """As ``type: string → integer``."""
    values = (part.value if part.exists else "absent" for part in (before, after))
    old, new = (json.dumps(value, ensure_ascii=False, default=str).replace('"', "") for value in values)
    return f"{after.place[-1]} {old} → {new}"
