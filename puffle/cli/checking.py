"""Values checked against schemas of the contract."""

from __future__ import annotations

from typing import Any

from puffle import strict_json
from puffle.cli.json_text import compact
from puffle.contract import Contract, Schema
from puffle.validation import reason, validator


def first_problem(contract: Contract, schema: Schema, value: Any) -> tuple[tuple[str, ...], str] | None:
    """Where a value first violates its schema, and how; None if it is valid."""
    checker = validator(contract, schema)
    try:
        error = next(iter(checker.iter_errors(strict_json.parse(compact(value), _number))), None)
    except (ValueError, RecursionError):
        return (), "nested too deeply"
    if error is None:
        return None
    path, message = tuple(map(str, error.instance_path)), reason(error)
    if error.kind.name == "required":
        path, message = (*path, error.kind.value), "a value is required"
    shown = message if len(message) <= 200 else f"{message[:120]} … {message[-60:]}"
    return path, shown


def _number(text: str) -> int | float:
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 300 else float(text)
