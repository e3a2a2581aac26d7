"""Which URLs of servers are accepted, and which hosts are this machine."""

from __future__ import annotations

import pytest

from puffle import address


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "localhost"])
def test_this_machine_is_recognised(host: str) -> None:
    assert address.is_loopback(host)


OTHERS = """
0.0.0.0 10.0.0.1 :: ::ffff:10.0.0.1 example.com localhost.example.com 127.0.0.1.example.com 2130706433
"""


@pytest.mark.parametrize("host", OTHERS.split())
def test_other_machines_are_not_this_one(host: str) -> None:
    assert not address.is_loopback(host)


@pytest.mark.parametrize(
    ("given", "checked"),
    [
        ("http://127.0.0.1:4011/", "http://127.0.0.1:4011"),
        ("https://example.com/root//", "https://example.com/root"),
        ("http://[::1]:4011", "http://[::1]:4011"),
        ("HTTPS://EXAMPLE.com", "HTTPS://EXAMPLE.com"),
    ],
)
def test_trailing_slashes_are_removed(given: str, checked: str) -> None:
    assert address.checked(given, "BASE_URL") == checked


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("http://example.com", "BASE_URL: example.com is another machine: use https"),
        ("https://user:hidden-word@example.com", "BASE_URL contains a user name or password"),
        ("https://example.com/?", 'BASE_URL: "https://example.com/\\?" is not the URL of a server'),
        ("https://example.com#top", "is not the URL of a server"),
        ("https://example.com/a\tb", "is not the URL of a server"),
        ("https://", "is not the URL of a server"),
        ("localhost:4011", "is not the URL of a server"),
        ("http://127.0.0.1:99999", "is not the URL of a server"),
        ("", 'BASE_URL: "" is not the URL of a server, such as https://example.com'),
    ],
)
def test_other_urls_are_refused(given: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        address.checked(given, "BASE_URL")
    assert "hidden-word" not in str(error.value)
