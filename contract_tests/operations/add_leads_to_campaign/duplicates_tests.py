"""Rules about duplicates: which leads are, how they are counted, and what becomes of the leads that exist."""

from __future__ import annotations

from ...exceptions import RuleViolation
from ...exchange import Exchange, quoted
from ...plugin import rule
from ..roster import ADDS_EVERY_LEAD, IDENTITY, UPDATE
from . import expect
from .listing import Item, normalised
from .target import CUSTOM_FIELDS, Target


def spellings(item: Item, **fields: object) -> list[Item]:
    """The identities of an item in different spellings that are compared as the same, with other fields."""
    (name, domain), url = item["email"].split("@"), item["linkedin_url"]
    emails = [f"{name}@{domain}", f"{name}@{domain}".upper(), f"{name.title()}@{domain}", f"{name}@{domain.title()}"]
    urls = [url, f"{url}/", f"{url}?trk=public", f"{url}/?trk=public&x=1"]
    return [{"email": email, "linkedin_url": url, **fields} for email, url in zip(emails, urls, strict=True)]


def sent(target: Target, campaign: str, items: list[Item]) -> Exchange:
    """A request with duplicates, which must be accepted."""
    exchange = target.send(campaign, {"prospects": items})
    if exchange.status != 200:
        raise RuleViolation(exchange, "200: duplicates are counted, not refused")
    return exchange


@rule("duplicates-not-added")
def test_lead_that_the_campaign_has_is_not_added(target: Target, place: str) -> None:
    campaign, given = target.places[place], {"first_name": "Jane", CUSTOM_FIELDS: {"region": "EMEA"}}
    (item,) = target.identified([given])
    (before,) = expect.added(target, campaign, [item]).having(item)
    other = {"first_name": "Janet", "headline": "Another", CUSTOM_FIELDS: {"tier": "gold"}}
    same = spellings(item, **other)
    requests = [sent(target, campaign, same[:1]), sent(target, campaign, same)]
    # A server may refuse a URL that is not an ordinary one.
    requests.append(target.send(campaign, {"prospects": [{**item, "linkedin_url": f"{item['linkedin_url']}//"}]}))
    listing = target.listing(campaign)
    after, why = expect.one(requests[-1], listing, item), " when a duplicate of it is added"
    if str(after.lead["id"]).lower() != str(before.lead["id"]).lower():
        raise RuleViolation(after.exchange, f"lead {before.lead['id']} to stay{why}", requests[0])
    expect.same(target, requests[0], before, after, why)


@rule("duplicates-not-added")
def test_lead_that_is_repeated_is_not_added(target: Target, place: str) -> None:
    campaign, (item,) = target.places[place], target.identified([{"first_name": "Jane", "position": "Tester"}])
    repeated = {"first_name": "Janet", "headline": "Repeated", CUSTOM_FIELDS: {"tier": "gold"}}
    exchange = sent(target, campaign, [item, *spellings(item, **repeated)])
    seen = expect.one(exchange, target.listing(campaign), item)
    for name, value in repeated.items():
        if target.is_stored(name, value, got := seen.lead.get(name)):
            expected = f"{name} to be {quoted(item.get(name))}, as given first, not {quoted(got)}"
            raise RuleViolation(seen.exchange, expected, exchange)


@rule("duplicates-not-added")
def test_lead_with_the_values_of_another_is_added(target: Target, place: str) -> None:
    campaign = target.places[place]
    values = {name: f"Same {name}" for name in target.names} | {CUSTOM_FIELDS: {"region": "EMEA"}}
    items = target.identified([values] * 3)
    target.added(campaign, items[:1])
    exchange = sent(target, campaign, items[1:])
    for item in items[1:]:
        expect.one(exchange, target.listing(campaign), item)


@rule("duplicates-not-added")
def test_leads_are_identified_by_one_field(target: Target, place: str) -> None:
    campaign, (one, two) = target.places[place], target.identified([{}] * 2)
    target.added(campaign, [one])
    exchange = sent(target, campaign, [{**one, IDENTITY[1]: two[IDENTITY[1]]}, {**two, IDENTITY[1]: one[IDENTITY[1]]}])
    listing = target.listing(campaign)
    found = {str(seen.lead["id"]): seen for item in (one, two) for seen in listing.having(item)}
    if len(found) != 2:
        either = f"either the same {' or the same '.join(IDENTITY)} to make a lead a duplicate"
        raise RuleViolation(listing.last, f"{either}, so that one of two is added, not {len(found) - 1}", exchange)
    new = [seen.lead.get(name) for seen in found.values() for name in IDENTITY[:1]]
    field = IDENTITY[normalised(IDENTITY[0], two[IDENTITY[0]]) not in [normalised(IDENTITY[0], value) for value in new]]
    if (needed := target.sufficient_identities(campaign)) and field not in needed:
        raise RuleViolation(
            listing.last, f"leads, which need {needed[0]}, to be identified by it, not by {field}", exchange
        )


