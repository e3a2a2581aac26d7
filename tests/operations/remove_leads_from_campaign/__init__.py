"""Mutants and harmless variants of Remove Leads from Campaign."""

OPERATION = "DELETE /api/campaigns/{id}/leads"
