"""The layers: who imports whom, what only the modules in ``operations/`` may name, and how long a module may be."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from puffle import contract
from puffle.contract import Contract
from tests.running import ROOT

MAX_LINES = 300
IMPORTS = {
    "puffle": set(),
    "pages": {"puffle", "puffle_client"},
    "mock": {"puffle", "pages"},
    "contract_tests": {"puffle", "pages"},
    "changes": {"puffle", "mock"},
    "release": {"puffle", "mock", "changes"},
    "benchmarks": {"puffle", "mock"},
}
"""Package to the other packages that it may import. Nothing imports ``tests``.

The client is for its users: only the reference page looks at it.
"""
ENGINES = tuple(IMPORTS)
RELATIVE = ("mock/sandbox", "contract_tests")
"""Folders whose own modules import each other relatively, so that a wheel can carry them under other names."""

ALLOWED_WORDS = {
    "all": "everything there is",
    "limit": "of a list (x-pagination), and of what may be sent or read",
    "page": "of a list (x-pagination), and of HTML",
    "total": "of a list (x-pagination)",
    "email": "a format of JSON Schema",
    "error": "the only member of error bodies, and an outcome of a rule",
    "id": "of a rule in x-rules, and of a campaign",
    "name": "of a parameter, a header or a tag in OpenAPI",
    "status": "of a response, and of a campaign",
}
"""Names of the contract that mean something else in engines, and what."""


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


@cache
def nodes(file: Path) -> list[ast.AST]:
    """All nodes of a module's syntax tree."""
    return [*ast.walk(ast.parse(file.read_text("utf-8")))]


def imported(file: Path) -> Iterator[str]:
    """The full names of everything that a module imports."""
    package = file.relative_to(ROOT).parent.parts
    for node in nodes(file):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else ()
            yield from (".".join([*above, *filter(None, [node.module]), alias.name]) for alias in node.names)


@pytest.mark.parametrize("package", ENGINES)
def test_package_imports_only_what_its_layer_may(package: str) -> None:
    ours = {*ENGINES, "tests", "puffle_client"}
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in python_files(package)
        for name in imported(file)
        if name.partition(".")[0] in ours - IMPORTS[package] - {package}
    ]
    assert wrong == []


@pytest.mark.parametrize("folder", RELATIVE)
def test_own_modules_are_imported_relatively(folder: str) -> None:
    absolute = re.compile(rf"^\s*(?:from|import) {folder.replace('/', '.')}\b", re.MULTILINE)
    assert [str(file.relative_to(ROOT)) for file in python_files(folder) if absolute.search(file.read_text())] == []


def test_engines_do_not_import_the_module_of_an_operation() -> None:
    operations = [file.relative_to(ROOT) for file in python_files(*ENGINES) if "\nOPERATION = " in file.read_text()]
    modules = {".".join(file.with_suffix("").parts).removesuffix(".__init__") for file in operations}
    assert modules
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in engine_files()
        for name in (imported(file) if file.suffix == ".py" else ())
        if any(f"{name}.".startswith(f"{module}.") for module in modules)
    ]
    assert wrong == []


def names_of(contract: Contract) -> set[str]:
    """The names that belong to the contract: of its operations, schemas, fields and rules."""
    operations = {operation.id for operation in contract.operations}
    rules = {rule.id for rule in contract.rules}
    schemas = contract.document["components"]["schemas"]
    return operations | rules | set(schemas) | set(members(schemas))


def members(schema: Any) -> Iterator[str]:
    """The names of all members that schemas describe."""
    if isinstance(schema, dict):
        properties = schema.get("properties", {})
        yield from properties if isinstance(properties, dict) else ()
        yield from chain.from_iterable(map(members, schema.values()))
    elif isinstance(schema, list):
        yield from chain.from_iterable(map(members, schema))


def is_distinctive(name: str) -> bool:
    """Whether a name can hardly be meant otherwise: it is ``camelCase``, or has ``_`` or ``-`` in it."""
    return re.search(r"[a-z][A-Z]|[_-]", name) is not None


def engine_files() -> Iterator[Path]:
    """The hand-written code that knows no operation."""
    for suffix in ("py", "js", "jinja"):
        for file in chain.from_iterable(sorted((ROOT / engine).rglob(f"*.{suffix}")) for engine in ENGINES):
            if not {"operations", "node_modules"} & set(file.parts):
                yield file


def mentions(file: Path, names: Iterable[str]) -> Iterator[str]:
    """Where the strings of a file mention names of the contract: distinctive ones anywhere, words as whole strings."""
    distinctive = [name for name in names if is_distinctive(name)]
    words = set(names) - set(distinctive) - set(ALLOWED_WORDS)
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, distinctive))})(?![\w-])")
    for line, text in strings(file):
        for found in [*pattern.findall(text), *([text] if text in words else [])]:
            yield f"{file.relative_to(ROOT)}:{line} names {found}"


def strings(file: Path) -> Iterator[tuple[int, str]]:
    """The string literals of a file, docstrings included; outside Python also each line as a whole."""
    if file.suffix == ".py":
        for node in nodes(file):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.lineno, node.value
    else:
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            yield number, line
            yield from ((number, literal) for _, literal in re.findall(r"""(?<!=)(["'])(.*?)\1""", line))


def test_engines_name_nothing_of_the_contract() -> None:
    names = sorted(names_of(contract.load()))
    wrong = [mention for file in engine_files() for mention in mentions(file, names)]
    assert not wrong, "\n".join(["reach it through the operation, or move it to operations/:", *wrong])


def test_operations_do_name_the_contract() -> None:
    names = names_of(contract.load())
    assert set(ALLOWED_WORDS) <= names
    operations = [file for file in python_files("contract_tests/operations") if file.name != "__init__.py"]
    assert any(any(mentions(file, names)) for file in operations), "the check above finds nothing"


def test_modules_are_short() -> None:
    files = [*python_files(*ENGINES, "examples", "tests")]
    lengths = {str(file.relative_to(ROOT)): len(file.read_text("utf-8").splitlines()) for file in files}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES and "node_modules" not in name} == {}
