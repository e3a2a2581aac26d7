"""Which version a change calls for (https://semver.org)."""

from __future__ import annotations

from semver import Version

from changes.change import Verdict


def read(text: str) -> Version:
    """A version of three numbers.

    Raises:
        ValueError: it is none.
    """
    version = Version.parse(text)
    if version.prerelease or version.build:
        raise ValueError(f"{text} is more than three numbers")
    return version


def called_for(before: Version, worst: Verdict | None) -> Version:
    """The lowest version that the worst of the changes since an earlier one allows.

    Below 1.0.0 SemVer promises nothing; here, as with most package managers, a breaking change raises the minor version
    there, and any other the patch version.
    """
    stable = before.major > 0
    if worst is None:
        return before
    if worst is Verdict.BREAKING:
        return before.bump_major() if stable else before.bump_minor()
    if worst is Verdict.COMPATIBLE and stable:
        return before.bump_minor()
    return before.bump_patch()


def bump(before: Version, after: Version) -> str:
    """What is raised from one version to a later one: ``major``, ``minor``, ``patch``, or ``no bump``."""
    for part in ("major", "minor", "patch"):
        if getattr(before, part) != getattr(after, part):
            return part
    return "no bump"
