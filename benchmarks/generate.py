"""``python -m benchmarks.generate``: how long `make generate` takes, side by side with the bare generators."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from benchmarks.machine import machine

HERE = Path(__file__).parent
ROOT = HERE.parent
RESULTS = HERE / "GENERATE.md"

OURS, PEER = "make generate", "the bare generators"
COMMANDS = {
    PEER: [
        [
            str(Path(sys.executable).with_name("openapi-python-client")), "generate", "--path", "openapi.yaml",
            "--config", "openapi-python-client.yaml", "--meta", "none", "--overwrite", "--output-path", "{out}/client",
        ],
        [str(ROOT / "node_modules" / ".bin" / "openapi-typescript"), "openapi.yaml", "--output", "{out}/types.d.ts"],
    ],
    OURS: [["make", "--no-print-directory", "generate", "OUT={out}"]],
}  # fmt: skip
WANTED = 1.5


def main() -> int:
    """Measure, print the table, and write it down."""
    about = "Measure `make generate` side by side with the generators that it runs, in one run on one machine."
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=about, allow_abbrev=False)
    parser.add_argument("--rounds", type=int, default=10, help="times that each is run")
    parser.add_argument("--write", action="store_true", help="write the table to benchmarks/GENERATE.md as well")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds is at least 1")
    measure(1)
    shown = table(measure(options.rounds))
    print(shown)
    if options.write:
        RESULTS.write_text(_report(shown, options.rounds), "utf-8")
        print(f"\nwritten to {RESULTS.relative_to(ROOT)}")
    return 0


def measure(rounds: int) -> dict[str, list[float]]:
    """The seconds of each round, by what was run."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, commands in COMMANDS.items():
            with tempfile.TemporaryDirectory() as out:
                began = time.perf_counter()
                for words in commands:
                    subprocess.run([word.format(out=out) for word in words], cwd=ROOT, check=True, capture_output=True)
                times[name].append(time.perf_counter() - began)
    return times


def table(times: dict[str, list[float]]) -> str:
    """Medians, and the median of the ratios within a round: what slows a round slows both its sides."""
    ratio = statistics.median(ours / bare for ours, bare in zip(times[OURS], times[PEER], strict=True))
    lines = ["| what | s | to the bare | wanted | |", "|---|---:|---:|---:|---|"]
    lines.append(f"| {PEER} | {statistics.median(times[PEER]):.2f} | 1.00 | | |")
    judged = "met" if ratio <= WANTED else "missed"
    lines.append(f"| `{OURS}` | {statistics.median(times[OURS]):.2f} | {ratio:.2f} | at most {WANTED} | {judged} |")
    return "\n".join(lines)


def _report(shown: str, rounds: int) -> str:
    return f"""# Results of `make bench`: generating

{date.today().isoformat()}, {machine()}

openapi-python-client and openapi-typescript, one after the other, and `make generate`, which runs both; {rounds} times
each, in turn, after a first time that does not count. Medians of the rounds; the ratio is the median of the ratios
within a round.

{shown}
"""


if __name__ == "__main__":
    sys.exit(main())
