"""Tests that judge whether a target, known only by its URL, keeps the contract."""
