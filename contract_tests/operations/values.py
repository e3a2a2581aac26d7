"""Texts to send: ordinary ones, which must be accepted, and difficult ones, which may be refused as a whole."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

import yaml
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

_TEXTS = yaml.safe_load(Path(__file__).with_name("values.yaml").read_text("utf-8"))
_SCRIPTS, _TITLES = _TEXTS["scripts"], _TEXTS["titles"]
_LONG = ("", *("x" * length for length in (256, 300, 600, 1100, 2100, 4100)), "Aä山😀" * 3000)
DIFFICULT = (*_LONG, *_TITLES, *_TEXTS["difficult"])
"""Texts that often go wrong: a field that takes any text stores them as they are or refuses them."""
UNUSUAL_EMAILS, UNUSUAL_PROFILES = tuple(_TEXTS["unusual-emails"]), tuple(_TEXTS["unusual-profiles"])


@cache
def _name(alphabet: str) -> SearchStrategy[str]:
    letters = alphabet + _TEXTS["vowel-signs"].get(alphabet[0], "")
    characters = letters + _TEXTS["punctuation"] + "0123456789"
    rest = st.text(characters, max_size=20) | _up_to_99(characters) | _up_to_99(letters)
    return st.builds(_joined, st.sampled_from(alphabet), rest)


def _joined(first: str, rest: str) -> str:
    return (first + rest).strip()


def _up_to_99(characters: str) -> SearchStrategy[str]:
    repeated = st.text(characters, min_size=2, max_size=12)
    return st.builds(_repeated, repeated, st.integers(80, 99))


def _repeated(text: str, length: int) -> str:
    return (text * length)[:length]


def _trimmed(text: str) -> str:
    """The contract does not say whether a server may trim, and languages differ in what they trim."""
    inner = [index for index, character in enumerate(text) if unicodedata.category(character)[0] not in "ZC"]
    return text[inner[0] : inner[-1] + 1] if inner else ""


names = st.sampled_from(_SCRIPTS).flatmap(_name) | st.sampled_from(_TITLES)
"""Names and titles of 1 to 100 printable characters in any script."""
_words = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12)


def _email(first: str, rest: list[str], separator: str, domain: str) -> str:
    return separator.join([first, *rest]) + "@" + domain


def _profile(words: list[str]) -> str:
    return "https://www.linkedin.com/in/" + "-".join(["jane", *words])


emails = st.builds(
    _email, _words, st.lists(_words, max_size=2), st.sampled_from(".-_+"), st.sampled_from(_TEXTS["domains"])
)
profiles = st.lists(_words, min_size=1, max_size=3).map(_profile)
any_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200).map(_trimmed)
long_text = st.builds(_repeated, st.sampled_from("xä山😀"), st.integers(101, 12_000))
"""100 to 12,000 characters of 1 to 4 bytes each; shrinks to the shortest text that fails."""


def fitted(text: str, shortest: int, longest: int | None) -> str:
    """The text, repeated or cut until its length is allowed."""
    return (text if len(text) >= shortest else _repeated(text, shortest))[:longest]
