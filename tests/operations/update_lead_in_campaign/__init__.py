"""Mutants and harmless variants of Update Lead in Campaign."""

OPERATION = "PATCH /api/campaigns/{id}/leads"
