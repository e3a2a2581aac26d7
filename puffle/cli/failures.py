"""How a command may end other than well: each failure is one line for a person and an exit code."""

from __future__ import annotations


class Failure(Exception):
    """A command did not do what it was for; the message says why, and what to do next."""

    exit_code = 3


class WrongUsage(Failure):
    """What was typed, or what the environment holds, cannot be sent; nothing was."""

    exit_code = 2


class Refused(Failure):
    """The server has understood the request, and does not do it."""

    exit_code = 1


class NotUnderstood(Failure):
    """No answer came, or none that the contract knows."""

    def __init__(self, message: str, result: bytes | None = None) -> None:
        """Take what to say; ``result`` is what a request that was done answered all the same."""
        super().__init__(message)
        self.result = result


class Interrupted(Failure):
    """Ctrl-C; the message says what may have been done by then."""

    exit_code = 130
