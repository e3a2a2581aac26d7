"""Build the packages, and try each in an empty environment, as a user would."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from semver import Version

from changes.history import ROOT
from mock.process import ServerNotReady, serving
from mock.run import SANDBOX, variables
from puffle import contract
from puffle.cli.flags import flags_of
from puffle.cli.manual import typed
from release.exceptions import ReleaseBlocked

UV = (sys.executable, "-m", "uv")
COMMAND_TIMEOUT = 300  # seconds: an installation may download dependencies


def build(folder: Path) -> list[Path]:
    """Build the wheel and the sdist into an empty folder; raises ``ReleaseBlocked`` if that fails."""
    _run(*UV, "build", "--quiet", "--no-build-isolation", "--python", sys.executable, "--out-dir", folder, ROOT)
    (folder / ".gitignore").unlink(missing_ok=True)
    return sorted(folder.iterdir())


def try_out(artifact: Path, version: Version) -> None:
    """Install a package into an empty environment, and send the sandbox the first example request that succeeds.

    Raises ``ReleaseBlocked`` if it does not install, has another version or exits with an error.
    """
    with tempfile.TemporaryDirectory() as folder:
        _run(*UV, "venv", "--quiet", "--python", sys.executable, folder)
        _run(*UV, "pip", "install", "--quiet", "--python", Path(folder, "bin", "python"), artifact)
        puffle = Path(folder, "bin", "puffle")
        printed = _run(puffle, "--version", cwd=folder)
        if printed != f"puffle {version} (contract {version})\n":
            raise ReleaseBlocked(f"{artifact.name} has another version: {printed.strip()}")
        operation, example = next(
            (operation, example)
            for operation in contract.load().operations
            for example in operation.examples()
            if operation.command and example.status < 300
        )
        flags = shlex.split(" ".join(next(typed(example, flags_of(operation)))))
        try:
            with serving(SANDBOX) as sandbox:
                settings = {"PUFFLE_API_BASE_URL": sandbox.url, "PUFFLE_API_KEY": variables()["PUFFLE_API_KEY"]}
                _run(puffle, *operation.command, *flags, cwd=folder, **settings)
        except ServerNotReady as error:
            raise ReleaseBlocked(
                f"{artifact.name} cannot be tried because the sandbox did not start: {error}"
            ) from None


def _run(*words: str | Path, cwd: str | Path = ROOT, **environment: str) -> str:
    unwanted = ("PUFFLE_", "PYTHON", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    command = [str(word) for word in words]
    try:
        run = subprocess.run(
            command, cwd=cwd, env={**kept, **environment}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=COMMAND_TIMEOUT, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ReleaseBlocked(f"{command[0]} cannot be run: {error}") from None
    if run.returncode:
        errors = run.stderr.strip().splitlines() or [f"exit code {run.returncode}"]
        raise ReleaseBlocked(f"`{shlex.join(command)}` failed: {errors[-1]}")
    return run.stdout
