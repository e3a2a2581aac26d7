"""Add Leads to Campaign: adds up to 1000 leads, except duplicates."""

from .target import Target

OPERATION = "POST /api/campaigns/{id}/leads"

__all__ = ["OPERATION", "Target"]
