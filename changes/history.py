"""The repository as it was. All functions raise ``NoHistory`` if git, the repository or a state is missing."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from changes import version
from changes.exceptions import CannotCompare, NoHistory
from puffle import contract
from puffle.contract import Contract

ROOT = Path(__file__).parent.parent
FILE = "openapi.yaml"
RELEASES = "v[0-9]*"
"""The pattern of release tags."""


def last_release() -> str | None:
    """The tag of the latest release among the ancestors of HEAD, None before the first release."""
    git("rev-parse", "--git-dir")
    try:
        return git("describe", "--tags", "--abbrev=0", "--match", RELEASES).decode().strip()
    except NoHistory:
        return None


def export(reference: str, folder: Path) -> None:
    """Write all files of a tag, branch or commit to a folder."""
    try:
        commit = git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
    except NoHistory as error:
        raise NoHistory(f"git does not know {reference}: set BASE= to a tag, a branch or a commit") from error
    with tarfile.open(fileobj=io.BytesIO(git("archive", commit.decode().strip()))) as files:
        files.extractall(folder, filter="data")


def read(folder: Path | None = None, name: str = FILE) -> Contract:
    """Read today's contract or that of an exported state; ``CannotCompare`` if it or its version is not usable."""
    try:
        found = contract.load(folder / FILE if folder else contract.CONTRACT_FILE)
        version.read(found.version)
    except OSError as error:
        raise CannotCompare(f"{name} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise CannotCompare(f"{name}: {error}") from None
    return found


def git(*words: str) -> bytes:
    """The output of a git command."""
    try:
        run = subprocess.run(["git", "-c", "core.quotePath=false", *words], cwd=ROOT, capture_output=True, check=False)  # noqa: S607
    except OSError as error:
        raise NoHistory(f"git cannot be run: {error.strerror}") from None
    if run.returncode:
        errors = run.stderr.decode(errors="replace").strip().splitlines()
        raise NoHistory(errors[-1] if errors else f"git {words[0]} failed")
    return run.stdout
