"""What the mutants and variants of this operation have in common."""

from __future__ import annotations

from typing import Any

import orjson

from mock.sandbox.operations.add_leads_to_campaign import AddLeadsToCampaign
from mock.sandbox.operations.leads import Lead
from mock.sandbox.store import Campaign

Body = dict[str, Any]


class ConvertsRequests(AddLeadsToCampaign):
    """Changes the body of a request before its schema is checked."""

    def parse(self, body: bytes) -> Body:
        try:
            request = orjson.loads(body)
        except orjson.JSONDecodeError:
            return super().parse(body)
        return super().parse(orjson.dumps(self.convert_request(request)))

    def convert_request(self, request: Any) -> Any:
        raise NotImplementedError


class ConvertsItems(ConvertsRequests):
    """Changes each lead that is sent, whatever it is, before its schema is checked."""

    def convert_request(self, request: Any) -> Any:
        if isinstance(request, dict) and isinstance(request.get("prospects"), list):
            request["prospects"] = [self.convert_item(item) for item in request["prospects"]]
        return request

    def convert_item(self, item: Any) -> Any:
        raise NotImplementedError


class ConvertsValues(AddLeadsToCampaign):
    """Changes values before they are stored."""

    def select_fields(self, item: Lead) -> Lead:
        return {name: self.convert_value(name, value) for name, value in super().select_fields(item).items()}

    def convert_value(self, field: str, value: Any) -> Any:
        raise NotImplementedError


class ConvertsCustomFields(ConvertsValues):
    """Changes custom fields before they are stored."""

    def convert_value(self, field: str, value: Any) -> Any:
        return self.convert_custom_fields(value) if field == "custom_fields" else value

    def convert_custom_fields(self, fields: dict[str, Any]) -> dict[str, Any] | None:
        raise NotImplementedError


class LimitsItself(AddLeadsToCampaign):
    """Decides itself how many leads a request may contain."""

    def parse(self, body: bytes) -> Body:
        try:
            request = orjson.loads(body)
            items = request["prospects"]
        except (ValueError, LookupError, TypeError):
            return super().parse(body)
        if not isinstance(items, list):
            return super().parse(body)
        checked = super().parse(orjson.dumps({**request, "prospects": items[:1000] or [{}]}))
        return {**checked, "prospects": self.limit(items)}

    def limit(self, items: list[Lead]) -> list[Lead]:
        raise NotImplementedError


class SkipsLeadsWithoutIdentity(AddLeadsToCampaign):
    """Adds the other leads of a request; subclasses decide what it responds."""

    def check_identities(self, campaign: Campaign, items: list[Lead]) -> None:
        """Leave them to ``insert``."""

    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        identified = [lead for lead in leads if self.identity(campaign, lead) is not None]
        imported, duplicates = super().insert(campaign, identified)
        return self.counts(imported, duplicates, len(leads) - len(identified))

    def counts(self, imported: int, duplicates: int, skipped: int) -> tuple[int, int]:  # noqa: ARG002
        return imported, duplicates


def all_leads(handler: AddLeadsToCampaign, campaign: Campaign) -> list[Lead]:
    """All leads of a campaign."""
    return handler.store.page(campaign.id, None, 0, 1_000_000)[0]


def change(handler: AddLeadsToCampaign, campaign: Campaign, lead: str, fields: Lead) -> None:
    """Change a lead behind the back of the operation that edits leads."""
    handler.store.edit(campaign.id, lead, lambda before: before | fields, handler.identity)
