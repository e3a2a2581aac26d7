"""When two values of a lead's row are the same, as far as the contract lets implementations differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from puffle.contract import Contract


class Columns:
    """The columns of a lead's row, by what may be done to them."""

    def __init__(self, contract: Contract) -> None:
        """Read them from the contract's schemas."""
        self.schemas: Mapping[str, Mapping[str, Any]] = contract.schema("Lead")["properties"]
        self.listed = tuple(contract.schema("LeadFields")["properties"])
        self.sequencing = ("status", "bounced_at", "replied_at", "current_node_id")
        self.protected = tuple(name for name in self.schemas if name not in (*self.listed, "updated_at"))
        self.identity = tuple(name for name in self.schemas if name not in self.listed + self.sequencing)

    def same(self, column: str, one: Any, other: Any) -> bool:
        """Whether two answers give a column the same value. Absent counts as null; spellings of a time or id agree."""
        column_format = self.schemas.get(column, {}).get("format")
        if isinstance(one, str) and isinstance(other, str):
            if column_format == "date-time":
                return bool(moment(one) == moment(other))
            if column_format == "uuid":
                return one.lower() == other.lower()
        return type(one) is type(other) and bool(one == other)

    def changed(self, before: Mapping[str, Any], after: Mapping[str, Any], but: Iterable[str] = ()) -> list[str]:
        """The columns of the contract in which two rows differ, apart from those named.

        What a row holds beyond them may change as it likes, and so may ``updated_at``, even where nothing is edited.
        """
        return [
            name
            for name in self.schemas
            if name not in ("updated_at", *but) and not self.same(name, before.get(name), after.get(name))
        ]


def moment(text: Any) -> Any:
    """The moment that an RFC 3339 text names; anything else, and a time that Python cannot hold, as it is."""
    try:
        return datetime.fromisoformat(text.upper())
    except (AttributeError, ValueError):
        return text


def stored_as_sent(field: str, sent: str, got: Any) -> bool:
    """Whether a listed field came back as sent, or in one of the ways that the contract allows."""
    if sent == "" and got is None:
        return True
    return got == sent or (isinstance(got, str) and field in _NORMALISED and got in _NORMALISED[field](sent))


def _normalised_urls(url: str) -> set[str]:
    if not url.lower().startswith(("http://", "https://")):
        return {url}
    without_query = url.partition("?")[0]
    return {without_query, without_query.removesuffix("/"), url.removesuffix("/")}


_NORMALISED = {"email": lambda text: {text.lower()}, "linkedin_url": _normalised_urls}
