"""The reference page: the whole contract on one page, which needs no network, with a form that sends its requests.

Swagger UI renders it. What the contract says beyond OpenAPI, its rules and calls, is handed to ``reference.js``.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pages import as_it_is, render
from pages.calls import calls_of, variables
from puffle import address
from puffle.contract import JSON, Contract, Example, Operation, Schema

HERE = Path(__file__).parent
SWAGGER_UI = HERE.parent / "node_modules" / "swagger-ui-dist"


class NoPage(Exception):
    """The page cannot be made: the message says why, and what to do."""


@lru_cache(1)
def page(contract: Contract) -> str:
    """The page, which sends to the server that it came from, and opened as a file to the contract's on this machine.

    Raises:
        NoPage: the renderer has not been set up, or the contract names no server on this machine.
    """
    if not SWAGGER_UI.exists():
        raise NoPage("The reference page needs Swagger UI: run `make docs`, which sets it up")
    server = next((one for one in contract.servers if address.is_loopback(address.host(one["url"]))), None)
    if server is None:
        raise NoPage("The reference page has nowhere to send to: name a server on this machine in openapi.yaml")
    scripts = [_script(SWAGGER_UI / "swagger-ui-bundle.js"), _script(HERE / "reference.js")]
    given = {
        # What Swagger UI sends to is where the page came from, or a server on this machine: its policy allows no other.
        "document": {
            **contract.document,
            "servers": [{"url": server["url"], "description": server.get("description", "")}],
        },
        "server": server["url"],
        "key": server.get("x-api-key", ""),
        "variables": variables(server),
        "operations": {
            f"{one.method} {one.path_template}": _beyond_openapi(one, server) for one in contract.operations
        },
    }
    return render(
        HERE / "reference.html.jinja",
        contract=contract,
        scripts=list(map(as_it_is, scripts)),
        styles=[as_it_is(file.read_text("utf-8")) for file in (SWAGGER_UI / "swagger-ui.css", HERE / "reference.css")],
        hashes=list(map(_hash, scripts)),
        given=as_it_is(json.dumps(given, ensure_ascii=False).replace("<", "\\u003c")),
    )


def _beyond_openapi(operation: Operation, server: Mapping[str, Any]) -> dict[str, Any]:
    """What an operation has that Swagger UI does not show."""
    contract = operation.contract
    success = next((answer for status, answer in operation.responses.items() if 200 <= status < 300), {})
    return {
        "address": f"{contract.default_server}{operation.path_template}",
        "request": list(_fields(contract, operation.request_content.get("schema", {}))),
        "answer": list(_fields(contract, success.get("content", {}).get(JSON, {}).get("schema", {}))),
        "rules": [{**vars(rule), "line": operation.line_of_rule(rule.id)} for rule in operation.rules],
        "examples": [
            {
                "name": example.name,
                "summary": f"{_summary(operation, example)} ({example.status})",
                "parameters": [[place, name, value] for (place, name), value in example.parameters.items()],
                "body": json.dumps(example.body, ensure_ascii=False, indent=2),
                "calls": calls_of(operation, example, server["url"]),
            }
            for example in operation.examples()
        ],
    }


def _summary(operation: Operation, example: Example) -> str:
    shown = operation.request_content.get("examples", {}).get(example.name, {})
    return str(operation.contract.resolve(shown).get("summary", example.name))


def _fields(
    contract: Contract, declared: Schema, above: str = "", around: frozenset[int] = frozenset()
) -> Iterator[dict[str, Any]]:
    """The fields of an object and of the objects in it, but for one that holds itself, for a person to read."""
    schema = contract.resolve(declared)
    if id(schema) in around:
        return
    required = contract.required_members(schema)
    for name, member in contract.members(schema).items():
        field = contract.resolve(member)
        kind = field.get("type", "any")
        kind = kind if isinstance(kind, str) else " or ".join(kind)
        yield {
            "name": above + name,
            "type": f"{kind} ({field['format']})" if "format" in field else kind,
            "required": name in required,
            "assumed": field.get("x-assumed", False),
            "description": " ".join(member.get("description", field.get("description", "")).split()),
        }
        yield from _fields(contract, field, f"{above}{name}.", around | {id(schema)})


def _script(file: Path) -> str:
    return file.read_text("utf-8").replace("</script", "<\\/script")


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
