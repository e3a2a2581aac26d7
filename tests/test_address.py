"""Which addresses of servers are taken, and which machine is this one."""

from __future__ import annotations

import pytest

from puffle import address


@pytest.mark.parametrize("name", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "localhost"])
def test_this_machine_is_known(name: str) -> None:
    assert address.is_loopback(name)


OTHERS = """
0.0.0.0 10.0.0.1 :: ::ffff:10.0.0.1 example.com localhost.example.com 127.0.0.1.example.com 2130706433
"""


@pytest.mark.parametrize("name", OTHERS.split())
def test_other_machines_are_not_taken_for_it(name: str) -> None:
    assert not address.is_loopback(name)


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("http://127.0.0.1:4011/", "http://127.0.0.1:4011"),
        ("https://example.com/root//", "https://example.com/root"),
        ("http://[::1]:4011", "http://[::1]:4011"),
        ("HTTPS://EXAMPLE.com", "HTTPS://EXAMPLE.com"),
    ],
)
def test_address_is_taken_without_its_last_slash(given: str, taken: str) -> None:
    assert address.checked(given, "BASE_URL") == taken


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("http://example.com", "BASE_URL is on example.com, not on this machine: give an https address"),
        ("https://user:hidden-word@example.com", "BASE_URL holds a user name or a password"),
        ("https://example.com/?", "BASE_URL=https://example.com/\\? is no address"),
        ("https://example.com#top", "is no address"),
        ("https://", "is no address"),
        ("localhost:4011", "is no address"),
        ("http://127.0.0.1:99999", "is no address"),
        ("", "is no address"),
    ],
)
def test_address_that_is_none_is_refused(given: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as error:
        address.checked(given, "BASE_URL")
    assert "hidden-word" not in str(error.value)
