from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.leads_removed_deleted_type_1 import LeadsRemovedDeletedType1

T = TypeVar("T", bound="LeadsRemoved")


@_attrs_define
class LeadsRemoved:
    """The response to removing leads.

    Attributes:
        deleted (int | LeadsRemovedDeletedType1): The number of leads that were removed; it can be the text `all` when
            all of them were.
    """

    deleted: int | LeadsRemovedDeletedType1
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        deleted: int | str
        if isinstance(self.deleted, LeadsRemovedDeletedType1):
            deleted = self.deleted.value
        else:
            deleted = self.deleted

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "deleted": deleted,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)

        def _parse_deleted(data: object) -> int | LeadsRemovedDeletedType1:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                deleted_type_1 = LeadsRemovedDeletedType1(data)

                return deleted_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(int | LeadsRemovedDeletedType1, data)

        deleted = _parse_deleted(d.pop("deleted"))

        leads_removed = cls(
            deleted=deleted,
        )

        leads_removed.additional_properties = d
        return leads_removed

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
