"""``python -m benchmarks.generate``: how long `make generate` takes, compared with the generators that it runs."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

from benchmarks.command import ROOT, Times, measure_times, median_ratio, met, run

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


def main() -> int:
    about = "Compare `make generate` with the generators that it runs."
    return run(about, "GENERATE.md", lambda rounds: table(measure_times(COMMANDS, rounds)), rounds=10)


def table(times: Times) -> str:
    ratio = median_ratio(times[OURS], times[PEER])
    ours, bare = (statistics.median(times[name]) for name in (OURS, PEER))
    lines = ["| what | s | to the bare | wanted | |", "|---|---:|---:|---:|---|"]
    lines += [f"| {PEER} | {bare:.2f} | 1.00 | | |", f"| `{OURS}` | {ours:.2f} | {ratio:.2f} | {met(ratio)} |"]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
