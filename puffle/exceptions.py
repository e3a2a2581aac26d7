"""Errors that ``puffle`` raises on purpose.

PuffleError
├── ContractError   the contract cannot be used as it is
└── NotJSON         a text is not strict JSON
"""


class PuffleError(Exception):
    """Base class of all errors of this package."""


class ContractError(PuffleError, ValueError):
    """The contract cannot be used; the message is one line that names the place."""


class NotJSON(PuffleError, ValueError):
    """A text is not strict JSON (RFC 8259)."""
