"""List all leads of a campaign as CSV, page by page, optionally only those of one status."""

import argparse
import csv
import sys
from collections.abc import Iterator
from functools import partial
from io import TextIOWrapper
from itertools import count
from uuid import UUID

from common import CAMPAIGN, Failed, connect, ending, send
from puffle_client import AuthenticatedClient
from puffle_client.api.campaign_leads import list_leads_in_campaign
from puffle_client.models import Lead
from puffle_client.types import UNSET, Unset

COLUMNS = ("id", "status", "email", "linkedin_url", "first_name", "last_name", "company", "position", "headline")


def leads_of(client: AuthenticatedClient, campaign: UUID, status: str | Unset = UNSET) -> Iterator[Lead]:
    """Each lead once, also if others are added or removed meanwhile; ``Failed`` if a page cannot be read."""
    seen: set[UUID] = set()
    for number in count(1):
        call = partial(list_leads_in_campaign.sync_detailed, campaign, client=client, page=number, status=status)
        try:
            page = send(call)
        except Failed as failed:
            raise Failed(f"page {number}: {failed}") from None
        new = [lead for lead in page.prospects if lead.id not in seen]
        yield from new
        seen.update(lead.id for lead in new)
        if not new or len(seen) >= page.total:
            return


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--campaign", type=UUID, default=CAMPAIGN, metavar="ID", help="default: the sandbox's draft")
    parser.add_argument("--status", default=UNSET, help="for example pending")
    options = parser.parse_args()
    assert isinstance(sys.stdout, TextIOWrapper)
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # names in every script, on every system
    table = csv.writer(sys.stdout, lineterminator="\n")
    with ending("listed"), connect() as client:
        table.writerow(COLUMNS)
        for lead in leads_of(client, options.campaign, options.status):
            table.writerow([getattr(lead, column) or "" for column in COLUMNS])
