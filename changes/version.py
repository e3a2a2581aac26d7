"""Which version a change requires (https://semver.org)."""

from __future__ import annotations

from semver import Version

from changes.change import Impact


def read(text: str) -> Version:
    """Parse a version of three numbers; ``ValueError`` if it is not one."""
    if not Version.is_valid(text) or set("-+") & set(text):
        raise ValueError(f'the version "{text}" is not three numbers, such as 1.2.3')
    return Version.parse(text)


def required(before: Version, worst: Impact | None) -> Version:
    """The lowest version that the worst of the changes since an earlier version allows.

    SemVer leaves versions below 1.0.0 open. Here, as in most package managers, a breaking change raises the minor
    version there, and any other change the patch version.
    """
    if worst is None:
        return before
    step = worst if before.major > 0 else max(worst - 1, 0)
    return (before.bump_patch, before.bump_minor, before.bump_major)[step]()


def bump(before: Version, after: Version) -> str:
    """The part that differs between two versions: ``major``, ``minor``, ``patch``, or ``no bump``."""
    parts = ("major", "minor", "patch")
    return next((part for part in parts if getattr(before, part) != getattr(after, part)), "no bump")
