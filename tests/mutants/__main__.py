"""``python -m tests.mutants``: list the mutants; with the name of one, serve it on a free port until told to stop."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading

from tests.mutants import MUTANTS
from tests.running import served


def main(names: list[str]) -> int:
    if not names:
        for each in MUTANTS:
            print(each.rule, each.name)
        return 0
    chosen = [each for each in MUTANTS if [each.name] == names]
    if not chosen:
        print(f"there is no mutant {' '.join(names)}: `python -m tests.mutants` lists them", file=sys.stderr)
        return 2
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with served(chosen[0].app) as url, contextlib.suppress(KeyboardInterrupt):
        print(f"{chosen[0].name}, which breaks {chosen[0].rule}, is listening on {url}", flush=True)
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
