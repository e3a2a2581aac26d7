"""The tests of the contract tests: each broken rule is seen by its own tests, and nothing harmless is."""

from __future__ import annotations

import re
from collections import Counter
from functools import partial

import pytest

from contract_tests.answers import ANSWERS, ERROR_BODY
from contract_tests.verdict import REQUESTS, SHAPES
from puffle import contract
from tests.implementations import Implementation, implementation
from tests.mutants import MUTANTS, Mutant
from tests.running import ROOT, judge, served
from tests.variants import VARIANTS

PROMISES = [rule.id for rule in (*contract.load().operation("updateLeadInCampaign").rules, *SHAPES)]


# The shape of an answer is judged wherever one arrives; these rules' tests see answers of that kind.
MEETS = {ANSWERS: "edits-listed-fields", ERROR_BODY: "invalid-request-refused"}


def rules_with_a_test() -> set[str]:
    tests = [file.read_text("utf-8") for file in (ROOT / "contract_tests").glob("test_*.py")]
    named = {name.strip('"') for text in tests for name in re.findall(r"^@rule\((.*)\)", text, re.MULTILINE)}
    judged_on_arrival = {ANSWERS, ERROR_BODY}
    return {REQUESTS if name == "REQUESTS" else name for name in named} | judged_on_arrival


def test_every_rule_has_a_test_and_every_test_a_rule() -> None:
    named = rules_with_a_test()
    assert named == set(PROMISES), "test each rule of x-rules in contract_tests/, and name it there"


def test_every_rule_has_two_mutants_and_every_mutant_a_rule() -> None:
    count = Counter(mutant.rule for mutant in MUTANTS)
    assert set(count) <= set(PROMISES)
    lacking = [rule for rule in PROMISES if count[rule] < 2]
    assert not lacking, f"add mutants that break {', '.join(lacking)} to tests/mutants.py"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.rule}-{mutant.name}")
def test_mutant_is_caught_by_the_tests_of_its_rule(mutant: Mutant) -> None:
    rule = MEETS.get(mutant.rule, mutant.rule)
    with served(mutant.app) as url:
        run = judge(url, "-m", f'rule(id="{rule}")', STRICT="1")
    assert run.returncode == 1, run.stdout + run.stderr
    assert re.search(rf"^  (BROKEN|contradicted) +{mutant.rule} ", run.stdout, re.MULTILINE), run.stdout


def test_sandbox_is_kept_where_mutants_are_broken() -> None:
    with served(implementation) as url:
        run = judge(url, STRICT="1")
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{len(PROMISES) - len(SHAPES)} kept, 0 broken;" in run.stdout


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.__name__)
def test_harmless_variant_is_kept(variant: Implementation) -> None:
    with served(partial(implementation, variant)) as url:
        run = judge(url, STRICT="1")
    assert run.returncode == 0, run.stdout + run.stderr
