"""``python -m benchmarks``: the sandbox compared with the alternatives that a user has, under load."""

from __future__ import annotations

import json
import shutil
import statistics
import sys

from benchmarks.command import HERE, CannotMeasure, first_examples, median_ratio, run
from benchmarks.measure import Load, Reading, measure
from mock import prism
from mock.run import variables
from puffle.contract import CONTRACT_FILE, JSON

STEADY = HERE / "node_modules" / ".bin" / "steady"
CONTRACT = str(CONTRACT_FILE.resolve())
SANDBOX = [sys.executable, "-m", "mock.sandbox", "--port", "{port}"]
PRISM_COMMAND = [str(prism.PRISM), "mock", "--port", "{port}", CONTRACT]
STEADY_COMMAND = [str(STEADY), "--port", "{port}", CONTRACT]
SERVERS = {
    "sandbox": SANDBOX,
    "sandbox --data": [*SANDBOX, "--data", "{folder}/state.db"],
    "Prism": PRISM_COMMAND,
    "Prism, silent": [*PRISM_COMMAND, "-v", "silent"],
    "Steady": STEADY_COMMAND,
    "Steady, silent": [*STEADY_COMMAND, "--log=false"],
    "bare ASGI echo": [sys.executable, "-m", "benchmarks.echo", "{port}"],
}
OURS = "sandbox --data"
MIN_RATES = {"Prism": 5, "Prism, silent": 5, "Steady": 1.5, "Steady, silent": 1.5, "bare ASGI echo": 0.4}
GOALS = (
    ("requests/s", "rate", "rate", MIN_RATES),
    ("p99 to p50", "p99", "p50", {"Prism": 1, "Prism, silent": 1}),
    ("memory", "memory", "memory", {"Prism": 1 / 3, "Prism, silent": 1 / 3}),
    ("start", "start", "start", {"Prism": 0.6}),
)
"""What is compared, the figure of ours and of the peer, and the ratio that is wanted to each peer."""

Readings = dict[str, list[Reading]]


def main() -> int:
    return run("Compare the sandbox with Prism and Steady under load.", "RESULTS.md", measure_all, rounds=5, seconds=4)


def measure_all(rounds: int, seconds: int) -> str:
    if not (prism.PRISM.exists() and STEADY.exists()):
        raise CannotMeasure("Prism and Steady are not installed: run `make bench`, which installs them")
    if shutil.which("wrk") is None:
        raise CannotMeasure("wrk is not installed: run `apt install wrk` or `brew install wrk`")
    readings: Readings = {name: [] for name in SERVERS}
    for number in range(rounds):
        for name, command in SERVERS.items():
            print(f"round {number + 1} of {rounds}: {name} …", file=sys.stderr)
            try:
                readings[name].append(measure(command, request(), seconds))
            except CannotMeasure as error:
                raise CannotMeasure(f"{name} {error}") from None
    return f"{_figures(readings)}\n\n{ratios(readings)}"


def request() -> Load:
    operation, example = first_examples()["PATCH"]  # which is accepted again and again
    headers = {"Authorization": f"Bearer {variables()['PUFFLE_API_KEY']}", "Content-Type": JSON}
    return Load(operation.method, example.path, headers, json.dumps(example.body))


def _figures(readings: Readings) -> str:
    lines = ["| server | requests/s | p50 ms | p99 ms | memory MiB | start s |", "|---|---:|---:|---:|---:|---:|"]
    for name, runs in readings.items():
        one = Reading(*map(statistics.median, zip(*runs, strict=True)))
        lines.append(
            f"| {name} | {one.rate:,.0f} | {one.p50:.2f} | {one.p99:.2f} | {one.memory:.0f} | {one.start:.2f} |"
        )
    return "\n".join(lines)


def ratios(readings: Readings) -> str:
    """The ratios of the sandbox to its peers; more is better for requests/s, less for everything else."""
    lines = [f"| `{OURS}` | to | ratio | wanted | |", "|---|---|---:|---:|---|"]
    for what, ours, theirs, peers in GOALS:
        for peer, wanted in peers.items():
            sides = ((OURS, ours), (peer, theirs))
            ratio = median_ratio(*([getattr(one, figure) for one in readings[name]] for name, figure in sides))
            met, bound = (ratio >= wanted, "at least") if ours == "rate" else (ratio < wanted, "below")
            lines.append(f"| {what} | {peer} | {ratio:.3f} | {bound} {wanted:.3f} | {'met' if met else 'missed'} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
