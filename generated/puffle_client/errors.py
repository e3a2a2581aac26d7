"""Errors of this client; the message of each is one line, without the key.

ClientError
├── SettingsError           the URL, the key or a variable of the environment cannot be used; nothing was sent
└── UnexpectedResponse      the contract does not describe the response, for example the HTML page of a proxy
    └── UnexpectedStatus    nor its status

When there is no response, httpx raises an ``httpx.HTTPError``.
"""

UNREADABLE = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What generated code raises for a body that it cannot read."""


class ClientError(Exception):
    """Base class of all errors of this package."""


class SettingsError(ClientError, ValueError):
    """The message says which setting cannot be used, and why."""


class UnexpectedResponse(ClientError):
    """The request was answered: if the status is 2xx, it was carried out.

    Args:
        status_code: the status of the response.
        content: its body, which may contain anything.
    """

    def __init__(self, status_code: int, content: bytes) -> None:
        super().__init__(f"{status_code}: the response is not one that the contract describes")
        self.status_code = status_code
        self.content = content


class UnexpectedStatus(UnexpectedResponse):
    """The contract does not describe this status."""
