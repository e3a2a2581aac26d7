"""What is sent: ordinary values, which must be accepted, and nasty ones, which may be refused whole."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

_SCRIPTS = (
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "aeiouyäöüßéèêñçøåæœšžłığăţőÄÖÜÉÈÊÑÇØÅÆŠŽŁİ",
    "αβγδεζηθικλμνξοπρστυφχψωάέήίόύώΑΒΓΔΩ",
    "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЄЇҐ",
    "אבגדהוזחטיכלמנסעפצקרשתםןץףך",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "कखगघचछजझटठडढतथदधनपफबभमयरलवशषसह",
    "กขคงจฉชซญดตถทธนบปผพฟภมยรลวสหอ",
    "կհայերենանուն",
    "ქართულიენა",
    "কখগঘচছজটডতদনপবমযরলসহ",
    "அஇஉஎஒகசடதநபமயரலவழளறன",
    "ሀለሐመሠረሰሸቀበተ",
    "𠮷山田太郎佐藤鈴木高橋営業部長王李张刘陈杨黄赵周吴",
    "あいうえおかきくけこさしすせそアイウエオカキクケコ",
    "김이박최정강조윤장임한오서신권황안송류전",
)
_MARKS = {"क": "ािीुूेैोौं्", "ก": "ะาิีึืุู่้", "א": "ְִֵֶַָֹ", "ا": "َُِّْ", "ক": "ািীুেো্", "அ": "ாிீுூெேொ்"}
"""The vowel signs and the like of a script, by its first letter."""
_PUNCTUATION = " '’\"-–.,;:!?&/()+@#*|<>$%=_~[]{}^\\€•🚀"
_TITLES = (
    "3M", "A$AP", "100% Pure", "R_D", "[Lead]", "{x}", "=ACME", "+1", "@Home", "-", "#1", "~", "N/A", "None", "Na",
    '"Acme"', "C:\\x", "§ 7", "€uro", "7", "O’Neil & Söhne", "J.-P. d'Arc", "x", "Q&A / Support (EMEA)",
)  # fmt: skip

_NASTY = (
    "",
    *("x" * length for length in (256, 300, 600, 1100, 2100, 4100)),
    "Aä山😀" * 3000,
    "e\u0301 o\u0308 n\u0303",
    "\u1e9b\u0323 ﬁ Å",
    "\u202eabc\u202c",
    "שלום Jane مرحبا",
    "👩‍👩‍👧‍👦 🏳️‍🌈 🇫🇷",
    "a\tb\nc\r\nd",
    "a\u0001\u001f\u007fz",
    "JANE SMITH",
    "McDonald de la CRUZ",
    "jane o’neil — “the closer” …",
    "no\u00a0break",
    "two  spaces",
    "a%20b%2Fc",
    "100% a%20b",
    "zero\u200bwidth\ufeff\u200dx",
    "&amp; &lt;b&gt; <b>bold</b>",
    "'; DROP TABLE lead; --",
    "%41 +1 %",
    '\\ \\n \\u0041 "quoted"',
    "{{7*7}} ${HOME} $(id)",
    *_TITLES,
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    "' OR 1=1 UNION SELECT 1",
    "../../etc/passwd",
    "=1+1",
    "null",
    "undefined",
    "true",
    "0",
    "1e3",
    "007",
    "NaN",
    "status",
    "prospect_id",
    json.dumps({"status": "replied", "updates": {"first_name": "x"}}),
    json.dumps(["x", None, 1]),
)


@cache
def _name(alphabet: str) -> SearchStrategy[str]:
    letters = alphabet + _MARKS.get(alphabet[0], "")
    characters = letters + _PUNCTUATION + "0123456789"
    rest = st.text(characters, max_size=20) | _up_to_99(characters) | _up_to_99(letters)
    return st.builds(_joined, st.sampled_from(alphabet), rest)


def _joined(first: str, rest: str) -> str:
    return (first + rest).strip()


def _up_to_99(characters: str) -> SearchStrategy[str]:
    repeated = st.text(characters, min_size=2, max_size=12)
    return st.builds(_repeated, repeated, st.integers(80, 99))


def _repeated(text: str, length: int) -> str:
    return (text * length)[:length]


def _without_edges(text: str) -> str:
    """Languages differ in what they trim, and whether a server may is left open."""
    inner = [index for index, character in enumerate(text) if unicodedata.category(character)[0] not in "ZC"]
    return text[inner[0] : inner[-1] + 1] if inner else ""


_names = st.sampled_from(_SCRIPTS).flatmap(_name) | st.sampled_from(_TITLES)
_words = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12)


def _address(first: str, rest: list[str], separator: str, domain: str) -> str:
    return separator.join([first, *rest]) + "@" + domain


def _profile(words: list[str]) -> str:
    return "https://www.linkedin.com/in/" + "-".join(["jane", *words])


_domains = st.sampled_from(
    [
        "example.com",
        "example.org",
        "mail.example.net",
        "Example.com",
        "acme-corp.example.com",
        "acme.agency",
        "acme.co.uk",
    ]
)
_emails = st.builds(_address, _words, st.lists(_words, max_size=2), st.sampled_from(".-_+"), _domains)
_profiles = st.lists(_words, min_size=1, max_size=3).map(_profile)
_EXOTIC_EMAILS = (
    "Jane.SMITH@Example.COM",
    "contract.kit.test+x@gmail.com",
    "contract.kit.test+x@outlook.com",
    '"jane smith"@example.com',
    "jane@[192.0.2.1]",
    "jäne@exämple.org",
    "jane",
    "a@b@c",
)
_EXOTIC_PROFILES = (
    "https://www.linkedin.com/in/Jane-Smith",
    "http://www.linkedin.com/in/jane-smith",
    "https://www.linkedin.com/in/jane-smith/",
    "https://linkedin.com/in/jane-smith?trk=public&x=1",
    "http://de.linkedin.com/in/jäne",
    "https://www.linkedin.com/in/jane#about",
    "https://www.linkedin.com/in/jane/details/skills",
    "https://www.linkedin.com/in/j%C3%A4ne",
    "linkedin.com/in/jane",
    "https://example.com/jane",
    "ftp://x",
    "http://[",
)
_any_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200).map(_without_edges)

_PLAIN = {"email": "jane@example.com", "linkedin_url": "https://www.linkedin.com/in/jane"}
_ORDINARY = {"email": _emails, "linkedin_url": _profiles}
_EXOTIC = {"email": _EXOTIC_EMAILS, "linkedin_url": _EXOTIC_PROFILES}


def plain(field: str) -> str:
    """The plainest value that a listed field must take."""
    return _PLAIN.get(field, "Acme")


def ordinary(field: str) -> SearchStrategy[str]:
    """Values that a listed field must take."""
    return _ORDINARY.get(field, _names)


def nasty(field: str) -> tuple[str, ...]:
    """Values that are known to go wrong; a listed field either stores them as they are or refuses them."""
    return _EXOTIC.get(field, ()) + _NASTY


def any_text() -> SearchStrategy[str]:
    """Any text, which a listed field either stores as it is or refuses."""
    return _any_text


def long_text() -> SearchStrategy[str]:
    """A text of a hundred to 12,000 characters, of 1 to 4 bytes each; it shrinks to the shortest that goes wrong."""
    return st.builds(_repeated, st.sampled_from("xä山😀"), st.integers(101, 12_000))


def mixed_updates(fields: Iterable[str]) -> SearchStrategy[dict[str, str]]:
    """Values for one or more of these fields, ordinary ones beside nasty ones."""
    mixed = {field: ordinary(field) | st.sampled_from(nasty(field)) | _any_text for field in fields}
    return st.fixed_dictionaries({}, optional=mixed).filter(bool)


def updates(fields: Iterable[str]) -> SearchStrategy[dict[str, str]]:
    """Ordinary values for all of these fields."""
    return st.fixed_dictionaries({field: ordinary(field) for field in fields})


def some_updates(fields: Iterable[str]) -> SearchStrategy[dict[str, str]]:
    """Ordinary values for one or more of these fields."""
    return st.fixed_dictionaries({}, optional={field: ordinary(field) for field in fields}).filter(bool)


def no_string() -> SearchStrategy[object]:
    """JSON values of another type than string; null is left open by the contract."""
    return st.sampled_from([7, 0, -1, 1.5, True, False, [], ["x"], {}, {"value": "x"}])
