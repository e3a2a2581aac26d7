"""A release is made where nothing speaks against it, and leaves everything as it was where something does."""

from __future__ import annotations

from pathlib import Path

import pytest

from changes.change import Verdict
from changes.version import called_for, read
from puffle import contract
from tests.repositories import Repository

NOW = contract.load().version
NEXT = str(called_for(read(NOW), Verdict.BREAKING))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """One in which `make test` passes at once, or fails where a file `red` is there."""
    repository = Repository(tmp_path)
    (repository.folder / "Makefile").write_text("test:\n\t@test ! -e red\n", "utf-8")
    repository.replace(
        "CHANGELOG.md", "# Changelog\n", f"# Changelog\n\n## {NEXT} (unreleased)\n\n- New.\n\n## Older\n"
    )
    repository.commit()
    return repository


def refused(repository: Repository, version: str, code: int = 1) -> str:
    """Why a version is not released; nothing has changed then."""
    commit, tags, state = (
        repository.git(*words) for words in (("rev-parse", "HEAD"), ("tag",), ("status", "--porcelain"))
    )
    run = repository.python("release", version)
    assert run.returncode == code, run.stdout + run.stderr
    assert repository.git("rev-parse", "HEAD") == commit
    assert repository.git("tag") == tags
    assert repository.git("status", "--porcelain") == state
    *_, last = run.stderr.splitlines()
    assert last.startswith(("not released: ", "VERSION="))
    return last.removeprefix("not released: ")


def test_dirty_tree_is_refused(repository: Repository) -> None:
    (repository.folder / "notes").write_text("new")
    assert refused(repository, NEXT) == "the tree is not clean: commit or remove notes"


def test_red_test_is_refused(repository: Repository) -> None:
    (repository.folder / "red").write_text("")
    repository.commit()
    assert refused(repository, NEXT) == "`make test` is red: mend what it names above"


def test_version_without_its_section_is_refused(repository: Repository) -> None:
    assert refused(repository, "77.0.0") == "CHANGELOG.md has nothing under `## 77.0.0`: write there what is new"
    repository.replace("CHANGELOG.md", "# Changelog\n", "# Changelog\n\n## 77.0.0\n\n## Older still\n")
    repository.commit()
    assert refused(repository, "77.0.0").startswith("CHANGELOG.md has nothing under")


def test_version_below_that_of_the_contract_is_refused(repository: Repository) -> None:
    assert refused(repository, "0.0.1").startswith(f"info.version of openapi.yaml is {NOW} already")


def test_version_below_what_the_changes_call_for_is_refused(repository: Repository) -> None:
    repository.git("tag", f"v{NOW}")
    repository.replace("openapi.yaml", "x-cli: campaign lead update", "x-cli: campaign lead edit")
    patch = str(read(NOW).bump_patch())
    repository.replace(
        "CHANGELOG.md", f"\n## {NEXT} (unreleased)\n", f"\n## {patch}\n\n- New.\n\n## {NEXT} (unreleased)\n"
    )
    repository.commit()
    assert refused(repository, patch) == (
        f"{patch} is too low: since v{NOW} there is a change that is breaking, which calls for {NEXT} at least; "
        "see `make changes`"
    )
    assert refused(repository, NOW) == f"v{NOW} is tagged already: take a later version"


@pytest.mark.parametrize("version", ["soon", "1.2", "", "1.2.3-rc.1", "v1.2.3"])
def test_version_that_is_none_is_refused(repository: Repository, version: str) -> None:
    assert refused(repository, version, code=2).startswith("VERSION= takes three numbers, such as VERSION=1.2.3, not ")


def test_edit_made_while_it_is_tested_is_neither_lost_nor_released(repository: Repository) -> None:
    (repository.folder / "Makefile").write_text("test:\n\t@echo noted >> README.md\n", "utf-8")
    repository.commit()
    run = repository.python("release", NEXT)
    assert (run.returncode, repository.git("tag")) == (1, "")
    assert run.stderr.endswith("README.md changed while it was tested: commit or remove that, and try again\n")
    assert (repository.folder / "README.md").read_text("utf-8").endswith("noted\n")
    assert repository.git("status", "--porcelain") == " M README.md\n"


def test_tag_that_cannot_be_made_takes_the_commit_back(repository: Repository) -> None:
    repository.git("config", "tag.gpgSign", "true")
    repository.git("config", "gpg.program", "false")
    refused(repository, NEXT, code=2)


def test_place_without_a_version_is_refused(repository: Repository) -> None:
    repository.replace("README.md", f" by contract {NOW} (", " by a contract (")
    repository.commit()
    assert refused(repository, NEXT).startswith("README.md should name the version once")


def test_release_is_tried_set_and_tagged(repository: Repository) -> None:
    run = repository.python("release", NEXT)
    assert run.returncode == 0, run.stdout + run.stderr
    assert repository.git("status", "--porcelain") == ""
    assert repository.git("describe", "--exact-match").strip() == f"v{NEXT}"
    assert repository.git("log", "-1", "--format=%s").strip() == f"Release {NEXT}"
    assert repository.git("tag", "--list", "--format=%(contents:body)").strip() == "- New."
    built = sorted(path.name for path in (repository.folder / "dist").iterdir())
    assert built == [f"puffle_contract_kit-{NEXT}-py3-none-any.whl", f"puffle_contract_kit-{NEXT}.tar.gz"]
    for name in built:
        assert f"trying {name} in an empty environment …\n" in run.stdout
    for file, text in {
        "openapi.yaml": f"\n  version: {NEXT}\n",
        "puffle/__init__.py": f'"{NEXT}"',
        "README.md": f"by contract {NEXT} (",
        "CHANGELOG.md": f"\n## {NEXT} (20",
    }.items():
        assert text in (repository.folder / file).read_text("utf-8")
