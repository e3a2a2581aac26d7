"""``python -m benchmarks.startup``: how soon ``puffle`` answers, side by side with importing its HTTP library."""

from __future__ import annotations

import argparse
import os
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
RESULTS = HERE / "STARTUP.md"

PEER = 'python -c "import httpx"'
COMMANDS = {
    'python -c "pass"': ["{bin}/python", "-c", "pass"],
    PEER: ["{bin}/python", "-c", "import httpx"],
    "puffle --version": ["{bin}/puffle", "--version"],
    "puffle --help": ["{bin}/puffle", "--help"],
    "puffle campaign lead update --help": ["{bin}/puffle", "campaign", "lead", "update", "--help"],
}
WANTED = 1.5

Times = dict[str, list[float]]
"""Seconds of each round, by command."""


def main() -> int:
    """Measure, print the table, and write it down."""
    about = 'Measure the start-up of puffle side by side with `python -c "import httpx"`, in one run on one machine.'
    parser = argparse.ArgumentParser(prog="python -m benchmarks.startup", description=about, allow_abbrev=False)
    parser.add_argument("--rounds", type=int, default=20, help="times that each command is run")
    parser.add_argument("--write", action="store_true", help="write the table to benchmarks/STARTUP.md as well")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds is at least 1")
    with tempfile.TemporaryDirectory() as folder:
        print("installing the package where nothing else is …", file=sys.stderr)
        try:
            install(Path(folder))
        except subprocess.CalledProcessError as error:
            print(f"the package cannot be installed: {error.stderr.strip().splitlines()[-1]}", file=sys.stderr)
            return 2
        measure(Path(folder) / "bin", 1)  # Python compiles what it imports
        shown = table(measure(Path(folder) / "bin", options.rounds))
    print(shown)
    if options.write:
        RESULTS.write_text(_report(shown, options.rounds), "utf-8")
        print(f"\nwritten to {RESULTS.relative_to(ROOT)}")
    return 0


def install(folder: Path) -> None:
    """Install the package and what it needs, in the versions of the lock file, into an environment of its own.

    Raises:
        subprocess.CalledProcessError: uv could not.
    """
    environment = {**os.environ, "VIRTUAL_ENV": str(folder)}
    locked = str(ROOT / "requirements" / "dev.txt")
    for words in (["venv", "--python", sys.executable, "."], ["pip", "install", "--constraint", locked, str(ROOT)]):
        subprocess.run(
            ["uv", *words, "--quiet"], cwd=folder, env=environment, check=True, capture_output=True, text=True
        )


def measure(folder: Path, rounds: int) -> Times:
    """Run each command in turn, as many times as there are rounds."""
    times: Times = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, words in COMMANDS.items():
            began = time.perf_counter()
            subprocess.run([word.format(bin=folder) for word in words], check=True, stdout=subprocess.DEVNULL)
            times[name].append(time.perf_counter() - began)
    return times


def table(times: Times) -> str:
    """Medians; a ratio is the median of the ratios within a round: what slows a round slows both its sides."""
    lines = [f"| command | ms | to `{PEER}` | wanted | |", "|---|---:|---:|---:|---|"]
    for name, seconds in times.items():
        ratio = statistics.median(own / other for own, other in zip(seconds, times[PEER], strict=True))
        ours = name.startswith("puffle")
        judged = f"at most {WANTED} | {'met' if ratio <= WANTED else 'missed'}" if ours else "| "
        lines.append(f"| `{name}` | {statistics.median(seconds) * 1000:.0f} | {ratio:.2f} | {judged} |")
    return "\n".join(lines)


def _report(shown: str, rounds: int) -> str:
    return f"""# Results of `make bench`: start-up

{date.today().isoformat()}, {machine()}

The package and what it needs, and nothing else, were installed into an environment of their own; each command was run
{rounds} times, in turn with the others, after a first time that does not count. Medians of the rounds; ratios are
medians of the ratios within a round.

{shown}
"""


if __name__ == "__main__":
    sys.exit(main())
