"""From what was typed to the values of a request: read, merged and checked before anything is sent."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from puffle.cli.failures import WrongUsage
from puffle.cli.flags import BODY, Flag
from puffle.contract import Contract, Operation, Schema
from puffle.shapes import validator

STANDARD_INPUT = ("-", "@-")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")


class _Nothing:
    """No body; ``None`` is one."""


NOTHING = _Nothing()


@dataclass(frozen=True)
class Values:
    """What a request says."""

    parameters: Mapping[tuple[str, str], Any]
    """By place and name."""
    body: Any
    """``NOTHING`` where there is none."""
    unlisted: tuple[str, ...]
    """Members of the body that the contract does not list, though it lists others beside them."""


def assemble(operation: Operation, flags: Sequence[Flag], given: Mapping[str, Sequence[str]]) -> Values:
    """Read the flags that were given, merge them, and check them against the contract.

    Args:
        operation: what is to be asked for.
        flags: its flags.
        given: by the names of flags, the text of each time it was given (of a switch, anything).

    Raises:
        WrongUsage: a flag is missing, is given twice, or has a value that the contract forbids.
    """
    if not operation.takes_json:
        raise WrongUsage(f"{operation.summary} takes another body than JSON, which puffle cannot send")
    _check_that_all_are_there(operation, flags, given)
    values = dict(_read_all(flags, given))
    parameters = {place: value for place, value in values.items() if place[0] != BODY}
    fields = {place[1:]: value for place, value in values.items() if place[0] == BODY}
    body = NOTHING
    if fields or operation.body_required:
        body = _merged(fields, {flag.place[1:]: flag for flag in flags})
    for flag in flags:
        if flag.place in parameters:
            _check(operation, flag.schema, parameters[flag.place], [flag])
            _check_that_it_can_be_sent(flag, parameters[flag.place])
    if body is not NOTHING:
        ours = [flag for flag in flags if flag.in_body]
        typed = [flag for flag in ours if flag.name in given]
        _check(operation, operation.request_content["schema"], body, typed, ours)
    unlisted = _unlisted(operation.contract, operation.request_content.get("schema", {}), body)
    return Values({(place[0], place[1]): value for place, value in parameters.items()}, body, tuple(unlisted))


def _check_that_all_are_there(operation: Operation, flags: Sequence[Flag], given: Mapping[str, object]) -> None:
    present = {flag.place[:length] for flag in flags if flag.name in given for length in range(1, len(flag.place) + 1)}
    needs_body = operation.body_required or (BODY,) in present
    around = {flag.place[:-1] for flag in flags if flag.single}
    missing = [
        f"--{flag.name}{f' (or --{flag.name}.FIELD)' if flag.place in around else ''}"
        for flag in flags
        if flag.required and flag.place not in present and (needs_body or not flag.in_body)
    ]
    if missing:
        listed = " and ".join(filter(None, [", ".join(missing[:-1]), missing[-1]]))
        raise WrongUsage(f"{listed} {'is' if len(missing) == 1 else 'are'} missing: --help tells what to give")


def _read_all(flags: Sequence[Flag], given: Mapping[str, Sequence[str]]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for flag in flags:
        texts = given.get(flag.name, ())
        if len(texts) > 1 and not flag.is_switch:
            raise WrongUsage(f"--{flag.name} is given {len(texts)} times: give it once")
    from_input = [flag.name for flag in flags if flag.is_json and given.get(flag.name, ("",))[0] in STANDARD_INPUT]
    if len(from_input) > 1:
        raise WrongUsage(f"--{' and --'.join(from_input)} cannot both be read from standard input")
    for flag in flags:
        if flag.name in given:
            yield flag.place, read(flag, given[flag.name][0])


def read(flag: Flag, text: str) -> Any:
    """The JSON value that a flag's text stands for.

    Raises:
        WrongUsage: it is not JSON where it should be, or no Unicode, or the file that it names cannot be read.
    """
    if flag.is_switch:
        return True
    value = _parsed(flag, text) if flag.is_json else _plain(flag, text)
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except UnicodeEncodeError:
        raise WrongUsage(f"--{flag.name}: holds what is no Unicode character") from None
    except ValueError:
        raise WrongUsage(f"--{flag.name}: holds a number that is too large") from None
    except RecursionError:
        raise WrongUsage(f"--{flag.name}: nested too deeply") from None
    return value


def _plain(flag: Flag, text: str) -> Any:
    if text == "null" and "null" in flag.types and "string" not in flag.types:
        return None
    for choice in flag.choices:
        if not isinstance(choice, str) and json.dumps(choice) == text:
            return choice
    if flag.types & {"integer", "number"} and _NUMBER.fullmatch(text):
        return json.loads(text)
    return text


def _parsed(flag: Flag, text: str) -> Any:
    if text in STANDARD_INPUT:
        source, content = "standard input", _content(flag, _standard_input)
    elif text == "@":
        raise WrongUsage(f"--{flag.name}: after @ the name of a file is missing")
    elif text.startswith("@"):
        source, content = text[1:], _content(flag, Path(text[1:]).read_bytes)
    else:
        source, content = "", text.encode("utf-8", "surrogateescape")
    said = f"--{flag.name}: {source} is" if source else f"--{flag.name}:"
    if not content.strip():
        raise WrongUsage(f"--{flag.name}: {source or 'the value'} is empty: give JSON")
    try:
        return json.loads(
            content.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_no_constant, parse_int=_int
        )
    except UnicodeDecodeError:
        raise WrongUsage(f"{said} not UTF-8") from None
    except json.JSONDecodeError as error:
        where = f"{error.msg[0].lower()}{error.msg[1:]} at line {error.lineno}, column {error.colno}"
        hint = "" if source else _hint(text)
        raise WrongUsage(f"{said} not JSON: {where}{hint}") from None
    except ValueError as error:
        raise WrongUsage(f"{said} no sound JSON: {error}") from None
    except RecursionError:
        raise WrongUsage(f"--{flag.name}: nested too deeply") from None


def _hint(text: str) -> str:
    try:
        if Path(text).is_file():
            return f"; for the file of that name, give @{text}"
    except (OSError, ValueError):
        pass
    return "; give JSON, @file.json, or - for standard input"


def _content(flag: Flag, source: Callable[[], bytes]) -> bytes:
    try:
        return source()
    except OSError as error:
        raise WrongUsage(f"--{flag.name}: cannot read {error.filename or 'it'}: {error.strerror}") from None
    except ValueError as error:  # a NUL in the name of a file
        raise WrongUsage(f"--{flag.name}: cannot read it: {error}") from None


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise OSError(0, "it is closed", "standard input")
    return sys.stdin.buffer.read()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{json.dumps(twice, ensure_ascii=False)} stands in it twice")
    return members


def _int(digits: str) -> int:
    try:
        return int(digits)
    except ValueError:  # Python reads no more than some thousand digits
        raise ValueError(f"{digits[:20]}… is too large a number") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _merged(fields: Mapping[tuple[str, ...], Any], flags: Mapping[tuple[str, ...], Flag]) -> Any:
    """One body of the values at their places; what is given for a field alone wins over the object around it."""
    if () in fields:
        return fields[()]
    body: dict[str, Any] = {}
    for place in sorted(fields, key=len):
        target = body
        for depth, name in enumerate(place[:-1], start=1):
            target = target.setdefault(name, {})
            if not isinstance(target, dict):
                around, alone = flags[place[:depth]].name, flags[place].name
                raise WrongUsage(f"--{around} is no JSON object, so --{alone} has no place in it")
        target[place[-1]] = fields[place]
    return body


def _check(operation: Operation, schema: Schema, value: Any, *choices: Sequence[Flag]) -> None:
    """Check one value of the request; the message names the innermost flag that holds what is wrong.

    It is looked for first among the first of the choices.
    """
    try:
        for error in validator(operation.contract, schema).iter_errors(value):
            place = tuple(map(str, error.instance_path))
            said = _shortened(error.message)
            around = next(filter(None, ([flag for flag in flags if _holds(flag, place)] for flags in choices)), [])
            if not around:
                raise WrongUsage(f"the body: {said}")
            flag = max(around, key=lambda flag: len(flag.place))
            inside = place[len(flag.place) - 1 :] if flag.in_body else place
            raise WrongUsage(": ".join([f"--{flag.name}", *filter(None, [".".join(inside)]), said]))
    except (ValueError, RecursionError):
        nested = next((flag for flag in choices[0] if flag.is_json), choices[0][0])
        raise WrongUsage(f"--{nested.name}: nested too deeply") from None


def _check_that_it_can_be_sent(flag: Flag, value: Any) -> None:
    text = str(value)
    if flag.place[0] == "path" and text in ("", ".", ".."):
        raise WrongUsage(f"--{flag.name}: {text!r} would lead to another path")
    if flag.place[0] in ("header", "cookie") and not (text.isascii() and text.isprintable()):
        raise WrongUsage(f"--{flag.name}: a {flag.place[0]} takes printable ASCII alone")


def _unlisted(contract: Contract, declared: Schema, value: Any) -> Iterator[str]:
    schema = contract.resolve(declared)
    members = contract.members(schema)
    if not isinstance(value, dict) or not members:
        return
    for name, part in value.items():
        if name in members:
            yield from (f"{name}.{inner}" for inner in _unlisted(contract, members[name], part))
        elif "additionalProperties" not in schema:
            yield name


def _holds(flag: Flag, place: tuple[str, ...]) -> bool:
    return not flag.in_body or place[: len(flag.place) - 1] == flag.place[1:]


def _shortened(message: str) -> str:
    form = next((form for ending, form in _FORMS.items() if message.endswith(ending)), "")
    return f"{message if len(message) <= 200 else f'{message[:120]} … {message[-60:]}'}{form}"


_FORMS = {
    'is not a "uuid"': ", such as 3c90c3cc-0d44-4b50-8888-8dd25736052a",
    'is not a "date"': ", such as 2026-01-31",
    'is not a "date-time"': ", such as 2026-01-31T10:00:00Z",
}
