"""Some operations alone are judged, or the user is told what else is needed."""

from __future__ import annotations

import re
from itertools import combinations
from typing import Any

import pytest

from contract_tests.operations import chosen
from mock.sandbox.operations.update_lead_in_campaign import OPERATION
from puffle.contract import Operation
from tests.proving import judged
from tests.targets import CONTRACT, make_app

FOUND = CONTRACT.find(OPERATION)
assert FOUND is not None
UPDATE = FOUND
SUBSETS = [
    [operation for operation in CONTRACT.operations if operation.key in keys]
    for size in range(1, len(CONTRACT.operations) + 1)
    for keys in combinations([operation.key for operation in CONTRACT.operations], size)
]


@pytest.mark.parametrize(
    ("ids", "variables", "reason"),
    [
        ("nothing", {}, 'there is no operation "nothing"; use listLeadsInCampaign, .*'),
        ("addLeadsToCampaign", {}, "cannot be judged without listLeadsInCampaign and removeLeadsFromCampaign: add .*"),
        (UPDATE.id, {"PUFFLE_PROSPECT_ID": "", "PUFFLE_OTHER_PROSPECT_ID": ""}, "PUFFLE_PROSPECT_ID is not set: .*"),
    ],
)
def test_operations_that_cannot_be_judged_are_named(ids: str, variables: Any, reason: str) -> None:
    result = judged(make_app(), "--operations", ids, **variables)
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.fullmatch(f"could not judge: .*{reason}\n", result.stderr)


@pytest.mark.slow
@pytest.mark.parametrize("subset", SUBSETS, ids=lambda subset: "-".join(operation.method for operation in subset))
def test_any_subset_of_the_operations_is_judged_or_explained(subset: list[Operation]) -> None:
    ids = ",".join(operation.id for operation in subset)
    needed = {key for _, module in chosen(CONTRACT, ()).values() for key in module.Target.needs}
    # Without an operation that has a body, some tests concern none: all of them are collected then.
    few = () if len(subset) == 1 else ("-m", 'rule(id="bearer-required") or rule(id="invalid-request-refused")')
    result = judged(make_app(), "--operations", ids, *few, cases=1)
    assert result.exit_code == 0 or "cannot be judged without" in result.stderr, result.printed
    assert result.exit_code == 0 or not needed <= {operation.key for operation in subset}
    others = [operation.id for operation in CONTRACT.operations if operation not in subset]
    if result.exit_code == 0 and others:
        assert f"not judged: {', '.join(others)}" in result.stdout
