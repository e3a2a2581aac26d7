"""A client of Puffle's campaign leads: start with ``PuffleClient``, and the functions in ``api``."""

from .client import AuthenticatedClient, Client
from .errors import ClientError, SettingsError, UnexpectedResponse, UnexpectedStatus
from .ready import PuffleClient

__all__ = (
    "AuthenticatedClient",
    "Client",
    "ClientError",
    "PuffleClient",
    "SettingsError",
    "UnexpectedResponse",
    "UnexpectedStatus",
)
