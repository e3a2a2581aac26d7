"""The impact of changes to ``x-rules``, where each rule is known by its id."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from changes.change import Change, Impact
from changes.part import Part, compare_members, nothing

LITERAL = re.compile(
    r"`[^`]*`|-?\d+(?:[.,:]\d+)*(?: ?(?:ms|s|min|h|%|bytes?|seconds?|minutes?|hours?|days?)\b)?"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|once|twice|first|last|before|after)\b"
)
SENSES = {
    "denies": r"no|not|never|none|nothing|neither|nor|cannot|without|\w+n't",
    "excepts": r"unless|except|but|only",
    "chooses": r"or",
    "advises": r"should",
    "allows": r"may|might|can|could|some|most|sometimes",
    "obliges": r"must|shall",
    "generalises": r"every|each|all|any|always",
}
"""Words that can reverse the meaning of a sentence, by their effect."""


def compare_rules(before: Part, after: Part) -> Iterator[Change]:
    """Rules that were added, dropped or changed; consumers may not rely on an assumption."""
    old, new = _by_id(before), _by_id(after)
    for name, rule in (old | new).items():
        kind = "assumption" if rule.get("x-assumed") else "rule"
        if name not in old:
            yield Change(Impact.COMPATIBLE, rule.place, f"the {kind} {name} is new")
        elif name not in new:
            impact = Impact.COMPATIBLE if rule.get("x-assumed") else Impact.BREAKING
            yield Change(impact, rule.place, f"the {kind} {name} was dropped: {_text(rule)}", gone=True)
        else:
            yield from compare_members(old[name], rule, {"id": nothing, "promise": nothing})
            yield from _compare_text(old[name], rule)


def _by_id(rules: Part) -> dict[str, Part]:
    return {str(rule.get("id")): rule for rule in (part.resolved() for part in rules.parts())}


def _compare_text(before: Part, after: Part) -> Iterator[Change]:
    """A change of wording; the rule stays the same as long as its literals and senses do."""
    if _text(before) == _text(after):
        return
    place, name = after.at("promise").place, after.get("id")
    if before.get("x-assumed") or _sense(before) == _sense(after):
        yield Change(Impact.DOCUMENTATION, place, f"the rule {name} was reworded")
    else:
        yield Change(Impact.BREAKING, place, f"the rule {name} says something else; it was: {_text(before)}")


def _text(rule: Part) -> str:
    return " ".join(str(rule.at("promise").value).split())


def _sense(rule: Part) -> tuple[list[str], Counter[str]]:
    text = _text(rule)
    words = {sense: len(re.findall(rf"\b(?:{words})\b", text.lower())) for sense, words in SENSES.items()}
    return LITERAL.findall(text), Counter(words)
