"""Remove Leads from Campaign: removes leads by id, or all of them."""

from .target import Target

OPERATION = "DELETE /api/campaigns/{id}/leads"

__all__ = ["OPERATION", "Target"]
