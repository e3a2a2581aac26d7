"""What is only assumed about the pages of a list: when leads are missing because of it, no other rule is violated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..exchange import Exchange
from .leads import lead_id

if TYPE_CHECKING:
    from .reader import Reader

IN_ORDER = "pages-in-order"


class Order:
    """Whether pages are counted from 1, and stay the same while nothing changes, as far as is known."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._violation: tuple[Exchange, str] | None = None

    def expect(self, campaign: str, **query: Any) -> None:
        """Block a test that misses leads if pages are not in order.

        The list is read again, because one that was only late would be right by now.
        """
        query = {"limit": 100, **query}
        before, first = self._ids(campaign, query)
        self._expect_unchanged(campaign, query, before, first)
        page_0 = self._reader.listing.send(campaign, query={**query, "page": 0})
        if page_0.status == 200 and not {lead_id(lead) for lead in self._reader.leads_in(page_0)} <= set(first):
            self._block(page_0, "pages to be counted from 1: this one to be refused, or empty")
        # An order that alternates is the same again after an even number of pages, but not after one more.
        self._reader.listing.send(campaign, query=query)
        self._expect_unchanged(campaign, query, before, first)

    def _expect_unchanged(self, campaign: str, query: dict[str, Any], before: Exchange, ids: list[str]) -> None:
        after, again = self._ids(campaign, query)
        if again != ids:
            self._block(after, "the same leads in the same order as before", before)

    def require(self, first: Exchange) -> None:
        """Block a test that needs all pages of a list, of which this is the first, if pages are not in order."""
        if self._violation and len(self._reader.leads_in(first)) < first.json["total"]:
            self._block(*self._violation)

    def _block(self, exchange: Exchange, expected: str, after: Exchange | None = None) -> None:
        self._violation = exchange, expected
        self._reader.listing.block(exchange, IN_ORDER, expected, after)

    def _ids(self, campaign: str, query: dict[str, Any]) -> tuple[Exchange, list[str]]:
        """The ids on all pages in their order, and the last page."""
        exchanges = list(self._reader.read(campaign, **query))
        return exchanges[-1], [lead_id(lead) for exchange in exchanges for lead in self._reader.leads_in(exchange)]
