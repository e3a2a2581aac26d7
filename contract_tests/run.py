"""The run that is under way: what pytest must know when it reads the tests, before it hands them their target."""

from __future__ import annotations

from contract_tests.rows import Columns
from puffle import contract

COLUMNS = Columns(contract.load())

fields: tuple[str, ...] = COLUMNS.listed
"""The listed fields that may be edited."""
seed = 0
cases = 10
"""How many each test draws."""
