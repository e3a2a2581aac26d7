"""``python -m release 1.2.3``: release this commit as a version.

Exits with 0 if it was released, with 1 if a check failed, and with 2 if a check could not be made. Unless it exits with
0, everything that it made is taken back: the edited files, the commit, the tag and ``dist/``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from semver import Version

from changes import history, version
from changes.change import Impact, worst_of
from changes.compare import compare
from changes.contract_run import run_contract_tests
from changes.exceptions import CannotRunTests, NoHistory, run_command
from changes.history import FILE, ROOT, git
from puffle.contract import Contract
from release import artifacts, places
from release.exceptions import ReleaseBlocked

DIST = ROOT / "dist"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m release", description=__doc__, allow_abbrev=False)
    parser.add_argument("version", help="three numbers, such as 1.2.3")
    text = parser.parse_args().version
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        wanted = version.read(text)
    except ValueError as error:
        print(f"not released: {error}", file=sys.stderr)
        return 2
    return run_command(lambda: release(wanted), "not released")


def release(wanted: Version) -> int:
    """Check, set the version, test, build, try, commit and tag; raises ``ReleaseBlocked`` if a check fails."""
    check(wanted)
    head, tag = _head(), f"v{wanted}"
    message = f"{tag}\n\n{places.section(ROOT, wanted)}"
    texts = places.updated(ROOT, wanted, datetime.now(UTC).date())
    # Inside the repository, so that the packages can be moved to dist/; git ignores every folder of that name.
    with tempfile.TemporaryDirectory(dir=ROOT, prefix="release-") as folder, ExitStack() as undo:
        built, before = Path(folder, "dist"), Path(folder, "before", "dist")
        built.mkdir()
        before.parent.mkdir()
        undo.callback(_restore_files, texts)
        for file, text in texts.items():
            (ROOT / file).write_text(text, "utf-8")
        _run_tests()
        for artifact in artifacts.build(built):
            print(f"trying {artifact.name} in an empty environment …", flush=True)
            artifacts.try_out(artifact, wanted)
        _check_untouched(head, texts)
        if _dirty():
            undo.callback(_take_back_commit, head, wanted)
            git("commit", "--quiet", "--message", f"Release {wanted}", "--", *texts)
        undo.callback(_delete_tag, tag, message)
        git("tag", "--annotate", tag, "--message", message, "--cleanup=verbatim")
        undo.callback(_restore_dist, before)
        if DIST.exists():
            DIST.rename(before)
        built.rename(DIST)
        undo.pop_all()
    print(f"tagged {tag}; the packages are in {DIST.name}/: {', '.join(sorted(one.name for one in DIST.iterdir()))}")
    print(f"Publish it with: git push origin HEAD {tag}")
    return 0


def _restore_files(texts: dict[str, str]) -> None:
    ours = [file for file, text in texts.items() if (ROOT / file).read_text("utf-8") == text]
    if ours:
        git("restore", "--staged", "--worktree", "--", *ours)


def _take_back_commit(head: str, wanted: Version) -> None:
    if git("log", "-1", "--format=%P %s").decode().strip() == f"{head} Release {wanted}":
        git("reset", "--quiet", "--soft", head)


def _delete_tag(tag: str, message: str) -> None:
    """Delete the tag, unless somebody else has made one of that name."""
    found = git("tag", "--list", "--format=%(*objectname) %(contents)", tag).decode()
    if found.startswith(f"{_head()} {message}"):
        git("tag", "--delete", tag)


def _restore_dist(before: Path) -> None:
    if before.exists():
        shutil.rmtree(DIST, ignore_errors=True)
        before.rename(DIST)


def _head() -> str:
    return git("rev-parse", "HEAD").decode().strip()


def _dirty() -> list[str]:
    return [line[3:] for line in git("status", "--porcelain").decode().splitlines()]


def _check_untouched(head: str, texts: dict[str, str]) -> None:
    """Check that nothing but the version differs from what was tested; raises ``ReleaseBlocked``."""
    if _head() != head:
        raise ReleaseBlocked("there is a new commit since the tests started: try again")
    edited = [file for file in _dirty() if file not in texts]
    edited += [file for file, text in texts.items() if (ROOT / file).read_text("utf-8") != text]
    if edited:
        raise ReleaseBlocked(f"{', '.join(edited)} changed while the tests ran: commit or remove that, and try again")


def check(wanted: Version) -> None:
    """Run every check except the tests, which take minutes; raises ``ReleaseBlocked`` if one fails."""
    if dirty := _dirty():
        more = " and more" if len(dirty) > 3 else ""
        raise ReleaseBlocked(f"the working tree is not clean: commit or remove {', '.join(dirty[:3])}{more}")
    if git("tag", "--list", f"v{wanted}"):
        raise ReleaseBlocked(f"the tag v{wanted} exists: choose a later version")
    after = history.read()
    if wanted < version.read(after.version):
        raise ReleaseBlocked(f"info.version of {FILE} is already {after.version}: choose that or a later version")
    if not places.section(ROOT, wanted):
        raise ReleaseBlocked(f"CHANGELOG.md has nothing under `## {wanted}`: describe there what is new")
    try:
        git("var", "GIT_COMMITTER_IDENT")
    except NoHistory:
        raise ReleaseBlocked("git does not know who commits: set user.name and user.email with git config") from None
    if last := history.last_release():
        required, why = _required(last, after)
        if wanted < required:
            raise ReleaseBlocked(
                f"{wanted} is too low: since {last} {why}, which requires at least {required}; "
                "`make changes` shows the details"
            )


def _required(last: str, after: Contract) -> tuple[Version, str]:
    """The lowest version that the changes since the last release allow, and why."""
    with tempfile.TemporaryDirectory() as folder:
        history.export(last, Path(folder))
        before = history.read(Path(folder), f"{FILE} of {last}")
        worst = worst_of(compare(before, after))
        try:
            failed = [result.id for result in run_contract_tests(Path(folder)) if result.state == "failed"]
        except CannotRunTests as error:
            raise ReleaseBlocked(f"the contract tests of {last} cannot be run: {error}") from None
    was = version.read(before.version)
    if failed and worst is not Impact.BREAKING:
        return version.required(was, Impact.BREAKING), f"the sandbox fails its rule {', '.join(failed)}"
    why = "there is a new release" if worst is None else f"the contract has a {worst.label} change"
    return max(version.required(was, worst), was.bump_patch()), why


def _run_tests() -> None:
    """Run ``make test`` as a user would; raises ``ReleaseBlocked`` if it fails."""
    inherited = ("MAKE", "MFLAGS", "VERSION", "ARGS")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(inherited)}
    run = subprocess.run(["make", "--no-print-directory", "test"], cwd=ROOT, env=environment, check=False)  # noqa: S607
    if run.returncode:
        raise ReleaseBlocked("`make test` failed: fix what it shows above")


if __name__ == "__main__":
    sys.exit(main())
