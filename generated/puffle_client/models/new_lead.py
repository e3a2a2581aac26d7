from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.new_lead_custom_fields import NewLeadCustomFields


T = TypeVar("T", bound="NewLead")


@_attrs_define
class NewLead:
    """A lead to add. Members that are not listed are ignored. A server may refuse a value, and then refuses the whole
    request with 400.

        Attributes:
            email (str | Unset): Email address. It identifies the lead in an email campaign.
            linkedin_url (str | Unset): URL of the LinkedIn profile. It identifies the lead in a LinkedIn campaign.
            first_name (str | Unset): Given name.
            last_name (str | Unset): Family name.
            company (str | Unset): Company the lead works for.
            position (str | Unset): Job title.
            headline (str | Unset): Headline of the LinkedIn profile.
            custom_fields (NewLeadCustomFields | Unset): Values by name that the workspace keeps in addition to the other
                fields.
    """

    email: str | Unset = UNSET
    linkedin_url: str | Unset = UNSET
    first_name: str | Unset = UNSET
    last_name: str | Unset = UNSET
    company: str | Unset = UNSET
    position: str | Unset = UNSET
    headline: str | Unset = UNSET
    custom_fields: NewLeadCustomFields | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        email = self.email

        linkedin_url = self.linkedin_url

        first_name = self.first_name

        last_name = self.last_name

        company = self.company

        position = self.position

        headline = self.headline

        custom_fields: dict[str, Any] | Unset = UNSET
        if not isinstance(self.custom_fields, Unset):
            custom_fields = self.custom_fields.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if email is not UNSET:
            field_dict["email"] = email
        if linkedin_url is not UNSET:
            field_dict["linkedin_url"] = linkedin_url
        if first_name is not UNSET:
            field_dict["first_name"] = first_name
        if last_name is not UNSET:
            field_dict["last_name"] = last_name
        if company is not UNSET:
            field_dict["company"] = company
        if position is not UNSET:
            field_dict["position"] = position
        if headline is not UNSET:
            field_dict["headline"] = headline
        if custom_fields is not UNSET:
            field_dict["custom_fields"] = custom_fields

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.new_lead_custom_fields import NewLeadCustomFields

        d = dict(src_dict)
        email = d.pop("email", UNSET)

        linkedin_url = d.pop("linkedin_url", UNSET)

        first_name = d.pop("first_name", UNSET)

        last_name = d.pop("last_name", UNSET)

        company = d.pop("company", UNSET)

        position = d.pop("position", UNSET)

        headline = d.pop("headline", UNSET)

        _custom_fields = d.pop("custom_fields", UNSET)
        custom_fields: NewLeadCustomFields | Unset
        if isinstance(_custom_fields, Unset):
            custom_fields = UNSET
        else:
            custom_fields = NewLeadCustomFields.from_dict(_custom_fields)

        new_lead = cls(
            email=email,
            linkedin_url=linkedin_url,
            first_name=first_name,
            last_name=last_name,
            company=company,
            position=position,
            headline=headline,
            custom_fields=custom_fields,
        )

        new_lead.additional_properties = d
        return new_lead

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
