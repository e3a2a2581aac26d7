"""Compare two contracts, part by part, from the side of a consumer who was written against the one before.

A consumer is whoever sends requests and reads answers, and whoever uses what is generated: a name that an import, a
call or a command is made of is a promise too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from changes.change import Change, Verdict, merged
from changes.part import ANNOTATIONS, Compare, Part, both, change, compare_members, differing, nothing
from changes.rules import compare_rules
from changes.schemas import Schemas, Side, compare_enumerations
from changes.security import compare_security, security_of
from puffle.contract import METHODS, Contract

IN_PATH = re.compile(r"\{([^{}]*)\}")


def compare(before: Contract, after: Contract) -> list[Change]:
    """Each difference between two contracts, the breaking ones first; the version aside, which says what they call for.

    Args:
        before: the contract that consumers know.
        after: the contract that takes its place.
    """
    old, new = Part(before, (), before.document), Part(after, (), after.document)
    known: dict[str, Compare] = {
        "openapi": differing,
        "info": partial(compare_members, known={"version": nothing}),
        "tags": differing,
        "servers": _servers,
        "security": nothing,
        "components": _components,
        "paths": partial(_paths, old, new),
    }
    return merged(compare_members(old, new, known))


def _components(before: Part, after: Part) -> Iterator[Change]:
    """The names of schemas, which generated code is made of, and what no operation leads to."""
    for section in both(before, after):
        old, new = before.at(section), after.at(section)
        for name in both(old, new):
            one, other = old.at(name), new.at(name)
            if section == "schemas" and not other.there:
                yield change(Verdict.BREAKING, one, other, f"the type {name} is gone, which generated code imports")
            elif section == "schemas" and not one.there:
                yield change(Verdict.COMPATIBLE, one, other, f"the type {name} is new")
            elif section == "securitySchemes" and one.there and other.there:
                rest = dict.fromkeys({*one.names(), *other.names()} - ANNOTATIONS, nothing)
                yield from compare_members(one, other, rest)
            elif f"#/components/{section}/{name}" not in _references(after.contract.document):
                yield from differing(one, other)


def _references(part: Any) -> set[str]:
    members = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    own = {part["$ref"]} if isinstance(part, dict) and isinstance(part.get("$ref"), str) else set()
    return own.union(*map(_references, members))


def _servers(before: Part, after: Part) -> Iterator[Change]:
    old, new = ({server.get("url"): server for server in servers.parts()} for servers in (before, after))
    for url in [*new, *(url for url in old if url not in new)]:
        if url not in old:
            yield Change(Verdict.COMPATIBLE, new[url].place, f"the server {url} is new")
        elif url not in new:
            yield Change(Verdict.BREAKING, old[url].place, f"the server {url} is gone", gone=True)
        else:
            yield from compare_members(old[url], new[url], {})
    if old and new and next(iter(old)) in new and next(iter(old)) != next(iter(new)):
        what = f"who names no server is sent to {next(iter(new))} from now on"
        yield Change(Verdict.BREAKING, after.at(0).place, what)


def _own_servers(before: Part, after: Part) -> Iterator[Change]:
    """Those of a path or an operation, which take the place of the document's."""
    if before.there and after.there:
        yield from _servers(before, after)
    elif before.there or after.there:
        yield change(Verdict.BREAKING, before, after, "requests are sent to another server than before")


def _paths(old_root: Part, new_root: Part, before: Part, after: Part) -> Iterator[Change]:
    """The paths, which are the same where they differ in the names of parameters alone."""
    old, new = ({IN_PATH.sub("{}", path): path for path in paths.names()} for paths in (before, after))
    for shape in [*new, *(shape for shape in old if shape not in new)]:
        one, other = before.at(old.get(shape, "")), after.at(new.get(shape, ""))
        if not one.there:
            yield Change(Verdict.COMPATIBLE, other.place, f"the path {new[shape]} is new")
        elif not other.there:
            yield Change(Verdict.BREAKING, one.place, f"the path {old[shape]} is gone", gone=True)
        else:
            if old[shape] != new[shape]:
                what = f"the path was {old[shape]}: generated code and commands name an argument after each parameter"
                yield Change(Verdict.BREAKING, other.place, what)
            yield from _operations(old_root, new_root, one, other)


