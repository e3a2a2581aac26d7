"""Errors that starting a mock raises on purpose.

MockError
└── ServerNotReady
"""


class MockError(Exception):
    """Base class of all errors of this package, apart from those of the sandbox."""


class ServerNotReady(MockError):
    """A server cannot start, ended before it was ready, or was not ready in time."""
