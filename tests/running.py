"""Run what the tests examine: applications in threads of this process, commands in processes of their own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import uvicorn
from starlette.types import ASGIApp

from mock import run
from mock.process import LISTENING

ROOT = Path(__file__).parent.parent
KEY = run.variables()["PUFFLE_API_KEY"]
DRAFT = run.variables()["PUFFLE_CAMPAIGN_ID"]
LEAD = run.variables()["PUFFLE_PROSPECT_ID"]
COMMAND_TIMEOUT = 240.0


@contextlib.contextmanager
def served(make_app: Callable[[], ASGIApp]) -> Iterator[str]:
    """The URL of an application that is served by a thread while the block runs."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        server = uvicorn.Server(
            uvicorn.Config(make_app, factory=True, lifespan="off", log_level="critical", timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive(), "the application could not be created"
                time.sleep(0.002)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def clean_environment(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without the variables of an outer make, of pytest, or of the user's own settings."""
    ours = ("PUFFLE_", "MAKE", "MFLAGS", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, **(changes or {})}


def command(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the project's folder until it ends."""
    return subprocess.run(
        words, cwd=ROOT, env=clean_environment(environment), stdin=subprocess.DEVNULL, capture_output=True,
        text=True, encoding="utf-8", timeout=COMMAND_TIMEOUT, check=False,
    )  # fmt: skip


def make(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run make as a user would."""
    return command("make", "--no-print-directory", *words, **environment)


def typing_environment(**changes: str) -> dict[str, str]:
    """The environment of a user of ``puffle``: the command, a key, and nothing that changes what is printed."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    unwanted = ("COLUMNS", "NO_COLOR", "TERM")
    kept = {name: value for name, value in clean_environment().items() if name not in unwanted}
    return {**kept, "PATH": path, "PUFFLE_API_KEY": KEY, "TERM": "xterm", "LC_ALL": "C.UTF-8", **changes}


def in_bash(command: str, folder: Path, url: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command in bash, where ``puffle`` is installed and uses the server at this URL."""
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=typing_environment(PUFFLE_API_BASE_URL=url), stdin=subprocess.DEVNULL,
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip


def needs(tool: str) -> str:
    """The path of a tool of the system. Without it the test is skipped; in CI it fails."""
    path = shutil.which(tool)
    if path is None:
        assert "CI" not in os.environ, f"CI needs {tool}: .ci/run installs it"
        pytest.skip(f"{tool} is not installed")
    return path


class Background:
    """A server that runs as a command."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        """What it has printed so far."""

    def listening(self) -> str:
        """Wait for the URL that it prints."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            found = LISTENING.search(line)
            if found:
                return str(found[1])
        raise AssertionError(f"it ended before it was listening: {''.join(self.lines)}")

    def child(self) -> int:
        """The id of the process that it started."""
        return int(Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()[0])


@contextlib.contextmanager
def background(*words: str, **environment: str) -> Iterator[Background]:
    """Run a command in the project's folder while the block runs, then end its process group."""
    process = subprocess.Popen(
        words, cwd=ROOT, env=clean_environment(environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, encoding="utf-8", start_new_session=True,
    )  # fmt: skip
    try:
        yield Background(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def group_is_gone(leader: int) -> bool:
    """Whether no process of a group is left."""
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return True
    return False
