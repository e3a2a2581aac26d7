"""What a change of the contract means: row by row of the table in ``changes/``, and as the command says it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from changes.__main__ import line_of
from changes.change import Verdict, worst_of
from changes.compare import compare
from changes.version import bump, called_for, read
from puffle import contract
from tests.repositories import Repository
from tests.running import make

ROWS = sorted((Path(__file__).parent / "changes").iterdir())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_change_is_judged_right(row: Path) -> None:
    before, after = (contract.load(row / f"{name}.yaml") for name in ("before", "after"))
    right = yaml.safe_load((row / "verdict.yaml").read_text("utf-8"))
    changes = compare(before, after)
    found = [{change.verdict.label: change.where} for change in changes]
    assert sorted(map(str, found)) == sorted(map(str, right["changes"]))
    version = read(before.version)
    assert bump(version, called_for(version, worst_of(changes))) == right["bump"]
    for change in changes:
        assert line_of(before if change.gone else after, change.place) > 1


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_nothing_is_found_where_nothing_changed(row: Path) -> None:
    assert compare(contract.load(row / "after.yaml"), contract.load(row / "after.yaml")) == []


@pytest.mark.parametrize(
    ("before", "worst", "wanted"),
    [
        ("1.2.3", Verdict.BREAKING, "2.0.0"),
        ("1.2.3", Verdict.COMPATIBLE, "1.3.0"),
        ("1.2.3", Verdict.DOCUMENTATION, "1.2.4"),
        ("1.2.3", None, "1.2.3"),
        ("0.1.3", Verdict.BREAKING, "0.2.0"),
        ("0.1.3", Verdict.COMPATIBLE, "0.1.4"),
    ],
)
def test_version_called_for(before: str, worst: Verdict | None, wanted: str) -> None:
    assert str(called_for(read(before), worst)) == wanted


def test_renamed_field_breaks_and_the_promises_that_went_are_named(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.git("tag", f"v{contract.load().version}")
    shown = next(contract.load().operation("updateLeadInCampaign").examples()).body["updates"]
    field = list(shown)[-1]
    repository.replace("openapi.yaml", field, "renamed_field")
    repository.commit()
    run = repository.python("changes")
    before = read(contract.load().version)
    assert run.returncode == 1, run.stdout + run.stderr
    assert run.stdout.startswith(f"openapi.yaml since v{before}: 2 breaking, 2 compatible, ")
    assert re.search(
        rf"^  breaking +openapi.yaml:\d+ in v{before} +components.schemas.LeadFields.properties.{field}$",
        run.stdout,
        re.MULTILINE,
    )
    assert "  broken             edits-listed-fields\n" in run.stdout
    wanted = called_for(before, Verdict.BREAKING)
    assert run.stderr == f"a breaking change stands under {before}: set info.version in openapi.yaml to {wanted}\n"
    assert repository.git("status", "--porcelain") == ""


def test_breaking_change_under_a_version_that_says_so_is_let_through(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    before = contract.load().version
    wanted = called_for(read(before), Verdict.BREAKING)
    repository.replace("openapi.yaml", f"version: {before}", f"version: {wanted}")
    repository.replace("openapi.yaml", "x-cli: campaign lead update", "x-cli: campaign lead edit")
    run = repository.python("changes", "HEAD")
    assert (run.returncode, run.stderr) == (0, ""), run.stdout + run.stderr
    assert run.stdout.startswith("openapi.yaml since HEAD: 1 breaking\n")
    assert "against today's sandbox: 19 kept\n" in run.stdout


def test_state_without_contract_tests_is_compared_all_the_same(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    (repository.folder / "contract_tests" / "__main__.py").unlink()
    repository.commit()
    run = repository.python("changes", "HEAD")
    assert run.returncode == 2
    assert run.stdout.startswith("openapi.yaml since HEAD: no change\n")
    assert run.stderr == "not judged: whether today's sandbox keeps the promises of HEAD: it has no contract tests\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: [", "openapi.yaml is no YAML: "),
        ("[]", "openapi.yaml is no OpenAPI document with an info.version: see `make lint`\n"),
        ("info: {version: soon}", "info.version of openapi.yaml is no version of three numbers: soon is not valid"),
        (None, "openapi.yaml cannot be read: No such file or directory\n"),
    ],
)
def test_contract_that_cannot_be_read_is_named(tmp_path: Path, text: str | None, why: str) -> None:
    repository = Repository(tmp_path)
    file = repository.folder / "openapi.yaml"
    file.unlink() if text is None else file.write_text(text, "utf-8")
    run = repository.python("changes")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(f"not judged: {why}")
    assert run.stderr.count("\n") == 1


def test_unknown_state_is_refused_in_one_line() -> None:
    run = make("changes", "BASE=no-such-tag")
    assert (run.returncode, run.stdout) == (2, "")
    first, *makes_own = run.stderr.splitlines()
    assert first == "not judged: git knows no no-such-tag: name a tag, a branch or a commit in BASE="
    assert all(line.startswith("make: ***") for line in makes_own)


def test_folder_without_a_history_is_said(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    (repository.folder / ".git").rename(tmp_path / "elsewhere")
    run = repository.python("changes")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("not judged: ")
    assert "git" in run.stderr


SECOND_OPERATION = """\
  /api/campaigns/{id}/archive:
    post:
      operationId: archiveCampaign
      x-cli: campaign archive
      tags:
        - Campaign leads
      summary: Archive a campaign
      description: Take a campaign out of sight.
      x-rules:
        - id: keeps-archived-leads
          promise: An archived campaign keeps its leads.
      parameters:
        - name: id
          in: path
          required: true
          description: Campaign UUID.
          schema:
            type: string
            format: uuid
      responses:
        '204':
          description: The campaign is archived.
        '401':
          description: No valid API key.
components:
"""


def test_second_operation_is_followed_and_its_rules_are_asked_for(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.replace("openapi.yaml", "components:\n", SECOND_OPERATION)
    repository.borrow_tools()
    assert repository.run("make", "generate").returncode == 0
    assert "archiveCampaign" in (repository.folder / "generated" / "puffle.d.ts").read_text("utf-8")
    lint = repository.run("node_modules/.bin/redocly", "lint", "openapi.yaml")
    assert lint.returncode == 0, lint.stdout + lint.stderr
    listed = repository.python("puffle", "--help").stdout
    assert re.search(r"^  campaign archive +Archive a campaign$", listed, re.MULTILINE)
    run = repository.python(
        "pytest", "-q", "-k", "every_rule or rules_have", "tests/test_proof.py", "tests/test_contract.py"
    )
    assert "AssertionError: add tests of keeps-archived-leads to contract_tests/" in run.stdout
    assert "AssertionError: add mutants that break keeps-archived-leads to tests/mutants/" in run.stdout
    assert "2 failed, 1 passed" in run.stdout
