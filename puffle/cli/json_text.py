"""JSON whose numbers stay as they were written."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

NAME, TEXT, LITERAL = "34;1", "32", "36"
"""Terminal colours."""


@dataclass(frozen=True)
class Number:
    """A number as it was written: ``1.50`` stays ``1.50``."""

    text: str


def compact(value: Any) -> str:
    """The value as JSON without white space."""
    if isinstance(value, dict):
        return f"{{{','.join(f'{compact(name)}:{compact(member)}' for name, member in value.items())}}}"
    if isinstance(value, list):
        return f"[{','.join(map(compact, value))}]"
    return value.text if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)


def layout(value: Any, painted: Callable[[str, str], str], indent: str = "\n") -> str:
    """The value as JSON for people: indented, coloured by ``painted``, and with only printable characters."""
    if not value or not isinstance(value, dict | list):
        return painted(_printable(value), TEXT if isinstance(value, str) else LITERAL)
    inner = f"{indent}  "
    if isinstance(value, list):
        return f"[{inner}{f',{inner}'.join(layout(item, painted, inner) for item in value)}{indent}]"
    members = (f"{painted(_printable(name), NAME)}: {layout(value[name], painted, inner)}" for name in value)
    return f"{{{inner}{f',{inner}'.join(members)}{indent}}}"


def _printable(value: Any) -> str:
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in compact(value))
