"""The tests of each operation: one module, or one package, per operation.

An operation module states ``OPERATION``, the method and path of its operation in the contract (the names of path
parameters do not matter), and has a class ``Target``, a subclass of ``contract_tests.target.Target`` that says which
requests are safe and ordinary. Its tests take a ``target`` and name their rule with ``@rule(…)``; those that take
``data`` draw values from Hypothesis. They run when the contract has the operation; nothing else needs to be edited.
The other modules are helpers; their tests run once for each operation that refers to the test's rule.
"""

import pkgutil
import re
from collections.abc import Container
from importlib import import_module
from pathlib import Path
from typing import Any

from puffle.contract import Contract, Operation


def _modules() -> dict[str, Any]:
    modules = {name: import_module(f".{name}", __name__) for _, name, _ in pkgutil.iter_modules(__path__)}
    return {name: module for name, module in sorted(modules.items()) if hasattr(module, "OPERATION")}


def discover(contract: Contract) -> dict[str, tuple[Operation, Any]]:
    """The operations of a contract that have a module, by the module's name."""
    found = {name: (contract.find(module.OPERATION), module) for name, module in _modules().items()}
    return {name: (operation, module) for name, (operation, module) in found.items() if operation}


def files(judged: Container[str]) -> list[Path]:
    """The files with tests: those of the modules in ``judged``, and those of the helpers."""
    others, found = set(_modules()), []
    for path in sorted(Path(__file__).parent.iterdir()):
        if path.stem in judged or path.stem not in others:
            found += [path] if path.is_file() else sorted(path.glob("*.py"))
    return [file for file in found if file.suffix == ".py" and file.name != "__init__.py"]


def module_file(operation: Operation) -> str:
    return f"contract_tests/operations/{re.sub('(?<=[a-z0-9])(?=[A-Z])', '_', operation.id).lower()}.py"
