"""Edit a lead with the generated client, and handle whatever can come of it."""

import os
import sys
import time
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
if not (KEY.isascii() and KEY.isprintable()):
    sys.exit("PUFFLE_API_KEY holds what no key has: copy it again")
MOST_TRIES = 5
CANNOT_BE_UNDERSTOOD = (UnexpectedStatus, ValueError, LookupError, TypeError, AttributeError)
"""What the client raises on an answer that the contract does not describe, such as a proxy's page of HTML."""


class NotEdited(Exception):
    """The lead was not edited, as far as can be told: the message says why."""


def edit_lead(client: AuthenticatedClient, campaign: UUID, edit: LeadUpdate) -> Lead:
    """Edit a lead, and while the server throttles wait and try again.

    Raises:
        NotEdited: it was refused, or there was no answer that could be understood.
    """
    try:
        for attempt in range(MOST_TRIES):
            answer = update_lead_in_campaign.sync_detailed(campaign, client=client, body=edit)
            if answer.status_code != HTTPStatus.TOO_MANY_REQUESTS:
                return lead_of(answer)
            time.sleep(pause(answer, attempt))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotEdited(f"no answer ({type(error).__name__})") from None  # its text may hold the key
    except CANNOT_BE_UNDERSTOOD as error:
        raise NotEdited("the answer is none that the contract describes") from error
    raise NotEdited(f"throttled {MOST_TRIES} times")


def lead_of(answer: Response[LeadUpdated | Error]) -> Lead:
    """The lead as it is after the edit.

    Raises:
        NotEdited: it was refused.
    """
    if isinstance(answer.parsed, LeadUpdated):
        return answer.parsed.prospect
    why = answer.parsed.error if isinstance(answer.parsed, Error) else "no reason given"
    raise NotEdited(f"{answer.status_code}: {why}")


def pause(answer: Response[LeadUpdated | Error], attempt: int) -> float:
    """How many seconds to wait after a 429: as its ``Retry-After`` says, or the longer the more tries there were.

    Raises:
        NotEdited: that is too long.
    """
    seconds = seconds_to_wait(answer.headers.get("Retry-After", ""), attempt)
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
