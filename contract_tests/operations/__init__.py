"""The tests of each operation: one module, or one package, per operation.

An operation module states ``OPERATION``, the method and path of its operation in the contract (the names of path
parameters do not matter), and has a class ``Target``, a subclass of ``contract_tests.target.Target`` that says which
requests are safe and ordinary. Its tests take a ``target`` and name their rule with ``@rule(…)``; those that take
``data`` draw values from Hypothesis. They run when the contract has the operation; nothing else needs to be edited.
The other modules are helpers; their tests run once for each operation that refers to the test's rule.
"""

import json
import pkgutil
import re
from collections.abc import Container, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from puffle.contract import Contract, Operation, operation_key

from ..exceptions import CannotJudge


def _modules() -> dict[str, Any]:
    modules = {name: import_module(f".{name}", __name__) for _, name, _ in pkgutil.iter_modules(__path__)}
    return {name: module for name, module in sorted(modules.items()) if hasattr(module, "OPERATION")}


def discover(contract: Contract) -> dict[str, tuple[Operation, Any]]:
    """The operations of a contract that have a module, in its order, by the module's name."""
    modules = {operation_key(module.OPERATION): (name, module) for name, module in _modules().items()}
    found = ((operation, *modules[operation.key]) for operation in contract.operations if operation.key in modules)
    return {name: (operation, module) for operation, name, module in found}


def chosen(contract: Contract, ids: Sequence[str]) -> dict[str, tuple[Operation, Any]]:
    """The operations with these ids, all by default, by the name of their module.

    Raises:
        CannotJudge: there is no such operation, it has no module, or it cannot be judged without another one.
    """
    found = discover(contract)
    if not found:
        raise CannotJudge("no operation of the contract has a module in contract_tests/operations/")
    known = {operation.id: name for name, (operation, _) in found.items()}
    for unknown in (given for given in ids if given not in known):
        raise CannotJudge(f"OPERATIONS: there is no operation {json.dumps(unknown)}; use {', '.join(known)}")
    judged = {name: one for name, one in found.items() if not ids or one[0].id in ids}
    keys = {operation.key for operation, _ in judged.values()}
    for operation, module in judged.values():
        if missing := [key for key in module.Target.needs if key not in keys]:
            others = " and ".join(getattr(contract.find(key), "id", key) for key in missing)
            raise CannotJudge(f"{operation.id} cannot be judged without {others}: add them to OPERATIONS=")
    return judged


def files(judged: Container[str]) -> list[Path]:
    """The files with tests: those of the modules in ``judged``, and those of the helpers."""
    others, found = set(_modules()), []
    for path in sorted(Path(__file__).parent.iterdir()):
        if path.stem in judged or path.stem not in others:
            found += [path] if path.is_file() else sorted(path.glob("*.py"))
    return [file for file in found if file.suffix == ".py" and file.name != "__init__.py"]


def module_file(operation: Operation) -> str:
    return f"contract_tests/operations/{re.sub('(?<=[a-z0-9])(?=[A-Z])', '_', operation.id).lower()}.py"
