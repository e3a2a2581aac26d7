"""The reference page: the whole contract on one page that works offline, with a form that sends its requests.

Swagger UI renders it; ``reference.js`` adds what the contract says beyond OpenAPI: rules and calls.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pages import render, unescaped
from pages.calls import calls_of, variables
from puffle import address
from puffle.contract import JSON, Contract, Example, Operation, Rule, Schema

HERE = Path(__file__).parent
SWAGGER_UI = HERE.parent / "node_modules" / "swagger-ui-dist"


class NoPage(Exception):
    """The page cannot be built; the message says why, and what to do."""


@lru_cache(1)
def page(contract: Contract) -> str:
    """The page as HTML. It sends requests to the server that it came from, as a file to the local one of the contract.

    Raises:
        NoPage: Swagger UI is not installed, or the contract has no server on this machine.
    """
    if not SWAGGER_UI.exists():
        raise NoPage("The reference page needs Swagger UI: run `make docs`, which installs it")
    server = next((one for one in contract.servers if address.is_loopback(address.host(one["url"]))), None)
    if server is None:
        raise NoPage("The reference page has no server to send to: add one on this machine to openapi.yaml")
    scripts = [_script(SWAGGER_UI / "swagger-ui-bundle.js"), _script(HERE / "reference.js")]
    local = {"url": server["url"], "description": server.get("description", "")}
    given = {
        "document": {**contract.document, "servers": [local]},  # the page's policy allows no other
        "server": server["url"],
        "key": server.get("x-api-key", ""),
        "variables": variables(server),
        "operations": {f"{one.method} {one.path_template}": _extras(one, server) for one in contract.operations},
    }
    return render(
        HERE / "reference.html.jinja",
        contract=contract,
        scripts=list(map(unescaped, scripts)),
        styles=[unescaped(file.read_text("utf-8")) for file in (SWAGGER_UI / "swagger-ui.css", HERE / "reference.css")],
        hashes=list(map(_hash, scripts)),
        given=unescaped(json.dumps(given, ensure_ascii=False).replace("<", "\\u003c")),
    )


def _extras(operation: Operation, server: Mapping[str, Any]) -> dict[str, Any]:
    """What Swagger UI does not show of an operation."""
    contract = operation.contract
    success = next((one for status, one in operation.responses.items() if status.startswith("2")), {})
    return {
        "id": operation.id,
        "address": f"{contract.default_server}{operation.path_template}",
        "request": list(_fields(contract, operation.request_schema or {})),
        "response": list(_fields(contract, success.get("content", {}).get(JSON, {}).get("schema", {}))),
        "rules": [
            {
                "id": rule.id,
                "anchor": rule.id if _first_with(contract, rule) is operation else None,
                "text": rule.promise,
                "assumed": rule.assumed,
                "line": contract.line(*rule.place),
            }
            for rule in operation.rules
        ],
        "examples": [
            {
                "name": example.name,
                "summary": f"{_summary(operation, example)} ({example.status})",
                "parameters": [[place, name, value] for (place, name), value in example.parameters.items()],
                "body": example.body and json.dumps(example.body, ensure_ascii=False, indent=2),
                "calls": calls_of(operation, example, server["url"]),
            }
            for example in operation.examples()
        ],
    }


def _first_with(contract: Contract, rule: Rule) -> Operation:
    return next(operation for operation in contract.operations if rule in operation.rules)


def _summary(operation: Operation, example: Example) -> str:
    """What an example shows: the summary of its body, or of its response if it has no body."""
    response = operation.responses[str(example.status)]
    for content in (operation.request_content, response["content"][JSON]):
        if example.name in content.get("examples", {}):
            return str(operation.contract.resolve(content["examples"][example.name]).get("summary", example.name))
    return example.name


def _fields(
    contract: Contract, declared: Schema, above: str = "", around: frozenset[int] = frozenset()
) -> Iterator[dict[str, Any]]:
    """The fields of an object, and of the objects and lists in it, except for an object that contains itself."""
    schema = contract.resolve(declared)
    if "items" in schema:
        yield from _fields(contract, schema["items"], f"{above.removesuffix('.')}[].", around)
    if id(schema) in around:
        return
    required = contract.required_members(schema)
    for name, member in contract.members(schema).items():
        field = contract.resolve(member)
        kind = field.get("type") or [contract.resolve(one).get("type", "any") for one in field.get("oneOf", ({},))]
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
