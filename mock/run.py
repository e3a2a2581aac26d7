"""``python -m mock.run sandbox -- COMMAND …``: run a command against a mock that is started for it on a free port.

The command finds the mock in ``BASE_URL`` and the ids of its leads in the ``PUFFLE_…`` variables.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from mock import prism
from mock.process import NotServing, serving
from mock.sandbox import seed

SANDBOX = [sys.executable, "-m", "mock.sandbox", "--port", "0"]
PRISM_DEVIATIONS = Path(__file__).with_name("prism-deviations.yaml")


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
    parser.add_argument("mock", metavar="sandbox|prism")
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    environment = {**os.environ, **variables()}
    if arguments.mock == "sandbox":
        command = SANDBOX
    elif arguments.mock == "prism":
        command = prism.command()
        environment["DEVIATIONS"] = str(PRISM_DEVIATIONS)
    else:
        print(f"there is no target {arguments.mock}: take TARGET=sandbox, TARGET=prism or BASE_URL=", file=sys.stderr)
        return 2
    try:
        with serving(command) as server:
            return _run(arguments.command, {**environment, "BASE_URL": server.url})
    except KeyboardInterrupt:
        return 130
    except NotServing as error:
        print(f"the {arguments.mock} does not serve: {error}", file=sys.stderr)
        return 2


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
