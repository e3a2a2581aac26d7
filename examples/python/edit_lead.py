"""Edit a lead with the generated client, and handle everything that can go wrong."""

from functools import partial
from uuid import UUID

from common import CAMPAIGN, connect, ending, one_line, send
from puffle_client import AuthenticatedClient
from puffle_client.api.campaign_leads import update_lead_in_campaign
from puffle_client.models import Lead, LeadFields, LeadUpdate

EDIT = LeadUpdate(
    prospect_id=UUID("3c90c3cc-0d44-4b50-8888-8dd25736052a"),
    updates=LeadFields(first_name="Janet", position="Chief Revenue Officer"),
)


def edit_lead(client: AuthenticatedClient, campaign: UUID, edit: LeadUpdate) -> Lead:
    """The lead after the edit; ``Failed`` if it was not edited, or if that is not known."""
    return send(partial(update_lead_in_campaign.sync_detailed, campaign, client=client, body=edit)).prospect


if __name__ == "__main__":
    with ending("edited"), connect() as client:
        lead = edit_lead(client, CAMPAIGN, EDIT)
        print(one_line(f"{lead.first_name} {lead.last_name}, {lead.position}"))
