"""Addresses of servers: which are well formed, and which are on this machine."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def checked(address: str, variable: str) -> str:
    """The address of a server, without a slash at its end.

    Args:
        address: the address, such as ``https://staging.example.com/api-root``.
        variable: where it was given, for the message.

    Raises:
        ValueError: it is none, or would carry the key in the clear to another machine; the message says what to give.
    """
    wrong = ValueError(f"{variable}={address} is no address of a server: give one such as https://staging.example.com")
    try:
        url = urlsplit(address)
        _ = url.port
    except ValueError:
        raise wrong from None
    if "@" in url.netloc:
        raise ValueError(f"{variable} holds a user name or a password: give the address alone")
    if url.scheme not in ("http", "https") or not url.hostname or "?" in address or "#" in address:
        raise wrong
    if not is_loopback(url.hostname) and url.scheme != "https":
        raise ValueError(
            f"{variable} is on {url.hostname}, not on this machine: give an https address, so that the key stays secret"
        )
    return address.rstrip("/")


def host(address: str) -> str:
    """The name of the machine, in lower case."""
    return (urlsplit(address).hostname or "").lower()


def is_loopback(name: str) -> bool:
    """Whether a host is this machine."""
    try:
        number = ipaddress.ip_address(name)
    except ValueError:
        return name == "localhost"
    return (getattr(number, "ipv4_mapped", None) or number).is_loopback
