"""URLs of servers: which are well formed, and which are on this machine."""

from __future__ import annotations

import ipaddress
import json
from urllib.parse import urlsplit


def checked(url: str, variable: str) -> str:
    """The URL of a server without a slash at its end.

    Raises:
        ValueError: it is malformed, or would send the key to another machine unencrypted; names the ``variable``.
    """
    malformed = ValueError(f"{variable}: {json.dumps(url)} is not the URL of a server, such as https://example.com")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise malformed from None
    if "@" in parts.netloc:
        raise ValueError(f"{variable} contains a user name or password: use the URL without it")
    well_formed = parts.scheme in ("http", "https") and parts.hostname and url.isprintable()
    if not well_formed or "?" in url or "#" in url:
        raise malformed
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ValueError(f"{variable}: {parts.hostname} is another machine: use https, to keep the key secret")
    return url.rstrip("/")


def host(url: str) -> str:
    """The host of a URL, in lower case."""
    return (urlsplit(url).hostname or "").lower()


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return (getattr(ip, "ipv4_mapped", None) or ip).is_loopback
