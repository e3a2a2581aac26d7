"""What a change of ``x-rules`` means: each rule is a promise to the consumer, known by its id."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial

from changes.change import Change, Verdict
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
"""Words that turn a sentence around, by what they do to it."""


def compare_rules(before: Part, after: Part) -> Iterator[Change]:
    """The promises that went, came, or read otherwise.

    An assumption is nobody's promise: it may go, and may become a promise, but a promise may not become one.
    """
    old, new = _by_id(before), _by_id(after)
    for name, rule in new.items():
        if name not in old:
            how = "assumed" if rule.get("x-assumed") else "promised"
            yield Change(Verdict.COMPATIBLE, rule.place, f"rule {name} is {how} from now on")
        else:
            yield from compare_members(old[name], rule, {"id": nothing, "promise": partial(_promise, old[name], rule)})
    for name, rule in old.items():
        if name not in new and rule.get("x-assumed"):
            yield Change(Verdict.COMPATIBLE, rule.place, f"rule {name} is no longer assumed", gone=True)
        elif name not in new:
            what = f"rule {name} is no longer promised: {_text(rule.at('promise'))}"
            yield Change(Verdict.BREAKING, rule.place, what, gone=True)


def _by_id(rules: Part) -> dict[str, Part]:
    """The rules by id; a second one of the same id by its number too."""
    found: dict[str, Part] = {}
    for rule in rules.parts():
        name = str(rule.get("id"))
        found[name if name not in found else f"{name} ({len(found) + 1})"] = rule
    return found


def _promise(old_rule: Part, new_rule: Part, before: Part, after: Part) -> Iterator[Change]:
    """A promise in other words; it counts as the same one as long as it keeps its literals and its senses."""
    if _text(before) == _text(after):
        return
    name = new_rule.get("id")
    if old_rule.get("x-assumed") or _sense(before) == _sense(after):
        yield Change(Verdict.DOCUMENTATION, after.place, f"rule {name} is worded otherwise")
    else:
        what = f"rule {name} promises something else: it was: {_text(before)}"
        yield Change(Verdict.BREAKING, after.place, what)


def _text(promise: Part) -> str:
    return " ".join(str(promise.value).split())


def _sense(promise: Part) -> tuple[list[str], Counter[str]]:
    text = _text(promise)
    words = Counter[str]()
    for sense, alternatives in SENSES.items():
        words[sense] = len(re.findall(rf"\b(?:{alternatives})\b", text.lower()))
    return LITERAL.findall(text), words
