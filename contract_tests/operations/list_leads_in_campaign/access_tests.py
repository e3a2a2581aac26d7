"""The rules of access for lists that were requested before, and for parts of lists."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...guard import UNKNOWN_ID
from ...plugin import rule
from ...target import expect_status
from .target import Target

QUERIES: Sequence[Mapping[str, Any]] = (
    {},
    {"page": 2},
    {"limit": 1},
    {"status": "pending"},
    {"page": 2, "limit": 1, "status": "sent"},
)


@rule("bearer-required")
def test_list_that_was_shown_before_needs_the_key(target: Target) -> None:
    for query in QUERIES:
        target.send(target.settings.campaign, query=query)
        for authorization in (None, "Bearer {key}x"):
            refused = target.send(target.settings.campaign, query=query, authorization=authorization)
            expect_status(refused, 401)


@rule("own-campaigns-only")
def test_no_part_of_an_unknown_campaign_is_listed(target: Target) -> None:
    for query in QUERIES:
        expect_status(target.send(UNKNOWN_ID.format(3), query=query), 404)


@rule("own-campaigns-only")
def test_no_part_of_a_foreign_campaign_is_listed(target: Target) -> None:
    foreign = target.need(target.settings.foreign_campaign, "PUFFLE_FOREIGN_CAMPAIGN_ID")
    for query in QUERIES:
        expect_status(target.send(foreign, query=query), 404)
