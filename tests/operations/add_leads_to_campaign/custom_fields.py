"""Mutants that lose or change custom fields."""

from __future__ import annotations

import json
import re
from typing import Any

from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.add_leads_to_campaign import AddLeadsToCampaign
from mock.sandbox.operations.leads import Lead
from mock.sandbox.store import Campaign
from tests.operations.add_leads_to_campaign.bases import ConvertsCustomFields
from tests.operations.registry import breaks


@breaks("adds-every-lead")
class LosesCustomFields(ConvertsCustomFields):
    def convert_custom_fields(self, fields: dict[str, Any]) -> None:  # noqa: ARG002
        return None


@breaks("adds-every-lead")
class FlattensCustomFields(ConvertsCustomFields):
    def convert_custom_fields(self, fields: dict[str, Any]) -> dict[str, Any]:
        flat: dict[str, Any] = {}
        for name, value in fields.items():
            nested = value if isinstance(value, dict) else {}
            flat |= {f"{name}.{part}": one for part, one in nested.items()} or {name: value}
        return flat


@breaks("adds-every-lead")
class StringifiesCustomFields(ConvertsCustomFields):
    def convert_custom_fields(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}


@breaks("adds-every-lead")
class StringifiesNestedCustomFields(ConvertsCustomFields):
    def convert_custom_fields(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: str(value) if isinstance(value, dict | list) else value for name, value in fields.items()}


@breaks("adds-every-lead")
class RoundsNumbersInCustomFields(ConvertsCustomFields):
    def convert_custom_fields(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: int(value) if isinstance(value, float) else value for name, value in fields.items()}


@breaks("adds-every-lead")
class StoresBooleansInCustomFieldsAsNumbers(ConvertsCustomFields):
    def convert_custom_fields(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: int(value) if isinstance(value, bool) else value for name, value in fields.items()}


@breaks("adds-every-lead")
class KeepsOnlyTextInCustomFields(ConvertsCustomFields):
    def convert_custom_fields(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in fields.items() if isinstance(value, str)}


@breaks("adds-every-lead")
class LowersNamesOfCustomFields(ConvertsCustomFields):
    def convert_custom_fields(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name.lower(): value for name, value in fields.items()}


@breaks("adds-every-lead")
class SnakesNamesOfCustomFields(ConvertsCustomFields):
    def convert_custom_fields(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {re.sub(r"\W+", "_", name): value for name, value in fields.items()}


@breaks("adds-every-lead")
class MergesCustomFieldsOfTheRequest(AddLeadsToCampaign):
    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        merged: dict[str, Any] = {}
        for lead in leads:
            merged |= lead["custom_fields"] or {}
        return super().insert(campaign, [lead | {"custom_fields": merged} for lead in leads])


@breaks("adds-every-lead")
class LosesFieldNamesInCustomFields(ConvertsCustomFields):
    """Treats custom fields like other members: those that are called like a field of a lead are protected."""

    def convert_custom_fields(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in fields.items() if name not in ("status", "id", "email")}


@breaks("adds-every-lead")
class KeepsOnly50CustomFields(ConvertsCustomFields):
    def convert_custom_fields(self, fields: dict[str, Any]) -> dict[str, Any]:
        return dict([*fields.items()][:50])


@breaks("adds-every-lead")
class ReplacesDotsInNamesOfCustomFields(ConvertsCustomFields):
    def convert_custom_fields(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name.replace(".", "_"): value for name, value in fields.items()}


@breaks("adds-every-lead")
class StoresEmptyObjectsInCustomFieldsAsArrays(ConvertsCustomFields):
    def convert_custom_fields(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: value or [] if isinstance(value, dict) else value for name, value in fields.items()}


@breaks("adds-every-lead")
class DropsNullInCustomFields(ConvertsCustomFields):
    def convert_custom_fields(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in fields.items() if value is not None}


@breaks("adds-every-lead")
class DropsNestedNullInCustomFields(ConvertsCustomFields):
    def convert_custom_fields(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: _without_null(value) for name, value in fields.items()}


def _without_null(value: Any) -> Any:
    return {name: one for name, one in value.items() if one is not None} if isinstance(value, dict) else value


@breaks("adds-every-lead")
class RefusesNestedCustomFields(AddLeadsToCampaign):
    def check_values(self, items: list[Lead]) -> None:
        super().check_values(items)
        if any(isinstance(value, dict) for item in items for value in item.get("custom_fields", {}).values()):
            raise Refusal(400, "prospects: custom_fields cannot be nested")


@breaks("adding-protects-fields")
class KeepsOtherMembersAsCustomFields(AddLeadsToCampaign):
    def select_fields(self, item: Lead) -> Lead:
        others = {name: value for name, value in item.items() if name not in self.listed_fields}
        fields = super().select_fields(item)
        return {**fields, "custom_fields": {**others, **fields.get("custom_fields", {})}} if others else fields
