"""``python -m benchmarks.verdicts``: the contract tests beside schemathesis's command line, on the same servers."""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

from benchmarks.machine import machine
from mock import run
from mock.process import NotServing, serving
from puffle.contract import CONTRACT_FILE

HERE = Path(__file__).parent
RESULTS = HERE / "VERDICTS.md"
MUTANTS = [sys.executable, "-m", "tests.mutants"]
OURS = "make contract"
THEIRS = "schemathesis"
# What it calls valid may rightly be refused (an email address that is none): the check left out fails every server.
SCHEMATHESIS = [
    "schemathesis", "--config-file", str(HERE / "schemathesis.toml"), "run", str(CONTRACT_FILE.resolve()),
    "--phases", "examples,coverage,fuzzing", "--checks", "all", "--exclude-checks", "positive_data_acceptance",
    "--max-examples", "100", "--no-color",
]  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One run of one tool against one server."""

    broken: bool
    requests: int
    seconds: float


def main() -> int:
    """Measure, print the table, and write it down."""
    about = "Measure the contract tests side by side with schemathesis's command line, on the same servers."
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verdicts", description=about, allow_abbrev=False)
    parser.add_argument("--mutants", type=int, default=2, help="how many broken servers for each promise")
    parser.add_argument("--rounds", type=int, default=5, help="times that the sandbox is judged")
    parser.add_argument("--write", action="store_true", help="write the table to benchmarks/VERDICTS.md as well")
    options = parser.parse_args()
    if min(options.mutants, options.rounds) < 1:
        parser.error("--mutants and --rounds are at least 1")
    names = mutants(options.mutants)
    try:
        kept = [
            judged_by_both(run.SANDBOX, f"sandbox, {number + 1} of {options.rounds}")
            for number in range(options.rounds)
        ]
        broken = [judged_by_both([*MUTANTS, name], name) for name in names]
    except NotServing as error:
        print(f"a server does not serve: {error}", file=sys.stderr)
        return 2
    shown = table(kept, broken)
    print(shown)
    if options.write:
        RESULTS.write_text(_report(shown, options.rounds, options.mutants), "utf-8")
        print(f"\nwritten to {RESULTS.relative_to(HERE.parent)}")
    return 0


def mutants(each: int) -> list[str]:
    """The names of so many mutants for each promise."""
    listed = subprocess.run(MUTANTS, capture_output=True, text=True, check=True).stdout.splitlines()
    pairs = sorted((line.split() for line in listed), key=lambda pair: pair[0])
    return [name for _, group in groupby(pairs, key=lambda pair: pair[0]) for _, name in list(group)[:each]]


def judged_by_both(server: list[str], what: str) -> dict[str, Run]:
    """Let each tool judge a server that is started for it."""
    print(f"{what} …", file=sys.stderr)
    runs = {}
    for tool in (OURS, THEIRS):
        with serving(server) as running, tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, **run.variables(), "BASE_URL": running.url, "REPORT": folder, "STRICT": "1"}
            began = time.perf_counter()
            if tool == OURS:
                words = [sys.executable, "-m", "contract_tests"]
            else:
                key = f"Authorization: Bearer {environment['PUFFLE_API_KEY']}"
                words = [*SCHEMATHESIS, "--url", running.url, "--header", key, "--report-dir", folder]
            where = folder if tool == THEIRS else None  # it keeps a folder of its own where it is run
            done = subprocess.run(words, env=environment, cwd=where, capture_output=True, text=True, check=False)
            seconds = time.perf_counter() - began
            counted = re.search(r"(\d+) (?:requests in|generated)", done.stdout)
            if done.returncode not in (0, 1) or counted is None:
                raise NotServing(f"{tool} could not judge it: {(done.stderr or done.stdout).strip().splitlines()[-1:]}")
            runs[tool] = Run(done.returncode == 1, int(counted[1]), seconds)
    return runs


def table(kept: list[dict[str, Run]], broken: list[dict[str, Run]]) -> str:
    """Medians over the runs, and how many broken servers were caught."""
    lines = [
        "| | requests/s | requests | seconds to pass the sandbox | seconds to a verdict on a broken server | caught |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for tool in (OURS, THEIRS):
        passing, failing = [runs[tool] for runs in kept], [runs[tool] for runs in broken]
        rate = statistics.median(one.requests / one.seconds for one in passing)
        requests = statistics.median(one.requests for one in passing)
        seconds = [statistics.median(one.seconds for one in runs) for runs in (passing, failing)]
        wrong = " (which it wrongly failed)" if any(one.broken for one in passing) else ""
        caught = f"{sum(one.broken for one in failing)} of {len(failing)}"
        lines.append(
            f"| {tool} | {rate:.0f} | {requests:.0f} | {seconds[0]:.1f}{wrong} | {seconds[1]:.1f} | {caught} |"
        )
    return "\n".join(lines)


def _report(shown: str, rounds: int, each: int) -> str:
    return f"""# Results of `make bench`: verdicts

{date.today().isoformat()}, {machine()}

The contract tests (`PROFILE=quick STRICT=1`) beside schemathesis's own command line, with the same contract, key and
lead ([`schemathesis.toml`](schemathesis.toml)), each against servers started for it: the sandbox {rounds} times, and
{each} of the mutants of `tests/mutants` for each promise. Times, start included, are medians.
Schemathesis runs its examples, coverage and fuzzing phases of 100 cases with all checks but `positive_data_acceptance`,
which fails every server that refuses a text in `email` that is no address.

{shown}
"""


if __name__ == "__main__":
    sys.exit(main())
