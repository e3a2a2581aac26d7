"""The client to start with: ``from puffle_client import PuffleClient``."""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from attrs import define, field

from puffle import address

from .client import AuthenticatedClient
from .errors import SettingsError

_UNUSABLE = (httpx.InvalidURL, ImportError, ValueError)
"""What httpx raises for a proxy of the environment."""


@define
class PuffleClient(AuthenticatedClient):
    """A client with a base URL and a key, for ``with`` and ``async with``.

    >>> with PuffleClient("https://app.puffle.ai", os.environ["PUFFLE_API_KEY"]) as client:
    ...     leads = list_leads_in_campaign.sync(campaign, client=client)

    It takes the same arguments as ``AuthenticatedClient``, and adds to it:

    - A URL or key that cannot be used is refused, and so is ``http`` to another machine, which would reveal the key.
    - Requests to this machine bypass the proxies of the environment.
    - A response that the contract does not describe raises ``UnexpectedResponse``, which has the status. Without
      ``raise_on_unexpected_status`` it is returned, and its ``parsed`` is None.

    What it leaves to you:

    - The timeout is for a connection and for the next bytes; a server that sends slowly can take longer in total.
    - It sends each request once: retrying a 429 is up to you, as in ``examples/python``.
    - Only what a field needs is checked: a ``status`` of 5 stays 5, and text that is not a time stays text where the
      field may be null.
    - A time has microseconds at most, a leap second becomes the second before it, and the year 0000 is not readable.

    Raises:
        SettingsError: the URL, the key, or a variable of the environment cannot be used; some are noticed by ``with``
            or the first request.
    """

    raise_on_unexpected_status: bool = field(default=True, kw_only=True)

    def __attrs_post_init__(self) -> None:
        try:
            self._base_url = address.checked(self._base_url, "base_url")
            httpx.URL(self._base_url).host.encode("idna")
        except (ValueError, httpx.InvalidURL) as error:
            raise SettingsError(str(error)) from None
        if not (self.token and self.token.isascii() and self.token.isprintable()):
            raise SettingsError("the key is empty or contains characters that no key has; copy it again")
        if self._verify_ssl is True:  # read the files now, to know what is wrong with them
            self._verify_ssl = self._base_url.startswith("https:") and _certificates()
        if address.is_loopback(address.host(self._base_url)):
            self._httpx_args = {"trust_env": False, **self._httpx_args}

    def get_httpx_client(self) -> httpx.Client:
        """The underlying client; ``SettingsError`` if it cannot be created."""
        with _proxies_explained():
            return super().get_httpx_client()

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """The underlying client; ``SettingsError`` if it cannot be created."""
        with _proxies_explained():
            return super().get_async_httpx_client()


def _certificates() -> ssl.SSLContext:
    """The certificates to trust; ``SettingsError`` if a variable names a file that cannot be used."""
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        name = "SSL_CERT_FILE" if os.environ.get("SSL_CERT_FILE") else "SSL_CERT_DIR"
        value = json.dumps(os.environ.get(name))
        reason = "it has none" if isinstance(error, ssl.SSLError) else error.strerror
        raise SettingsError(f"{name}: cannot read certificates from {value}: {reason}; correct or unset it") from None


@contextmanager
def _proxies_explained() -> Iterator[None]:
    """Raise ``SettingsError`` if a proxy of the environment cannot be used."""
    try:
        yield
    except _UNUSABLE as error:
        given = {name: value for name, value in os.environ.items() if name.upper().endswith("_PROXY") and value}
        if not given:
            raise
        name = next(filter(lambda name: _is_unusable(name, given[name]), given), "NO_PROXY")
        raise SettingsError(f"{name} cannot be used: {str(error).rstrip('.')}; correct or unset it") from None


def _is_unusable(name: str, value: str) -> bool:
    """Whether a variable has a proxy that httpx cannot use; false for NO_PROXY, which has hosts."""
    if name.upper() not in ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY"):
        return False
    try:
        httpx.Client(proxy=value if "://" in value else f"http://{value}", verify=False).close()  # noqa: S501
    except _UNUSABLE:
        return True
    return False
