"""The same edit, asynchronously."""

import asyncio
import sys
from http import HTTPStatus
from uuid import UUID

import httpx
from edit_lead import CAMPAIGN, CANNOT_BE_UNDERSTOOD, EDIT, KEY, MOST_TRIES, URL, NotEdited, lead_of, pause
from puffle_client import AuthenticatedClient
from puffle_client.api.campaign_leads import update_lead_in_campaign
from puffle_client.models import Lead, LeadUpdate


async def edit_lead(client: AuthenticatedClient, campaign: UUID, edit: LeadUpdate) -> Lead:
    """Edit a lead, and while the server throttles wait and try again; other tasks go on meanwhile.

    Raises:
        NotEdited: it was refused, or there was no answer that could be understood.
    """
    try:
        for attempt in range(MOST_TRIES):
            answer = await update_lead_in_campaign.asyncio_detailed(campaign, client=client, body=edit)
            if answer.status_code != HTTPStatus.TOO_MANY_REQUESTS:
                return lead_of(answer)
            await asyncio.sleep(pause(answer, attempt))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotEdited(f"no answer ({type(error).__name__})") from None  # its text may hold the key
    except CANNOT_BE_UNDERSTOOD as error:
        raise NotEdited("the answer is none that the contract describes") from error
    raise NotEdited(f"throttled {MOST_TRIES} times")


async def main() -> Lead:
    """Edit one lead."""
    timeout = httpx.Timeout(10)
    async with AuthenticatedClient(URL, token=KEY, timeout=timeout, raise_on_unexpected_status=True) as client:
        return await edit_lead(client, CAMPAIGN, EDIT)


if __name__ == "__main__":
    try:
        lead = asyncio.run(main())
    except NotEdited as reason:
        sys.exit(f"not edited: {reason}")
    print(f"{lead.first_name} {lead.last_name}, {lead.position}")
