"""The key is sent in one header, and shown nowhere."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from puffle.secret import Secret, in_shell, without_keys

KEY = "pk_live_aB3+dE5/fG7=hI9"


@pytest.mark.parametrize(
    "echo",
    [
        str, str.upper, str.lower, lambda key: key[::-1], lambda key: key[3:15], lambda key: f"{key}{key}",
        lambda key: quote(key, safe=""), lambda key: key.encode().hex(), lambda key: json.dumps({"you": key}),
        lambda key: "".join(f"\\u{ord(mark):04x}" for mark in key),
        lambda key: "".join(f"&#{ord(mark)};" for mark in key),
        lambda key: "".join(f"&#x{ord(mark):x};" for mark in key),
        *(lambda key, before=before: base64.b64encode((before + key).encode()).decode() for before in ("", "a", "ab")),
    ],
)  # fmt: skip
def test_echo_of_the_key_is_hidden(echo: Callable[[str], str]) -> None:
    secret, echoed = Secret(KEY), echo(KEY)
    for text in (echoed, f"you sent {echoed}, İt is wrong"):
        for shown in (secret.hide(text), secret.hide_in_bytes(text.encode()).decode()):
            assert "PUFFLE_API_KEY" in shown or "[hidden: part of the key]" in shown
            for start in range(len(echoed) - 11):
                assert echoed[start : start + 12] not in shown
    assert html.unescape(secret.hide(f"<p>{echoed}</p>")).startswith("<p>")


@pytest.mark.parametrize(
    "text", ["", "a key starts with pk_live_", "3c90c3cc-0d44-4b50-8888-8dd25736052a", "\\u00e9 &#233;"]
)
def test_other_text_is_left_alone(text: str) -> None:
    assert Secret(KEY).hide(text) == text
    assert Secret(KEY).hide_in_bytes(text.encode() + b"\xff") == text.encode() + b"\xff"


def test_key_of_few_characters_is_no_secret_worth_hiding() -> None:
    assert Secret("k").hide("look") == "look"
    assert Secret("abcd").hide("xabcd") == "x$PUFFLE_API_KEY"


def test_header_is_made_of_the_key_and_shown_without_it() -> None:
    templates = {
        "Bearer {key}": (f"Bearer {KEY}", "Bearer $PUFFLE_API_KEY"),
        "Bearer {key}x": (f"Bearer {KEY}x", "Bearer ${PUFFLE_API_KEY}x"),
        "Bearer {key:2:5}": (f"Bearer {KEY[2:5]}", "Bearer ${PUFFLE_API_KEY:2:3}"),
        "Bearer {key:upper}": (f"Bearer {KEY.upper()}", "Bearer ${PUFFLE_API_KEY^^}"),
        "Basic {key:basic}": (
            "Basic " + base64.b64encode(f"{KEY}:".encode()).decode(),
            "Basic $(printf %s: $PUFFLE_API_KEY | base64 -w 0)",
        ),
    }
    for template, (sent, shown) in templates.items():
        assert (Secret(KEY).header(template), in_shell(template)) == (sent, shown)


def test_key_in_the_wrong_place_is_hidden_too() -> None:
    assert (
        without_keys("PUFFLE_CAMPAIGN_ID=pk_live_abc123 is no UUID") == "PUFFLE_CAMPAIGN_ID=pk_live_[hidden] is no UUID"
    )
