"""The repository as it was: which state is compared, and its files in a folder of their own."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
RELEASES = "v[0-9]*"
"""The tags that releases have."""


class NoHistory(Exception):
    """The state asked for cannot be had: the message says why, and what to do."""


def last_release() -> str | None:
    """The tag of the last release that this state comes from, None where there was none yet.

    Raises:
        NoHistory: this is no git repository.
    """
    git("rev-parse", "--git-dir")
    try:
        return git("describe", "--tags", "--abbrev=0", "--match", RELEASES).decode().strip()
    except NoHistory:
        return None


def export(reference: str, folder: Path) -> None:
    """Write all files of a state into a folder.

    Raises:
        NoHistory: there is no such state.
    """
    try:
        commit = git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
    except NoHistory as error:
        raise NoHistory(f"git knows no {reference}: name a tag, a branch or a commit in BASE=") from error
    archive = git("archive", commit.decode().strip())
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")


def git(*words: str) -> bytes:
    """What a git command prints.

    Raises:
        NoHistory: git, or this repository, is not there, or the command failed.
    """
    try:
        run = subprocess.run(["git", "-c", "core.quotePath=false", *words], cwd=ROOT, capture_output=True, check=False)  # noqa: S607
    except OSError as error:
        raise NoHistory(f"git cannot be run: {error.strerror}") from None
    if run.returncode:
        said = run.stderr.decode(errors="replace").strip().splitlines()
        raise NoHistory(said[-1] if said else f"git {words[0]} failed")
    return run.stdout
