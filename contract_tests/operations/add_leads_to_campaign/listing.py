"""The leads of a campaign as the list shows them."""

from __future__ import annotations

from typing import Any

from ...exchange import Exchange
from ..roster import IDENTITY, Seen

Item = dict[str, Any]
"""A lead to add."""


class Listing:
    """What a list showed at one time."""

    def __init__(self, campaign: str, pages: list[tuple[Exchange, list[dict[str, Any]]]]) -> None:
        self.campaign = campaign
        self.last = pages[-1][0]
        """The response with the last page."""
        self.leads: dict[str, Seen] = {}
        """The leads by id."""
        for exchange, leads in pages:
            for lead in leads:
                self.leads.setdefault(str(lead.get("id")).lower(), Seen(exchange, lead))

    def having(self, item: Item) -> list[Seen]:
        """The leads that have the email address or the LinkedIn URL of an item."""
        wanted = {name: normalised(name, item.get(name)) for name in IDENTITY}
        return [
            seen
            for seen in self.leads.values()
            if any(value and normalised(name, seen.lead.get(name)) == value for name, value in wanted.items())
        ]


def normalised(field: str, value: Any) -> str:
    """A value as leads are compared by it."""
    text = value if isinstance(value, str) else ""
    return text.lower() if field == "email" else text.partition("?")[0].rstrip("/")
