"""The key is sent in one header and shown nowhere."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from puffle.secret import Secret, in_shell, without_keys

KEY = 'pk_live_aB3+dE5/fG7="hI9'


def as_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("spelled", [str, str.upper, lambda key: quote(key, safe=""), json.dumps, as_base64])
def test_every_spelling_of_the_key_is_hidden(spelled: Callable[[str], str]) -> None:
    secret, echo = Secret(KEY), spelled(KEY)
    for text in (echo, f"you sent {echo}, İt is wrong"):
        shown = secret.hide(text)
        assert "$PUFFLE_API_KEY" in shown
        assert not any(echo[at : at + 9] in shown for at in range(len(echo) - 8))
        assert secret.hide_in_bytes(text.encode()).decode() == shown


@pytest.mark.parametrize("template", ["{key:0:20}", "{key:upper}", "{key:basic}", "{key:0:12}x{key:13:24}"])
def test_parts_of_the_key_are_hidden_once_they_were_sent(template: str) -> None:
    secret = Secret(KEY)
    sent = secret.header(template)
    assert secret.hide(f"you sent {sent}") == f"you sent {template}".replace(
        template, "x".join("$PUFFLE_API_KEY" for _ in template.split("x"))
    )


@pytest.mark.parametrize("text", ["", "a key starts with pk_live_", "3c90c3cc-0d44-4b50-8888-8dd25736052a", "\\u00e9"])
def test_other_text_is_not_changed(text: str) -> None:
    assert Secret(KEY).hide(text) == text
    assert Secret(KEY).hide_in_bytes(text.encode() + b"\xff") == text.encode() + b"\xff"


def test_short_key_is_not_hidden_because_it_may_be_a_word_of_the_data() -> None:
    assert Secret("pend").hide("pending") == "pending"
    assert Secret("").hide("text") == "text"


def test_header_is_sent_with_the_key_and_shown_without_it() -> None:
    templates = {
        "Bearer {key}": (f"Bearer {KEY}", "Bearer $PUFFLE_API_KEY"),
        "Bearer {key}x": (f"Bearer {KEY}x", "Bearer ${PUFFLE_API_KEY}x"),
        "Bearer {key:2:5}": (f"Bearer {KEY[2:5]}", "Bearer ${PUFFLE_API_KEY:2:3}"),
        "Bearer {key:upper}": (f"Bearer {KEY.upper()}", "Bearer ${PUFFLE_API_KEY^^}"),
        "Basic {key:basic}": (f"Basic {as_base64(f'{KEY}:')}", "Basic $(printf %s: $PUFFLE_API_KEY | base64 -w 0)"),
    }
    for template, (sent, shown) in templates.items():
        assert (Secret(KEY).header(template), in_shell(template)) == (sent, shown)


def test_any_key_is_hidden_even_in_the_wrong_variable() -> None:
    text = "PUFFLE_CAMPAIGN_ID: pk_live_abc123 is not a UUID"
    assert without_keys(text) == "PUFFLE_CAMPAIGN_ID: pk_live_[hidden] is not a UUID"
