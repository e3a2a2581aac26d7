"""The generated client: nothing of it is older than the contract, and it does what it is for."""

from __future__ import annotations

import asyncio
import filecmp
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from puffle_client import AuthenticatedClient
from puffle_client.api.campaign_leads import update_lead_in_campaign
from puffle_client.models import Error, LeadFields, LeadUpdate, LeadUpdated

from tests.implementations import implementation
from tests.running import DRAFT, KEY, LEAD, ROOT, clean_environment, command, make, served

GENERATED = ROOT / "generated"


def differences(one: Path, other: Path) -> Iterator[str]:
    """The files in which two trees differ, caches of Python aside."""
    files = [
        {path.relative_to(root) for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc"}
        for root in (one, other)
    ]
    for file in sorted(files[0] | files[1]):
        if file not in files[0] & files[1] or not filecmp.cmp(one / file, other / file, shallow=False):
            yield str(file)


def test_generated_is_what_the_contract_gives(tmp_path: Path) -> None:
    run = make("generate", f"OUT={tmp_path}")
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout == f"{tmp_path}/puffle_client and {tmp_path}/puffle.d.ts rebuilt from openapi.yaml\n"
    differing = list(differences(GENERATED, tmp_path))
    assert not differing, f"run `make generate`: {', '.join(differing)} differ from what openapi.yaml gives"


def test_generating_again_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        assert make("generate", f"OUT={tmp_path / name}").returncode == 0
    assert not list(differences(tmp_path / "one", tmp_path / "other"))


def test_removed_field_is_noticed_and_the_remedy_named(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    ignored = shutil.ignore_patterns(".git", ".venv", "node_modules", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, copy, symlinks=True, ignore=ignored)
    for tools in (".venv", "node_modules"):
        (copy / tools).symlink_to(ROOT / tools)
    text = (copy / "openapi.yaml").read_text("utf-8")
    field = "        headline:\n          type: string\n          description: Headline of the LinkedIn profile.\n"
    assert field in text
    (copy / "openapi.yaml").write_text(text.replace(field, ""), "utf-8")
    words = [sys.executable, "-m", "pytest", "-q", "-k", "is_what_the_contract_gives", "tests/test_generated.py"]
    environment = clean_environment({"PYTHONPATH": os.pathsep.join([str(copy), str(copy / "generated")])})
    run = subprocess.run(words, cwd=copy, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "run `make generate`: puffle.d.ts, puffle_client/models/lead_fields.py differ" in run.stdout


def test_types_hold_a_front_end_to_the_contract(tmp_path: Path) -> None:
    code = {
        'const edit: Edit = { prospect_id: "", updates: { company: "Acme" } };': "",
        "const edit: Edit = { updates: {} };": "Property 'prospect_id' is missing",
        'const edit: Edit = { prospect_id: "", updates: { compny: "Acme" } };': "'compny' does not exist",
        "const row = (answer: Row): string => answer.prospect.email;": "'string | null | undefined' is not assignable",
    }
    types = (
        f'import type {{ components }} from "{GENERATED / "puffle"}";\n'
        'type Edit = components["schemas"]["LeadUpdate"];\ntype Row = components["schemas"]["LeadUpdated"];\n'
    )
    pages = [tmp_path / f"page{number}.ts" for number in range(len(code))]
    for page, line in zip(pages, code, strict=True):
        page.write_text(f"{types}export {line}\n", "utf-8")
    run = command(
        str(ROOT / "node_modules" / ".bin" / "tsc"), "--noEmit", "--strict", "--skipLibCheck", *map(str, pages)
    )
    for page, wrong in zip(pages, code.values(), strict=True):
        errors = re.findall(rf"^\S*{page.name}\(.*\n(?:  .*\n)*", run.stdout, re.MULTILINE)
        assert (errors == []) == (wrong == ""), run.stdout
        assert wrong in "".join(errors)


@pytest.fixture
def client() -> Iterator[AuthenticatedClient]:
    with served(implementation) as url, AuthenticatedClient(base_url=url, token=KEY) as client:
        yield client


def edit(**fields: str) -> LeadUpdate:
    return LeadUpdate(prospect_id=UUID(LEAD), updates=LeadFields(**fields))


def test_sync_client_edits_a_lead(client: AuthenticatedClient) -> None:
    answer = update_lead_in_campaign.sync(UUID(DRAFT), client=client, body=edit(first_name="Zoë"))
    assert isinstance(answer, LeadUpdated)
    assert (answer.prospect.first_name, answer.prospect.last_name) == ("Zoë", "Smith")


def test_client_tells_an_error(client: AuthenticatedClient) -> None:
    answer = update_lead_in_campaign.sync(UUID(int=7, version=4), client=client, body=edit(first_name="Zoë"))
    assert isinstance(answer, Error)
    assert answer.error == "Campaign not found."


def test_async_client_edits_a_lead() -> None:
    async def update(url: str) -> LeadUpdated | Error | None:
        async with AuthenticatedClient(base_url=url, token=KEY) as client:
            return await update_lead_in_campaign.asyncio(UUID(DRAFT), client=client, body=edit(company="Nordwind"))

    with served(implementation) as url:
        answer = asyncio.run(update(url))
    assert isinstance(answer, LeadUpdated)
    assert answer.prospect.company == "Nordwind"


def test_package_installs_with_the_typed_client_the_command_and_the_contract(tmp_path: Path) -> None:
    def do(*words: str | Path) -> str:
        run = subprocess.run(
            words, cwd=tmp_path, env=clean_environment({"VIRTUAL_ENV": ""}), capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    uv, python = Path(sys.executable).with_name("uv"), tmp_path / "empty" / "bin" / "python"
    do(uv, "build", "--quiet", "--wheel", "--no-build-isolation", "--python", sys.executable, "-o", tmp_path, ROOT)
    do(uv, "venv", "--quiet", "--python", sys.executable, tmp_path / "empty")
    do(uv, "pip", "install", "--quiet", "--python", python, *tmp_path.glob("*.whl"))
    code = (
        "import puffle_client, puffle.contract, pathlib; "
        "package = pathlib.Path(puffle_client.__file__).parent; "
        "assert (package / 'py.typed').exists(); "
        "from puffle_client.api.campaign_leads.update_lead_in_campaign import sync, asyncio; "
        "print(package, puffle.contract.load().operations[0].id)"
    )
    assert do(python.with_name("puffle"), "--version").startswith("puffle ")
    assert "--updates.first-name" in do(python.with_name("puffle"), "campaign", "lead", "update", "--help")
    edit = ["--id", DRAFT, "--prospect-id", LEAD, "--updates.first-name", "Zoë"]
    assert "Zoë" in do(python.with_name("puffle"), "campaign", "lead", "update", *edit, "--dry-run")
    printed = do(python, "-I", "-c", code)
    assert printed.startswith(str(tmp_path))
    assert printed.endswith("updateLeadInCampaign\n")
