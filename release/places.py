"""Where the version is written: the contract, the package, the changelog, and sample output in the README."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from semver import Version

from release.exceptions import ReleaseBlocked

VERSION = r"\d+\.\d+\.\d+"
PLACES = (
    ("openapi.yaml", rf"(?<=^  version: ){VERSION}$"),
    ("puffle/__init__.py", rf'(?<=^__version__ = "){VERSION}(?="$)'),
)
SAMPLES = rf'(?<=\bcontract )(?:{VERSION})|(?<="contract":"){VERSION}'
CHANGELOG, README = "CHANGELOG.md", "README.md"


def updated(root: Path, version: Version, day: date) -> dict[str, str]:
    """The new text of each file that contains the version; the changelog also gets the day.

    Raises:
        ReleaseBlocked: a place was not found exactly once.
    """
    heading = (CHANGELOG, rf"(?<=^## ){re.escape(str(version))}\b[^\n]*$")
    texts = {README: re.sub(SAMPLES, str(version), (root / README).read_text("utf-8"))}
    for file, place in [*PLACES, heading]:
        new = f"{version} ({day.isoformat()})" if file == CHANGELOG else str(version)
        texts[file], times = re.subn(place, new, (root / file).read_text("utf-8"), flags=re.MULTILINE)
        if times != 1:
            raise ReleaseBlocked(f"{file} must contain the version exactly once as {place}; it does {times} times")
    return texts


def section(root: Path, version: Version) -> str:
    """The section of the changelog on a version; empty if there is none."""
    text = (root / CHANGELOG).read_text("utf-8")
    found = re.search(rf"^## {re.escape(str(version))}\b[^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""
