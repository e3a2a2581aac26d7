"""What ``puffle`` prints of a JSON answer is the same JSON, laid out for a person."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from puffle.cli.output import formatted

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON, st.sampled_from([None, 1, "\t"]), st.booleans())
@settings(max_examples=200, deadline=None, derandomize=True, database=None)
def test_layout_keeps_every_value(value: Any, indent: int | str | None, escaped: bool) -> None:
    body = json.dumps(value, indent=indent, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
    shown = formatted(body).decode("utf-8")
    assert json.loads(shown) == value
    assert all(mark.isprintable() or mark == "\n" for mark in shown)


def test_layout_is_that_of_every_formatter() -> None:
    value = {"a": [1, 2.5, {"b": None}], "c": {}, "d": [], "é": "x\n"}
    assert formatted(json.dumps(value).encode()).decode() == json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def test_numbers_and_members_stay_as_they_came() -> None:
    shown = formatted(b'{"a":1.50,"b":1e400,"a":12345678901234567890.1}').decode()
    assert shown == '{\n  "a": 1.50,\n  "b": 1e400,\n  "a": 12345678901234567890.1\n}\n'


def test_byte_order_marks_and_utf_16_are_read() -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-16-be"):
        assert formatted('{"a": "é"}'.encode(encoding)) == '{\n  "a": "é"\n}\n'.encode()
