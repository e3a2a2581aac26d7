"""The impact of a change to the contract: row by row of the tables in ``changes/``, and as the command reports it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from changes import history
from changes.__main__ import line_of
from changes.change import Impact, worst_of
from changes.compare import compare
from changes.contract_run import read_report
from changes.exceptions import CannotCompare
from changes.version import bump, read, required
from puffle import contract
from puffle.contract import Contract
from tests.repositories import Repository
from tests.running import make

TABLES = Path(__file__).parent / "changes"
BASE = (TABLES / "base.yaml").read_text("utf-8")
ROWS: dict[str, dict[str, Any]] = {
    name: row
    for table in sorted(TABLES.glob("*.yaml"))
    if table.name != "base.yaml"
    for name, row in yaml.safe_load(table.read_text("utf-8")).items()
}


def patched(text: str, diff: str) -> str:
    """Apply a diff whose hunks are separated by empty lines; each hunk must fit in exactly one place."""
    for hunk in filter(None, diff.split("\n\n")):
        lines = hunk.splitlines()
        old, new = ("".join(f"{line[1:]}\n" for line in lines if line[0] in marks) for marks in (" -", " +"))
        assert text.count(old) == 1, f"not exactly once in the contract:\n{old}"
        text = text.replace(old, new)
    return text


def parsed(text: str) -> Contract:
    return Contract(yaml.safe_load(text), text)


@pytest.mark.parametrize("name", ROWS)
def test_change_has_the_impact_of_its_row(name: str) -> None:
    row = ROWS[name]
    text = patched(BASE, row.get("given", ""))
    before, after = parsed(text), parsed(patched(text, row["change"]))

    changes = compare(before, after)

    found = [{change.impact.label: change.where} for change in changes]
    assert sorted(map(str, found)) == sorted(map(str, row["changes"])), row["why"]
    version = read(before.version)
    assert bump(version, required(version, worst_of(changes))) == row["bump"]
    for change in changes:
        assert line_of(before if change.gone else after, change.place) > 1
    assert compare(after, after) == []


@pytest.mark.parametrize(
    ("before", "worst", "version"),
    [
        ("1.2.3", Impact.BREAKING, "2.0.0"),
        ("1.2.3", Impact.COMPATIBLE, "1.3.0"),
        ("1.2.3", Impact.DOCUMENTATION, "1.2.4"),
        ("1.2.3", None, "1.2.3"),
        ("0.1.3", Impact.BREAKING, "0.2.0"),
        ("0.1.3", Impact.COMPATIBLE, "0.1.4"),
    ],
)
def test_version_that_a_change_requires(before: str, worst: Impact | None, version: str) -> None:
    assert str(required(read(before), worst)) == version


REPORT = """\
<testsuites><testsuite>
<testcase name="good"><system-out>Text of the rule.</system-out></testcase>
<testcase name="bad"><failure message="expected 400">Text of the rule.
expected: 400
got: 200
request: curl</failure></testcase>
<testcase name="unusual"><skipped message="{warning}: expected 1">Text of the rule.</skipped></testcase>
<testcase name="unknown"><skipped message="not sent">Text of the rule.</skipped></testcase>
<testcase name="crashed"><error message="KeyError">Text of the rule.</error></testcase>
</testsuite></testsuites>
"""


@pytest.mark.parametrize("warning", ["contradicted assumption", "warning"], ids=["0.1.0", "today"])
def test_report_of_the_contract_tests_is_read(tmp_path: Path, warning: str) -> None:
    report = tmp_path / "junit.xml"
    report.write_text(REPORT.format(warning=warning), "utf-8")

    results = {result.id: result for result in read_report(report)}

    states = {name: result.state for name, result in results.items()}
    assert states == {
        "good": "passed", "bad": "failed", "unusual": "warning", "unknown": "not verified", "crashed": "not verified",
    }  # fmt: skip
    assert (results["bad"].text, results["bad"].facts) == ("Text of the rule.", ("expected: 400", "got: 200"))


PASSING_TESTS = """\
from pathlib import Path

