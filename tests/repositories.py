"""Copies of this repository with a history of their own, to change and to release."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.running import LONGEST_COMMAND, ROOT, clean_environment

NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "node_modules", "__pycache__", ".*_cache", "contract-report", "dist", ".env"
)
NOBODY = {f"GIT_{role}_{what}": "nobody@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


class Repository:
    """A copy of this repository in a folder, with one commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "repository"
        shutil.copytree(ROOT, self.folder, symlinks=True, ignore=NOT_COPIED)
        self.git("init", "--quiet")
        self.commit()

    def git(self, *words: str) -> str:
        done = self.run("git", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "A state of it")

    def replace(self, file: str, old: str, new: str) -> None:
        text = (self.folder / file).read_text("utf-8")
        assert old in text
        (self.folder / file).write_text(text.replace(old, new), "utf-8")

    def python(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a module of the copy."""
        return self.run(sys.executable, "-m", *words)

    def borrow_tools(self) -> None:
        """Let make find the tools of this repository, in place of ones of the copy's own."""
        for tools in (".venv", "node_modules"):
            (self.folder / tools).symlink_to(ROOT / tools)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the copy."""
        path = os.pathsep.join([str(self.folder), str(self.folder / "generated")])
        environment = clean_environment({"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", **NOBODY})
        return subprocess.run(
            words, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=LONGEST_COMMAND, check=False,
        )  # fmt: skip
