"""Mutants: the sandbox with one rule broken each. The tests of that rule must see it.

A mutant is a subclass of the sandbox's rules, or a function that rewrites its answers; its name says what it does.
"""

from tests.mutants import access, answers, fields, requests, rows
from tests.mutants.registry import MUTANTS, Mutant

__all__ = ["MUTANTS", "Mutant", "access", "answers", "fields", "requests", "rows"]
