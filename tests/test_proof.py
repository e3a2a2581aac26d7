"""The tests of the contract tests: each broken rule is seen by its own tests, and nothing harmless is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from contract_tests.answers import ANSWERS, ERROR_BODY
from contract_tests.verdict import REQUESTS
from tests.implementations import Implementation, implementation
from tests.matrix import PROMISES
from tests.mutants import MUTANTS, Mutant
from tests.proving import judged
from tests.running import ROOT
from tests.variants import VARIANTS

FEW = 1
"""Cases a test: enough for most mutants. Where it is not, a rule's own tests judge as a person would let them."""
QUICKLY = (f"--ignore={ROOT / 'contract_tests' / 'test_shapes.py'}", "-k", "not nasty_value")
"""What every mutant is judged by: all but the two slowest tests."""

# The shape of an answer is judged wherever one arrives; these rules' tests see answers of that kind.
MEETS = {ANSWERS: "edits-listed-fields", ERROR_BODY: "invalid-request-refused"}

Record = Callable[[str, object], None]


def rules_with_a_test() -> set[str]:
    tests = [file.read_text("utf-8") for file in (ROOT / "contract_tests").glob("test_*.py")]
    named = {name.strip('"') for text in tests for name in re.findall(r"^@rule\((.*)\)", text, re.MULTILINE)}
    judged_on_arrival = {ANSWERS, ERROR_BODY}
    return {REQUESTS if name == "REQUESTS" else name for name in named} | judged_on_arrival


def test_every_rule_has_a_test_and_every_test_a_rule() -> None:
    named = rules_with_a_test()
    assert named <= set(PROMISES), "each test names a rule of x-rules"
    lacking = [rule for rule in PROMISES if rule not in named]
    assert not lacking, f"add tests of {', '.join(lacking)} to contract_tests/"


def test_every_rule_has_two_mutants_and_every_mutant_a_rule() -> None:
    count = Counter(mutant.rule for mutant in MUTANTS)
    assert set(count) <= set(PROMISES)
    lacking = [rule for rule in PROMISES if count[rule] < 2]
    assert not lacking, f"add mutants that break {', '.join(lacking)} to tests/mutants/"


def test_no_two_mutants_or_variants_have_one_name() -> None:
    names = Counter(each.name for each in MUTANTS) + Counter(each.__name__ for each in VARIANTS)
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.rule}-{mutant.name}")
def test_mutant_is_caught_by_the_tests_of_its_rule(mutant: Mutant, record_property: Record) -> None:
    judgement = judged(mutant.app, *QUICKLY, cases=FEW, STRICT="1")
    broken = judgement.broken
    if mutant.rule not in broken:
        judgement = judged(mutant.app, "-m", f'rule(id="{MEETS.get(mutant.rule, mutant.rule)}")', STRICT="1")
        broken |= judgement.broken
    record_property("mutant", {"name": mutant.name, "rule": mutant.rule, "broken": sorted(broken)})
    assert (judgement.exit_code, mutant.rule in broken) == (1, True), judgement.printed


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.__name__)
def test_harmless_variant_is_kept(variant: Implementation, record_property: Record) -> None:
    judgement = judged(partial(implementation, variant), STRICT="1")
    record_property("variant", {"name": variant.__name__, "broken": sorted(judgement.broken)})
    assert judgement.exit_code == 0, judgement.printed
    assert " 0 broken" in judgement.printed
