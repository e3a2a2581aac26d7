"""``python -m changes``: what changed in the contract since an earlier state, and what that breaks.

Exits with 0 if nothing breaks or info.version says so, with 1 if something breaks and info.version does not say so, and
with 2 if that cannot be judged.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import textwrap
from collections.abc import Sequence
from pathlib import Path

from changes import history, version
from changes.change import Impact, worst_of
from changes.compare import compare
from changes.contract_run import RuleResult, run_contract_tests
from changes.exceptions import CannotCompare, CannotRunTests, run_command
from changes.history import FILE
from puffle.contract import Contract, Place

WIDTH = 118
INDENT = " " * 21


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m changes", description=__doc__, allow_abbrev=False)
    parser.add_argument("base", nargs="?", default="", help="a git reference; default: the last release, else HEAD")
    given = parser.parse_args().base

    def command() -> int:
        base = given or history.last_release() or "HEAD"
        with tempfile.TemporaryDirectory() as folder:
            history.export(base, Path(folder))
            return report(base, Path(folder), "" if given or base != "HEAD" else " (nothing is released yet)")

    return run_command(command, "could not compare")


def report(base: str, folder: Path, why: str = "") -> int:
    """Print what changed since the state ``base``, whose files are in a folder; returns the exit code."""
    before, after = history.read(folder, f"{FILE} of {base}"), history.read()
    try:
        changes = compare(before, after)
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise CannotCompare(f"{FILE} is not valid ({type(error).__name__}: {error}): run `make lint`") from None
    print(f"{FILE} since {base}{why}: {_counted([change.impact.label for change in changes]) or 'no change'}\n")
    for change in changes:
        where = f"{FILE}:{line_of(before if change.gone else after, change.place)}" + f" in {base}" * change.gone
        print(f"  {change.impact.label:<19}{where:<30}{change.where}", _wrapped(change.what), "", sep="\n")
    results = _run_tests(base, folder)
    failed = any(result.state == "failed" for result in results or ())
    fits = _version_fits(before, after, Impact.BREAKING if failed else worst_of(changes))
    return 1 if not fits else 2 if results is None else 0


def line_of(document: Contract, place: Place) -> int:
    """The line of a part, or of the nearest enclosing part that has a line of its own."""
    try:
        return document.line(*place) or 1
    except KeyError:
        return line_of(document, place[:-1])


def _run_tests(base: str, folder: Path) -> list[RuleResult] | None:
    """Print which rules of the earlier contract today's sandbox no longer follows; None if that cannot be judged."""
    try:
        results = run_contract_tests(folder)
    except CannotRunTests as error:
        print(f"could not run the contract tests of {base} against today's sandbox: {error}", file=sys.stderr)
        return None
    print(f"Contract tests of {base} against today's sandbox: {_counted([result.state for result in results])}\n")
    for result in results:
        if result.state in ("failed", "warning"):
            facts = [INDENT + textwrap.shorten(fact, WIDTH - len(INDENT), placeholder="…") for fact in result.facts]
            print(f"  {result.state:<19}{result.id}", _wrapped(result.text), *facts, "", sep="\n")
    return results


def _version_fits(before: Contract, after: Contract, worst: Impact | None) -> bool:
    """Print the version that the worst change requires; whether today's version announces a breaking change."""
    old, new = version.read(before.version), version.read(after.version)
    required = version.required(old, worst)
    if worst is None:
        print(f"No change requires another version than {new}.")
        return True
    enough = new >= required or worst is not Impact.BREAKING
    until = " until the next release" if new < required and enough else ""
    requires = f"This requires at least {required} ({version.bump(old, required)}: {worst.label})"
    print(f"{requires}; info.version is {new}{until}.")
    if not enough:
        print(f"breaking change, but info.version is still {new}: set it to {required} in {FILE}", file=sys.stderr)
    return enough


def _counted(labels: Sequence[str]) -> str:
    return ", ".join(f"{labels.count(label)} {label}" for label in dict.fromkeys(labels))


def _wrapped(text: str) -> str:
    lines = textwrap.wrap(text, WIDTH - len(INDENT), break_on_hyphens=False, break_long_words=False)
    return textwrap.indent("\n".join(lines), INDENT)


if __name__ == "__main__":
    sys.exit(main())
