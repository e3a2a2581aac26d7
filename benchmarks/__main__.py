"""``python -m benchmarks``: the sandbox side by side with what a user would pick instead, in one run on one machine."""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.measure import CONNECTIONS, WARM_UP, CannotMeasure, Reading, Request, measure
from mock import prism, run
from mock.sandbox.rules import OPERATION
from puffle import contract
from puffle.contract import CONTRACT_FILE, JSON

HERE = Path(__file__).parent
RESULTS = HERE / "RESULTS.md"
STEADY = HERE / "node_modules" / ".bin" / "steady"
CONTRACT = str(CONTRACT_FILE.resolve())

SANDBOX = [sys.executable, "-m", "mock.sandbox", "--port", "{port}"]
PRISM = [str(prism.PRISM), "mock", "--port", "{port}", CONTRACT]
STEADY_COMMAND = [str(STEADY), "--port", "{port}", CONTRACT]
SERVERS = {
    "sandbox": SANDBOX,
    "sandbox --data": [*SANDBOX, "--data", "{folder}/leads.db"],
    "Prism": PRISM,
    "Prism, silent": [*PRISM, "-v", "silent"],
    "Steady": STEADY_COMMAND,
    "Steady, silent": [*STEADY_COMMAND, "--log=false"],
    "bare ASGI echo": [sys.executable, "-m", "benchmarks.echo", "{port}"],
}
OURS = "sandbox --data"

Readings = dict[str, list[Reading]]


def main() -> int:
    """Measure, print the tables, and write them down."""
    about = "Measure the sandbox side by side with what a user would pick instead, in one run on one machine."
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=about, allow_abbrev=False)
    parser.add_argument("--rounds", type=int, default=5, help="times that each server is started and loaded")
    parser.add_argument("--seconds", type=int, default=4, help="seconds of load each time")
    parser.add_argument("--write", action="store_true", help="write the tables to benchmarks/RESULTS.md as well")
    options = parser.parse_args()
    if min(options.rounds, options.seconds) < 1:
        parser.error("--rounds and --seconds are at least 1")
    if not (prism.PRISM.exists() and STEADY.exists()):
        print("Prism and Steady are not installed: run `make bench`, which sets them up", file=sys.stderr)
        return 2
    if shutil.which("wrk") is None:
        print("wrk is not installed: `apt install wrk` or `brew install wrk`", file=sys.stderr)
        return 2
    readings: Readings = {name: [] for name in SERVERS}
    sent = request()
    try:
        for number in range(options.rounds):
            for name, command in SERVERS.items():
                print(f"round {number + 1} of {options.rounds}: {name} …", file=sys.stderr)
                readings[name].append(measure(command, sent, options.seconds))
    except CannotMeasure as error:
        print(f"{name} {error}", file=sys.stderr)
        return 2
    tables = "\n\n".join([_figures(readings), ratios(readings)])
    print(tables)
    if options.write:
        RESULTS.write_text(_report(tables, options.rounds, options.seconds), "utf-8")
        print(f"\nwritten to {RESULTS.relative_to(HERE.parent)}")
    return 0


def request() -> Request:
    """The PATCH of the endpoint's page, with all its fields."""
    operation = contract.load().operation(OPERATION)
    example = next(operation.examples())
    updates = {
        "email": "janet.smith@example.com",
        "linkedin_url": "https://www.linkedin.com/in/janet-smith",
        "first_name": "Janet",
        "last_name": "Smith",
        "name": "Janet Smith",
        "company": "Acme Corporation",
        "position": "Chief Revenue Officer",
        "headline": "I help sales teams reply faster",
    }
    body = json.dumps({**example.body, "updates": updates})
    headers = {"Authorization": f"Bearer {run.variables()['PUFFLE_API_KEY']}", "Content-Type": JSON}
    return Request(operation.method, example.path, headers, body)


def _figures(readings: Readings) -> str:
    lines = [
        "| server | requests/s | p50 ms | p99 ms | memory MiB | start s |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, runs in readings.items():
        rate, p50, p99, memory, start = (
            statistics.median(getattr(reading, field.name) for reading in runs) for field in fields(Reading)
        )
        lines.append(f"| {name} | {rate:,.0f} | {p50:.2f} | {p99:.2f} | {memory:.0f} | {start:.2f} |")
    return "\n".join(lines)


def ratios(readings: Readings) -> str:
    """Each ratio is the median of the ratios of the rounds: what slows a round slows both its sides."""

    def ratio(ours: Callable[[Reading], float], peer: str, theirs: Callable[[Reading], float]) -> float:
        pairs = zip(readings[OURS], readings[peer], strict=True)
        return statistics.median(ours(mine) / theirs(other) for mine, other in pairs)

    def rate(reading: Reading) -> float:
        return reading.rate

    def memory(reading: Reading) -> float:
        return reading.memory

    def start(reading: Reading) -> float:
        return reading.start

    rows = [
        ("requests/s", "Prism", ratio(rate, "Prism", rate), "at least", 5.0),
        ("requests/s", "Prism, silent", ratio(rate, "Prism, silent", rate), "at least", 5.0),
        ("requests/s", "Steady", ratio(rate, "Steady", rate), "at least", 1.5),
        ("requests/s", "Steady, silent", ratio(rate, "Steady, silent", rate), "at least", 1.5),
        ("requests/s", "bare ASGI echo", ratio(rate, "bare ASGI echo", rate), "at least", 0.4),
        ("p99 to p50", "Prism", ratio(lambda r: r.p99, "Prism", lambda r: r.p50), "below", 1.0),
        ("p99 to p50", "Prism, silent", ratio(lambda r: r.p99, "Prism, silent", lambda r: r.p50), "below", 1.0),
        ("memory", "Prism", ratio(memory, "Prism", memory), "below", 1 / 3),
        ("memory", "Prism, silent", ratio(memory, "Prism, silent", memory), "below", 1 / 3),
        ("start", "Prism", ratio(start, "Prism", start), "below", 0.6),
    ]
    lines = [f"| `{OURS}` | to | ratio | wanted | |", "|---|---|---:|---:|---|"]
    for what, peer, value, bound, wanted in rows:
        met = value >= wanted if bound == "at least" else value < wanted
        lines.append(f"| {what} | {peer} | {value:.3f} | {bound} {wanted:.3f} | {'met' if met else 'missed'} |")
    return "\n".join(lines)


def _report(tables: str, rounds: int, seconds: int) -> str:
    return f"""# Results of `make bench`

{date.today().isoformat()}, {machine()}

Each server was started {rounds} times, in turn with the others, and loaded by wrk with {CONNECTIONS} connections for
{seconds} s after {WARM_UP} s of warming up. The request is the endpoint page's PATCH with all eight fields; each answer
was 200. Medians of the rounds; ratios are medians of the ratios within a round. Every server runs as it comes, writing
its log of requests to nowhere, unless it says "silent". "start" is from the command to the first 200; "memory" is what
the server and its children hold after the load. `{OURS}` commits each edit before it answers; Prism and Steady keep
nothing. The echo, on the sandbox's own server, answers each body with itself and looks at nothing: what that server can
do at most.

{tables}
"""


if __name__ == "__main__":
    sys.exit(main())