@rule("duplicates-not-added")
def test_edited_lead_is_identified_by_its_new_values(target: Target, place: str) -> None:
    campaign, (old, new) = target.places[place], target.identified([{}] * 2)
    updating = target.run.targets.get(UPDATE)
    target.added(campaign, [old])
    leads = target.roster.look_up(campaign, [old])
    if updating and leads and updating.send(campaign, {"prospect_id": leads[0].id, "updates": new}).status == 200:
        exchange = sent(target, campaign, [new, old])
        listing = target.listing(campaign)
        expect.one(exchange, listing, new)
        expect.one(exchange, listing, old)


@rule("duplicates-not-added")
def test_lead_of_a_long_list_is_not_added_again(target: Target) -> None:
    many = target.thousand
    if many.listed and many.listed_again:
        expected = f"no lead to be added that the campaign has already, not {many.listed_again}"
        raise RuleViolation(many.again, expected, many.exchange)


@rule("duplicates-not-added")
def test_lead_of_another_campaign_is_not_a_duplicate(target: Target) -> None:
    items = target.identified([{}])
    for campaign in target.places.values():
        expect.one(sent(target, campaign, items), target.listing(campaign), items[0])


@rule("counts-added-leads")
def test_counts_are_true(target: Target, place: str) -> None:
    campaign, (old, *new) = target.places[place], target.identified([{}] * 6)
    target.added(campaign, [old])
    before = target.listing(campaign)
    mixed = [new[0], spellings(old)[1], new[1], *spellings(new[0])[1:], old]
    for items in (mixed, spellings(old), new[2:]):
        exchange = target.send(campaign, {"prospects": items})
        listing = target.listing(campaign)
        if exchange.status == 200:
            counted(exchange, len(items), len(listing.leads.keys() - before.leads.keys()))
        before = listing


@rule("counts-added-leads")
def test_count_of_1000_leads_is_true(target: Target) -> None:
    many = target.thousand
    if many.exchange.status == 200:
        counted(many.exchange, 1000, many.listed)


def counted(exchange: Exchange, items: int, added: int) -> None:
    """A response has the number of leads that were added, and of those that were not."""
    expected = {"imported": added, "duplicates": items - added}
    for name, number in expected.items():
        if exchange.json.get(name) != number:
            added_of = f"{added} of {items} leads being added"
            raise RuleViolation(exchange, f"{name} to be {number} ({added_of}), not {quoted(exchange.json.get(name))}")


@rule("needs-identity")
def test_lead_without_identity_is_not_added(target: Target, place: str) -> None:
    campaign, good = target.places[place], target.identified([{}] * 2)
    without = [{"first_name": "Nobody", "company": item["linkedin_url"]} for item in target.identified([{}] * 2)]
    for items, identified in (([good[0], *without], 1), (without, 0), ([*without, good[1]], 1)):
        before = target.listing(campaign)
        exchange = target.send(campaign, {"prospects": items})
        listing = target.listing(campaign)
        added = listing.leads.keys() - before.leads.keys()
        if exchange.status == 200:
            if len(added) != identified:
                raise RuleViolation(
                    listing.last, f"{identified} of {len(items)} leads to be added, not {len(added)}", exchange
                )
            counts = [exchange.json.get(name) for name in ("imported", "duplicates")]
            if counts != [identified, 0]:
                raise RuleViolation(exchange, f"imported to be {identified} and duplicates 0: a lead is skipped")
        elif exchange.status != 400:
            raise RuleViolation(exchange, "400, or 200 without the lead")


@rule("needs-identity")
def test_lead_with_the_other_identity_is_not_added(target: Target, place: str) -> None:
    sufficient = target.sufficient_identities(campaign := target.places[place])
    if len(sufficient) > 1:
        exchange = target.send(campaign, {"prospects": target.identified([{}])})
        raise RuleViolation(exchange, f"a lead without {' or one without '.join(IDENTITY)} not to be added")
    if not sufficient:
        exchange = target.send(campaign, {"prospects": target.identified([{}])})
        target.block(exchange, ADDS_EVERY_LEAD, "a lead with one identity to be added")
