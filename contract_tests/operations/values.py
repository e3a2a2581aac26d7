"""Values to send: ordinary and difficult texts, and values that a field's schema allows or forbids."""

import json
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import hypothesis
import yaml
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from puffle.contract import Contract, Schema
from puffle.validation import validator

_TEXTS = yaml.safe_load(Path(__file__).with_name("values.yaml").read_text("utf-8"))
_SCRIPTS, _TITLES = _TEXTS["scripts"], _TEXTS["titles"]
_LONG = ("", *("x" * length for length in (256, 300, 600, 1100, 2100, 4100)), "Aä山😀" * 3000)
DIFFICULT = (*_LONG, *_TITLES, *_TEXTS["difficult"])
"""Texts that often go wrong: a field that takes any text stores them as they are or refuses them."""
UNUSUAL_EMAILS, UNUSUAL_PROFILES = tuple(_TEXTS["unusual-emails"]), tuple(_TEXTS["unusual-profiles"])


@cache
def _name(alphabet: str) -> SearchStrategy[str]:
    letters = alphabet + _TEXTS["vowel-signs"].get(alphabet[0], "")
    characters = letters + _TEXTS["punctuation"] + "0123456789"
    rest = st.text(characters, max_size=20) | _up_to_99(characters) | _up_to_99(letters)
    return st.builds(_joined, st.sampled_from(alphabet), rest)


def _joined(first: str, rest: str) -> str:
    return (first + rest).strip()


def _up_to_99(characters: str) -> SearchStrategy[str]:
    repeated = st.text(characters, min_size=2, max_size=12)
    return st.builds(_repeated, repeated, st.integers(80, 99))


def _repeated(text: str, length: int) -> str:
    return (text * length)[:length]


def _trimmed(text: str) -> str:
    """The contract does not say whether a server may trim, and languages differ in what they trim."""
    inner = [index for index, character in enumerate(text) if unicodedata.category(character)[0] not in "ZC"]
    return text[inner[0] : inner[-1] + 1] if inner else ""


names = st.sampled_from(_SCRIPTS).flatmap(_name) | st.sampled_from(_TITLES)
"""Names and titles of 1 to 100 printable characters in any script."""
_words = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12)


def _email(first: str, rest: list[str], separator: str, domain: str) -> str:
    return separator.join([first, *rest]) + "@" + domain


def _profile(words: list[str]) -> str:
    return "https://www.linkedin.com/in/" + "-".join(["jane", *words])


emails = st.builds(
    _email, _words, st.lists(_words, max_size=2), st.sampled_from(".-_+"), st.sampled_from(_TEXTS["domains"])
)
profiles = st.lists(_words, min_size=1, max_size=3).map(_profile)
any_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200).map(_trimmed)
long_text = st.builds(_repeated, st.sampled_from("xä山😀"), st.integers(101, 12_000))
"""100 to 12,000 characters of 1 to 4 bytes each; shrinks to the shortest text that fails."""


def fitted(text: str, shortest: int, longest: int | None) -> str:
    """The text, repeated or cut until its length is allowed."""
    return (text if len(text) >= shortest else _repeated(text, shortest))[:longest]


_CONSTRAINTS = {"enum", "const", "format", "pattern", "minLength", "maxLength", "allOf", "anyOf", "oneOf", "not"}
_SAMPLES: tuple[Any, ...] = (7, 0, -1, 1.5, True, False, [], ["x"], {}, {"value": "x"}, "x", "no such value", "")
_LIMIT = 1_000_000


def types(schema: Schema) -> set[str]:
    """The JSON types that a schema names, except null."""
    named = schema.get("type", ())
    return ({named} if isinstance(named, str) else set(named)) - {"null"}


def is_plain_text(schema: Schema) -> bool:
    """Whether a schema allows every string and nothing else."""
    return types(schema) == {"string"} and not _CONSTRAINTS & set(schema)


