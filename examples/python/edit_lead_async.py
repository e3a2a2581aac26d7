"""The same edit with asyncio."""

import asyncio
import sys
from http import HTTPStatus
from uuid import UUID

import httpx
from edit_lead import CAMPAIGN, EDIT, KEY, MAX_ATTEMPTS, UNEXPECTED, URL, NotEdited, delay, lead_in
from puffle_client import AuthenticatedClient
from puffle_client.api.campaign_leads import update_lead_in_campaign
from puffle_client.models import Lead, LeadUpdate


async def edit_lead(client: AuthenticatedClient, campaign: UUID, edit: LeadUpdate) -> Lead:
    """Edit a lead, and try again while the server throttles, without blocking other tasks.

    Raises:
        NotEdited: the edit was refused, or there was no usable response.
    """
    try:
        for attempt in range(MAX_ATTEMPTS):
            response = await update_lead_in_campaign.asyncio_detailed(campaign, client=client, body=edit)
            if response.status_code != HTTPStatus.TOO_MANY_REQUESTS:
                return lead_in(response)
            await asyncio.sleep(delay(response, attempt))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotEdited(f"no response ({type(error).__name__})") from None  # the text may contain the key
    except UNEXPECTED as error:
        raise NotEdited("the response is not one that the contract describes") from error
    raise NotEdited(f"throttled {MAX_ATTEMPTS} times")


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
