"""Rules about the values of leads that are added: how they are stored, and what cannot be given."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from ...exceptions import RuleViolation
from ...exchange import Exchange, quoted
from ...plugin import rule
from ..leads import CREATED_AT, UPDATED_AT, is_empty
from ..roster import IDENTITY, Seen
from . import expect
from .listing import Item, Listing
from .target import CUSTOM_FIELDS, Target

LONG = ("Zoë 山田 & Söhne " * 10)[:100]
"""An ordinary text of 100 characters."""
NESTED = {
    "region": "EMEA", "Team Size": 250, "share": 0.25, "vip": True, "trial": False, "tags": ["a", 1, "b"],
    "address": {"zip": "01067", "geo": {"lat": 51.05}}, "status": "gold", "id": "7", "email": "none",
}  # fmt: skip
"""Custom fields of every type; some are called like a field of a lead."""
DIFFICULT_FIELDS: tuple[Item, ...] = (
    {f"field {number}": number for number in range(60)},
    {"notes": "Zoë 山田 😀 " * 1000},
    {"a": {"b": {"c": {"d": [{"e": 1}]}}}},
    {"Größe.in cm": 1.5, "a/b": "x", "ß": "x"},
    {"small": 1e-7, "tenth": 0.1, "large": 2**53 - 1},
    {"html": "<b>&amp;</b>", "lines": "a\r\nb\tc", "quotes": "\"\\'", "text": "null", "digits": "007"},
    {"object": {}, "array": [], "nested": [[1, [2]], {"x": []}]},
    {"nothing": None, "region": "EMEA"},
    {"address": {"zip": None, "city": "Oslo"}, "tags": ["a", None]},
)
"""Custom fields that often go wrong: a target stores them as they are or refuses them."""


@rule("adds-every-lead")
def test_leads_are_added_as_given(target: Target, place: str) -> None:
    full, other, spelled, bare, first, last, long = target.identified([{}] * 7)
    full |= {name: f"{name} of {place}" for name in target.names} | {CUSTOM_FIELDS: NESTED}
    other |= {name: f"other {name}" for name in target.names} | {CUSTOM_FIELDS: {"language": "fr"}}
    spelled |= {"email": spelled["email"].upper(), "linkedin_url": spelled["linkedin_url"] + "/?trk=public"}
    first["first_name"], last["last_name"] = "Ana-María Müller-Lüdenscheidt", "van der Berg"
    long |= dict.fromkeys(target.names, LONG)
    expect.added(target, target.places[place], [full, bare, first, other, spelled, long, last])


@rule("adds-every-lead")
def test_lead_is_added_alone(target: Target, place: str) -> None:
    expect.added(target, target.places[place], target.identified([{}]))


@rule("adds-every-lead")
def test_leads_are_added_as_given_among_duplicates(target: Target, place: str) -> None:
    campaign = target.places[place]
    old, one, two = target.identified(
        [{name: f"{name} of {lead}" for name in target.names} for lead in ("old", "one", "two")]
    )
    target.added(campaign, [old])
    duplicate = dict.fromkeys(target.names, "Duplicate")
    exchange = target.added(campaign, [{**old, **duplicate}, one, {**one, **duplicate}, two, {**two, **duplicate}])
    listing = target.listing(campaign)
    for item in (one, two):
        for seen in listing.having(item):
            if duplicate.items() <= seen.lead.items():
                target.block(seen.exchange, "duplicates-not-added", "no duplicate to be stored", exchange)
        expect.stored(target, exchange, listing, item)


@rule("adds-every-lead")
def test_lead_with_one_identity_is_added(target: Target, place: str) -> None:
    campaign = target.places[place]
    if not target.sufficient_identities(campaign):
        exchange = target.send(campaign, {"prospects": target.identified([{}])})
        raise RuleViolation(exchange, f"a lead with {' or '.join(IDENTITY)} alone to be added, too")


@rule("adds-every-lead")
def test_ordinary_values_are_stored_as_given(target: Target, data: st.DataObject) -> None:
    expect.added(target, target.settings.campaign, target.identified(data.draw(target.ordinary_leads())))


@rule("adds-every-lead")
def test_any_values_are_stored_as_given_or_refused(target: Target, data: st.DataObject) -> None:
    expect.stored_or_refused(target, target.identified(data.draw(target.any_leads())))


@rule("adds-every-lead")
def test_difficult_values_are_stored_as_given_or_refused(target: Target) -> None:
    values = dict.fromkeys(value for name in target.names for value in target.fields[name].difficult)
    leads = [dict.fromkeys(target.names, value) for value in values]
    expect.stored_or_refused(
        target, target.identified([*leads, *({CUSTOM_FIELDS: fields} for fields in DIFFICULT_FIELDS)])
    )


@rule("adds-every-lead")
def test_leads_are_added_to_one_campaign(target: Target, place: str) -> None:
    campaign, settings = target.places[place], target.settings
    others = {*target.places.values(), settings.launched_campaign} - {campaign, None}
    before = [target.listing(other) for other in sorted(filter(None, others))]
    exchange = target.added(campaign, target.identified([{}] * 2))
    for listing in before:
        why = f" when leads are added to campaign {campaign}"
        expect.nothing_added(exchange, listing, target.listing(listing.campaign), why)


@rule("adding-protects-fields")
def test_other_members_are_ignored(target: Target, data: st.DataObject) -> None:
    protected = [*target.fields.protected, UPDATED_AT]
    values = {name: value for name in protected if (value := data.draw(target.fields.protected_value(name)))}
    values |= {name: "Other" for name in OTHERS if name not in target.fields.schemas}
    control, together, *items = target.identified([{}] * (2 + len(values)))
    sent = [{**item, name: value} for item, (name, value) in zip(items, values.items(), strict=True)]
    exchange = target.send(target.settings.campaign, {"prospects": [control, *sent, {**values, **together}]})
    if exchange.status != 200:
        target.added(target.settings.campaign, target.identified([{}]))
        raise RuleViolation(exchange, f"200: {', '.join(values)} to be ignored")
    listing = target.listing(target.settings.campaign)
    usual = expect.one(exchange, listing, control)
    for item, (name, value) in zip(items, values.items(), strict=True):
        ignored(target, exchange, listing, item, {name: value}, usual)
    ignored(target, exchange, listing, together, values, usual)


OTHERS = ("x_unknown", "firstName", "LAST_NAME", "linkedin", "title", "prospect_id")
"""Members that are not listed, some of which resemble one that is."""


def ignored(
    target: Target, exchange: Exchange, listing: Listing, item: Item, others: dict[str, Any], usual: Seen
) -> None:
    """A lead was added as it would have been without other members."""
    seen, why = expect.one(exchange, listing, item), f"{', '.join(others)} being ignored"
    for name in target.fields.changed(usual.lead, seen.lead, but=("id", "name", CREATED_AT, *IDENTITY)):
        expected, got = quoted(usual.lead.get(name)), quoted(seen.lead.get(name))
        raise RuleViolation(seen.exchange, f"{name} to be {expected} ({why}), not {got}", exchange)
    for name, value in others.items():
        # A lead may have more fields than the contract says.
        if target.fields.same(name, seen.lead.get(name), value) and value != usual.lead.get(name):
            raise RuleViolation(seen.exchange, f"{name}, which cannot be given, not to be {quoted(value)}", exchange)


@rule("starts-pending")
def test_lead_starts_pending(target: Target, place: str) -> None:
    campaign = target.places[place]
    bare, both, first, last = items = target.identified([{}] * 4)
    both |= {"first_name": "Jane", "last_name": "Smith", "company": "Acme", CUSTOM_FIELDS: {"region": "EMEA"}}
    first["first_name"], last["last_name"] = "Jane", "Smith"
    before = target.listing(campaign)
    exchange = target.added(campaign, [both, bare, first, last])
    listing = target.listing(campaign)
    for item in items:
        seen = expect.one(exchange, listing, item)
        starts(target, exchange, seen, item)
        if str(seen.lead["id"]).lower() in before.leads:
            raise RuleViolation(seen.exchange, "a lead that was added to have a new id", exchange)


def starts(target: Target, exchange: Exchange, seen: Seen, item: Item) -> None:
    """A lead that was just added is as the contract assumes."""
    lead = seen.lead
    for name, value in {"status": "pending", "source": "api"}.items():
        if lead.get(name) not in (value, None):
            raise RuleViolation(seen.exchange, f"{name} to be {quoted(value)}, not {quoted(lead[name])}", exchange)
    given = {*item, "id", "campaign_id", "user_id", "status", "source", "name", CREATED_AT, UPDATED_AT}
    for name in target.fields.schemas:
        if name not in given and lead.get(name) is not None:
            raise RuleViolation(seen.exchange, f"{name} to be null, not {quoted(lead[name])}", exchange)
    if not is_made_of(lead.get("name"), item):
        made = "null, or made of the given and family names"
        raise RuleViolation(seen.exchange, f"name to be {made}, not {quoted(lead['name'])}", exchange)


def is_made_of(name: Any, item: Item) -> bool:
    """Whether a full name is empty, or made of a given and a family name in any order."""
    if is_empty(name):
        return True
    rest = str(name)
    for part in (item[field] for field in ("first_name", "last_name") if field in item):
        rest = rest.replace(part, "", 1)
    return rest != name and not rest.strip(" ,")


@rule("starts-pending")
def test_lead_has_an_id_of_its_own_in_each_campaign(target: Target) -> None:
    items = target.identified([{}])
    ids = set()
    for campaign in target.places.values():
        exchange = target.added(campaign, items)
        seen = expect.one(exchange, target.listing(campaign), items[0])
        if (lead_id := str(seen.lead["id"]).lower()) in ids:
            raise RuleViolation(
                seen.exchange, f"another id than that of the lead in another campaign, {lead_id}", exchange
            )
        ids.add(lead_id)
