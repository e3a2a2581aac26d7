"""``python -m mock.run sandbox -- COMMAND …``: run a command against a mock that is started for it on a free port.

The command finds the mock in ``BASE_URL`` and the ids of its leads in the ``PUFFLE_…`` variables. ``proxy`` is the
sandbox with Prism in front, which judges each of its responses as well.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from mock import prism
from mock.process import NotServing, serving
from mock.sandbox import seed

SANDBOX = [sys.executable, "-m", "mock.sandbox", "--port", "0"]
PRISM_DEVIATIONS = Path(__file__).with_name("prism-deviations.yaml")
PROXY_DEVIATIONS = Path(__file__).with_name("proxy-deviations.yaml")


def variables() -> dict[str, str]:
    """The ids of the seed data, which the contract's examples show too."""
    alice, bob = seed.load()
    draft, launched, foreign = alice.campaign("draft"), alice.campaign("active"), bob.campaign("draft")
    return {
        "PUFFLE_API_KEY": alice.key,
        "PUFFLE_CAMPAIGN_ID": draft.id,
        "PUFFLE_PROSPECT_ID": draft.leads[0]["id"],
        "PUFFLE_OTHER_PROSPECT_ID": draft.leads[1]["id"],
        "PUFFLE_LAUNCHED_CAMPAIGN_ID": launched.id,
        "PUFFLE_LAUNCHED_PROSPECT_ID": launched.leads[0]["id"],
        "PUFFLE_FOREIGN_CAMPAIGN_ID": foreign.id,
        "PUFFLE_FOREIGN_PROSPECT_ID": foreign.leads[0]["id"],
    }


def main() -> int:
    """Run the command, and end with its exit code."""
    parser = argparse.ArgumentParser(prog="python -m mock.run", description=__doc__)
    parser.add_argument("mock", metavar="sandbox|prism|proxy")
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    runs: dict[str, Callable[[list[str]], int]] = {
        "sandbox": lambda command: _against("sandbox", SANDBOX, command),
        "prism": lambda command: _against("prism", prism.command(), command, PRISM_DEVIATIONS),
        "proxy": _against_proxy,
    }
    if arguments.mock not in runs:
        known = " or ".join(f"TARGET={name}" for name in runs)
        print(f"there is no target {arguments.mock}: take {known}, or BASE_URL=", file=sys.stderr)
        return 2
    try:
        return runs[arguments.mock](arguments.command)
    except KeyboardInterrupt:
        return 130
    except NotServing as error:
        print(f"the {arguments.mock} does not serve: {error}", file=sys.stderr)
        return 2


def _against_proxy(command: list[str]) -> int:
    """Run the command against Prism in front of the sandbox, and say what Prism found in the sandbox's responses."""
    responses, violations = 0, []

    def watch(line: str) -> None:
        nonlocal responses
        responses += "Received forward response" in line
        if "Violation: response" in line:
            violations.append(line[line.index("Violation: ") :].strip())

    with serving(SANDBOX) as sandbox:
        code = _against("proxy", prism.command(upstream=sandbox.url), command, PROXY_DEVIATIONS, watch)
    for violation in dict.fromkeys(violations):
        print(f"  {violations.count(violation)} times: {violation}")
    print(f"Prism, in between, reported {len(violations)} violations in {responses} responses.")
    return code or (1 if violations else 0)


def _against(
    mock: str,
    server: list[str],
    command: list[str],
    deviations: Path | None = None,
    watch: Callable[[str], None] = lambda _: None,
) -> int:
    with serving(server, watch) as running:
        environment = {**os.environ, **variables(), "BASE_URL": running.url, "MOCK": mock}
        return _run(command, {**environment, "DEVIATIONS": str(deviations)} if deviations else environment)


def _run(command: list[str], environment: dict[str, str]) -> int:
    process = subprocess.Popen(command, env=environment)
    try:
        return process.wait()
    except BaseException as reason:
        # Ctrl-C has reached the command too; a signal sent to this process alone has not.
        if not isinstance(reason, KeyboardInterrupt):
            process.terminate()
        process.wait()
        if isinstance(reason, KeyboardInterrupt):
            return 130
        raise


if __name__ == "__main__":
    sys.exit(main())
