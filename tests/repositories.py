"""Copies of this repository that tests can change, commit and release."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.running import COMMAND_TIMEOUT, ROOT, clean_environment

NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "node_modules", "__pycache__", ".*_cache", ".hypothesis", "contract-report", "dist", ".env"
)
NOBODY = {f"GIT_{role}_{what}": "nobody@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


class Copy:
    """A copy of this repository's files that uses the tools of the original.

    Args:
        folder: where the copy is created.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "repository"
        shutil.copytree(ROOT, self.folder, symlinks=True, ignore=NOT_COPIED)

    def borrow_tools(self) -> None:
        """Let make use the tools of the original, and never rebuild them."""
        for tools in (".venv", "node_modules"):
            (self.folder / tools).symlink_to(ROOT / tools)
        names = ("pyproject.toml", "package.json", "package-lock.json", ".npmrc")
        for file in [*map(self.folder.joinpath, names), *self.folder.glob("requirements/*")]:
            os.utime(file, (0, 0))

    def replace(self, file: str, old: str, new: str) -> None:
        """Replace a text, which must be in the file."""
        text = (self.folder / file).read_text("utf-8")
        assert old in text
        (self.folder / file).write_text(text.replace(old, new), "utf-8")

    def python(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a module of the copy."""
        return self.run(sys.executable, "-m", *words)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the copy."""
        return subprocess.run(
            words, cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=COMMAND_TIMEOUT, check=False,
        )  # fmt: skip

    def environment(self) -> dict[str, str]:
        """The variables with which commands use the copy's code instead of the original's."""
        path = os.pathsep.join([str(self.folder), str(self.folder / "generated")])
        return clean_environment({"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", **NOBODY})


class Repository(Copy):
    """A copy with a history of one commit."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.git("init", "--quiet")
        self.commit()

    def git(self, *words: str) -> str:
        """Run git, which must succeed."""
        done = self.run("git", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def commit(self) -> None:
        """Commit all changes."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Change something")
