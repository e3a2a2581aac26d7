"""Where the version stands: in the contract, in the package, in what the README shows, and in the changelog."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from semver import Version

VERSION = r"\d+\.\d+\.\d+"
PLACES = (
    ("openapi.yaml", rf"(?<=^  version: ){VERSION}$"),
    ("puffle/__init__.py", rf'(?<=^__version__ = "){VERSION}(?="$)'),
    ("README.md", rf"(?<= by contract ){VERSION}(?= \()"),
    ("README.md", rf'(?<="contract":"){VERSION}(?=")'),
)
CHANGELOG = "CHANGELOG.md"
FILES = tuple(dict.fromkeys([*(file for file, _ in PLACES), CHANGELOG]))


class Missing(Exception):
    """A version does not stand where it should, or more than once: the message names the file."""


def write(root: Path, version: Version, day: date) -> dict[str, str]:
    """Set the version in each of its places, and the day in its section of the changelog.

    Returns:
        What the files hold from now on.

    Raises:
        Missing: a place is not there once.
    """
    changed = {file: (root / file).read_text("utf-8") for file in FILES}
    for file, place in [*PLACES, (CHANGELOG, rf"(?<=^## ){re.escape(str(version))}\b[^\n]*$")]:
        with_day = f" ({day.isoformat()})" if file == CHANGELOG else ""
        changed[file], times = re.subn(place, f"{version}{with_day}", changed[file], flags=re.MULTILINE)
        if times != 1:
            raise Missing(f"{file} should name the version once as {place}, and does {times} times")
    for file, text in changed.items():
        (root / file).write_text(text, "utf-8")
    return changed


def section(root: Path, version: Version) -> str:
    """What the changelog says of a version, empty where it says nothing."""
    text = (root / CHANGELOG).read_text("utf-8")
    found = re.search(rf"^## {re.escape(str(version))}\b[^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""
