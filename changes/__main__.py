"""``python -m changes``: what has changed in the contract since a state of the repository, and what that breaks.

Ends 0 where nothing breaks, or the version says so, 1 where something breaks and it does not, 2 where that could not be
judged.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import textwrap
from collections.abc import Sequence
from pathlib import Path

from changes import history, promises, version
from changes.change import Place, Verdict, worst_of
from changes.compare import compare
from changes.history import NoHistory
from changes.promises import NotJudged, Promise
from changes.reading import FILE, read
from puffle import contract
from puffle.contract import Contract

WIDTH = 118
INDENT = " " * 21
ROOM = WIDTH - len(INDENT)


def main() -> int:
    """Compare, print, and say whether the version fits."""
    parser = argparse.ArgumentParser(prog="python -m changes", description=__doc__, allow_abbrev=False)
    parser.add_argument("base", nargs="?", default="", help="a git reference; by default the last release, else HEAD")
    given = parser.parse_args().base
    try:
        base = given or history.last_release() or "HEAD"
        with tempfile.TemporaryDirectory() as folder:
            history.export(base, Path(folder))
            return report(base, Path(folder), "" if given or base != "HEAD" else " (nothing is released yet)")
    except (NoHistory, ValueError) as reason:
        print(f"not judged: {reason}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def report(base: str, folder: Path, why: str = "") -> int:
    """Print what has changed since a state, and which version that calls for.

    Args:
        base: what the state is called.
        folder: where its files are.
        why: why it is this state, where nobody has named it.

    Returns:
        The exit code.

    Raises:
        ValueError: one of the contracts, or its version, cannot be read.
    """
    before, after = read(folder / FILE, f"{FILE} of {base}"), read(contract.CONTRACT_FILE, FILE)
    try:
        changes = compare(before, after)
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise ValueError(f"{FILE} cannot be compared as it stands ({error}): mend what `make lint` names") from None
    print(f"{FILE} since {base}{why}: {_counted([change.verdict.label for change in changes]) or 'no change'}\n")
    for change in changes:
        line = line_of(before if change.gone else after, change.place)
        where = f"{FILE}:{line} in {base}" if change.gone else f"{FILE}:{line}"
        print(f"  {change.verdict.label:<19}{where:<30}{change.where}", *_wrapped(change.what), "", sep="\n")
    judged = _promises(base, folder)
    broken = any(promise.state == "broken" for promise in judged or ())
    fits = _version_fits(before, after, Verdict.BREAKING if broken else worst_of(changes))
    if not fits:
        return 1
    return 0 if judged is not None else 2


def line_of(document: Contract, place: Place) -> int:
    """The line of a part, or that of the nearest part around it which stands in the file by itself."""
    for end in range(len(place), 0, -1):
        try:
            return document.line(*place[:end])
        except KeyError:
            continue
    return 1


def _promises(base: str, folder: Path) -> list[Promise] | None:
    """Let the contract tests of a state judge today's sandbox, and print what it no longer keeps; None: they cannot."""
    try:
        judged = promises.judge(folder)
    except NotJudged as reason:
        print(f"not judged: whether today's sandbox keeps the promises of {base}: {reason}", file=sys.stderr)
        return None
    print(f"Contract tests of {base}, against today's sandbox: {_counted([promise.state for promise in judged])}\n")
    for promise in judged:
        if promise.state in ("broken", "contradicted"):
            found = [INDENT + (fact if len(fact) <= ROOM else f"{fact[: ROOM - 1]}…") for fact in promise.found]
            print(f"  {promise.state:<19}{promise.id}", *_wrapped(promise.text), *found, "", sep="\n")
    return judged


def _version_fits(before: Contract, after: Contract, worst: Verdict | None) -> bool:
    """Say which version the worst of the changes calls for, and whether a breaking one is said by that of today."""
    was, is_now = version.read(before.version), version.read(after.version)
    wanted = version.called_for(was, worst)
    if worst is None:
        print(f"Nothing calls for another version than {is_now}.")
        return True
    raised = f"This calls for {wanted} at least ({version.bump(was, wanted)}: {worst.label})"
    if is_now >= wanted:
        print(f"{raised}; info.version is {is_now}.")
        return True
    if worst is not Verdict.BREAKING:
        print(f"{raised}; info.version is {is_now} until it is released.")
        return True
    print(f"{raised}; info.version is {is_now}.")
    print(f"a breaking change stands under {is_now}: set info.version in {FILE} to {wanted}", file=sys.stderr)
    return False


def _counted(labels: Sequence[str]) -> str:
    return ", ".join(f"{labels.count(label)} {label}" for label in dict.fromkeys(labels))


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT, break_on_hyphens=False, break_long_words=False
    )


if __name__ == "__main__":
    sys.exit(main())
