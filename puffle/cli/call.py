"""The request of a command, built from the contract and checked against it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from puffle.cli.flags import BODY, CONFIRM, Flag, flags_of, members_in
from puffle.cli.json_text import compact
from puffle.cli.problems import first_problem
from puffle.contract import JSON, Operation, Schema
from puffle.curl import curl
from puffle.exceptions import UsageError
from puffle.secret import BEARER, in_shell


class Call(NamedTuple):
    """A request, without the server and the key.

    ``unlisted`` are members of its body that the contract lacks; ``questions`` are to be answered with yes before it is
    sent, each with the flag or member that raises it.
    """

    method: str
    path: str
    headers: list[tuple[str, str]]
    secured: bool
    body: bytes | None
    unlisted: list[str]
    questions: list[tuple[str, str]]

    def as_curl(self, base_url: str) -> str:
        """The request as a ``curl`` command, with a variable for the key."""
        key = [f'"Authorization: {in_shell(BEARER)}"'] if self.secured else []
        headers = [shlex.quote(f"{name}: {value}") for name, value in self.headers]
        return curl(self.method, base_url + self.path, [*key, *headers], self.body)


def build(operation: Operation, values: Mapping[Flag, Any]) -> Call:
    """The request with these values; ``UsageError`` if the contract does not allow one, or the lack of one."""
    if not operation.takes_json:
        raise UsageError(f"{operation.summary}: puffle can only send JSON, and this operation takes another body")
    parameters = {(one["in"], one["name"]): one for one in operation.parameters}
    path, query, headers = operation.path_template, [], []
    for flag in (flag for flag in values if flag.place[0] != BODY):
        place, name = flag.place
        _check(operation, flag.schema, values[flag], flag.place, [flag])
        try:
            text = _serialized(parameters[place, name], values[flag])
        except ValueError as error:
            raise UsageError(f"--{flag.flag}: {error}") from None
        if place == "path":
            path = path.replace(f"{{{name}}}", text)
        elif place == "query":
            query.append(text)
        else:
            headers.append((name, text) if place == "header" else ("Cookie", f"{name}={text}"))
    target = "?".join(filter(None, [path, "&".join(filter(None, query))]))
    if not operation.body_required and all(flag.place[0] != BODY for flag in values):
        return Call(operation.method, target, headers, operation.secured, None, [], [])
    body, schema = _body(values), operation.request_content["schema"]
    _check(operation, schema, body, (BODY,), values)
    members = list(members_in(operation.contract, schema, body))
    questions = [
        (_spelled(operation, (BODY, *map(str, place))), member[CONFIRM])
        for place, member, value in members
        if member and CONFIRM in member and value not in (None, False)
    ]
    headers.append(("Content-Type", JSON))
    unlisted = _grouped(place for place, member, _ in members if member is None)
    return Call(operation.method, target, headers, operation.secured, compact(body).encode(), unlisted, questions)


def _serialized(parameter: Mapping[str, Any], value: Any) -> str:
    """A parameter in the default style of its place: as a part of the path or query, or the value of a header."""
    place, name = parameter["in"], parameter["name"]
    style, explode = ("form", True) if place in ("query", "cookie") else ("simple", False)
    if parameter.get("style", style) != style or parameter.get("explode", explode) != explode or "content" in parameter:
        raise ValueError("puffle only supports parameters of the default style")
    if isinstance(value, dict):
        raise ValueError("puffle does not support objects as parameters")
    items = value if isinstance(value, list) else [value]
    texts = [item if isinstance(item, str) else compact(item) for item in items]
    if place == "query":
        return "&".join(f"{quote(name, safe='')}={quote(text, safe='')}" for text in texts)
    if place == "path":
        if texts in ([], [""], ["."], [".."]):
            raise ValueError(f"{json.dumps(','.join(texts))} would lead to another path")
        return ",".join(quote(text, safe="") for text in texts)
    if not all(text.isascii() and text.isprintable() for text in texts):
        raise ValueError(f"a {place} can only contain printable ASCII characters")
    return ",".join(texts)


def _body(values: Mapping[Flag, Any]) -> Any:
    """One body of all values in it: a field's own flag overrides the object that contains it."""
    flags = {flag.place: flag for flag in values if flag.place[0] == BODY}
    if (BODY,) in flags:
        return values[flags[BODY,]]
    body: dict[str, Any] = {}
    for place in sorted(flags, key=len):
        outer = body
        for length, name in enumerate(place[1:-1], start=2):
            outer = outer.setdefault(name, {})
            if not isinstance(outer, dict):
                raise UsageError(f"--{flags[place].flag}: --{flags[place[:length]].flag} is not an object")
        outer[place[-1]] = values[flags[place]]
    return body


def _check(operation: Operation, schema: Schema, value: Any, place: tuple[str, ...], given: Iterable[Flag]) -> None:
    """Raise ``UsageError`` for the first problem; the message names the flag that the value came from."""
    problem = first_problem(operation.contract, schema, value)
    if problem:
        where = (*place, *problem.place)
        missing = [flag for flag in flags_of(operation) if flag.place == where]
        holding = [flag for flag in given if where[: len(flag.place)] == flag.place] or missing
        flag = max(holding, key=lambda flag: len(flag.place), default=None)
        inside = ".".join(where[len(flag.place) if flag else 1 :])
        message = problem.naming(lambda name: _spelled(operation, (*where, name)))
        source = f"--{flag.flag}" if flag else "" if problem.members else "the body"
        raise UsageError(": ".join(filter(None, [source, inside, message])))


def _spelled(operation: Operation, place: tuple[str, ...]) -> str:
    """The flag for a part of the body, or the name of a part that has none."""
    return next((f"--{flag.flag}" for flag in flags_of(operation) if flag.place == place), ".".join(place[1:]))


def _grouped(places: Iterable[tuple[str | int, ...]]) -> list[str]:
    """The names of members; those that only differ in the index of an item are counted, not listed."""
    alike: dict[tuple[str | int, ...], list[str]] = {}
    for place in places:
        kind = tuple(-1 if isinstance(part, int) else part for part in place)
        alike.setdefault(kind, []).append(".".join(map(str, place)))
    return [names[0] + (f" (and {len(names) - 1:,} more like it)" if names[1:] else "") for names in alike.values()]
