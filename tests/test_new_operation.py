"""An operation that is added to the contract works at once, and the completeness test says what it still lacks."""

from __future__ import annotations

import json
import sys

import pytest
import yaml

from tests.repositories import Copy
from tests.running import DRAFT, ROOT

pytestmark = pytest.mark.slow

PATH = f"/api/campaigns/{DRAFT}/notes"
EXAMPLE = {"notes": [], "total": 0}
ASK = f"""
import httpx, os
headers = {{"Authorization": "Bearer " + os.environ["PUFFLE_API_KEY"]}}
print(httpx.get(os.environ["PUFFLE_MOCK_URL"] + "{PATH}", headers=headers).raise_for_status().text)
"""
LOG = """
import sys
from mock.process import serving
with serving([sys.executable, "-m", "mock.sandbox", "--port", "0"], print):
    pass
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy of the repository with one more operation in the contract, and nothing else changed."""
    copy = Copy(tmp_path_factory.mktemp("new-operation"))
    copy.borrow_tools()
    added = yaml.safe_load((ROOT / "tests" / "new-operation.yaml").read_text("utf-8"))
    copy.replace("openapi.yaml", "\ncomponents:\n", f"\n{added['path']}components:\n")
    copy.replace("openapi.yaml", "\n  schemas:\n", f"\n  schemas:\n{added['schemas']}")
    return copy


def printed(copy: Copy, *words: str) -> str:
    done = copy.run(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_lint_accepts_it(copy: Copy) -> None:
    printed(copy, "make", "lint-contract")


def test_client_and_types_have_it(copy: Copy) -> None:
    printed(copy, "make", "generate", "OUT=derived")
    derived = copy.folder / "derived"
    assert (derived / "puffle_client" / "api" / "campaign_leads" / "list_notes_of_campaign.py").exists()
    assert "listNotesOfCampaign: {" in (derived / "puffle.d.ts").read_text("utf-8")


def test_command_line_has_it(copy: Copy) -> None:
    command = (sys.executable, "-m", "puffle", "campaign", "note")
    assert "Only notes of this author." in printed(copy, *command, "--help")
    dry_run = printed(copy, *command, "--id", DRAFT, "--page", "2", "--dry-run")
    assert f"{PATH}?page=2" in dry_run


def test_reference_page_has_it(copy: Copy) -> None:
    printed(copy, sys.executable, "-m", "pages", "page")
    assert any("List Notes of Campaign" in page.read_text("utf-8") for page in (copy.folder / "page").rglob("*.html"))


@pytest.mark.parametrize("mock", ["sandbox", "prism"])
def test_mock_returns_its_example(copy: Copy, mock: str) -> None:
    response = printed(copy, sys.executable, "-m", "mock.run", mock, "--", sys.executable, "-c", ASK)
    assert json.loads(response) == EXAMPLE


def test_sandbox_says_that_it_returns_examples(copy: Copy) -> None:
    log = printed(copy, sys.executable, "-c", LOG)
    assert "listNotesOfCampaign" in log or "GET /api/campaigns/{id}/notes" in log


def test_completeness_test_lists_what_it_lacks(copy: Copy) -> None:
    checked = copy.python("pytest", "-q", "--no-header", "-rN", "tests/contract/test_completeness.py")
    assert checked.returncode == 1
    printed = " ".join(checked.stdout.split())
    create = (
        'create {}/operations/list_notes_of_campaign.py (OPERATION = "GET /api/campaigns/{{id}}/notes") with '.format
    )
    assert create("mock/sandbox") + "a Handler" in printed
    assert create("contract_tests") + "a Target and tests of filters-by-author" in printed
    assert create("tests") + "at least 2 mutants each of filters-by-author" in printed
    assert "update_lead_in_campaign" not in printed
