"""``python -m mock.run sandbox -- COMMAND …``: run a command with a mock that is started for it on a free port.

The command finds the mock's name, URL and known deviations in ``PUFFLE_MOCK…``, and the ids of its leads in the other
``PUFFLE_…`` variables. ``proxy`` is the sandbox behind Prism, which validates each of its responses.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from . import prism
from .process import ServerNotReady, serving
from .sandbox import seed

SANDBOX = [sys.executable, "-m", "mock.sandbox", "--port", "0"]
MOCKS = ("sandbox", "prism", "proxy")


def variables() -> dict[str, str]:
    """The key and ids of the sandbox's seed, which the contract's examples show too."""
    alice, bob = seed.load()
    draft, launched, foreign = alice.campaign("draft"), alice.campaign("active"), bob.campaign("draft")
    scratch = next(campaign for campaign in alice.campaigns if campaign.status == "draft" and not campaign.leads)
    return {
        "PUFFLE_API_KEY": alice.key,
        "PUFFLE_CAMPAIGN_ID": draft.id,
        "PUFFLE_PROSPECT_ID": draft.lead_ids[0],
        "PUFFLE_OTHER_PROSPECT_ID": draft.lead_ids[1],
        "PUFFLE_LAUNCHED_CAMPAIGN_ID": launched.id,
        "PUFFLE_LAUNCHED_PROSPECT_ID": launched.lead_ids[0],
        "PUFFLE_FOREIGN_CAMPAIGN_ID": foreign.id,
        "PUFFLE_FOREIGN_PROSPECT_ID": foreign.lead_ids[0],
        "PUFFLE_SCRATCH_CAMPAIGN_ID": scratch.id,
    }


def deviations(mock: str) -> Path | None:
    """The file that lists what a mock is known to do differently from the contract; None if it follows it."""
    file = Path(__file__).with_name(f"{mock}-deviations.yaml")
    return file if file.exists() else None


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m mock.run", description=__doc__)
    parser.add_argument("mock", metavar="|".join(MOCKS))
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    if arguments.mock not in MOCKS:
        known = ", ".join(f"TARGET={name}" for name in MOCKS)
        print(f"there is no mock {arguments.mock}; use {known} or BASE_URL=", file=sys.stderr)
        return 2
    try:
        return _run(arguments.mock, arguments.command)
    except KeyboardInterrupt:
        return 130
    except ServerNotReady as error:
        print(f"{arguments.mock} cannot serve: {error}", file=sys.stderr)
        return 2


def _run(mock: str, command: list[str]) -> int:
    printed: list[str] = []
    with contextlib.ExitStack() as servers:
        server = servers.enter_context(serving(prism.command() if mock == "prism" else SANDBOX))
        if mock == "proxy":
            server = servers.enter_context(serving(prism.command(upstream=server.url), printed.append))
        environment = {**os.environ, **variables(), "PUFFLE_MOCK": mock, "PUFFLE_MOCK_URL": server.url}
        if known := deviations(mock):
            environment["PUFFLE_MOCK_DEVIATIONS"] = str(known)
        code = _wait(subprocess.Popen(command, env=environment))
    return code if mock != "proxy" else _report(printed) or code


def _wait(process: subprocess.Popen[bytes]) -> int:
    try:
        return process.wait()
    except KeyboardInterrupt:  # the command has received it too
        process.wait()
        return 130
    except BaseException:  # a signal to this process alone
        process.terminate()
        process.wait()
        raise


def _report(printed: list[str]) -> int:
    """Print what Prism found in the sandbox's responses; 1 if it found anything."""
    violations = Counter(line[line.index("Violation: ") :].strip() for line in printed if "Violation: response" in line)
    for violation, count in violations.items():
        print(f"  {_count(count, 'time')}: {violation}")
    responses = _count(sum("Received forward response" in line for line in printed), "response")
    print(f"Prism validated {responses} of the sandbox and found {_count(violations.total(), 'violation')}.")
    return 1 if violations else 0


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else f'{noun}s'}"


if __name__ == "__main__":
    sys.exit(main())
