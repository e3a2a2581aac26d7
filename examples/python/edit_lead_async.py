"""The same edit with asyncio."""

import asyncio
import sys
from http import HTTPStatus
from uuid import UUID

import httpx
from edit_lead import CAMPAIGN, EDIT, KEY, MAX_ATTEMPTS, URL, NotEdited, delay, explained, lead_in
from puffle_client import AuthenticatedClient
from puffle_client.api.campaign_leads import update_lead_in_campaign
from puffle_client.models import Lead, LeadUpdate


async def edit_lead(client: AuthenticatedClient, campaign: UUID, edit: LeadUpdate) -> Lead:
    """Edit a lead, and try again while the server throttles, without blocking other tasks."""
    with explained():
        for attempt in range(MAX_ATTEMPTS):
            response = await update_lead_in_campaign.asyncio_detailed(campaign, client=client, body=edit)
            if response.status_code != HTTPStatus.TOO_MANY_REQUESTS:
                return lead_in(response)
            await asyncio.sleep(delay(response, attempt))
    raise NotEdited(f"throttled {MAX_ATTEMPTS} times")


async def main() -> Lead:
    timeout = httpx.Timeout(10)
    async with AuthenticatedClient(URL, token=KEY, timeout=timeout, raise_on_unexpected_status=True) as client:
        return await edit_lead(client, CAMPAIGN, EDIT)


if __name__ == "__main__":
    try:
        lead = asyncio.run(main())
    except NotEdited as reason:
        sys.exit(f"not edited: {reason}")
    print(f"{lead.first_name} {lead.last_name}, {lead.position}")
