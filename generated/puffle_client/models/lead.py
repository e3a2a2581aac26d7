from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.lead_custom_fields_type_0 import LeadCustomFieldsType0


T = TypeVar("T", bound="Lead")


@_attrs_define
class Lead:
    """Canonical campaign lead row. A field without a value is null or absent.

    Attributes:
        id (UUID): The lead; requests call it the prospect.
        campaign_id (UUID): The campaign it belongs to.
        user_id (UUID): The user it belongs to.
        status (str): Where the lead is in the sequence. Seen so far are `pending`, `sent` and `replied`; there are
            more.
        email (None | str | Unset): Email address.

            Assumed: null if there is none.
        linkedin_url (None | str | Unset): URL of the LinkedIn profile.
        first_name (None | str | Unset): Given name.

            Assumed: null if there is none.
        last_name (None | str | Unset): Family name.

            Assumed: null if there is none.
        name (None | str | Unset): Full name.

            Assumed: null if there is none.
        company (None | str | Unset): Company the lead works for.

            Assumed: null if there is none.
        position (None | str | Unset): Job title.

            Assumed: null if there is none.
        headline (None | str | Unset): Headline of the LinkedIn profile.
        custom_fields (LeadCustomFieldsType0 | None | Unset): Values by name that the workspace keeps in addition to the
            other fields.
        source (str | Unset): Where the lead came from.
        source_ref (None | str | Unset): Where in that source, for example the name of a file.
        created_at (datetime.datetime | Unset): When the lead was added (RFC 3339).
        updated_at (datetime.datetime | Unset): When the lead was last edited (RFC 3339).
        bounced_at (datetime.datetime | None | Unset): When a message to the lead bounced (RFC 3339).

            Assumed: null if none did.
        replied_at (datetime.datetime | None | Unset): When the lead replied (RFC 3339).

            Assumed: null if it did not.
        current_node_id (None | Unset | UUID): The step of the sequence that the lead is at.

            Assumed: null if the sequence has not begun.
    """

    id: UUID
    campaign_id: UUID
    user_id: UUID
    status: str
    email: None | str | Unset = UNSET
    linkedin_url: None | str | Unset = UNSET
    first_name: None | str | Unset = UNSET
    last_name: None | str | Unset = UNSET
    name: None | str | Unset = UNSET
    company: None | str | Unset = UNSET
    position: None | str | Unset = UNSET
    headline: None | str | Unset = UNSET
    custom_fields: LeadCustomFieldsType0 | None | Unset = UNSET
    source: str | Unset = UNSET
    source_ref: None | str | Unset = UNSET
    created_at: datetime.datetime | Unset = UNSET
    updated_at: datetime.datetime | Unset = UNSET
    bounced_at: datetime.datetime | None | Unset = UNSET
    replied_at: datetime.datetime | None | Unset = UNSET
    current_node_id: None | Unset | UUID = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.lead_custom_fields_type_0 import LeadCustomFieldsType0

        id = str(self.id)

        campaign_id = str(self.campaign_id)

        user_id = str(self.user_id)

        status = self.status

        email: None | str | Unset
        if isinstance(self.email, Unset):
            email = UNSET
        else:
            email = self.email

        linkedin_url: None | str | Unset
        if isinstance(self.linkedin_url, Unset):
            linkedin_url = UNSET
        else:
            linkedin_url = self.linkedin_url

        first_name: None | str | Unset
        if isinstance(self.first_name, Unset):
            first_name = UNSET
        else:
            first_name = self.first_name

        last_name: None | str | Unset
        if isinstance(self.last_name, Unset):
            last_name = UNSET
        else:
            last_name = self.last_name

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        company: None | str | Unset
        if isinstance(self.company, Unset):
            company = UNSET
        else:
            company = self.company

        position: None | str | Unset
        if isinstance(self.position, Unset):
            position = UNSET
        else:
            position = self.position

        headline: None | str | Unset
        if isinstance(self.headline, Unset):
            headline = UNSET
        else:
            headline = self.headline

        custom_fields: dict[str, Any] | None | Unset
        if isinstance(self.custom_fields, Unset):
            custom_fields = UNSET
        elif isinstance(self.custom_fields, LeadCustomFieldsType0):
            custom_fields = self.custom_fields.to_dict()
        else:
            custom_fields = self.custom_fields

        source = self.source

        source_ref: None | str | Unset
        if isinstance(self.source_ref, Unset):
            source_ref = UNSET
        else:
            source_ref = self.source_ref

        created_at: str | Unset = UNSET
        if not isinstance(self.created_at, Unset):
            created_at = self.created_at.isoformat()

        updated_at: str | Unset = UNSET
        if not isinstance(self.updated_at, Unset):
            updated_at = self.updated_at.isoformat()

        bounced_at: None | str | Unset
        if isinstance(self.bounced_at, Unset):
            bounced_at = UNSET
        elif isinstance(self.bounced_at, datetime.datetime):
            bounced_at = self.bounced_at.isoformat()
        else:
            bounced_at = self.bounced_at

        replied_at: None | str | Unset
        if isinstance(self.replied_at, Unset):
            replied_at = UNSET
        elif isinstance(self.replied_at, datetime.datetime):
            replied_at = self.replied_at.isoformat()
        else:
            replied_at = self.replied_at

        current_node_id: None | str | Unset
        if isinstance(self.current_node_id, Unset):
            current_node_id = UNSET
        elif isinstance(self.current_node_id, UUID):
            current_node_id = str(self.current_node_id)
        else:
            current_node_id = self.current_node_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "campaign_id": campaign_id,
                "user_id": user_id,
                "status": status,
            }
        )
        if email is not UNSET:
            field_dict["email"] = email
        if linkedin_url is not UNSET:
            field_dict["linkedin_url"] = linkedin_url
        if first_name is not UNSET:
            field_dict["first_name"] = first_name
        if last_name is not UNSET:
            field_dict["last_name"] = last_name
        if name is not UNSET:
            field_dict["name"] = name
        if company is not UNSET:
            field_dict["company"] = company
        if position is not UNSET:
            field_dict["position"] = position
        if headline is not UNSET:
            field_dict["headline"] = headline
        if custom_fields is not UNSET:
            field_dict["custom_fields"] = custom_fields
        if source is not UNSET:
            field_dict["source"] = source
        if source_ref is not UNSET:
            field_dict["source_ref"] = source_ref
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at
        if bounced_at is not UNSET:
            field_dict["bounced_at"] = bounced_at
        if replied_at is not UNSET:
            field_dict["replied_at"] = replied_at
        if current_node_id is not UNSET:
            field_dict["current_node_id"] = current_node_id

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.lead_custom_fields_type_0 import LeadCustomFieldsType0

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        campaign_id = UUID(d.pop("campaign_id"))

        user_id = UUID(d.pop("user_id"))

        status = d.pop("status")

        def _parse_email(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        email = _parse_email(d.pop("email", UNSET))

        def _parse_linkedin_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        linkedin_url = _parse_linkedin_url(d.pop("linkedin_url", UNSET))

        def _parse_first_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        first_name = _parse_first_name(d.pop("first_name", UNSET))

        def _parse_last_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        last_name = _parse_last_name(d.pop("last_name", UNSET))

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        def _parse_company(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        company = _parse_company(d.pop("company", UNSET))

        def _parse_position(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        position = _parse_position(d.pop("position", UNSET))

        def _parse_headline(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        headline = _parse_headline(d.pop("headline", UNSET))

        def _parse_custom_fields(data: object) -> LeadCustomFieldsType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                custom_fields_type_0 = LeadCustomFieldsType0.from_dict(data)

                return custom_fields_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(LeadCustomFieldsType0 | None | Unset, data)

        custom_fields = _parse_custom_fields(d.pop("custom_fields", UNSET))

        source = d.pop("source", UNSET)

        def _parse_source_ref(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        source_ref = _parse_source_ref(d.pop("source_ref", UNSET))

        _created_at = d.pop("created_at", UNSET)
        created_at: datetime.datetime | Unset
        if isinstance(_created_at, Unset):
            created_at = UNSET
        else:
            created_at = datetime.datetime.fromisoformat(
                _created_at.upper().replace(":60", ":59")
            )

        _updated_at = d.pop("updated_at", UNSET)
        updated_at: datetime.datetime | Unset
        if isinstance(_updated_at, Unset):
            updated_at = UNSET
        else:
            updated_at = datetime.datetime.fromisoformat(
                _updated_at.upper().replace(":60", ":59")
            )

        def _parse_bounced_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                bounced_at_type_0 = datetime.datetime.fromisoformat(
                    data.upper().replace(":60", ":59")
                )

                return bounced_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        bounced_at = _parse_bounced_at(d.pop("bounced_at", UNSET))

        def _parse_replied_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                replied_at_type_0 = datetime.datetime.fromisoformat(
                    data.upper().replace(":60", ":59")
                )

                return replied_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        replied_at = _parse_replied_at(d.pop("replied_at", UNSET))

        def _parse_current_node_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                current_node_id_type_0 = UUID(data)

                return current_node_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        current_node_id = _parse_current_node_id(d.pop("current_node_id", UNSET))

        lead = cls(
            id=id,
            campaign_id=campaign_id,
            user_id=user_id,
            status=status,
            email=email,
            linkedin_url=linkedin_url,
            first_name=first_name,
            last_name=last_name,
            name=name,
            company=company,
            position=position,
            headline=headline,
            custom_fields=custom_fields,
            source=source,
            source_ref=source_ref,
            created_at=created_at,
            updated_at=updated_at,
            bounced_at=bounced_at,
            replied_at=replied_at,
            current_node_id=current_node_id,
        )

        lead.additional_properties = d
        return lead

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
