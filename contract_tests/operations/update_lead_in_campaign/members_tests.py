"""Rules about members of an edit that are not listed fields: they are ignored, protected fields above all."""

from typing import Any

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from ...plugin import rule
from . import expect
from .target import Target

unlisted: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.sampled_from(["firstName", "Email", "EMAIL", "e-mail", "title", "phone", "prospect_id", "constructor"])
    | st.text("abcdefghijklmnopqrstuvwxyz_", min_size=3, max_size=20).map("x_".__add__),
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=1) | st.sampled_from([7, True, None, [], {"first_name": "x"}]),
    min_size=1,
    max_size=4,
)


@rule("ignores-other-fields")
def test_unknown_member_is_ignored(target: Target, data: st.DataObject) -> None:
    others = data.draw(unlisted)
    assume(not any(map(target.client.guard.is_protected, others)) and not set(others) & set(target.fields.schemas))
    sent = target.some_updates(data)
    before = target.read()
    edited = target.edited({**others, **sent})
    expect.carried_out(target, edited, sent)
    for seen in (edited, target.read()):
        why = f" ({', '.join(others)} being unlisted)"
        expect.same(target, seen, before, but=sent, why=why, after=edited)
        for name in others:
            # A lead may have more fields than the contract says, and they may depend on what was edited.
            got = seen.lead.get(name)
            if got != before.lead.get(name) and got == others[name]:
                raise expect.violation(seen, f"{name}, which is not a listed field, not to be stored", edited)


@rule("ignores-other-fields")
@pytest.mark.parametrize("name", ["x_unknown", "firstName", "Email", "status", "custom_fields"])
def test_edit_of_unlisted_fields_alone_changes_nothing(target: Target, name: str) -> None:
    if target.client.guard.is_protected(name):
        return
    before = target.read()
    exchange = target.edit(target.roster.lead, {name: "Unlisted"})
    after = None if target.refused(exchange) else target.seen(exchange)
    if after:
        expect.same(target, after, before)
    expect.same(target, target.read(), before, after=after)


@rule("ignores-other-fields")
@pytest.mark.parametrize("name", ["title", "linkedin", "linkedinUrl", "full_name", "fullName", "job_title", "Company"])
def test_similar_name_is_ignored(target: Target, name: str) -> None:
    if target.client.guard.is_protected(name) or name in {*target.fields.editable, *target.fields.protected}:
        return
    before, sent = target.read(), target.plain_updates
    edited = target.edited({name: "https://www.linkedin.com/in/similar", **sent})
    expect.same(target, edited, before, but=sent, why=f" ({name} being unlisted)")


@rule("ignores-other-fields")
@pytest.mark.cases(2)
def test_member_next_to_updates_is_not_stored(target: Target, data: st.DataObject) -> None:
    fields = target.fields
    for name in (*target.names, *fields.protected):
        before = target.read()
        value = data.draw(fields[name].ordinary if name in fields.editable else fields.protected_value(name))
        edited = target.another_field(name)
        body = {**target.plain, "updates": {edited: fields[edited].plain}}
        exchange = target.send(target.settings.campaign, {**body, name: value})
        if not target.refused(exchange):
            expect.same(target, target.seen(exchange), before, but=[edited], why=f" ({name} being next to updates)")


@rule("protects-sequencing")
def test_sequencing_field_is_protected(target: Target, sequencing_field: str, data: st.DataObject) -> None:
    sent = target.some_updates(data)
    expect.protected(target, sequencing_field, sent, data.draw(target.fields.protected_value(sequencing_field)))


@rule("protects-identity")
def test_identity_field_is_protected(target: Target, identity_field: str, data: st.DataObject) -> None:
    sent = target.some_updates(data)
    expect.protected(target, identity_field, sent, data.draw(target.fields.protected_value(identity_field)))
