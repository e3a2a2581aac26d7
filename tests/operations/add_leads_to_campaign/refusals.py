"""Mutants that carry out refused requests in part."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from typing import Any

import orjson

from mock.sandbox import seed
from mock.sandbox.exceptions import Refusal
from mock.sandbox.operations.add_leads_to_campaign import AddLeadsToCampaign
from mock.sandbox.operations.leads import Lead
from mock.sandbox.store import Campaign
from tests.operations.add_leads_to_campaign.bases import (
    Body,
    all_leads,
    change,
)
from tests.operations.registry import breaks


class AddsDespiteRefusal(AddLeadsToCampaign):
    """Adds leads of a request that it refuses because of its values."""

    def parse(self, body: bytes) -> Body:
        try:
            return super().parse(body)
        except Refusal:
            self.add_anyway(body)
            raise

    def add_anyway(self, body: bytes) -> None:
        draft = seed.load()[0].campaign("draft").id
        with contextlib.suppress(ValueError, LookupError, TypeError, AttributeError, Refusal):
            items = [self.select_fields(item) for item in self.valid(orjson.loads(body)["prospects"])]
            campaign = self.find_campaign("alice", draft)
            super().insert(campaign, [self.new_lead(campaign, item) for item in items])

    def valid(self, items: list[Any]) -> list[Lead]:
        raise NotImplementedError

    def is_valid(self, item: Any) -> bool:
        if not isinstance(item, dict) or "email" not in item:
            return False
        return all(isinstance(value, dict if name == "custom_fields" else str) for name, value in item.items())


@breaks("refusal-changes-nothing")
class AddsTheLeadsBeforeAnInvalidOne(AddsDespiteRefusal):
    def valid(self, items: list[Any]) -> list[Lead]:
        invalid = next((number for number, item in enumerate(items) if not self.is_valid(item)), 0)
        return items[:invalid]


@breaks("refusal-changes-nothing")
class AddsTheValidLeadsOfARefusedRequest(AddsDespiteRefusal):
    def valid(self, items: list[Any]) -> list[Lead]:
        return [item for item in items if self.is_valid(item)] if len(items) <= 1000 else []


@breaks("refusal-changes-nothing")
class AddsTheFirst1000OfTooManyLeads(AddsDespiteRefusal):
    def valid(self, items: list[Any]) -> list[Lead]:
        return items[:1000] if len(items) > 1000 else []


@breaks("refusal-changes-nothing")
class AddsTheLeadsAfterAnInvalidOne(AddsDespiteRefusal):
    def valid(self, items: list[Any]) -> list[Lead]:
        invalid = [number for number, item in enumerate(items) if not self.is_valid(item)]
        return items[invalid[-1] + 1 :] if invalid else []


@breaks("refusal-changes-nothing")
class AddsTheLeadsBeforeOneWithoutIdentity(AddLeadsToCampaign):
    def check_identities(self, campaign: Campaign, items: list[Lead]) -> None:
        try:
            super().check_identities(campaign, items)
        except Refusal:
            identified = [item for item in items if self.identity(campaign, item)]
            self.insert(campaign, [self.new_lead(campaign, item) for item in identified])
            raise


@breaks("refusal-changes-nothing")
class AddsTheLeadsBeforeAnInvalidEmailAddress(AddLeadsToCampaign):
    def add_leads(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> dict[str, int]:
        self.campaign = self.store.campaign("alice", campaign_id)
        return super().add_leads(campaign_id, headers, body)

    def check_values(self, items: list[Lead]) -> None:
        for number, item in enumerate(items):
            try:
                super().check_values([item])
            except Refusal:
                if self.campaign:
                    self.insert(self.campaign, [self.new_lead(self.campaign, valid) for valid in items[:number]])
                raise


@breaks("refusal-changes-nothing")
class AddsTheLeadsBeforeALongText(AddLeadsToCampaign):
    """Inserts one lead after the other, until the database refuses a value."""

    def insert(self, campaign: Campaign, leads: list[Lead]) -> tuple[int, int]:
        for number, lead in enumerate(leads):
            if len(lead["headline"] or "") > 10_000:
                super().insert(campaign, leads[:number])
                raise Refusal(400, f"prospects.{number}.headline: value too long")
        return super().insert(campaign, leads)


@breaks("refusal-changes-nothing")
class ReadsTheBodyAsItArrives(AddLeadsToCampaign):
    """Adds each lead as soon as it is complete, although the body is cut off."""

    def parse(self, body: bytes) -> Body:
        try:
            return super().parse(body)
        except Refusal:
            campaign = self.find_campaign("alice", seed.load()[0].campaign("draft").id)
            with contextlib.suppress(ValueError, UnicodeDecodeError):
                text = body.decode()
                place = re.search(r'"prospects"\s*:\s*\[\s*', text)
                item, _ = json.JSONDecoder().raw_decode(text, place.end()) if place else ({}, 0)
                if not body.endswith(b"}") and self.identity(campaign, item):
                    self.insert(campaign, [self.new_lead(campaign, self.select_fields(item))])
            raise


@breaks("refusal-changes-nothing")
class TouchesLeadsOfAFrozenCampaign(AddLeadsToCampaign):
    def add_leads(self, campaign_id: str, headers: Mapping[str, str], body: bytes) -> dict[str, int]:
        try:
            return super().add_leads(campaign_id, headers, body)
        except Refusal:
            frozen = self.store.campaign("alice", campaign_id)
            if frozen and frozen.status != "draft":
                for lead in all_leads(self, frozen):
                    change(self, frozen, lead["id"], {"source": "touched"})
            raise
