"""The generated client and types are usable; `tests/contract/test_drift.py` checks that they are up to date."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from puffle_client import AuthenticatedClient
from puffle_client.api.campaign_leads import (
    add_leads_to_campaign,
    list_leads_in_campaign,
    remove_leads_from_campaign,
    update_lead_in_campaign,
)
from puffle_client.models import (
    Error,
    LeadFields,
    LeadImport,
    LeadPage,
    LeadRemoval,
    LeadsImported,
    LeadsRemoved,
    LeadUpdate,
    LeadUpdated,
    NewLead,
)

from puffle import contract
from tests.running import DRAFT, KEY, LEAD, ROOT, clean_environment, command
from tests.targets import make_app
from tests.transport import AppTransport


@pytest.mark.slow
def test_types_hold_a_front_end_to_the_contract(tmp_path: Path) -> None:
    code = {
        'const edit: Edit = { prospect_id: "", updates: { company: "Acme" } };': "",
        "const edit: Edit = { updates: {} };": "Property 'prospect_id' is missing",
        'const edit: Edit = { prospect_id: "", updates: { compny: "Acme" } };': "'compny' does not exist",
        "const email = (edited: Edited): string => edited.prospect.email;": "'string | null | undefined' is not",
    }
    types = (
        f'import type {{ components }} from "{ROOT / "generated" / "puffle"}";\n'
        'type Edit = components["schemas"]["LeadUpdate"];\ntype Edited = components["schemas"]["LeadUpdated"];\n'
    )
    pages = [tmp_path / f"page{number}.ts" for number in range(len(code))]
    for page, line in zip(pages, code, strict=True):
        page.write_text(f"{types}export {line}\n", "utf-8")
    tsc = str(ROOT / "node_modules" / ".bin" / "tsc")
    checked = command(tsc, "--noEmit", "--strict", "--skipLibCheck", *map(str, pages))
    for page, wrong in zip(pages, code.values(), strict=True):
        errors = re.findall(rf"^\S*{page.name}\(.*\n(?:  .*\n)*", checked.stdout, re.MULTILINE)
        assert (errors == []) == (wrong == ""), checked.stdout
        assert wrong in "".join(errors)


@pytest.fixture
def client() -> AuthenticatedClient:
    return AuthenticatedClient(base_url="http://sandbox", token=KEY, httpx_args={"transport": AppTransport(make_app())})


def edit(**fields: str) -> LeadUpdate:
    return LeadUpdate(prospect_id=UUID(LEAD), updates=LeadFields(**fields))


def test_sync_client_edits_a_lead(client: AuthenticatedClient) -> None:
    edited = update_lead_in_campaign.sync(UUID(DRAFT), client=client, body=edit(first_name="Zoë"))
    assert isinstance(edited, LeadUpdated)
    assert (edited.prospect.first_name, edited.prospect.last_name) == ("Zoë", "Smith")


def test_client_lists_adds_and_removes_leads(client: AuthenticatedClient) -> None:
    added = add_leads_to_campaign.sync(UUID(DRAFT), client=client, body=LeadImport([NewLead(email="a@example.com")]))
    assert added == LeadsImported(imported=1, duplicates=0)
    page = list_leads_in_campaign.sync(UUID(DRAFT), client=client, limit=100, status="pending")
    assert isinstance(page, LeadPage)
    ids = [lead.id for lead in page.prospects if lead.email == "a@example.com"]
    removed = remove_leads_from_campaign.sync(UUID(DRAFT), client=client, body=LeadRemoval(prospect_ids=ids))
    assert removed == LeadsRemoved(deleted=1)
    everything = remove_leads_from_campaign.sync(UUID(DRAFT), client=client, body=LeadRemoval(all_=True))
    assert isinstance(everything, LeadsRemoved)


def test_client_returns_errors(client: AuthenticatedClient) -> None:
    refused = update_lead_in_campaign.sync(UUID(int=7, version=4), client=client, body=edit(first_name="Zoë"))
    assert isinstance(refused, Error)
    assert refused.error == "Campaign not found."


def test_async_client_edits_a_lead() -> None:
    async def update() -> LeadUpdated | Error | None:
        transport = httpx.ASGITransport(make_app())
        async with AuthenticatedClient("http://sandbox", KEY, httpx_args={"transport": transport}) as client:
            return await update_lead_in_campaign.asyncio(UUID(DRAFT), client=client, body=edit(company="Nordwind"))

    edited = asyncio.run(update())
    assert isinstance(edited, LeadUpdated)
    assert edited.prospect.company == "Nordwind"


@pytest.mark.slow
def test_package_installs_with_the_client_the_command_and_the_contract(tmp_path: Path) -> None:
    def do(*words: str | Path) -> str:
        done = subprocess.run(
            words, cwd=tmp_path, env=clean_environment({"VIRTUAL_ENV": ""}), capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    uv, python = Path(sys.executable).with_name("uv"), tmp_path / "empty" / "bin" / "python"
    do(uv, "build", "--quiet", "--wheel", "--no-build-isolation", "--python", sys.executable, "-o", tmp_path, ROOT)
    do(uv, "venv", "--quiet", "--python", sys.executable, tmp_path / "empty")
    do(uv, "pip", "install", "--quiet", "--python", python, *tmp_path.glob("*.whl"))
    code = (
        "import puffle_client, puffle.contract, pathlib; "
        "package = pathlib.Path(puffle_client.__file__).parent; "
        "assert (package / 'py.typed').exists(); "
        "from puffle_client.api.campaign_leads.update_lead_in_campaign import sync, asyncio; "
        "puffle_client.PuffleClient('https://example.com', 'key').get_httpx_client(); "
        "print(package, len(puffle.contract.load().operations))"
    )
    puffle = python.with_name("puffle")
    assert do(puffle, "--version").startswith("puffle ")
    assert "--updates.first-name" in do(puffle, "campaign", "lead", "update", "--help")
    options = ["--id", DRAFT, "--prospect-id", LEAD, "--updates.first-name", "Zoë"]
    assert "Zoë" in do(puffle, "campaign", "lead", "update", *options, "--dry-run")
    printed = do(python, "-I", "-c", code)
    assert printed.startswith(str(tmp_path))
    assert printed.endswith(f" {len(contract.load().operations)}\n")
