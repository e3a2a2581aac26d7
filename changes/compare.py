"""Compare two contracts part by part, from the point of view of a consumer of the older one.

Consumers send requests and read responses, and use generated code: a name that an import, a call or a command contains
is part of the contract, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from changes.change import Change, Impact, merged
from changes.part import ANNOTATIONS, Compare, Part, both, change, compare_members, compare_named, differing, nothing
from changes.rules import compare_rules
from changes.schemas import Schemas, Side
from changes.security import compare_security
from puffle.contract import METHODS, Contract, operation_key, references

IN_PATH = re.compile(r"\{([^{}]*)\}")


def compare(before: Contract, after: Contract) -> list[Change]:
    """Each difference between two contracts except their versions, the breaking ones first."""
    known: dict[str, Compare] = {
        "openapi": differing,
        "info": partial(compare_members, known={"version": nothing}),
        "tags": differing,
        "servers": _servers,
        "security": nothing,
        "components": _components,
        "paths": _paths,
        "x-campaign-statuses": Schemas(Side.RESPONSE, "the contract").compare_lists,
    }
    return merged(compare_members(Part.root(before), Part.root(after), known))


def _components(before: Part, after: Part) -> Iterator[Change]:
    """The names of schemas, which generated code uses, and components that no operation uses."""
    referenced = set(references(after.contract.document))
    for section in both(before, after):
        for name in both(before.at(section), after.at(section)):
            old, new = before.at(section).at(name), after.at(section).at(name)
            if section == "schemas" and not new.exists:
                yield change(Impact.BREAKING, old, new, f"the type {name}, which generated code imports, was removed")
            elif section == "schemas" and not old.exists:
                yield change(Impact.COMPATIBLE, old, new, f"the type {name} is new")
            elif section == "securitySchemes" and old.exists and new.exists:
                yield from compare_members(old, new, dict.fromkeys(set(both(old, new)) - ANNOTATIONS, nothing))
            elif f"#/components/{section}/{name}" not in referenced:
                yield from differing(old, new)


def _servers(before: Part, after: Part) -> Iterator[Change]:
    old, new = ({server.get("url"): server for server in servers.parts()} for servers in (before, after))
    yield from compare_named(old, new, "the server", partial(compare_members, known={}))
    was, is_now = (next(iter(servers), None) for servers in (old, new))
    if was in new and was != is_now:
        yield Change(Impact.BREAKING, after.at(0).place, f"{is_now} is now the default server")


def _own_servers(before: Part, after: Part) -> Iterator[Change]:
    """The servers of a path or an operation, which replace those of the whole contract."""
    if before.exists and after.exists:
        yield from _servers(before, after)
    elif before.exists or after.exists:
        yield change(Impact.BREAKING, before, after, "requests now go to another server")


def _paths(before: Part, after: Part) -> Iterator[Change]:
    """The paths; two that differ only in the names of their parameters are the same."""
    old, new = ({operation_key(path): item for path, item in part.members().items()} for part in (before, after))
    yield from compare_named(old, new, "the path", _path)


def _path(before: Part, after: Part) -> Iterator[Change]:
    if before.place != after.place:
        what = f"the path was {before.place[-1]}; generated code and commands name arguments after its parameters"
        yield Change(Impact.BREAKING, after.place, what)
    old, new = before.resolved(), after.resolved()

    def compare_operations(one: Part, other: Part) -> Iterator[Change]:
        name = other.get("operationId", other.place[-1])
        yield from _operation(name, one, other)
        yield from _parameters(name, _parameters_of(old, one), _parameters_of(new, other))
        yield from compare_security(one, other)

    known = dict.fromkeys([*METHODS, "parameters", "$ref"], nothing)
    yield from compare_members(old, new, {**known, "servers": _own_servers})
    were, are = ({key: part for key, part in item.members().items() if key in METHODS} for item in (old, new))
    yield from compare_named(were, are, f"{after.place[-1]}: the method", compare_operations)


def _operation(name: str, before: Part, after: Part) -> Iterator[Change]:
    known: dict[str, Compare] = {
        "operationId": partial(_name, "generated code names the function after it"),
        "x-cli": partial(_name, "users type it"),
        "tags": _tags,
        "parameters": nothing,
        "security": nothing,
        "requestBody": partial(_request, f"request of {name}"),
        "responses": partial(_responses, name),
        "servers": _own_servers,
        "x-rules": compare_rules,
    }
    yield from compare_members(before, after, known)


def _name(why: str, before: Part, after: Part) -> Iterator[Change]:
    if before.value != after.value:
        new = after.place[-1] == "x-cli" and not before.exists
        what = f"`{after.place[-1]}` {'is new' if new else f'was {before.value}; {why}'}"
        yield change(Impact.COMPATIBLE if new else Impact.BREAKING, before, after, what)


def _tags(before: Part, after: Part) -> Iterator[Change]:
    old, new = before.at(0), after.at(0)
    if before.value != after.value and old.value != new.value:
        what = f"the first tag was {old.value if old.exists else 'missing'}; generated code names the module after it"
        yield change(Impact.BREAKING, before, after, what)
    else:
        yield from differing(before, after)


def _parameters_of(path_item: Part, operation: Part) -> dict[tuple[str, str], Part]:
    """The parameters of the path and of the operation; path parameters are known by their position."""
    positions = {name: str(at) for at, name in enumerate(IN_PATH.findall(str(path_item.place[1])))}
    found = {}
    for part in [*path_item.at("parameters").parts(), *operation.at("parameters").parts()]:
        parameter = part.resolved()
        where, name = str(parameter.get("in")), str(parameter.get("name"))
        key = {"path": positions.get(name, name), "header": name.lower()}.get(where, name)
        found[where, key] = parameter
    return found


def _parameters(
    operation: str, before: dict[tuple[str, str], Part], after: dict[tuple[str, str], Part]
) -> Iterator[Change]:
    for key, part in (before | after).items():
        name = f"the {key[0]} parameter `{part.get('name')}` of {operation}"
        if key not in after:
            yield Change(Impact.BREAKING, part.place, f"{name} was removed", gone=True)
        elif key in before:
            yield from _parameter(name, before[key], part)
        elif part.get("required", False):
            yield Change(Impact.BREAKING, part.place, f"{name} is new and required")
        else:
            yield Change(Impact.COMPATIBLE, part.place, f"{name} is new and optional")


def _parameter(name: str, before: Part, after: Part) -> Iterator[Change]:
    if before.at("content").exists != after.at("content").exists:
        yield Change(Impact.BREAKING, after.place, f"{name} is serialised differently")
        return
    schemas = Schemas(Side.REQUEST, name)
    style = "form" if after.get("in") in ("query", "cookie") else "simple"
    known: dict[str, Compare] = {
        "in": nothing,
        "name": nothing,
        "required": partial(_required, Side.REQUEST, name),
        "style": partial(_defaulted, style),
        "explode": partial(_defaulted, after.get("style", style) == "form"),
        "schema": schemas.compare,
        "content": partial(_content, schemas, name),
    }
    yield from compare_members(before, after, known)


def _defaulted(default: str | bool, before: Part, after: Part) -> Iterator[Change]:
    old, new = (part.value if part.exists else default for part in (before, after))
    if old != new:
        what = f"`{after.place[-1]}` was {str(old).lower()}; the parameter is serialised differently"
        yield change(Impact.BREAKING, before, after, what)


def _required(side: Side, name: str, before: Part, after: Part) -> Iterator[Change]:
    was, is_now = before.value is True, after.value is True
    if was != is_now:
        impact = Impact.BREAKING if is_now == (side is Side.REQUEST) else Impact.COMPATIBLE
        yield change(impact, before, after, f"{name} is now {'required' if is_now else 'optional'}")


def _request(name: str, before: Part, after: Part) -> Iterator[Change]:
    old, new = before.resolved(), after.resolved()
    if old.exists and new.exists:
        required = partial(_required, Side.REQUEST, f"{name}: the body")
        content = partial(_content, Schemas(Side.REQUEST, name), name)
        yield from compare_members(old, new, {"required": required, "content": content, "$ref": nothing})
    elif new.exists:
        impact, what = (Impact.BREAKING, "required") if new.get("required") else (Impact.COMPATIBLE, "accepted")
        yield Change(impact, new.place, f"{name}: a body is now {what}")
    elif old.exists:
        yield Change(Impact.BREAKING, before.place, f"{name}: a body is no longer accepted", gone=True)


def _content(schemas: Schemas, name: str, before: Part, after: Part) -> Iterator[Change]:
    compare_schemas = partial(compare_members, known={"schema": schemas.compare})
    yield from compare_named(before.members(), after.members(), f"{name}: the media type", compare_schemas)


def _responses(operation: str, before: Part, after: Part) -> Iterator[Change]:
    """The responses. HTTP lets a consumer treat an unknown error as the 400 or 500 of its class, but not a success."""
    for status in dict.fromkeys(map(str, both(before, after))):
        if status.startswith("x-"):
            yield from differing(before.at(status), after.at(status))
            continue
        old, new = _declared(before, status), _declared(after, status)
        name = f"response {status} of {operation}"
        error = status.startswith(("4", "5"))
        impact = Impact.COMPATIBLE if error else Impact.BREAKING
        if old.exists and new.exists:
            yield from _response(name, old.resolved(), new.resolved())
        elif new.exists:
            yield Change(impact, new.place, f"{name} is new{'' if error else ', and consumers do not know it'}")
        elif old.exists:
            yield Change(impact, old.place, f"{name} was removed", gone=True)


def _declared(responses: Part, status: str) -> Part:
    """The response declared for a status: by itself, by its range or as the default."""
    by_text = {str(key): part for key, part in responses.members().items()}
    keys = (status, f"{status[0]}XX", "default")
    return next((by_text[key] for key in keys if key in by_text), responses.at(status))


def _response(name: str, before: Part, after: Part) -> Iterator[Change]:
    content = partial(_content, Schemas(Side.RESPONSE, name), name)
    yield from compare_members(before, after, {"content": content, "headers": partial(_headers, name)})


def _headers(response: str, before: Part, after: Part) -> Iterator[Change]:
    def compare_headers(one: Part, other: Part) -> Iterator[Change]:
        name = f"{response}: the header {other.place[-1]}"
        required, schema = partial(_required, Side.RESPONSE, name), Schemas(Side.RESPONSE, name).compare
        yield from compare_members(one.resolved(), other.resolved(), {"required": required, "schema": schema})

    old, new = ({key.lower(): header for key, header in part.members().items()} for part in (before, after))
    yield from compare_named(old, new, f"{response}: the header", compare_headers)
