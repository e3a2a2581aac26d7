"""Errors that the sandbox raises on purpose.

SandboxError
├── CannotServe           it cannot start
├── IdentityTaken         another lead of the campaign has the identity that an edit would give to a lead
├── InvalidSeed           a seed file cannot be used; the message names the place in it
├── Refusal               a request is refused; nothing was changed
├── StoreUnavailable      the data file cannot be read or written at the moment; nothing was changed
└── UnusableStore         the data file cannot be opened
"""


class SandboxError(Exception):
    """Base class of all errors of this package."""


class CannotServe(SandboxError):
    """The sandbox cannot start."""


class IdentityTaken(SandboxError):
    """Another lead of the campaign has the identity that an edit would give to a lead; nothing was changed."""


class InvalidSeed(SandboxError):
    """A seed file cannot be used."""


class Refusal(SandboxError):
    """A request is refused, with this status and for this reason."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


class StoreUnavailable(SandboxError):
    """The data file cannot be read or written at the moment."""


class UnusableStore(SandboxError):
    """The data file cannot be opened."""
