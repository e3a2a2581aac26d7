"""``python -m benchmarks.verdicts``: the contract tests compared with schemathesis's command line."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from benchmarks.command import HERE, CannotMeasure, execute, first_examples, run
from mock.process import ServerNotReady, serving
from mock.run import SANDBOX, variables
from puffle.contract import CONTRACT_FILE

MUTANTS = [sys.executable, "-m", "tests.operations"]
OURS, THEIRS = "make contract", "schemathesis"
COMMANDS = {
    OURS: [sys.executable, "-m", "contract_tests", "--strict", "--base-url", "{url}", "--report", "{folder}"],
    # It calls values valid that a server may refuse, such as text that is not an email address: the check that is left
    # out fails every server.
    THEIRS: [
        "schemathesis", "--config-file", "{folder}/schemathesis.toml", "run", str(CONTRACT_FILE.resolve()),
        "--phases", "examples,coverage,fuzzing", "--checks", "all", "--exclude-checks", "positive_data_acceptance",
        "--max-examples", "100", "--no-color", "--url", "{url}", "--report-dir", "{folder}",
        "--header", f"Authorization: Bearer {variables()['PUFFLE_API_KEY']}",
    ],
}  # fmt: skip


class Run(NamedTuple):
    """One run of one tool against one server."""

    failed: bool
    requests: int
    seconds: float


def main() -> int:
    about = "Compare the contract tests with schemathesis's command line, on the same servers."
    return run(about, "VERDICTS.md", measure, rounds=5, mutants=2)


def measure(rounds: int, mutants: int) -> str:
    correct = [judge(SANDBOX, f"sandbox, {number + 1} of {rounds}") for number in range(rounds)]
    return table(correct, [judge([*MUTANTS, name], name) for name in mutant_names(mutants)])


def mutant_names(each: int) -> list[str]:
    """The names of as many mutants for each rule."""
    pairs = sorted((line.split() for line in execute(MUTANTS).splitlines()), key=lambda pair: pair[0])
    return [name for _, group in groupby(pairs, key=lambda pair: pair[0]) for _, name in list(group)[:each]]


def judge(server: list[str], name: str) -> dict[str, Run]:
    print(f"{name} …", file=sys.stderr)
    try:
        return {tool: _run_tool(tool, server) for tool in COMMANDS}
    except ServerNotReady as error:
        raise CannotMeasure(f"{name} does not start: {error}") from None


def _run_tool(tool: str, server: list[str]) -> Run:
    with serving(server) as running, tempfile.TemporaryDirectory() as folder:
        Path(folder, "schemathesis.toml").write_text(schemathesis_config(), "utf-8")
        words = [word.format(url=running.url, folder=folder) for word in COMMANDS[tool]]
        began = time.perf_counter()
        where = folder if tool == THEIRS else HERE.parent  # schemathesis leaves files where it is run
        environment = {**os.environ, **variables()}
        done = subprocess.run(words, env=environment, cwd=where, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - began
    count = re.search(r"([\d,]+) (?:requests in|generated)", done.stdout)
    if done.returncode not in (0, 1) or count is None:
        raise CannotMeasure(f"{tool} could not judge it: {(done.stderr or done.stdout).strip().splitlines()[-1:]}")
    return Run(done.returncode == 1, int(count[1].replace(",", "")), seconds)


def schemathesis_config() -> str:
    """The configuration, with the ids of the first examples: parameters of the path and strings in the body."""
    config = (HERE / "schemathesis.toml").read_text("utf-8")
    for operation, example in first_examples().values():
        values = {f"path.{name}": value for (place, name), value in example.parameters.items() if place == "path"}
        values |= {f"body.{name}": value for name, value in (example.body or {}).items() if isinstance(value, str)}
        parameters = ", ".join(f"{json.dumps(name)} = {json.dumps(value)}" for name, value in values.items())
        config += f'\n[[operations]]\ninclude-operation-id = "{operation.id}"\nparameters = {{ {parameters} }}\n'
    return config


def table(correct: list[dict[str, Run]], mutants: list[dict[str, Run]]) -> str:
    lines = [
        "| | requests/s | requests | seconds to pass the sandbox | seconds to a verdict on a broken server | caught |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for tool in COMMANDS:
        passing, failing = [runs[tool] for runs in correct], [runs[tool] for runs in mutants]
        rate = statistics.median(one.requests / one.seconds for one in passing)
        requests = statistics.median(one.requests for one in passing)
        seconds = [statistics.median(one.seconds for one in runs) for runs in (passing, failing)]
        wrong = " (which it wrongly failed)" if any(one.failed for one in passing) else ""
        caught = f"{sum(one.failed for one in failing)} of {len(failing)}"
        row = (tool, f"{rate:.0f}", f"{requests:.0f}", f"{seconds[0]:.1f}{wrong}", f"{seconds[1]:.1f}", caught)
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
