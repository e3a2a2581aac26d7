from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.lead_fields import LeadFields


T = TypeVar("T", bound="LeadUpdate")


@_attrs_define
class LeadUpdate:
    """A lead and the fields to set.

    Attributes:
        prospect_id (UUID): The lead to edit. It must belong to the campaign.
        updates (LeadFields): The profile fields to set. Fields that are not given keep their values; members that are
            not listed are ignored. A server may refuse a value, and then refuses the whole edit with 400.
    """

    prospect_id: UUID
    updates: LeadFields
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        prospect_id = str(self.prospect_id)

        updates = self.updates.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "prospect_id": prospect_id,
                "updates": updates,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.lead_fields import LeadFields

        d = dict(src_dict)
        prospect_id = UUID(d.pop("prospect_id"))

        updates = LeadFields.from_dict(d.pop("updates"))

        lead_update = cls(
            prospect_id=prospect_id,
            updates=updates,
        )

        lead_update.additional_properties = d
        return lead_update

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
