"""Update Lead in Campaign: edits the fields of one lead."""

from .target import Target

OPERATION = "PATCH /api/campaigns/{id}/leads"

__all__ = ["OPERATION", "Target"]