Path("contract-report").mkdir()
Path("contract-report/junit.xml").write_text('<testsuites><testcase name="rule"/></testsuites>')
"""


@pytest.mark.slow
def test_renamed_field_breaks_and_the_failed_rules_are_named(tmp_path: Path) -> None:
    """With the real contract tests; the other tests of this module replace them."""
    repository = Repository(tmp_path)
    repository.git("tag", f"v{contract.load().version}")
    update = next(operation for operation in contract.load().operations if operation.method == "PATCH")
    field = list(next(update.examples()).body["updates"])[-1]
    repository.replace("openapi.yaml", field, "renamed_field")
    repository.commit()

    run = repository.python("changes")

    before = read(contract.load().version)
    assert run.returncode == 1, run.stdout + run.stderr
    assert run.stdout.startswith(f"openapi.yaml since v{before}: 3 breaking, 3 compatible, ")
    place = rf"openapi.yaml:\d+ in v{before} +components.schemas.\w+.properties.{field}"
    assert re.search(rf"^  breaking +{place}$", run.stdout, re.MULTILINE)
    assert "  failed             edits-listed-fields\n" in run.stdout
    version = required(before, Impact.BREAKING)
    assert run.stderr == f"breaking change, but info.version is still {before}: set it to {version} in openapi.yaml\n"
    assert repository.git("status", "--porcelain") == ""


@pytest.mark.slow
def test_breaking_change_that_the_version_announces_passes(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    (repository.folder / "contract_tests" / "__main__.py").write_text(PASSING_TESTS, "utf-8")
    repository.commit()
    before = contract.load().version
    version = required(read(before), Impact.BREAKING)
    repository.replace("openapi.yaml", f"version: {before}", f"version: {version}")
    repository.replace("openapi.yaml", "x-cli: campaign lead update", "x-cli: campaign lead edit")

    run = repository.python("changes", "HEAD")

    assert (run.returncode, run.stderr) == (0, ""), run.stdout + run.stderr
    assert run.stdout.startswith("openapi.yaml since HEAD: 1 breaking\n")
    assert "Contract tests of HEAD against today's sandbox: 1 passed\n" in run.stdout
    assert run.stdout.endswith(f"at least {version} (minor: breaking); info.version is {version}.\n")


@pytest.mark.slow
def test_state_without_contract_tests_is_still_compared(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    (repository.folder / "contract_tests" / "__main__.py").unlink()
    repository.commit()

    run = repository.python("changes", "HEAD")

    assert run.returncode == 2
    assert run.stdout.startswith("openapi.yaml since HEAD: no change\n")
    assert run.stderr == (
        "could not run the contract tests of HEAD against today's sandbox: it has no contract tests\n"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", r"openapi.yaml: line 2: .*"),
        ("[]", r"openapi.yaml: not an OpenAPI document.*"),
        (BASE.replace("version: 1.0.0", "version: soon"), r'openapi.yaml: the version "soon" is not three numbers.*'),
        (None, "openapi.yaml cannot be read: No such file or directory"),
    ],
    ids=["not YAML", "not OpenAPI", "no version", "no file"],
)
def test_unreadable_contract_is_reported_in_one_line(tmp_path: Path, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / "openapi.yaml").write_text(text, "utf-8")
    with pytest.raises(CannotCompare) as error:
        history.read(tmp_path)
    assert re.fullmatch(message, str(error.value))


@pytest.mark.slow
def test_unknown_state_is_reported_in_one_line() -> None:
    run = make("changes", "BASE=no-such-tag")
    assert (run.returncode, run.stdout) == (2, "")
    first, *from_make = run.stderr.splitlines()
    assert first == "could not compare: git does not know no-such-tag: set BASE= to a tag, a branch or a commit"
    assert all(line.startswith("make: ***") for line in from_make)


@pytest.mark.slow
def test_folder_without_a_history_is_reported(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    (repository.folder / ".git").rename(tmp_path / "elsewhere")
    run = repository.python("changes")
    assert (run.returncode, run.stdout) == (2, "")
    assert re.fullmatch("could not compare: .*git.*\n", run.stderr)
