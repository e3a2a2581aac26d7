"""``python -m tests.operations``: list the mutants; with the name of one, serve it on a free port."""

from __future__ import annotations

import signal
import sys

from tests.operations import MUTANTS, mutant
from tests.running import served


def main(names: list[str]) -> int:
    if not names:
        for each in MUTANTS:
            print(each.rule, each.name)
        return 0
    try:
        chosen = mutant(" ".join(names))
    except StopIteration:
        print(f"no mutant is called {' '.join(names)}: `python -m tests.operations` lists them all", file=sys.stderr)
        return 2
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    with served(chosen.app) as url:
        print(f"{chosen.name}, which breaks {chosen.rule}, is listening on {url}", flush=True)
        signal.sigwait(signals)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
