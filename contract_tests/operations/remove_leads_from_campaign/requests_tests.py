"""Rules about what a request must say, and that a refused one removes nothing."""

from collections.abc import Callable
from functools import partial
from typing import Any

from ...exceptions import RuleViolation
from ...exchange import Exchange
from ...guard import UNKNOWN_ID
from ...plugin import rule
from ...target import expect_status
from .target import MANY, SCRATCH, Removal, Target

NOT_ALL: tuple[Any, ...] = ("true", "false", "yes", "", 1, 0, None, [], [True], {})
"""What a lenient server could take for ``all: true``."""
NOT_ARRAYS: tuple[Any, ...] = (None, False, 0, "", {})


@rule("names-what-to-remove")
def test_request_that_names_nothing_is_refused(target: Target) -> None:
    lead = target.roster.spare(1, target.expendable)[0].id
    for body in ({}, {"x_unknown": True}, {"ids": [lead]}, {"prospect_id": lead}):
        expect_status(target.send(target.expendable, body), 400)


@rule("names-what-to-remove")
def test_all_set_to_false_is_refused(target: Target) -> None:
    expect_status(target.send(target.need(target.settings.scratch_campaign, SCRATCH), {"all": False}), 400)


@rule("removes-up-to-500")
def test_no_ids_are_refused(target: Target) -> None:
    expect_status(target.send(target.expendable, {"prospect_ids": []}), 400)


@rule("removes-up-to-500")
def test_500_leads_are_removed(target: Target) -> None:
    expect_status(target.many.exchange, 200)
    if target.many.gone != MANY:
        raise RuleViolation(target.many.exchange, f"{MANY} leads to be removed, not {target.many.gone}")


@rule("removes-up-to-500")
def test_501_leads_are_refused(target: Target) -> None:
    expect_status(target.too_many.exchange, 400)


@rule("invalid-request-refused")
def test_ids_of_another_type_are_refused(target: Target) -> None:
    lead = target.roster.spare(1, target.expendable)[0].id
    for ids in (lead, {"0": lead}, [{"id": lead}], [[lead]], [lead, 7], [None, lead], [True, lead], *NOT_ARRAYS):
        expect_status(target.send(target.expendable, {"prospect_ids": ids}), 400)


@rule("invalid-request-refused")
def test_id_that_is_not_a_uuid_is_refused(target: Target) -> None:
    """Like an invalid value, or like a lead that does not exist."""
    lead = target.roster.spare(1, target.expendable)[0].id
    for text in ("", "x", lead[:8], lead + "0"):
        expect_status(target.send(target.expendable, {"prospect_ids": [UNKNOWN_ID.format(1), text]}), 400, 404)


@rule("invalid-request-refused")
def test_all_of_another_type_is_refused(target: Target) -> None:
    for value in NOT_ALL if target.settings.scratch_campaign else ():
        expect_status(target.send(target.expendable, {"all": value}), 400)


def refused_in_draft(target: Target, ids: list[str]) -> list[Callable[[], Exchange]]:
    """Requests that must be refused, each of which would remove a lead if any part of it were carried out."""
    settings, send, body = target.settings, target.send, {"prospect_ids": ids}
    others = filter(None, (UNKNOWN_ID.format(2), settings.launched_campaign, settings.foreign_campaign))
    invalid = [[*ids[:at], wrong, *ids[at:]] for wrong in ("x", None) for at in (0, 1, len(ids))]
    return [
        partial(send, settings.campaign, body, authorization=None),
        partial(send, settings.campaign, body, authorization="Bearer {key}x"),
        partial(send, settings.campaign, target.request(settings.campaign, body).body[:-1]),
        *(partial(send, campaign, body) for campaign in others),
        *(partial(send, settings.campaign, {"prospect_ids": values}) for values in invalid),
    ]


def refused_in_scratch(target: Target, ids: list[str]) -> list[Callable[[], Exchange]]:
    """The same for requests that a lenient server could take for one to remove other leads, or all of them."""
    given = ([], *NOT_ARRAYS, [*ids, 7], [7, *ids])
    bodies = [{}, *({"prospect_ids": value} for value in given), *({"all": value} for value in (False, *NOT_ALL))]
    return [partial(target.send, target.expendable, body) for body in bodies]


@rule("refusal-changes-nothing")
def test_refused_request_removes_nothing(target: Target) -> None:
    refusals_change_nothing(target, target.settings.campaign, refused_in_draft)


@rule("refusal-changes-nothing")
def test_refused_request_does_not_remove_all(target: Target) -> None:
    if target.settings.scratch_campaign:
        refusals_change_nothing(target, target.settings.scratch_campaign, refused_in_scratch)


@rule("refusal-changes-nothing")
def test_refused_request_for_an_unknown_lead_removes_nothing(target: Target) -> None:
    ids = [lead.id for lead in target.roster.spare(2)]
    for unknown_at in (0, 1, 2):
        changes_nothing(
            target.remove(target.settings.campaign, [*ids[:unknown_at], UNKNOWN_ID.format(1), *ids[unknown_at:]])
        )


@rule("refusal-changes-nothing")
def test_refused_request_for_too_many_leads_removes_nothing(target: Target) -> None:
    changes_nothing(target.too_many)


def refusals_change_nothing(
    target: Target, campaign: str, requests: Callable[[Target, list[str]], list[Callable[[], Exchange]]]
) -> None:
    """Send the requests together, and one at a time only if that makes a difference."""
    added = [lead.id for lead in target.roster.add(3, campaign)]
    before = target.leads_in(campaign)
    refused = [send().status != 200 for send in requests(target, added)]
    if all(refused) and before.keys() <= target.leads_in(campaign).keys():
        return
    for number in range(len(refused)):
        added = [lead.id for lead in target.roster.add(3, campaign)]
        before = target.leads_in(campaign)
        exchange = requests(target, added)[number]()
        changes_nothing(Removal(exchange, campaign, before, target.leads_in(campaign)))


def changes_nothing(removal: Removal) -> None:
    """All leads are still there after a request, if that was refused; if it was not, another rule has failed."""
    if removal.exchange.status != 200 and removal.gone:
        raise RuleViolation(removal.exchange, f"a refused request to remove no lead, not {removal.gone}")