def forbidden(contract: Contract, schema: Schema, *, null: bool = False) -> list[Any]:
    """Some values that a schema forbids, null among them only if asked for."""
    is_valid = validator(contract, schema).is_valid
    return [value for value in (*_SAMPLES, *([None] if null else [])) if not is_valid(value)]


def of_another_type(contract: Contract, schema: Schema) -> list[Any]:
    """Some values of types that a schema does not allow, null among them."""
    wrong, allowed_types = forbidden(contract, schema, null=True), [*types(schema)]
    if not allowed_types:
        return wrong
    is_of_type = validator(contract, {"type": allowed_types}).is_valid
    return [value for value in wrong if not is_of_type(value)]


def allowed(contract: Contract, schema: Schema) -> SearchStrategy[Any]:
    """Ordinary values that a schema allows; null is not among them."""
    schema = contract.resolve(schema)
    return _unchecked(contract, schema).filter(validator(contract, schema).is_valid)


def simplest(strategy: SearchStrategy[Any]) -> Any:
    """The value that Hypothesis would shrink to."""
    quiet = hypothesis.settings(database=None, verbosity=hypothesis.Verbosity.quiet)
    return hypothesis.find(strategy, lambda _: True, settings=quiet)


def _unchecked(contract: Contract, schema: Schema) -> SearchStrategy[Any]:
    schema = contract.resolve(schema)
    if "const" in schema or "enum" in schema:
        listed = schema.get("enum", [schema.get("const")])
        return st.sampled_from([value for value in listed if value is not None])
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            parts = [part for part in map(contract.resolve, schema[choice]) if part.get("type") != "null"]
            rest = {name: value for name, value in schema.items() if name != choice}
            return st.one_of(*(_unchecked(contract, {**rest, **part}) for part in parts))
    makers = _MAKERS if types(schema) else {"object": _objects}
    return st.one_of(*(make(contract, schema) for name, make in makers.items() if name in (types(schema) or makers)))


def _strings(_: Contract, schema: Schema) -> SearchStrategy[Any]:
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength")
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], alphabet=st.characters(min_codepoint=32, max_codepoint=126))
    return names.map(partial(fitted, shortest=shortest, longest=longest))


def _integers(_: Contract, schema: Schema, step: float = 1) -> SearchStrategy[Any]:
    step = schema.get("multipleOf", step)
    lowest = schema.get("minimum", schema.get("exclusiveMinimum", min(0, schema.get("maximum", 0)) - _LIMIT))
    highest = schema.get("maximum", schema.get("exclusiveMaximum", lowest + 2 * _LIMIT))
    return st.integers(-int(-lowest // step), int(highest // step)).map(lambda number: number * step)


def _arrays(contract: Contract, schema: Schema) -> SearchStrategy[Any]:
    fewest = schema.get("minItems", 0)
    most = schema.get("maxItems", fewest + 3)
    items = _unchecked(contract, schema.get("items", {"type": "string"}))
    unique = partial(json.dumps, sort_keys=True) if schema.get("uniqueItems") else None
    return st.lists(items, min_size=fewest, max_size=most, unique_by=unique)


def _objects(contract: Contract, schema: Schema) -> SearchStrategy[Any]:
    required = contract.required_members(schema)
    members = {name: _unchecked(contract, member) for name, member in contract.members(schema).items()}
    optional = {name: member for name, member in members.items() if name not in required}
    return st.fixed_dictionaries({name: members.get(name, names) for name in sorted(required)}, optional=optional)


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


_FORMATS: Mapping[str, SearchStrategy[Any]] = {
    "date-time": st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(_time),
    "date": st.dates(date(1990, 1, 1), date(2090, 1, 1)).map(str),
    "uuid": st.uuids(version=4).map(str),
    "email": emails,
    "uri": profiles,
}
_MAKERS: Mapping[str, Callable[[Contract, Schema], SearchStrategy[Any]]] = {
    "string": _strings,
    "integer": _integers,
    "number": partial(_integers, step=0.25),  # exact in binary: nothing is lost on the way
    "boolean": lambda _, __: st.booleans(),
    "array": _arrays,
    "object": _objects,
}
