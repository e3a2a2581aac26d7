"""An example request as people send it: with ``curl``, from Python, and from the command line."""

from __future__ import annotations

import contextlib
import json
import pprint
import typing
from collections.abc import Callable, Iterator, Mapping
from uuid import UUID

from puffle.cli.client import arguments_of, functions_of
from puffle.cli.failures import Failure
from puffle.cli.flags import flags_of
from puffle.cli.manual import typed
from puffle.cli.request import NOTHING, Values
from puffle.cli.settings import BASE_URL_VARIABLE
from puffle.contract import JSON, Example, Operation
from puffle.curl import curl
from puffle.secret import BEARER, KEY_VARIABLE, in_shell


def variables(server: Mapping[str, str]) -> str:
    """The line of a shell that names a server of the contract, and its key, for the calls."""
    return f"export {BASE_URL_VARIABLE}={server['url']} {KEY_VARIABLE}={server.get('x-api-key', '…')}"


def calls_of(operation: Operation, example: Example, url: str) -> dict[str, str]:
    """The calls that send an example to that URL, by what they are made with; the key is in the shell's variable."""
    calls = {"curl": _curl(operation, example, url)}
    for function in functions_of(operation):
        with contextlib.suppress(Failure):  # the client was generated from another state of the contract
            calls["Python"] = "\n".join(_python(operation, example, url, function))
    if operation.command:
        flags = next(typed(example, flags_of(operation)))
        calls["puffle"] = " \\\n  ".join([" ".join(["puffle", *operation.command]), *filter(None, flags)])
    return calls


def _curl(operation: Operation, example: Example, url: str) -> str:
    body = None if example.body is None else json.dumps(example.body, ensure_ascii=False).encode()
    headers = [f'"Authorization: {in_shell(BEARER)}"', *([f"'Content-Type: {JSON}'"] if body else [])]
    line = curl(operation.method, url + example.path, headers, body, "-i")
    return line.replace(" -H ", " \\\n  -H ").replace(" --data-raw ", " \\\n  --data-raw ")


def _python(operation: Operation, example: Example, url: str, function: Callable[..., object]) -> Iterator[str]:
    package, _, module = function.__module__.rpartition(".")
    arguments = arguments_of(operation, function, Values(example.parameters, NOTHING, ()))
    body = typing.get_type_hints(function).get("body")
    yield "import os"
    if any(isinstance(value, UUID) for value in arguments.values()):
        yield "from uuid import UUID"
    yield ""
    yield "from puffle_client import AuthenticatedClient"
    yield f"from {package} import {module}"
    if body:
        yield f"from puffle_client.models import {body.__name__}"
        written = pprint.pformat(example.body, sort_dicts=False, width=80)
        yield f"\nbody = {body.__name__}.from_dict(\n{_indented(written)}\n)"
    yield f'\nwith AuthenticatedClient("{url}", token=os.environ["{KEY_VARIABLE}"]) as client:'
    given = [f"{name}={value!r}" for name, value in arguments.items()] + (["body=body"] if body else [])
    yield f"    answer = {module}.sync({', '.join(['client=client', *given])})"
    yield "print(answer)"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
