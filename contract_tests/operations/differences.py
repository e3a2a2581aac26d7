"""What a run has changed in leads that were there before, and which rule that violates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from .leads import SEQUENCING, UPDATED_AT, Fields
from .roster import ADDS_EVERY_LEAD, REMOVES_LEADS

Leads = dict[str, dict[str, Any]]
"""Leads as they are listed, by id."""
LISTING, REFUSAL = "listing-changes-nothing", "refusal-changes-nothing"


class Difference(NamedTuple):
    """A difference in one or more leads.

    Args:
        lead: the id of the lead, or of one of them.
        rules: the rules that could say that there must be none; the first that is judged does.
        text: what is different, and how it was.
    """

    lead: str
    rules: tuple[str, ...]
    text: str


def differences(fields: Fields, campaign: str, before: Leads, after: Leads, *, is_draft: bool) -> Iterator[Difference]:
    """How the leads of a campaign differ from what they were.

    Args:
        fields: the fields of a lead; a target may do with others as it likes.
        is_draft: whether the campaign is a draft. The sequence of one that runs changes its leads, and all requests
            that would change them must be refused.
    """
    for lead, was in before.items():
        if (now := after.get(lead)) is None:
            text = f"lead {lead} is gone from campaign {campaign}; it was {_as_json(was)}"
            yield Difference(lead, _rules(REMOVES_LEADS, is_draft=is_draft), text)
            continue
        names = fields.changed(was, now, but=() if is_draft else SEQUENCING)
        if is_draft and not fields.same(UPDATED_AT, was.get(UPDATED_AT), now.get(UPDATED_AT)):
            names.append(UPDATED_AT)
        if names:
            had = _as_json({name: was.get(name) for name in names})
            text = f"lead {lead} of campaign {campaign} has changed; it had {had}"
            yield Difference(lead, _rules("touches-one-lead", is_draft=is_draft), text)
    if new := sorted(after.keys() - before.keys()):
        text = f"lead {' and '.join(new[:5])} is new in campaign {campaign}, and carries no mark of a run"
        yield Difference(new[0], _rules(ADDS_EVERY_LEAD, is_draft=is_draft), text)


def _rules(rule: str, *, is_draft: bool) -> tuple[str, ...]:
    return (rule, LISTING) if is_draft else (REFUSAL, LISTING)


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
