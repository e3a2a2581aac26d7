"""What all benchmarks share: options, medians, and the report with the machine that it was measured on."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from puffle import contract
from puffle.contract import Example, Operation

HERE = Path(__file__).parent
ROOT = HERE.parent
COUNTS = {
    "rounds": "how often each alternative is measured",
    "seconds": "how long each server is loaded, in seconds",
    "mutants": "how many mutants of each rule are judged",
}
PACKAGES = ("uvicorn", "httptools", "orjson", "jsonschema-rs", "schemathesis", "hypothesis")
MAX_RATIO = 1.5
Times = dict[str, list[float]]
"""Seconds of each round, by what was run."""


class CannotMeasure(Exception):
    """Something that is compared does not work; the message says what."""


def run(about: str, file: str, measure: Callable[..., str], **counts: int) -> int:
    """Parse the options, measure, print the table and, with ``--write``, update the report; returns the exit code.

    Args:
        about: what is compared, for ``--help``.
        file: the report, a Markdown file, whose heading and text stay as they are.
        measure: returns the table; its arguments are the counts.
        counts: the options and their defaults.
    """
    parser = argparse.ArgumentParser(
        description=f"{about} Everything runs in turn on this machine.", allow_abbrev=False
    )
    for name, default in counts.items():
        parser.add_argument(f"--{name}", type=int, default=default, help=f"{COUNTS[name]} (default: {default})")
    parser.add_argument("--write", action="store_true", help=f"also write the table to benchmarks/{file}")
    options = vars(parser.parse_args())
    write = options.pop("write")
    if min(options.values()) < 1:
        parser.error(f"{' and '.join(f'--{name}' for name in options)} must be at least 1")
    try:
        table = measure(**options)
    except CannotMeasure as error:
        print(error, file=sys.stderr)
        return 2
    print(table)
    if write:
        heading, _, *text = (HERE / file).read_text("utf-8").split("\n\n")
        size = ", ".join(f"{value} {name}" for name, value in options.items())
        text = [paragraph for paragraph in text if not paragraph.startswith("|")]
        paragraphs = [heading, f"{date.today().isoformat()}, {size}, {machine()}", *text, f"{table}\n"]
        (HERE / file).write_text("\n\n".join(paragraphs), "utf-8")
        print(f"\nwritten to benchmarks/{file}")
    return 0


def first_examples() -> dict[str, tuple[Operation, Example]]:
    """The operations of the contract by method, each with the first example of a success."""
    return {
        operation.method: (operation, next(example for example in operation.examples() if example.status < 300))
        for operation in reversed(contract.load().operations)
    }


def measure_times(commands: Mapping[str, Sequence[Sequence[str]]], rounds: int, **places: str) -> Times:
    """Run commands in turn, after a round that does not count.

    Args:
        commands: by name, the commands that are timed together; ``{out}`` in a word is an empty folder.
        rounds: how often each is run.
        places: further values for the words.
    """
    times: Times = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, words in commands.items():
            with tempfile.TemporaryDirectory() as out:
                began = time.perf_counter()
                for command in words:
                    execute([word.format(out=out, **places) for word in command])
                if number:
                    times[name].append(time.perf_counter() - began)
    return times


def execute(command: Sequence[str], **environment: str) -> str:
    """The output of a command; raises ``CannotMeasure`` if it fails."""
    try:
        run = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True, capture_output=True)
    except OSError as error:
        raise CannotMeasure(f"{command[0]} cannot be run: {error.strerror}") from None
    except subprocess.CalledProcessError as error:
        errors = error.stderr.decode(errors="replace").strip().splitlines() or [f"exit code {error.returncode}"]
        raise CannotMeasure(f"`{' '.join(command)}` failed: {errors[-1]}") from None
    return run.stdout.decode()


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios within a round: what slows down a round slows down both sides."""
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


def met(ratio: float) -> str:
    """Two cells of a table: the ratio that is wanted, and whether it is met."""
    return f"at most {MAX_RATIO} | {'met' if ratio <= MAX_RATIO else 'missed'}"


def machine() -> str:
    steady = json.loads((HERE / "package.json").read_text("utf-8"))["devDependencies"]["@stdy/cli"]
    prism = json.loads((ROOT / "package.json").read_text("utf-8"))["devDependencies"]["@stoplight/prism-cli"]
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}; "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"{', '.join(f'{name} {version(name)}' for name in PACKAGES)}; "
        f"Node {execute(['node', '--version']).strip()}, Prism {prism}, Steady {steady}."
    )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text("utf-8").splitlines() if cpuinfo.exists() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())
