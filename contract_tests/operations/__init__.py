"""The tests of each operation: one module, or one package, per operation.

An operation module states ``OPERATION``, the method and path of its operation in the contract, and has a class
``Target``, a subclass of ``contract_tests.target.Target`` that says which requests are safe and ordinary. Its tests
take a ``target`` and name their rule with ``@rule(…)``; those that take ``data`` draw values from Hypothesis. They run
when the contract has the operation; nothing else needs to be edited. The other modules are helpers; their tests run
once for each operation that refers to the test's rule.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Container
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from puffle.contract import Contract, Operation

from .. import target


class OperationModule(Protocol):
    """What an operation module exports."""

    OPERATION: str
    """Method and path, for example ``GET /leads/{id}``; the names of path parameters do not matter."""
    Target: type[target.Target]


def _modules() -> dict[str, OperationModule]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = {name: import_module(f".{name}", __name__) for name in names}
    return {name: cast(OperationModule, module) for name, module in modules.items() if hasattr(module, "OPERATION")}


def discover(contract: Contract) -> dict[str, tuple[Operation, OperationModule]]:
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
    """Where the module of an operation belongs."""
    return f"contract_tests/operations/{re.sub('(?<=[a-z0-9])(?=[A-Z])', '_', operation.id).lower()}.py"