def _operations(old_root: Part, new_root: Part, before: Part, after: Part) -> Iterator[Change]:
    old, new = before.resolved(), after.resolved()
    known: dict[str, Compare] = {**dict.fromkeys(METHODS, nothing), "parameters": nothing, "servers": _own_servers}
    yield from compare_members(old, new, {**known, "$ref": nothing})
    for method in METHODS:
        one, other = old.at(method), new.at(method)
        if one.there and other.there:
            yield from _operation(one, other)
            name = other.get("operationId", f"{method.upper()} {after.place[-1]}")
            yield from _parameters(_parameters_of(old, one), _parameters_of(new, other), name)
            yield from compare_security(security_of(old_root, one), security_of(new_root, other))
        elif other.there:
            yield Change(Verdict.COMPATIBLE, other.place, f"{method.upper()} {after.place[-1]} is new")
        elif one.there:
            yield Change(Verdict.BREAKING, one.place, f"{method.upper()} {before.place[-1]} is gone", gone=True)


def _operation(before: Part, after: Part) -> Iterator[Change]:
    name = after.get("operationId", after.place[-1].upper() if isinstance(after.place[-1], str) else "")
    known: dict[str, Compare] = {
        "operationId": partial(_name, "generated code names the function after it"),
        "x-cli": partial(_name, "it is the command that people type"),
        "tags": _tags,
        "parameters": nothing,
        "security": nothing,
        "requestBody": partial(_request, name),
        "responses": partial(_responses, name),
        "servers": _own_servers,
        "x-rules": compare_rules,
        "x-campaign-statuses": compare_enumerations,
    }
    yield from compare_members(before, after, known)


def _name(why: str, before: Part, after: Part) -> Iterator[Change]:
    if before.value != after.value:
        new = not before.there and after.place[-1] == "x-cli"
        what = f"`{after.place[-1]}` is new" if new else f"`{after.place[-1]}` was {before.value}: {why}"
        yield change(Verdict.COMPATIBLE if new else Verdict.BREAKING, before, after, what)


def _tags(before: Part, after: Part) -> Iterator[Change]:
    if before.value != after.value:
        old, new = before.at(0), after.at(0)
        if old.value != new.value:
            what = f"the first tag was {old.value if old.there else 'none'}: generated code names the module after it"
            yield change(Verdict.BREAKING, before, after, what)
        else:
            yield from differing(before, after)


def _parameters_of(path_item: Part, operation: Part) -> dict[tuple[str, str], Part]:
    """The parameters of the path and of the operation; those in the path by their position."""
    positions = {name: str(at) for at, name in enumerate(IN_PATH.findall(str(path_item.place[1])))}
    found = {}
    for part in [*path_item.at("parameters").parts(), *operation.at("parameters").parts()]:
        parameter = part.resolved()
        where, name = str(parameter.get("in")), str(parameter.get("name"))
        key = {"path": positions.get(name, name), "header": name.lower()}.get(where, name)
        found[where, key] = parameter
    return found


def _parameters(
    before: Mapping[tuple[str, str], Part], after: Mapping[tuple[str, str], Part], operation: str
) -> Iterator[Change]:
    for key in [*after, *(key for key in before if key not in after)]:
        part = after[key] if key in after else before[key]
        named = f"the {key[0]} parameter `{part.get('name')}` of {operation}"
        if key not in after:
            yield Change(Verdict.BREAKING, part.place, f"{named} is gone", gone=True)
        elif key not in before:
            must = part.get("required", False)
            what = f"{named} is new, and {'must' if must else 'may'} be sent"
            yield Change(Verdict.BREAKING if must else Verdict.COMPATIBLE, part.place, what)
        elif part.at("content").there != before[key].at("content").there:
            yield Change(Verdict.BREAKING, part.place, f"{named} is written in another way")
        else:
            schemas = Schemas(Side.REQUEST, named)
            style = "form" if key[0] in ("query", "cookie") else "simple"
            known: dict[str, Compare] = {
                "in": nothing,
                "name": nothing,
                "required": partial(_required, Side.REQUEST, named),
                "style": partial(_defaulted, style),
                "explode": partial(_defaulted, part.get("style", style) == "form"),
                "schema": schemas.compare,
                "content": partial(_content, schemas, named),
            }
            yield from compare_members(before[key], part, known)


