"""Which requests for a list are safe: all of them."""

from functools import cached_property
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ... import target
from ...exchange import Request
from ...guard import Guard
from ..leads import Fields


class Target(target.Target):
    """Lists leads."""

    first = ("lists-every-lead-once", "true-totals")

    @staticmethod
    def check(guard: Guard, request: Request) -> None:
        """Reading changes nothing, whatever the query."""

    def ordinary(self) -> SearchStrategy[Any]:
        return st.none()

    @property
    def plain(self) -> Any:
        return None

    def address(self, body: Any, campaign: str) -> Any:  # noqa: ARG002
        return body

    @cached_property
    def fields(self) -> Fields:
        return Fields(self.operation.contract, {}, self.roster.lead_schemas)
