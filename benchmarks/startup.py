"""``python -m benchmarks.startup``: how long ``puffle`` takes to start, compared with importing its HTTP library."""

from __future__ import annotations

import statistics
import sys
import tempfile

from benchmarks.command import ROOT, Times, execute, first_examples, measure_times, median_ratio, met, run

PEER = 'python -c "import httpx"'
HELP = ["puffle", *first_examples()["PATCH"][0].command, "--help"]
COMMANDS = {
    'python -c "pass"': [["{bin}/python", "-c", "pass"]],
    PEER: [["{bin}/python", "-c", "import httpx"]],
    "puffle --version": [["{bin}/puffle", "--version"]],
    "puffle --help": [["{bin}/puffle", "--help"]],
    " ".join(HELP): [["{bin}/puffle", *HELP[1:]]],
}


def main() -> int:
    return run(f"Compare the start-up of puffle with `{PEER}`.", "STARTUP.md", measure, rounds=20)


def measure(rounds: int) -> str:
    with tempfile.TemporaryDirectory() as folder:
        print("installing the package into an empty environment …", file=sys.stderr)
        locked = str(ROOT / "requirements" / "dev.txt")
        execute(["uv", "venv", "--python", sys.executable, "--quiet", folder])
        install = ["uv", "pip", "install", "--constraint", locked, "--quiet", str(ROOT)]
        execute(install, VIRTUAL_ENV=folder)
        return table(measure_times(COMMANDS, rounds, bin=f"{folder}/bin"))


def table(times: Times) -> str:
    lines = [f"| command | ms | to `{PEER}` | wanted | |", "|---|---:|---:|---:|---|"]
    for name, seconds in times.items():
        ratio = median_ratio(seconds, times[PEER])
        goal = met(ratio) if name.startswith("puffle") else "| "
        lines.append(f"| `{name}` | {statistics.median(seconds) * 1000:.0f} | {ratio:.2f} | {goal} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
