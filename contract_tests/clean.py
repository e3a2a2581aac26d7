"""``python -m contract_tests.clean``: remove what runs that have crashed left behind on a target (see ``--help``)."""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import httpx
from dotenv import dotenv_values

from puffle import contract
from puffle.secret import without_keys

from . import operations
from .client import Client
from .exceptions import CannotJudge, NotConfirmed
from .guard import Guard
from .ledger import taken
from .run import Run
from .settings import LEDGER, Settings


def clean(arguments: Sequence[str], environment: dict[str, str], transport: httpx.BaseTransport | None = None) -> str:
    """Remove the leads that earlier runs have added to a target and not removed; return what was done.

    Raises:
        CannotJudge: they cannot be removed.
    """
    parser = argparse.ArgumentParser(prog="python -m contract_tests.clean", description=clean.__doc__)
    parser.add_argument("--base-url", default="", metavar="URL", help="the target, if there are several")
    parser.add_argument(
        "--confirm", default="", metavar="HOST", help="agree to the plan that is printed for a remote host"
    )
    parser.add_argument(
        "--ledger", default=LEDGER, type=Path, metavar="DIR", help="where the runs noted what they added"
    )
    flags = parser.parse_args(arguments)
    with taken(flags.ledger) as entries:
        left = [entry for entry in entries if flags.base_url in ("", entry.base_url)]
    urls = {entry.base_url: entry for entry in left}
    if not left:
        return "nothing is left behind"
    if len(urls) > 1:
        raise CannotJudge(f"leads are left on {' and '.join(urls)}: say where to remove them with BASE_URL=")
    campaigns = sorted({campaign for entry in left for campaign in entry.campaigns})
    given = {"PUFFLE_API_KEY": environment.get("PUFFLE_API_KEY", ""), "PUFFLE_CAMPAIGN_ID": campaigns[0]}
    settings = Settings.read(["--base-url", *urls, "--ledger", str(flags.ledger), "--confirm", flags.confirm], given)
    if not settings.is_confirmed:
        where = f"campaign {' and '.join(campaigns)} of {settings.base_url}"
        raise NotConfirmed(settings.host, f"This would remove the leads that earlier runs have added to {where}.")
    modules = operations.discover(contract.load())
    guard = Guard(settings, {operation.key: module.Target.check for operation, module in modules.values()})
    with closing(Client(settings, guard, lambda _: None, transport)) as client:
        run = Run(contract.load(), settings, client, modules)
        run.upkeep.remove_leftovers()
    if run.notes:
        raise CannotJudge("; ".join(run.notes))
    return f"removed what was left in campaign {' and '.join(campaigns)} of {settings.base_url}"


def main(arguments: Sequence[str]) -> int:
    """Print what was done; in one line to stderr if that is not possible."""
    try:
        given = {name: value for name, value in dotenv_values(".env").items() if value}
        print(clean(arguments, {**given, **os.environ}))
        return 0
    except NotConfirmed as error:
        print(without_keys(error.plan))
        reason = str(error)
    except CannotJudge as error:
        reason = str(error)
    except KeyboardInterrupt:
        reason = "interrupted"
    print(f"could not clean up: {without_keys(reason)}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
