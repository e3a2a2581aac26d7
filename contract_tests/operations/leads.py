"""What is known about a lead: which fields can be edited, their values, and when two values are the same."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from puffle.contract import Contract, Schema
from puffle.strict_json import equal

from ..exchange import Exchange
from . import values

SEQUENCING = ("status", "bounced_at", "replied_at", "current_node_id")
"""The fields that the sequence of a campaign sets."""
UPDATED_AT, CREATED_AT = "updated_at", "created_at"

Updates = dict[str, Any]
"""Fields to set and their values."""


def lead_of(exchange: Exchange) -> dict[str, Any]:
    """The lead in a response; empty when there is none."""
    lead = exchange.json.get("prospect") if isinstance(exchange.json, dict) else None
    return lead if isinstance(lead, dict) else {}


def count_in(exchange: Exchange, name: str) -> Any:
    """A count in a response; None when there is none."""
    return exchange.json.get(name) if isinstance(exchange.json, dict) else None


def lead_schemas(contract: Contract) -> Mapping[str, Schema]:
    """The schemas of the fields of a lead, as the operations show it."""
    for operation in contract.operations:
        for name, schema in contract.members(operation.response_schema(200) or {}).items():
            shown = contract.resolve(schema)
            if name in ("prospect", "prospects"):
                return contract.members(contract.resolve(shown.get("items", shown)))
    return {}


def lead_id(lead: Mapping[str, Any]) -> str:
    """The id of a lead in a response, as the run spells it."""
    return str(lead.get("id")).lower()


def is_empty(value: Any) -> bool:
    return value is None or value == ""


@dataclass(frozen=True)
class Field:
    """A field that can be edited, and values to send in it.

    Args:
        is_text: any string may be sent in it.
        is_free_text: a name or title may be sent in it.
        plain: the simplest value that must be accepted.
        ordinary: values that must be accepted.
        difficult: values that often go wrong: the target stores them as they are or refuses them.
        any_value: values that the target stores as they are or refuses.
        forbidden: values that the schema forbids.
    """

    is_text: bool
    is_free_text: bool
    plain: Any
    ordinary: SearchStrategy[Any]
    difficult: Sequence[str]
    any_value: SearchStrategy[Any]
    forbidden: Sequence[Any]

    @classmethod
    def of(cls, contract: Contract, name: str, schema: Schema) -> "Field":
        forbidden = values.forbidden(contract, schema)
        if not values.is_plain_text(schema):
            is_free = "object" in values.types(schema) and not contract.members(schema)
            values_allowed = _OBJECTS if is_free else values.allowed(contract, schema)
            return cls(False, False, values.simplest(values_allowed), values_allowed, (), values_allowed, forbidden)
        plain, ordinary, unusual = _SPECIAL.get(name, ("Acme", values.names, ()))
        difficult = unusual + values.DIFFICULT
        return cls(True, name not in _SPECIAL, plain, ordinary, difficult, values.any_text, forbidden)

    def mixed(self) -> SearchStrategy[Any]:
        return st.one_of(self.ordinary, *([st.sampled_from(self.difficult)] if self.difficult else []), self.any_value)


_SPECIAL: Mapping[str, tuple[str, SearchStrategy[str], tuple[str, ...]]] = {
    "email": ("jane@example.com", values.emails, values.UNUSUAL_EMAILS),
    "linkedin_url": ("https://www.linkedin.com/in/jane", values.profiles, values.UNUSUAL_PROFILES),
}
"""Plain, ordinary and unusual values of the fields that are not names or titles."""


class Fields:
    """The fields of a lead.

    Args:
        contract: the contract that the schemas are from.
        editable: the schemas of the fields that can be edited.
        lead: the schemas of all fields of a lead.
    """

    def __init__(self, contract: Contract, editable: Mapping[str, Schema], lead: Mapping[str, Schema]) -> None:
        self.schemas = {name: contract.resolve(schema) for name, schema in lead.items()}
        self._contract = contract
        self._fields = {name: Field.of(contract, name, contract.resolve(schema)) for name, schema in editable.items()}
        self.editable = tuple(editable)
        self.sequencing = tuple(name for name in SEQUENCING if name in self.schemas)
        self.protected = tuple(name for name in self.schemas if name not in (*self.editable, UPDATED_AT))
        self.identity = tuple(name for name in self.schemas if name not in self.editable + self.sequencing)

    def __getitem__(self, name: str) -> Field:
        return self._fields[name]

    def same(self, name: str, one: Any, other: Any) -> bool:
        """Whether two values of a field are the same: absent equals null; times and ids may be spelled differently."""
        schema = self.schemas.get(name, {})
        if isinstance(one, str) and isinstance(other, str):
            if schema.get("format") == "date-time":
                return bool(moment(one) == moment(other))
            if schema.get("format") == "uuid":
                return one.lower() == other.lower()
        return equal(one, other)

    def changed(self, before: Mapping[str, Any], after: Mapping[str, Any], but: Iterable[str] = ()) -> list[str]:
        """The fields in which two leads differ, except those in ``but``.

        Fields that the contract does not have may change at any time, and so may ``updated_at``.
        """
        return [
            name
            for name in self.schemas
            if name not in (UPDATED_AT, *but) and not self.same(name, before.get(name), after.get(name))
        ]

    def stored_as_sent(self, name: str, sent: Any, got: Any) -> bool:
        """Whether a field has the value that was sent, or a form of it that the contract allows."""
        if self.same(name, got, sent) or (sent == "" and got is None):
            return True
        are_texts = isinstance(sent, str) and isinstance(got, str)
        return are_texts and name in _NORMALISED and got in _NORMALISED[name](sent)

    def protected_value(self, name: str) -> SearchStrategy[Any]:
        """Values that a field which cannot be edited could have."""
        schema = self.schemas[name]
        found = _STATUSES if values.is_plain_text(schema) else values.allowed(self._contract, schema)
        if "object" in values.types(schema) and not self._contract.members(schema):
            found = _OBJECTS
        return found | st.none() if "null" in schema.get("type", ()) else found

    def updates(self, names: Sequence[str]) -> SearchStrategy[Updates]:
        """Ordinary values for all of these fields."""
        return st.fixed_dictionaries({name: self[name].ordinary for name in names})

    def some_updates(self, names: Sequence[str]) -> SearchStrategy[Updates]:
        """Ordinary values for one or more of these fields."""
        return st.fixed_dictionaries({}, optional={name: self[name].ordinary for name in names}).filter(bool)

    def mixed_updates(self, names: Sequence[str]) -> SearchStrategy[Updates]:
        """Ordinary, difficult and any other values for one or more of these fields."""
        return st.fixed_dictionaries({}, optional={name: self[name].mixed() for name in names}).filter(bool)


_STATUSES = st.sampled_from([
    "replied", "sent", "pending", "bounced", "completed", "timed_out", "skipped", "paused", "unsubscribed", "import",
])  # fmt: skip
_OBJECTS: SearchStrategy[Any] = st.just({}) | st.dictionaries(
    st.sampled_from(["region", "vip", "employees", "industry"]), st.sampled_from(["x", 1]), min_size=1
)


def moment(text: Any) -> Any:
    """The time that an RFC 3339 text names; anything else, and a time that Python cannot represent, as it is."""
    try:
        return datetime.fromisoformat(text.upper())
    except (AttributeError, ValueError):
        return text


def _normalised_urls(url: str) -> set[str]:
    if not url.lower().startswith(("http://", "https://")):
        return {url}
    without_query = url.partition("?")[0]
    return {without_query, without_query.removesuffix("/"), url.removesuffix("/")}


_NORMALISED: Mapping[str, Callable[[str], set[str]]] = {
    "email": lambda text: {text.lower()},
    "linkedin_url": _normalised_urls,
}
