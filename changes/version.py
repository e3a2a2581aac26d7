"""Which version a change requires (https://semver.org)."""

from __future__ import annotations

from semver import Version

from changes.change import Impact


def read(text: str) -> Version:
    """Parse a version of three numbers.

    Raises:
        ValueError: it is not one.
    """
    version = Version.parse(text) if Version.is_valid(text) else None
    if version is None or version.prerelease or version.build:
        raise ValueError(f'the version "{text}" is not three numbers, such as 1.2.3')
    return version


def required(before: Version, worst: Impact | None) -> Version:
    """The lowest version that the worst of the changes since an earlier version allows.

    SemVer leaves versions below 1.0.0 open. Here, as in most package managers, a breaking change raises the minor
    version there, and any other change the patch version.
    """
    stable = before.major > 0
    if worst is None:
        return before
    if worst is Impact.BREAKING:
        return before.bump_major() if stable else before.bump_minor()
    return before.bump_minor() if worst is Impact.COMPATIBLE and stable else before.bump_patch()


def bump(before: Version, after: Version) -> str:
    """The part that differs between two versions: ``major``, ``minor``, ``patch``, or ``no bump``."""
    parts = ("major", "minor", "patch")
    return next((part for part in parts if getattr(before, part) != getattr(after, part)), "no bump")
