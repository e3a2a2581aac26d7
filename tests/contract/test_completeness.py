"""What the operations and rules of the contract still lack, and what in the code is about none of them."""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from mock.sandbox.operations import discover
from puffle.contract import Contract, Operation, operation_key
from tests.operations import SCHEMA_CHECKS, operation_of
from tests.operations.registry import DECLARED
from tests.reporting import fail_with
from tests.running import ROOT
from tests.targets import CONTRACT

SANDBOX, TESTS, MUTANTS = (f"{folder}/operations" for folder in ("mock/sandbox", "contract_tests", "tests"))
MIN_MUTANTS = 2


def test_every_operation_and_rule_is_implemented_and_tested() -> None:
    fail_with("openapi.yaml and the code differ:", [*missing(CONTRACT), *unknown(CONTRACT)])


def edited(old: str, new: str) -> Contract:
    """The contract with a text replaced everywhere."""
    return Contract(json.loads(json.dumps(CONTRACT.document).replace(old, new)))


def test_renamed_rule_is_noticed() -> None:
    rule = CONTRACT.rules[0].id
    contract = edited(rule, "renamed-rule")
    assert [line for line in missing(contract) if "with tests of renamed-rule" in line]
    assert [line for line in missing(contract) if "mutants each of renamed-rule" in line]
    assert [line for line in unknown(contract) if f"openapi.yaml has no rule {rule}" in line]
    assert [line for line in unknown(contract) if f"breaks {rule}, a rule that openapi.yaml does not have" in line]


def test_renamed_path_is_noticed() -> None:
    operation = CONTRACT.operations[0]
    contract = edited(operation.path_template, "/renamed")
    created = [line for line in missing(contract) if f'(OPERATION = "{operation.method} /renamed")' in line]
    assert [line.split()[1].partition("/operations/")[0] for line in created] == [
        "mock/sandbox",
        "contract_tests",
        "tests",
    ]
    assert len([line for line in unknown(contract) if f"has no {operation.key}" in operation_key(line)]) == 3


def missing(contract: Contract) -> Iterator[str]:
    """What must be added for the operations of a contract, with the file to create or edit."""
    tested = rules_with_tests()
    for operation in contract.operations:
        if operation.key not in discover():
            yield f"{file_for(SANDBOX, operation)} with a Handler; until then the sandbox responds with the examples"
        has_target = any(operation_key(name) == operation.key for _, name in operations_in(TESTS))
        untested = [rule.id for rule in operation.rules if rule.id not in tested["*"] | tested[operation.key]]
        if untested or not has_target:
            target = [] if has_target else ["a Target"]
            tests = [f"tests of {', '.join(untested)}"] if untested else []
            yield f"{file_for(TESTS, operation)} with {' and '.join(target + tests)}"
        count = Counter(broken for mutant, broken in DECLARED if operation_of(mutant) in (None, operation.key))
        few = [rule.id for rule in operation.rules if count[rule.id] < MIN_MUTANTS]
        if few:
            yield f"{file_for(MUTANTS, operation)} with at least {MIN_MUTANTS} mutants each of {', '.join(few)}"
    count = Counter(broken for _, broken in DECLARED)
    few = [check for check in SCHEMA_CHECKS if count[check] < MIN_MUTANTS]
    if few:
        yield f"extend {MUTANTS}/responses.py with at least {MIN_MUTANTS} mutants each of {', '.join(few)}"


def unknown(contract: Contract) -> Iterator[str]:
    """What names an operation or a rule that a contract does not have."""
    rules = {rule.id for rule in contract.rules}
    for folder in (SANDBOX, TESTS, MUTANTS):
        for file, operation in operations_in(folder):
            if contract.find(operation) is None:
                yield f"{file}: openapi.yaml has no {operation}: change OPERATION, or delete the module"
    for file, line, rule in named_rules():
        if rule not in {*rules, *SCHEMA_CHECKS}:
            yield f"{file}:{line}: openapi.yaml has no rule {rule}: rename it, or delete the test"
    for difference, broken in DECLARED:
        if broken and broken not in {*rules, *SCHEMA_CHECKS}:
            file = Path(inspect.getfile(inspect.getmodule(difference) or difference)).relative_to(ROOT)
            yield f"{file}: {difference.__name__} breaks {broken}, a rule that openapi.yaml does not have"


def file_for(folder: str, operation: Operation) -> str:
    """Where code of an operation belongs. Its module may have another name than the ``operationId`` suggests."""
    for file, name in operations_in(folder):
        if operation_key(name) == operation.key:
            return f"extend {file.parent if file.name == '__init__.py' else file}"
    module = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation.id).lower()
    return f'create {folder}/{module}.py (OPERATION = "{operation.method} {operation.path_template}")'


def operations_in(folder: str) -> Iterator[tuple[Path, str]]:
    """The modules and packages with ``OPERATION``."""
    for file in sorted((ROOT / folder).rglob("*.py")):
        for found in re.findall(r'^OPERATION = "(.*)"', file.read_text("utf-8"), re.MULTILINE):
            yield file.relative_to(ROOT), found


def named_rules() -> Iterator[tuple[Path, int, str]]:
    """The rules that the contract tests of operations name, with file and line."""
    for file in sorted((ROOT / TESTS).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "rule":
                        yield file.relative_to(ROOT), mark.lineno, ast.literal_eval(mark.args[0])


def rules_with_tests() -> defaultdict[str, set[str]]:
    """The tested rules by operation; those of tests that all operations share under ``*``."""
    owners = {file: operation_key(name) for file, name in operations_in(TESTS)}
    tested = defaultdict[str, set[str]](set)
    for file, _, rule in named_rules():
        packages = [parent / "__init__.py" for parent in file.parents]
        owner = next((owners[place] for place in (file, *packages) if place in owners), "*")
        tested[owner].add(rule)
    return tested
