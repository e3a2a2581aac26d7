"""Seed files: what they may contain, and how mistakes in them are reported."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from mock.sandbox import seed
from mock.sandbox.exceptions import InvalidSeed
from tests.running import DRAFT, KEY, LEAD
from tests.sandboxes import OPERATION, changed_seed, edit, sandbox
from tests.sandboxes import first_lead as first

OTHER_LEAD = seed.load()[0].campaign("draft").lead_ids[1]


FIRST_LEAD = "workspaces[0].campaigns[0].leads[0]"
INVALID_SEEDS: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda d: first(d).update(email="none"), f"{FIRST_LEAD}.email: this is not a valid email address"),
    (lambda d: first(d).update(first_name=7), f'{FIRST_LEAD}.first_name: this is not of types "null", "string"'),
    (lambda d: first(d).update(id="7"), f"{FIRST_LEAD}.id: this is not a valid UUID"),
    (lambda d: first(d).update(created_at="yesterday"), f"{FIRST_LEAD}.created_at: this is not a valid date and time"),
    (lambda d: first(d).update(campaign_id=OTHER_LEAD), f"{FIRST_LEAD}.campaign_id: the lead is listed in campaign"),
    (lambda d: first(d).update(updated_at="2026-01-01T00:00:00+01:00"), f"{FIRST_LEAD}.updated_at: write it in UTC"),
    (lambda d: first(d).pop("status"), f'{FIRST_LEAD}: "status" is a required property'),
    (lambda d: first(d).update(id=OTHER_LEAD.upper()), "leads[1].id: another lead of the file has the same"),
    (lambda d: d["workspaces"][0]["campaigns"][1].update(status="gone"), "workspaces[0].campaigns[1].status: this is"),
    (lambda d: d["workspaces"][0]["campaigns"][1].update(type="fax"), "workspaces[0].campaigns[1].type: this is not"),
    (lambda d: first(d).update(email="Maja.Lindqvist@example.org"), "leads[1].email: another lead with this email of"),
    (lambda d: d["workspaces"][0]["campaigns"][1].update(id=DRAFT), "campaigns[1].id: another campaign of the file"),
    (lambda d: d["workspaces"][1].update(key="two words"), "workspaces[1].key: this does not match"),
    (lambda d: d["workspaces"][1].update(key=KEY), "workspaces[1].key: another key of the file"),
    (lambda d: d["workspaces"][1].update(name="alice"), "workspaces[1].name: another name of the file"),
    (lambda d: d["workspaces"][1].update(colour="red"), "workspaces[1]: Additional properties"),
    (lambda d: d.update(workspaces=[]), "workspaces: this has less than 1 item"),
    (lambda d: d.pop("workspaces"), 'the file: "workspaces" is a required property'),
]  # fmt: skip


@pytest.mark.parametrize("form", ["json", "yaml"])
@pytest.mark.parametrize(("change", "says"), INVALID_SEEDS, ids=[says for _, says in INVALID_SEEDS])
def test_invalid_seed_is_reported_with_the_place(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], says: str, form: str
) -> None:
    file = tmp_path / f"seed.{form}"
    document = changed_seed(change)
    file.write_text(json.dumps(document) if form == "json" else yaml.safe_dump(document), "utf-8")
    with pytest.raises(InvalidSeed) as error:
        seed.read(file, OPERATION.contract)
    assert says in str(error.value)
    assert str(error.value).startswith(f"{file}: ")
    assert "\n" not in str(error.value)


def test_own_seed_is_valid() -> None:
    assert seed.read(seed.SEED_FILE, OPERATION.contract) == seed.load()


@pytest.mark.slow
def test_seed_can_be_written_by_hand(tmp_path: Path) -> None:
    """Times unquoted, ids in upper case, fields left out."""
    key = "pk_sandbox_carol"
    (tmp_path / "seed.yaml").write_text(f"""
        workspaces:
          - name: carol
            key: {key}
            user_id: 6b0d549b-6f03-475a-9600-a35a099950d8
            campaigns:
              - id: {DRAFT.upper()}
                type: email
                status: draft
                leads:
                  - id: {LEAD.upper()}
                    status: pending
                    updated_at: 2999-01-01T00:30:00Z
                    custom_fields: {{1: x}}
    """)
    with sandbox("--seed", tmp_path / "seed.yaml") as server:
        assert edit(server, company="Not hers").status_code == 401
        lead = edit(server, headers={"Authorization": f"Bearer {key}"}, company="Hers").json()["prospect"]
    assert lead == {
        "id": LEAD, "campaign_id": DRAFT, "user_id": "6b0d549b-6f03-475a-9600-a35a099950d8", "status": "pending",
        "company": "Hers", "custom_fields": {"1": "x"}, "updated_at": "2999-01-01T00:30:00Z",
    }  # fmt: skip
