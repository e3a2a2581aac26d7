"""Judging by other contracts: renamed parts, fields of other types, and operations without a module."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from contract_tests import operations
from contract_tests.exceptions import UnsafeRequest
from contract_tests.exchange import Request
from contract_tests.guard import Guard
from contract_tests.judge import judge
from contract_tests.settings import PROFILES, Settings
from contract_tests.target import Target
from mock import run
from puffle.contract import Contract
from tests.targets import CONTRACT, make_app
from tests.transport import AppTransport

pytestmark = pytest.mark.slow

RULES = len(CONTRACT.rules)

Judge = Callable[[dict[str, Any]], int]


@pytest.fixture
def judge_by(tmp_path: Path) -> Judge:
    """Judges a sandbox of another contract by that contract."""

    def judge_by(document: dict[str, Any]) -> int:
        other = Contract(document, json.dumps(document))
        settings = Settings.read(["--base-url", "http://127.0.0.1", "--report", str(tmp_path)], run.variables())
        few = replace(settings, profile=replace(PROFILES["quick"], cases=2, shrink_seconds=0))
        return judge(few, transport=AppTransport(make_app(document=document)), the_contract=other)

    return judge_by


def test_renamed_parts_of_the_contract_need_no_edit(judge_by: Judge) -> None:
    text = json.dumps(CONTRACT.document)
    for name, other in (("LeadFields", "ProfileFields"), ("LeadUpdated", "Edited"), ("LeadUpdate", "Edit")):
        text = text.replace(f'"{name}"', f'"{other}"').replace(f"schemas/{name}", f"schemas/{other}")
    text = text.replace('"Lead"', '"Row"').replace('schemas/Lead"', 'schemas/Row"').replace("{id}", "{campaign}")
    text = text.replace("updateLeadInCampaign", "editLead").replace('"name": "id", "in"', '"name": "campaign", "in"')
    text = text.replace('"x-parameters": {"id"', '"x-parameters": {"campaign"')
    assert judge_by(json.loads(text)) == 0


FIELDS: dict[str, dict[str, Any]] = {
    "grade": {"type": "string", "enum": ["a", "b"]},
    "score": {"type": ["number", "null"], "minimum": 0, "maximum": 100},
    "address": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    "labels": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
    "birthday": {"type": "string", "format": "date"},
    "met_at": {"type": "string", "format": "date-time"},
    "owner": {"type": "string", "format": "uuid"},
    "nickname": {"type": "string", "minLength": 2, "maxLength": 12},
    "code": {"type": "string", "pattern": "^[A-Z]{3}$"},
    "vip": {"type": "boolean"},
}


def test_fields_that_are_not_plain_strings_are_edited_by_their_schemas(judge_by: Judge) -> None:
    document = copy.deepcopy(dict(CONTRACT.document))
    schemas = document["components"]["schemas"]
    for name, schema in FIELDS.items():
        schemas["LeadFields"]["properties"][name] = schema
        types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        nullable = {**schema, "type": sorted({*types, "null"})}
        if "enum" in schema:
            nullable["enum"] = [*schema["enum"], None]
        schemas["Lead"]["properties"][name] = nullable
    assert judge_by(document) == 0


def test_operation_without_a_module_is_not_verified(judge_by: Judge, capsys: pytest.CaptureFixture[str]) -> None:
    document = copy.deepcopy(dict(CONTRACT.document))
    head = {
        "operationId": "countLeads",
        "responses": {"200": {"description": "Leads."}},
        "x-rules": [
            {"$ref": "#/components/x-rules/bearer-required"},
            {"id": "sorted-by-name", "promise": "Leads are sorted."},
        ],
    }
    document["paths"]["/api/campaigns/{id}/leads"]["head"] = head
    assert judge_by(document) == 0
    printed = capsys.readouterr().out
    for name in ("countLeads", "sorted-by-name"):
        assert re.search(rf"not verified    {name} +add contract_tests/operations/count_leads.py to test HEAD", printed)
    assert "Passed; not judged: countLeads." in printed
    assert f"{RULES + 1} rules: {RULES} passed, 0 failed, 1 not verified" in printed


class ReplaceLeads(Target):
    """What the module of one more operation supplies."""

    @staticmethod
    def check(guard: Guard, request: Request) -> None:  # noqa: ARG004
        prospects = request.sent.get("prospects") if isinstance(request.sent, dict) else None
        if isinstance(prospects, list) and any(isinstance(prospect, dict) for prospect in prospects):
            raise UnsafeRequest("leads would be replaced: nothing was sent")

    @property
    def plain(self) -> Any:
        return {"prospects": []}

    def ordinary(self) -> SearchStrategy[Any]:
        return st.just(self.plain)

    def address(self, body: Any, campaign: str) -> Any:  # noqa: ARG002
        return {**body, "prospects": []} if isinstance(body, dict) and body.get("prospects") else body


def test_one_more_operation_needs_only_its_module(
    judge_by: Judge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sandbox serves it from its examples, and so accepts every key, which the shared rule's tests must notice."""
    update, add = CONTRACT.document["paths"]["/api/campaigns/{id}/leads"]["patch"], {"type": "array", "maxItems": 5}
    schema = {"type": "object", "required": ["prospects"], "properties": {"prospects": add}}
    put = {
        "operationId": "replaceLeads",
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            **{status: response for status, response in update["responses"].items() if status != "200"},
            "200": {"description": "Added.", "content": {"application/json": {"examples": {"added": {"value": {}}}}}},
        },
        "x-rules": [
            {"$ref": f"#/components/x-rules/{name}"} for name in ("bearer-required", "invalid-request-refused")
        ],
    }
    document = copy.deepcopy(dict(CONTRACT.document))
    document["paths"]["/api/campaigns/{id}/leads"]["put"] = put
    module = SimpleNamespace(OPERATION="PUT /api/campaigns/{campaign}/leads", Target=ReplaceLeads)
    modules = operations._modules()
    monkeypatch.setattr(operations, "_modules", lambda: {**modules, "replace_leads": module})
    assert judge_by(document) == 1
    printed = capsys.readouterr().out
    assert re.search(r"FAILED +bearer-required .*?curl -i -X PUT .*?CASE='\S+\[replace_leads\]", printed, re.DOTALL)
    assert "  passed          invalid-request-refused" in printed
    assert f"{RULES} rules: {RULES - 1} passed, 1 failed" in printed
