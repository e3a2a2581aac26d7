"""A release is made if no check fails, and everything stays as it was if one does."""

from __future__ import annotations

from pathlib import Path

import pytest

from changes.change import Impact
from changes.version import read, required
from puffle import contract
from tests.repositories import Repository

pytestmark = pytest.mark.slow

NOW = contract.load().version
NEXT = str(required(read(NOW), Impact.BREAKING))
PACKAGES = """\
def build(folder):
    package = folder / "package.whl"
    package.write_text("built")
    return [package]


def try_out(artifact, version):
    pass
"""
PASSING_TESTS = """\
from pathlib import Path

Path("contract-report").mkdir()
Path("contract-report/junit.xml").write_text('<testsuites><testcase name="rule"/></testsuites>')
"""


@pytest.fixture
def real(tmp_path: Path) -> Repository:
    """A repository whose `make test` passes at once, or fails if there is a file `broken`."""
    repository = Repository(tmp_path)
    (repository.folder / "Makefile").write_text("test:\n\t@test ! -e broken\n", "utf-8")
    repository.replace(
        "CHANGELOG.md", "# Changelog\n", f"# Changelog\n\n## {NEXT} (unreleased)\n\n- New.\n\n## Older\n"
    )
    repository.commit()
    return repository


@pytest.fixture
def repository(real: Repository) -> Repository:
    """The same, with a package that is built and works at once, and an earlier one in `dist`."""
    (real.folder / "release" / "artifacts.py").write_text(PACKAGES, "utf-8")
    real.commit()
    (real.folder / "dist").mkdir()
    (real.folder / "dist" / "earlier.whl").write_text("earlier")
    return real


def refused(repository: Repository, version: str, code: int = 1) -> str:
    """Why a version is not released, after a check that nothing has changed."""

    def state() -> list[str]:
        outputs = [repository.git(*words) for words in (["rev-parse", "HEAD"], ["tag"], ["status", "--porcelain"])]
        return [*outputs, *sorted(str(path) for path in (repository.folder / "dist").iterdir())]

    before = state()
    run = repository.python("release", version)
    assert run.returncode == code, run.stdout + run.stderr
    assert state() == before
    assert list(repository.folder.glob("release-*")) == []
    *_, last = run.stderr.splitlines()
    assert last.startswith("not released: ")
    return last.removeprefix("not released: ")


def test_working_tree_must_be_clean(repository: Repository) -> None:
    (repository.folder / "notes").write_text("new")
    assert refused(repository, NEXT) == "the working tree is not clean: commit or remove notes"


def test_tests_must_pass(repository: Repository) -> None:
    (repository.folder / "broken").write_text("")
    repository.commit()
    assert refused(repository, NEXT) == "`make test` failed: fix what it shows above"


def test_changelog_must_have_a_section_with_text(repository: Repository) -> None:
    assert refused(repository, "77.0.0") == "CHANGELOG.md has nothing under `## 77.0.0`: describe there what is new"
    repository.replace("CHANGELOG.md", "# Changelog\n", "# Changelog\n\n## 77.0.0\n\n## Older still\n")
    repository.commit()
    assert refused(repository, "77.0.0").startswith("CHANGELOG.md has nothing under")


def test_version_must_not_be_lower_than_the_contract_s(repository: Repository) -> None:
    assert refused(repository, "0.0.1").startswith(f"info.version of openapi.yaml is already {NOW}")


def test_version_must_be_as_high_as_the_changes_require(repository: Repository) -> None:
    (repository.folder / "contract_tests" / "__main__.py").write_text(PASSING_TESTS, "utf-8")
    repository.commit()
    repository.git("tag", f"v{NOW}")
    repository.replace("openapi.yaml", "x-cli: ", "x-cli: new ")
    patch = str(read(NOW).bump_patch())
    repository.replace(
        "CHANGELOG.md", f"\n## {NEXT} (unreleased)\n", f"\n## {patch}\n\n- New.\n\n## {NEXT} (unreleased)\n"
    )
    repository.commit()
    assert refused(repository, patch) == (
        f"{patch} is too low: since v{NOW} the contract has a breaking change, which requires at least {NEXT}; "
        "`make changes` shows the details"
    )
    assert refused(repository, NOW) == f"the tag v{NOW} exists: choose a later version"


