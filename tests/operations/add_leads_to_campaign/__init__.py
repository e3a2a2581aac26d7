"""Mutants and harmless variants of Add Leads to Campaign."""

OPERATION = "POST /api/campaigns/{id}/leads"
