"""How long to wait after a response that asks for it: a 429, or a 503 with ``Retry-After``."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 120.0
"""Seconds; when a server asks for more, give up."""


def seconds_to_wait(retry_after: str, attempt: int) -> float:
    """The seconds that ``Retry-After`` asks for; without a usable value, exponential backoff by attempt."""
    if retry_after.isascii() and retry_after.isdecimal():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.5 * 2.0**attempt
