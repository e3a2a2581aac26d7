"""The same edit with asyncio."""

import asyncio
from functools import partial
from uuid import UUID

from common import CAMPAIGN, connect, ending, one_line, send_async
from edit_lead import EDIT
from puffle_client import AuthenticatedClient
from puffle_client.api.campaign_leads import update_lead_in_campaign
from puffle_client.models import Lead, LeadUpdate


async def edit_lead(client: AuthenticatedClient, campaign: UUID, edit: LeadUpdate) -> Lead:
    """The lead after the edit; ``Failed`` if it was not edited, or if that is not known."""
    call = partial(update_lead_in_campaign.asyncio_detailed, campaign, client=client, body=edit)
    return (await send_async(call)).prospect


async def main() -> Lead:
    async with connect() as client:
        return await edit_lead(client, CAMPAIGN, EDIT)


if __name__ == "__main__":
    with ending("edited"):
        lead = asyncio.run(main())
        print(one_line(f"{lead.first_name} {lead.last_name}, {lead.position}"))
