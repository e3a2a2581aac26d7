"""Errors that ``release`` raises on purpose.

ReleaseError
├── ReleaseBlocked     a check failed
└── UnusablePackage    a package cannot be built, or does not work
"""

from changes.exceptions import ChangesError


class ReleaseError(ChangesError):
    """Base class of all errors of this package; a ``ChangesError``, so that both commands report errors alike."""

    exit_code = 1


class ReleaseBlocked(ReleaseError):
    """A check failed; the message says which, and what to do."""


class UnusablePackage(ReleaseError):
    """A package cannot be built, or does not work."""
