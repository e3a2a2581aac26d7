"""The error that ``release`` raises on purpose."""

from changes.exceptions import ChangesError


class ReleaseBlocked(ChangesError):
    """A check failed, or a package cannot be built or does not work; the message says which, and what to do."""

    exit_code = 1
