"""Run commands on a terminal of their own, as users type them."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.running import ROOT, typing_environment

MAX_SECONDS = 20


def printed(*words: str, folder: Path = ROOT, **changes: str) -> str:
    """What a command prints; it prints no error."""
    done = subprocess.run(
        words, cwd=folder, env=typing_environment(**changes), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    return done.stdout


@contextlib.contextmanager
def on_a_terminal(words: list[str], **changes: str) -> Iterator[int]:
    """Run a command on a terminal of its own; gives the descriptor of the other side."""
    outside, inside = pty.openpty()
    process = subprocess.Popen(
        ["setsid", "--ctty", *words], env=typing_environment(**changes), stdin=inside, stdout=inside, stderr=inside
    )
    os.close(inside)
    try:
        yield outside
    finally:
        process.kill()
        process.wait()
        os.close(outside)


def read_until(terminal: int, pattern: str | None) -> str:
    """What the terminal shows until it matches the pattern; without one, until the command ends."""
    shown, until = b"", time.monotonic() + MAX_SECONDS
    while pattern is None or not re.search(pattern, shown.decode("utf-8", "replace")):
        assert time.monotonic() < until, f"{pattern} is not in {shown!r}"
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                part = os.read(terminal, 65536)
            except OSError:  # the command has ended
                part = b""
            if not part:
                break
            shown += part
    return shown.decode()
