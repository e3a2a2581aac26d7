"""The values that are given on the command line."""

from __future__ import annotations

import json
import math
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from puffle import strict_json
from puffle.cli.flags import Flag
from puffle.cli.json_text import Number, compact
from puffle.exceptions import NotJSON, UsageError

_STANDARD_INPUT = ("-", "@-")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")


def read_values(given: Sequence[tuple[Flag, Sequence[str]]]) -> dict[Flag, Any]:
    """The values of flags and the texts given for each; ``UsageError`` if there are two, or one cannot be read."""
    for name, count in Counter(flag.flag for flag, texts in given for _ in texts).items():
        if count > 1:
            raise UsageError(f"--{name} was given {count} times; give it once")
    from_input = [f"--{flag.flag}" for flag, texts in given if flag.is_json and texts[0] in _STANDARD_INPUT]
    if len(from_input) > 1:
        raise UsageError(f"{' and '.join(from_input)} cannot both be read from standard input")
    return {flag: flag.is_switch or _value(flag, texts[0]) for flag, texts in given}


def _value(flag: Flag, text: str) -> Any:
    try:
        value = _parsed(text) if flag.is_json else _plain(flag, text)
        compact(value).encode()
    except UnicodeEncodeError:
        raise UsageError(f"--{flag.flag}: the value contains a character that is not valid Unicode") from None
    except RecursionError:
        raise UsageError(f"--{flag.flag}: the value is nested too deeply") from None
    except OSError as error:
        raise UsageError(f"--{flag.flag}: cannot read {compact(text[1:])}: {error.strerror}") from None
    except (ValueError, OverflowError) as error:
        raise UsageError(f"--{flag.flag}: {error}") from None
    return value


def _plain(flag: Flag, text: str) -> Any:
    """A value that is not an object or array: a string, unless the contract only allows other types."""
    if text == "null" and "null" in flag.types and "string" not in flag.types:
        return None
    for choice in flag.choices:
        if not isinstance(choice, str) and json.dumps(choice) == text:
            return choice
    return _number(text) if flag.types & {"integer", "number"} and _NUMBER.fullmatch(text) else text


def _parsed(text: str) -> Any:
    source, content = "", text.encode("utf-8", "surrogateescape")
    if text in _STANDARD_INPUT:
        source, content = "standard input is ", sys.stdin.buffer.read() if sys.stdin else b""
    elif text.startswith("@"):
        source, content = f"{text[1:]} is ", Path(text[1:]).read_bytes()
    if not content.strip():
        raise ValueError(f"{source}empty; give JSON")
    try:
        return strict_json.parse(content.removeprefix(b"\xef\xbb\xbf"), _number)
    except NotJSON as error:
        hint = "" if source or text.startswith(("{", "[")) else "; give JSON, @file.json, or - for standard input"
        raise ValueError(f"{source}not valid JSON: {error}{hint}") from None


def _number(text: str) -> Number:
    if math.isinf(float(text)):
        raise OverflowError(f"the number {text if len(text) <= 20 else f'{text[:20]}…'} is too large")
    return Number(text)
