"""``python -m benchmarks.roster``: what the sandbox needs for a page of a long roster, and to add many leads to it."""

from __future__ import annotations

import contextlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from benchmarks.command import CannotMeasure, Times, first_examples, median_ratio, run
from mock.process import ServerNotReady, serving
from mock.run import SANDBOX
from mock.sandbox import seed
from mock.sandbox.seed import Campaign
from puffle import contract

CONTRACT = contract.load()
LEADS = (100, 100_000)
"""How long the two rosters are that are compared."""
PAGE, BATCH = 100, 1000
MAX_PAGE_RATIO = 1.1
MAX_BATCH_SECONDS = 0.1
PAGES = FIRST, LAST, FILTERED = "first page", "last page", "last page of one status"
ADDING = f"{BATCH:,} leads added"
ALICE = seed.load()[0]


def main() -> int:
    about = f"Compare the sandbox's pages of {PAGE} leads of a short and of a long roster, and add {BATCH:,} leads."
    return run(about, "ROSTER.md", lambda rounds: table(measure(rounds)), rounds=100)


def measure(rounds: int, rosters: Sequence[int] = LEADS) -> list[Times]:
    """Seconds by what was requested, for each length of a roster."""
    print(f"filling sandboxes with {' and '.join(f'{leads:,}' for leads in rosters)} leads …", file=sys.stderr)
    with contextlib.ExitStack() as stack:
        try:
            clients = {stack.enter_context(_serving(leads)): leads for leads in rosters}
        except ServerNotReady as error:
            raise CannotMeasure(f"the sandbox does not start: {error}") from None
        times: list[Times] = [{what: [] for what in (*PAGES, ADDING)} for _ in rosters]
        for number in range(rounds):
            for (client, leads), roster in zip(clients.items(), times, strict=True):
                for what in PAGES:
                    roster[what].append(_page(client, what, leads))
            if number % 10 == 0:
                for client, roster in zip(clients, times, strict=True):
                    roster[ADDING].append(_add(client))
    return times


@contextlib.contextmanager
def _serving(leads: int) -> Iterator[httpx.Client]:
    """A client of a sandbox with a campaign of that many leads."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "seed.json")
        file.write_text(json.dumps({"workspaces": [_workspace(leads)]}), "utf-8")
        headers = {"Authorization": f"Bearer {ALICE.key}"}
        with (
            serving([*SANDBOX, "--seed", str(file), "--data", f"{folder}/leads.db"]) as server,
            httpx.Client(base_url=server.url, headers=headers, timeout=60) as client,
        ):
            for what in PAGES:  # a first time, which does not count
                _page(client, what, leads)
            yield client


def _draft() -> Campaign:
    return ALICE.campaign("draft")


def _workspace(leads: int) -> dict[str, Any]:
    """A workspace of a seed file, whose only campaign has that many leads."""
    copies = [{**lead, "id": str(uuid4())} for lead in _copies(_draft().leads[0], leads)]
    campaign = {"id": _draft().id, "type": _draft().type, "status": "draft", "leads": copies}
    return {"name": ALICE.name, "key": ALICE.key, **ALICE.owner, "campaigns": [campaign]}


def _copies(lead: dict[str, Any], number: int) -> Iterator[dict[str, Any]]:
    """Leads that differ in what identifies them."""
    field = CONTRACT.campaign_types[_draft().type]
    return ({**lead, field: f"{uuid4()}-{lead[field]}"} for _ in range(number))


def _page(client: httpx.Client, what: str, leads: int) -> float:
    """The seconds that a page of the roster takes."""
    operation = next(one for one in CONTRACT.operations if "x-pagination" in one.definition)
    names = operation.definition["x-pagination"]
    query = {names["limit"]: PAGE, names["page"]: 1 if what == FIRST else leads // PAGE}
    if what == FILTERED:
        query["status"] = _draft().leads[0]["status"]
    began = time.perf_counter()
    response = client.get(next(operation.examples()).path, params=query)
    seconds = time.perf_counter() - began
    if len(response.json().get(names["items"], ())) != PAGE:
        raise CannotMeasure(f"the sandbox did not return a page of {PAGE} leads: {response.text[:200]}")
    return seconds


def _add(client: httpx.Client) -> float:
    """The seconds that it takes to add as many leads as one request may."""
    _, example = first_examples()["POST"]
    ((name, (lead, *_)),) = example.body.items()
    body = json.dumps({name: [*_copies(lead, BATCH)]}).encode()
    began = time.perf_counter()
    response = client.post(example.path, content=body, headers={"Content-Type": contract.JSON})
    seconds = time.perf_counter() - began
    if BATCH not in response.json().values():
        raise CannotMeasure(f"the sandbox did not add {BATCH:,} leads: {response.text[:200]}")
    return seconds


def table(rosters: list[Times]) -> str:
    lines = [f"| | {' | '.join(f'{leads:,} leads, ms' for leads in LEADS)} | ratio | wanted | |"]
    lines.append("|---|---:|---:|---:|---|---|")
    for what in rosters[0]:
        short, long = (times[what] for times in rosters)
        medians = [statistics.median(seconds) for seconds in (short, long)]
        ratio = median_ratio(long, short)
        if what == ADDING:
            met, wanted = max(medians) < MAX_BATCH_SECONDS, f"below {MAX_BATCH_SECONDS * 1000:.0f} ms"
        else:
            met, wanted = ratio <= MAX_PAGE_RATIO, f"ratio at most {MAX_PAGE_RATIO}"
        shown = " | ".join(f"{median * 1000:.2f}" for median in medians)
        lines.append(f"| {what} | {shown} | {ratio:.2f} | {wanted} | {'met' if met else 'missed'} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
