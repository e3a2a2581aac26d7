"""``--reload``: serve a changed contract without losing the leads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from puffle import contract

from .app import Sandbox


class Reloader:
    """Watches the file of the contract that a sandbox serves, and reports changes to ``say``, line by line."""

    def __init__(self, file: Path, sandbox: Sandbox, say: Callable[[str], None]) -> None:
        self._file = file
        self._sandbox = sandbox
        self._say = say
        self._seen = _modified(file)

    def check(self) -> None:
        """Serve the contract if its file has changed; if the new one cannot be served, keep the old one."""
        modified = _modified(self._file)
        if modified == self._seen:
            return
        self._seen = modified
        try:
            self._sandbox.use(contract.load(self._file))
        except Exception as error:  # whatever is wrong with the file, the sandbox goes on
            self._say(f"openapi.yaml has changed but cannot be served, the contract before it still is: {error}")
            return
        self._say(f"openapi.yaml has changed: serving contract {self._sandbox.contract.version}")
        for notice in self._sandbox.notices():
            self._say(notice)


def _modified(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
