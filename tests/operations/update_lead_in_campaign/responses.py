"""Mutants whose responses do not match the schemas."""

from __future__ import annotations

import json

from mock.sandbox.operations.leads import Lead
from mock.sandbox.operations.update_lead_in_campaign import UpdateLeadInCampaign
from tests.operations.registry import breaks
from tests.rewriting import Response


@breaks("responses")
def omits_the_status(response: Response) -> None:
    if response.status == 200:
        del response.lead["status"]


@breaks("responses")
def returns_the_bare_lead(response: Response) -> None:
    if response.status == 200:
        response.json = response.lead


@breaks("responses")
def returns_times_as_numbers(response: Response) -> None:
    if response.status == 200:
        response.lead["created_at"] = 1699335116


@breaks("responses")
def returns_local_times(response: Response) -> None:
    if response.status == 200:
        response.lead["updated_at"] = response.lead["updated_at"].rstrip("Z")


@breaks("responses")
def returns_a_number_as_user_id(response: Response) -> None:
    if response.status == 200:
        response.lead["user_id"] = 42


@breaks("responses")
def returns_custom_fields_as_text(response: Response) -> None:
    if response.status == 200:
        response.lead["custom_fields"] = json.dumps(response.lead["custom_fields"])


@breaks("responses")
class StoresInvalidEmails(UpdateLeadInCampaign):
    def check_values(self, fields: Lead) -> None:
        """Accept every value."""
