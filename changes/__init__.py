"""Compares two states of the contract: what a change breaks for consumers, and which version it requires."""
