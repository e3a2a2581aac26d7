"""What the mutants and variants of this operation have in common."""

from __future__ import annotations

from typing import Any

import orjson

from mock.sandbox import seed
from mock.sandbox.operations.leads import Lead
from mock.sandbox.operations.update_lead_in_campaign import UpdateLeadInCampaign

Body = dict[str, Any]
DRAFT = seed.load()[0].campaign("draft")
FIRST, NEXT = (lead["id"] for lead in DRAFT.leads[:2])
LEAD_FIELDS = frozenset(DRAFT.leads[0])


class SeesOtherLeads(UpdateLeadInCampaign):
    """Looks at the other leads of the draft."""

    def others(self, lead: str) -> list[Lead]:
        leads, _ = self.store.page(DRAFT.id, None, 0, 1000)
        return [other for other in leads if other["id"] != lead]


class ConvertsRequests(UpdateLeadInCampaign):
    """Changes the body of a request before its schema is checked."""

    def parse(self, body: bytes) -> Body:
        try:
            request = orjson.loads(body)
        except orjson.JSONDecodeError:
            return super().parse(body)
        return super().parse(orjson.dumps(self.convert_request(request) if isinstance(request, dict) else request))

    def convert_request(self, request: Body) -> Body:
        raise NotImplementedError


class ConvertsValues(UpdateLeadInCampaign):
    """Changes values before they are stored."""

    def select_fields(self, updates: Lead) -> Lead:
        return {name: self.convert_value(name, value) for name, value in super().select_fields(updates).items()}

    def convert_value(self, field: str, value: str) -> str:
        raise NotImplementedError
