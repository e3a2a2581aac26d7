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

import jinja2
from markupsafe import Markup

from pages import LOOK
from pages.calls import calls_of, variables
from puffle import address
from puffle.contract import JSON, Contract, Operation, Schema

HERE = Path(__file__).parent
SWAGGER_UI = HERE.parent / "node_modules" / "swagger-ui-dist"


class NotInstalled(Exception):
    """The renderer is not there: the message says how to get it."""


@lru_cache(1)
def page(contract: Contract) -> str:
    """The page, which sends to the server that it came from, and opened as a file to the contract's on this machine.

    Raises:
        NotInstalled: the renderer has not been set up.
        StopIteration: the contract names no server on this machine.
    """
    if not SWAGGER_UI.exists():
        raise NotInstalled("The reference page needs Swagger UI: run `make docs`, which sets it up")
    server = next(one for one in contract.servers if address.is_loopback(address.host(one["url"])))
    scripts = [_script(SWAGGER_UI / "swagger-ui-bundle.js"), _script(HERE / "reference.js")]
    styles = [SWAGGER_UI / "swagger-ui.css", LOOK, HERE / "reference.css"]
    given = {
        # What Swagger UI sends to is the server on this machine alone; the page's policy lets it reach no other.
        "document": {**contract.document, "servers": [{"url": server["url"], "description": server["description"]}]},
        "server": server["url"],
        "key": server.get("x-api-key", ""),
        "variables": variables(server),
        "operations": {
            f"{one.method} {one.path_template}": _beyond_openapi(one, server) for one in contract.operations
        },
    }
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    return environment.from_string((HERE / "reference.html.jinja").read_text("utf-8")).render(
        contract=contract,
        scripts=[Markup(script) for script in scripts],  # noqa: S704 -- the project's own, and Swagger UI's
        styles=[Markup(file.read_text("utf-8")) for file in styles],  # noqa: S704
        hashes=[_hash(script) for script in scripts],
        given=Markup(json.dumps(given, ensure_ascii=False).replace("<", "\\u003c")),  # noqa: S704 -- no tag is left in it
    )


def _beyond_openapi(operation: Operation, server: Mapping[str, Any]) -> dict[str, Any]:
    """What an operation has that Swagger UI does not show."""
    contract, bodies = operation.contract, operation.request_content.get("examples", {})
    success = next(answer for status, answer in operation.responses.items() if 200 <= status < 300)
    return {
        "address": f"{contract.default_server}{operation.path_template}",
        "request": list(_fields(contract, operation.request_content.get("schema", {}))),
        "answer": list(_fields(contract, success.get("content", {}).get(JSON, {}).get("schema", {}))),
        "rules": [{**vars(rule), "line": operation.line_of_rule(rule.id)} for rule in operation.rules],
        "examples": [
            {
                "name": example.name,
                "summary": f"{contract.resolve(bodies[example.name])['summary']} ({example.status})",
                "parameters": [[place, name, value] for (place, name), value in example.parameters.items()],
                "body": json.dumps(example.body, ensure_ascii=False, indent=2),
                "calls": calls_of(operation, example, server["url"]),
            }
            for example in operation.examples()
        ],
    }


def _fields(contract: Contract, schema: Schema, above: str = "") -> Iterator[dict[str, Any]]:
    """The fields of an object, and of the objects in it, for a person to read."""
    schema = contract.resolve(schema)
    required = contract.required_members(schema)
    for name, declared in contract.members(schema).items():
        field = contract.resolve(declared)
        types = [field.get("type", "any")] if isinstance(field.get("type", "any"), str) else field["type"]
        kind = " or ".join(types)
        yield {
            "name": above + name,
            "type": f"{kind} ({field['format']})" if "format" in field else kind,
            "required": name in required,
            "assumed": field.get("x-assumed", False),
            "description": " ".join(declared.get("description", field.get("description", "")).split()),
        }
        yield from _fields(contract, field, f"{above}{name}.")


def _script(file: Path) -> str:
    return file.read_text("utf-8").replace("</script", "<\\/script")


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
