"""Mutants and harmless variants of Get Leads in Campaign."""

OPERATION = "GET /api/campaigns/{id}/leads"
