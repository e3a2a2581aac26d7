"""``python -m release 1.2.3``: release this state of the repository as a version.

Ends 0 where it was released, 1 where something speaks against it, which is said in one line, 2 where the version makes
no sense, or git or a contract cannot be read. Whatever goes wrong, the files are left as they were, and nothing is
tagged.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from semver import Version

from changes import history, promises, version
from changes.change import Verdict, worst_of
from changes.compare import compare
from changes.history import ROOT, NoHistory, git
from changes.promises import NotJudged
from changes.reading import FILE, read
from puffle import contract
from puffle.contract import Contract
from release import artifacts, places
from release.artifacts import Unusable

DIST = ROOT / "dist"


class Refused(Exception):
    """Something speaks against the release: the message says what, and what to do."""


def main() -> int:
    """Release, or say what speaks against it."""
    parser = argparse.ArgumentParser(prog="python -m release", description=__doc__, allow_abbrev=False)
    parser.add_argument("version", help="three numbers, such as 1.2.3")
    text = parser.parse_args().version
    try:
        wanted = version.read(text)
    except ValueError:
        print(f"VERSION= takes three numbers, such as VERSION=1.2.3, not {text!r}", file=sys.stderr)
        return 2
    try:
        release(wanted)
    except (Refused, Unusable, places.Missing) as reason:
        print(f"not released: {reason}", file=sys.stderr)
        return 1
    except (NoHistory, ValueError) as reason:
        print(f"not released: {reason}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("not released: interrupted", file=sys.stderr)
        return 130
    return 0


def release(wanted: Version) -> None:
    """Check, set the version, test, build, try, commit and tag.

    Raises:
        Refused: something speaks against it.
        Unusable: what was built does not do what it is for.
        places.Missing: a file has not got the place where the version should stand.
        NoHistory: the history cannot be read.
        ValueError: one of the contracts cannot be read.
    """
    check(wanted)
    commit, tag = git("rev-parse", "HEAD").decode().strip(), f"v{wanted}"
    written = places.write(ROOT, wanted, datetime.now(UTC).date())
    try:
        _run_tests()
        with tempfile.TemporaryDirectory() as folder:
            built = artifacts.build(Path(folder))
            for artifact in built:
                print(f"trying {artifact.name} in an empty environment …", flush=True)
                artifacts.try_out(artifact, wanted)
            _check_untouched(commit, written)
            if _dirty():
                git("commit", "--quiet", "--message", f"Release {wanted}", "--", *written)
            git("tag", "--annotate", tag, "--message", f"{tag}\n\n{places.section(ROOT, wanted)}", "--cleanup=verbatim")
            shutil.rmtree(DIST, ignore_errors=True)
            shutil.copytree(folder, DIST)
    except BaseException:
        _undo(commit, wanted, written)
        raise
    print(f"{tag} is tagged; what was tried is in {DIST.name}/: {', '.join(one.name for one in built)}")
    print(f"Publish it with: git push origin HEAD {tag}")


def _check_untouched(commit: str, written: Mapping[str, str]) -> None:
    """See that nothing but the version differs from what was checked.

    Raises:
        Refused: somebody has edited a file, or committed, since.
    """
    if git("rev-parse", "HEAD").decode().strip() != commit:
        raise Refused("there is a new commit, made while it was tested: try again")
    edited = [line[3:] for line in _dirty() if line[3:] not in written]
    edited += [file for file, text in written.items() if (ROOT / file).read_text("utf-8") != text]
    if edited:
        raise Refused(f"{', '.join(edited)} changed while it was tested: commit or remove that, and try again")


def _undo(commit: str, wanted: Version, written: Mapping[str, str]) -> None:
    """Take back the version and the commit, but nothing that somebody else has written since."""
    if git("log", "-1", "--format=%P %s").decode().strip() == f"{commit} Release {wanted}":
        git("reset", "--quiet", "--soft", commit)
    ours = [file for file, text in written.items() if (ROOT / file).read_text("utf-8") == text]
    if ours:
        git("restore", "--staged", "--worktree", "--", *ours)


def _dirty() -> list[str]:
    return git("status", "--porcelain").decode().splitlines()


def check(wanted: Version) -> None:
    """See that nothing speaks against releasing this state under a version; the tests aside, which take minutes.

    Raises:
        Refused: something does.
        NoHistory: the history cannot be read.
        ValueError: one of the contracts cannot be read.
    """
    dirty = _dirty()
    if dirty:
        files = ", ".join(line[3:] for line in dirty[:3])
        raise Refused(f"the tree is not clean: commit or remove {files}{' and more' if len(dirty) > 3 else ''}")
    if git("tag", "--list", f"v{wanted}"):
        raise Refused(f"v{wanted} is tagged already: take a later version")
    after = read(contract.CONTRACT_FILE, FILE)
    is_now = version.read(after.version)
    if wanted < is_now:
        raise Refused(f"info.version of {FILE} is {is_now} already: take that or a later version")
    if not places.section(ROOT, wanted):
        raise Refused(f"CHANGELOG.md has nothing under `## {wanted}`: write there what is new")
    try:
        git("var", "GIT_COMMITTER_IDENT")
    except NoHistory:
        raise Refused("git knows no name to commit under: set user.name and user.email with git config") from None
    last = history.last_release()
    if last:
        needed, why = _needed(last, after)
        if wanted < needed:
            raise Refused(
                f"{wanted} is too low: since {last} {why}, which calls for {needed} at least; see `make changes`"
            )


def _needed(last: str, after: Contract) -> tuple[Version, str]:
    """The lowest version that the changes since the last release allow, and why."""
    with tempfile.TemporaryDirectory() as folder:
        history.export(last, Path(folder))
        before = read(Path(folder) / FILE, f"{FILE} of {last}")
        worst = worst_of(compare(before, after))
        try:
            broken = [promise.id for promise in promises.judge(Path(folder)) if promise.state == "broken"]
        except NotJudged as reason:
            raise Refused(f"whether the sandbox keeps the promises of {last} cannot be judged: {reason}") from None
    was = version.read(before.version)
    if broken and worst is not Verdict.BREAKING:
        return version.called_for(was, Verdict.BREAKING), f"{', '.join(broken)} is no longer kept"
    least = max(version.called_for(was, worst), was.bump_patch())
    return least, f"there is a change that is {worst.label}" if worst is not None else "it is released"


def _run_tests() -> None:
    """Run them as a person would.

    Raises:
        Refused: one is red.
    """
    inherited = ("MAKE", "MFLAGS", "VERSION", "ARGS")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(inherited)}
    run = subprocess.run(["make", "--no-print-directory", "test"], cwd=ROOT, env=environment, check=False)  # noqa: S607
    if run.returncode:
        raise Refused("`make test` is red: mend what it names above")


if __name__ == "__main__":
    sys.exit(main())
