"""How long to wait where a server answers 429."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 120.0
"""Seconds; who is asked to wait longer gives up and says so."""


def seconds_to_wait(retry_after: str, attempt: int) -> float:
    """How long a throttled request waits: as ``Retry-After`` says, else the longer the more attempts were made."""
    if retry_after.isascii() and retry_after.isdecimal():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.5 * 2.0**attempt