def _defaulted(default: str | bool, before: Part, after: Part) -> Iterator[Change]:
    old, new = (part.value if part.there else default for part in (before, after))
    if old != new:
        yield change(Verdict.BREAKING, before, after, f"`{after.place[-1]}` was {old}: it is written in another way")


def _required(side: Side, named: str, before: Part, after: Part) -> Iterator[Change]:
    was, is_now = before.value is True, after.value is True
    if was != is_now:
        verdict = Verdict.BREAKING if is_now == (side is Side.REQUEST) else Verdict.COMPATIBLE
        must, may = (
            ("must be sent", "may be left out") if side is Side.REQUEST else ("is always sent", "may be missing")
        )
        yield change(verdict, before, after, f"{named} {must if is_now else may}")


def _request(operation: str, before: Part, after: Part) -> Iterator[Change]:
    old, new = before.resolved(), after.resolved()
    named = f"request of {operation}"
    if old.there and new.there:
        known: dict[str, Compare] = {
            "required": partial(_required, Side.REQUEST, "the body"),
            "content": partial(_content, Schemas(Side.REQUEST, named), named),
        }
        yield from compare_members(old, new, {**known, "$ref": nothing})
    elif new.there:
        verdict = Verdict.BREAKING if new.get("required", False) else Verdict.COMPATIBLE
        yield Change(verdict, new.place, f"{named}: a body {'must' if new.get('required') else 'may'} be sent")
    elif old.there:
        yield Change(Verdict.BREAKING, before.place, f"{named}: no body is taken any more", gone=True)


def _content(schemas: Schemas, named: str, before: Part, after: Part) -> Iterator[Change]:
    for media_type in both(before, after):
        old, new = before.at(media_type), after.at(media_type)
        if not old.there:
            yield Change(Verdict.COMPATIBLE, new.place, f"{named}: {media_type} is new")
        elif not new.there:
            yield Change(Verdict.BREAKING, old.place, f"{named}: {media_type} is gone", gone=True)
        else:
            yield from compare_members(old, new, {"schema": schemas.compare})


def _responses(operation: str, before: Part, after: Part) -> Iterator[Change]:
    """The answers. HTTP lets a consumer take an unknown error for the 400 or 500 of its class, but not so a success."""
    for status in dict.fromkeys(map(str, both(before, after))):
        if status.startswith("x-"):
            yield from differing(before.at(status), after.at(status))
            continue
        old, new = _declared(before, status), _declared(after, status)
        named = f"answer {status} of {operation}"
        success = not status.startswith(("4", "5"))
        if old.there and new.there:
            yield from _response(named, old.resolved(), new.resolved())
        elif new.there:
            why = ", which is no error that every consumer knows" if success else ""
            yield Change(Verdict.BREAKING if success else Verdict.COMPATIBLE, new.place, f"{named} is new{why}")
        elif old.there:
            yield Change(Verdict.BREAKING if success else Verdict.COMPATIBLE, old.place, f"{named} is gone", gone=True)


def _declared(responses: Part, status: str) -> Part:
    """What is declared for a status, by itself, by its range, or as the default."""
    by_text = {str(key): responses.at(key) for key in responses.names()}
    for key in (status, f"{status[0]}XX", "default"):
        if key in by_text:
            return by_text[key]
    return responses.at(status)


def _response(named: str, before: Part, after: Part) -> Iterator[Change]:
    known: dict[str, Compare] = {
        "content": partial(_content, Schemas(Side.ANSWER, named), named),
        "headers": partial(_headers, named),
    }
    yield from compare_members(before, after, known)


def _headers(response: str, before: Part, after: Part) -> Iterator[Change]:
    old, new = ({name.lower(): headers.at(name) for name in headers.names()} for headers in (before, after))
    for name in [*new, *(name for name in old if name not in new)]:
        named = f"{response}: the header {name}"
        if name not in old:
            yield Change(Verdict.COMPATIBLE, new[name].place, f"{named} is new")
        elif name not in new:
            yield Change(Verdict.BREAKING, old[name].place, f"{named} is gone", gone=True)
        else:
            known: dict[str, Compare] = {
                "required": partial(_required, Side.ANSWER, named),
                "schema": Schemas(Side.ANSWER, named).compare,
            }
            yield from compare_members(old[name].resolved(), new[name].resolved(), known)
