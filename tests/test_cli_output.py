"""How ``puffle`` prints JSON: the same value, indented, with numbers as they were received."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from puffle import strict_json
from puffle.cli.json_text import Number, compact, layout

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def printed(body: str) -> str:
    return layout(strict_json.parse(body, Number), lambda text, _colour: text)


@given(JSON, st.sampled_from([None, 1, "\t"]), st.booleans())
@settings(max_examples=100, deadline=None, derandomize=True, database=None)
def test_every_value_is_kept(value: Any, indent: int | str | None, ascii_only: bool) -> None:
    body = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert json.loads(printed(body)) == value
    assert json.loads(compact(strict_json.parse(body, Number))) == value
    assert all(char.isprintable() or char == "\n" for char in printed(body))


def test_layout_is_the_usual_one() -> None:
    value = {"a": [1, 2.5, {"b": None}], "c": {}, "d": [], "é": "x\n"}
    assert printed(json.dumps(value)) == json.dumps(value, indent=2, ensure_ascii=False)


def test_numbers_are_not_changed() -> None:
    numbers = "[1.50,1e400,12345678901234567890.1,-0]"
    assert compact(strict_json.parse(numbers, Number)) == numbers