@pytest.mark.parametrize("version", ["soon", "1.2", "", "1.2.3-rc.1", "v1.2.3"])
def test_version_must_be_three_numbers(repository: Repository, version: str) -> None:
    assert refused(repository, version, code=2) == f'the version "{version}" is not three numbers, such as 1.2.3'


def test_every_place_of_the_version_must_be_found(repository: Repository) -> None:
    repository.replace("puffle/__init__.py", f'__version__ = "{NOW}"', f"__version__ = '{NOW}'")
    repository.commit()
    assert refused(repository, NEXT).startswith("puffle/__init__.py must contain the version exactly once")


def test_edit_during_the_tests_is_neither_lost_nor_released(repository: Repository) -> None:
    (repository.folder / "Makefile").write_text("test:\n\t@echo noted >> README.md\n", "utf-8")
    repository.commit()

    run = repository.python("release", NEXT)

    assert (run.returncode, repository.git("tag")) == (1, "")
    assert run.stderr.endswith("README.md changed while the tests ran: commit or remove that, and try again\n")
    assert (repository.folder / "README.md").read_text("utf-8").endswith("noted\n")
    assert repository.git("status", "--porcelain") == " M README.md\n"


def test_failed_commit_is_taken_back(repository: Repository) -> None:
    hook = repository.folder / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    refused(repository, NEXT, code=2)


def test_failed_tag_takes_the_commit_back(repository: Repository) -> None:
    repository.git("config", "tag.gpgSign", "true")
    repository.git("config", "gpg.program", "false")
    refused(repository, NEXT, code=2)


def test_failed_move_to_dist_takes_tag_and_commit_back(repository: Repository) -> None:
    removing = PACKAGES.replace("    pass", "    artifact.unlink()\n    artifact.parent.rmdir()")
    (repository.folder / "release" / "artifacts.py").write_text(removing, "utf-8")
    repository.commit()
    assert "No such file or directory" in refused(repository, NEXT, code=2)


def test_tag_of_somebody_else_is_kept(repository: Repository) -> None:
    (repository.folder / "Makefile").write_text(f"test:\n\t@git tag v{NEXT}\n", "utf-8")
    repository.commit()

    run = repository.python("release", NEXT)

    assert run.returncode == 2, run.stdout + run.stderr
    assert repository.git("tag") == f"v{NEXT}\n"
    assert repository.git("log", "-1", "--format=%s") == "Change something\n"
    assert repository.git("status", "--porcelain") == ""


def test_release_is_set_tagged_and_stored(repository: Repository) -> None:
    run = repository.python("release", NEXT)

    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.endswith(f"Publish it with: git push origin HEAD v{NEXT}\n")
    assert repository.git("status", "--porcelain") == ""
    assert repository.git("describe", "--exact-match").strip() == f"v{NEXT}"
    assert repository.git("log", "-1", "--format=%s").strip() == f"Release {NEXT}"
    assert repository.git("tag", "--list", "--format=%(contents:body)").strip() == "- New."
    assert [path.name for path in (repository.folder / "dist").iterdir()] == ["package.whl"]
    assert list(repository.folder.glob("release-*")) == []
    for file, text in {
        "openapi.yaml": f"\n  version: {NEXT}\n",
        "puffle/__init__.py": f'"{NEXT}"',
        "README.md": f'"contract":"{NEXT}"',
        "CHANGELOG.md": f"\n## {NEXT} (20",
    }.items():
        assert text in (repository.folder / file).read_text("utf-8")


def test_packages_are_built_and_tried(real: Repository) -> None:
    run = real.python("release", NEXT)

    assert run.returncode == 0, run.stdout + run.stderr
    built = sorted(path.name for path in (real.folder / "dist").iterdir())
    assert built == [f"puffle_contract_kit-{NEXT}-py3-none-any.whl", f"puffle_contract_kit-{NEXT}.tar.gz"]
    for name in built:
        assert f"trying {name} in an empty environment …\n" in run.stdout
