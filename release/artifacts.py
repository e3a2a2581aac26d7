"""Build the packages, and try each as a user would who has nothing else."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from semver import Version

from changes.history import ROOT
from mock.process import NotServing, serving
from mock.run import SANDBOX, variables
from puffle import contract
from puffle.cli.flags import flags_of
from puffle.cli.manual import typed

UV = (sys.executable, "-m", "uv")
LONGEST = 300
"""Seconds for one command: an installation fetches what the package needs."""


class Unusable(Exception):
    """A package cannot be built, or does not do what it is for: the message says at what it failed."""


def build(folder: Path) -> list[Path]:
    """Build wheel and sdist into an empty folder.

    Raises:
        Unusable: they cannot be built.
    """
    _run(*UV, "build", "--quiet", "--no-build-isolation", "--python", sys.executable, "--out-dir", folder, ROOT)
    (folder / ".gitignore").unlink(missing_ok=True)
    return sorted(folder.iterdir())


def try_out(artifact: Path, version: Version) -> None:
    """Install a package into an empty environment, and edit a lead of the sandbox with it.

    The edit is the first that the contract shows to be done, typed as the manual of its command shows it.

    Raises:
        Unusable: the package does not install, is of another version, or does not edit the lead.
    """
    with tempfile.TemporaryDirectory() as folder:
        _run(*UV, "venv", "--quiet", "--python", sys.executable, folder)
        _run(*UV, "pip", "install", "--quiet", "--python", Path(folder, "bin", "python"), artifact)
        puffle = Path(folder, "bin", "puffle")
        said = _run(puffle, "--version", cwd=folder)
        if said != f"puffle {version} (contract {version})\n":
            raise Unusable(f"{artifact.name} is of another version: {said.strip()}")
        operation, example = next(
            (operation, example)
            for operation in contract.load().operations
            for example in operation.examples()
            if operation.command and example.status < 300
        )
        flags = shlex.split(" ".join(next(typed(example, flags_of(operation)))))
        try:
            with serving(SANDBOX) as sandbox:
                where = {"PUFFLE_API_BASE_URL": sandbox.url, "PUFFLE_API_KEY": variables()["PUFFLE_API_KEY"]}
                answer = _run(puffle, *operation.command, *flags, cwd=folder, **where)
        except NotServing as error:
            raise Unusable(f"{artifact.name} cannot be tried, the sandbox does not serve: {error}") from None
        if not set(_values(example.body)) <= set(_values(json.loads(answer))):
            raise Unusable(f"{artifact.name} did not edit the lead of the sandbox: {answer.strip()}")


def _values(part: Any) -> Iterator[str]:
    """Each value that stands in an object, as JSON."""
    if isinstance(part, dict | list):
        for member in part.values() if isinstance(part, dict) else part:
            yield from _values(member)
    else:
        yield json.dumps(part)


def _run(*words: str | Path, cwd: str | Path = ROOT, **environment: str) -> str:
    outer = ("PUFFLE_", "PYTHON", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(outer)}
    try:
        run = subprocess.run(
            [str(word) for word in words], cwd=cwd, env={**kept, **environment}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=LONGEST, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unusable(f"{Path(words[0]).name} cannot be run: {error}") from None
    if run.returncode:
        said = run.stderr.strip().splitlines() or [f"it ended with {run.returncode}"]
        raise Unusable(f"`{' '.join(str(word) for word in words)}` failed: {said[-1]}")
    return run.stdout
