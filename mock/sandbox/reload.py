"""``--reload``: go over to a changed contract without losing the leads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mock.sandbox.app import Sandbox
from mock.sandbox.rules import Rules
from puffle import contract


class Reloading:
    """Looks at the contract's file now and then."""

    def __init__(self, file: Path, sandbox: Sandbox, say: Callable[[str], None]) -> None:
        """Take the file, what serves it, and where to say what came of it."""
        self._file = file
        self._sandbox = sandbox
        self._say = say
        self._seen = self._stamp()

    def look(self) -> None:
        """Where the file has changed, serve what it says now; a contract that cannot be served is left alone."""
        stamp = self._stamp()
        if stamp == self._seen:
            return
        self._seen = stamp
        try:
            new = contract.load(self._file)
            said = f"openapi.yaml has changed: serving contract {new.version}"
            self._sandbox.use(new, Rules(new, self._sandbox.store))
        except Exception as error:
            reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            said = f"openapi.yaml has changed and cannot be served, the one before stays: {reason}"
        self._say(said)

    def _stamp(self) -> tuple[int, int, int]:
        try:
            state = self._file.stat()
        except OSError:
            return (0, 0, 0)
        return (state.st_mtime_ns, state.st_size, state.st_ino)
