"""An example request as users send it: with ``curl``, from Python, and from the command line."""

from __future__ import annotations

import inspect
import json
import pkgutil
import pprint
import re
import typing
from collections.abc import Mapping
from importlib import import_module
from typing import Any
from uuid import UUID

from puffle_client import api

from puffle.cli.flags import flags_of
from puffle.cli.manual import typed
from puffle.cli.settings import BASE_URL_VARIABLE
from puffle.contract import JSON, Example, Operation
from puffle.curl import curl
from puffle.secret import BEARER, KEY_VARIABLE, in_shell


def variables(server: Mapping[str, str]) -> str:
    """The shell command that exports a server of the contract and its key."""
    return f"export {BASE_URL_VARIABLE}={server['url']} {KEY_VARIABLE}={server.get('x-api-key', '…')}"


def calls_of(operation: Operation, example: Example, url: str) -> dict[str, str]:
    """The calls that send an example to a URL, by tool; they read the key from the environment."""
    calls = {"curl": _curl(operation, example, url)}
    if python := _python(operation, example, url):
        calls["Python"] = python
    if operation.command:
        flags = next(typed(example, flags_of(operation)))
        calls["puffle"] = " \\\n  ".join([" ".join(["puffle", *operation.command]), *filter(None, flags)])
    return calls


def _curl(operation: Operation, example: Example, url: str) -> str:
    body = None if example.body is None else json.dumps(example.body, ensure_ascii=False).encode()
    headers = [f'"Authorization: {in_shell(BEARER)}"', *([f"'Content-Type: {JSON}'"] if body else [])]
    line = curl(operation.method, url + example.path, headers, body, "-i")
    return line.replace(" -H ", " \\\n  -H ").replace(" --data-raw ", " \\\n  --data-raw ")


def _python(operation: Operation, example: Example, url: str) -> str:
    """A call of the generated client; empty if it has no such function, or one with other parameters."""
    modules = [module.name for module in pkgutil.walk_packages(api.__path__, f"{api.__name__}.") if not module.ispkg]
    name = next((name for name in modules if _folded(name.rpartition(".")[2]) == _folded(operation.id)), None)
    if name is None:
        return ""
    package, _, module = name.rpartition(".")
    function = import_module(name).sync
    hints = typing.get_type_hints(function)
    spelled = {_folded(argument): argument for argument in inspect.signature(function).parameters}
    arguments = {spelled.get(_folded(name), ""): value for (_, name), value in example.parameters.items()}
    if "" in arguments or not all(isinstance(value, str | int | float) for value in arguments.values()):
        return ""
    given = [f"{name}={_literal(hints[name], value)}" for name, value in arguments.items()]
    lines = ["import os", *(["from uuid import UUID"] if any("UUID(" in one for one in given) else []), ""]
    lines += ["from puffle_client import PuffleClient", f"from {package} import {module}"]
    if example.body is not None:
        model = hints["body"].__name__
        body = pprint.pformat(example.body, sort_dicts=False, width=80).replace("\n", "\n    ")
        lines += [f"from puffle_client.models import {model}", "", f"body = {model}.from_dict(\n    {body}\n)"]
        given.append("body=body")
    lines += ["", f'with PuffleClient("{url}", os.environ["{KEY_VARIABLE}"]) as client:']
    lines += [f"    response = {module}.sync({', '.join(['client=client', *given])})", "print(response)"]
    return "\n".join(lines)


def _literal(hint: Any, value: object) -> str:
    return repr(UUID(str(value)) if UUID in (hint, *typing.get_args(hint)) else value)


def _folded(name: str) -> str:
    return re.sub(r"[\W_]", "", name.lower())
