"""Edit a lead with the generated client, and handle everything that can go wrong."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from uuid import UUID

import httpx
from puffle_client import AuthenticatedClient
from puffle_client.api.campaign_leads import update_lead_in_campaign
from puffle_client.errors import UnexpectedStatus
from puffle_client.models import Error, Lead, LeadFields, LeadUpdate, LeadUpdated
from puffle_client.types import Response

from puffle.throttling import LONGEST_WAIT, seconds_to_wait

URL = os.environ.get("PUFFLE_API_BASE_URL") or "http://127.0.0.1:4011"  # make sandbox
KEY = os.environ.get("PUFFLE_API_KEY") or "pk_sandbox_alice"
CAMPAIGN = UUID("3c90c3cc-0d44-4b50-8888-8dd25736052a")
EDIT = LeadUpdate(
    prospect_id=UUID("3c90c3cc-0d44-4b50-8888-8dd25736052a"),
    updates=LeadFields(first_name="Janet", position="Chief Revenue Officer"),
)
MAX_ATTEMPTS = 5
if not (KEY.isascii() and KEY.isprintable()):
    sys.exit("PUFFLE_API_KEY contains characters that no key has: copy it again")

# What the client raises for a response that the contract does not describe, such as the HTML page of a proxy.
UNEXPECTED = (UnexpectedStatus, ValueError, LookupError, TypeError, AttributeError)


class NotEdited(Exception):
    """The edit was refused, or it is not known whether it was made; the message says why."""


@contextmanager
def explained() -> Iterator[None]:
    """Raise ``NotEdited`` for what the client raises."""
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotEdited(f"no response ({type(error).__name__})") from None  # the text may contain the key
    except UNEXPECTED as error:
        raise NotEdited("the response is not one that the contract describes") from error


def edit_lead(client: AuthenticatedClient, campaign: UUID, edit: LeadUpdate) -> Lead:
    """Edit a lead, and try again while the server throttles; ``NotEdited`` says why it was not edited."""
    with explained():
        for attempt in range(MAX_ATTEMPTS):
            response = update_lead_in_campaign.sync_detailed(campaign, client=client, body=edit)
            if response.status_code != HTTPStatus.TOO_MANY_REQUESTS:
                return lead_in(response)
            time.sleep(delay(response, attempt))
    raise NotEdited(f"throttled {MAX_ATTEMPTS} times")


def lead_in(response: Response[LeadUpdated | Error]) -> Lead:
    """The lead after the edit, or ``NotEdited``."""
    if isinstance(response.parsed, LeadUpdated):
        return response.parsed.prospect
    reason = response.parsed.error if isinstance(response.parsed, Error) else "no reason given"
    raise NotEdited(f"{response.status_code}: {reason}")


def delay(response: Response[LeadUpdated | Error], attempt: int) -> float:
    """How many seconds to wait after a 429; ``NotEdited`` if they are too many."""
    seconds = seconds_to_wait(response.headers.get("Retry-After", ""), attempt)
    if seconds > LONGEST_WAIT:
        raise NotEdited(f"throttled for {seconds:.0f} s: try again later")
    return seconds


if __name__ == "__main__":
    with AuthenticatedClient(URL, token=KEY, timeout=httpx.Timeout(10), raise_on_unexpected_status=True) as client:
        try:
            lead = edit_lead(client, CAMPAIGN, EDIT)
        except NotEdited as reason:
            sys.exit(f"not edited: {reason}")
    print(f"{lead.first_name} {lead.last_name}, {lead.position}")
