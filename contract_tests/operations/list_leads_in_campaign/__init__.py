"""Get Leads in Campaign: lists the leads of a campaign page by page."""

from .target import Target

OPERATION = "GET /api/campaigns/{id}/leads"

__all__ = ["OPERATION", "Target"]
