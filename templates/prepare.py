"""Prepare what openapi-python-client reads: the contract, and its templates with our changes.

``python templates/prepare.py FOLDER`` writes both to the folder. The changes are replacements, not copies of the
templates: if a new version of the generator has other lines there, this stops instead of losing a fix.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

CHANGES: Mapping[str, Mapping[str, str]] = {
    # A traceback or a log must not show the key, and no request may wait forever.
    "client.py.jinja": {
        'default="", docstring="The token': 'default="field(repr=False)", docstring="The token',
        'kw_only=True, alias="headers"': 'kw_only=True, repr=False, alias="headers"',
        "httpx.Timeout | None = field(default=None": (
            "httpx.Timeout | None = field(default=httpx.Timeout(30, connect=10)"
        ),
        "The maximum amount of a time a request can take.": (
            "How long to wait for a connection (default 10 s), and for the next bytes (default 30 s)."
        ),
        'API returns a status code"\n            " that was not documented in the source OpenAPI document.': (
            'response is not one"\n            " that the contract describes; if not, ``parsed`` is None.'
        ),
        "errors.UnexpectedStatus": "errors.UnexpectedResponse",
    },
    # A status that ``HTTPStatus`` lacks (499, 520) is a status, too.
    "types.py.jinja": {"status_code: HTTPStatus": "status_code: int"},
    # Whatever a response contains, its status is not lost.
    "endpoint_module.py.jinja": {
        "    return Response(\n        status_code=HTTPStatus(response.status_code),": (
            "    parsed: {{ return_string | as_unembedded_code }} | None = None\n"
            "    try:\n"
            "        parsed = _parse_response(client=client, response=response)\n"
            "    except errors.UNREADABLE as error:\n"
            "        if client.raise_on_unexpected_status:\n"
            "            raise errors.UnexpectedResponse(response.status_code, response.content) from error\n"
            "    return Response(\n"
            "        status_code=response.status_code,"
        ),
        "parsed=_parse_response(client=client, response=response),": "parsed=parsed,",
    },
    "endpoint_macros.py.jinja": {
        "errors.UnexpectedStatus: If the server returns an undocumented status code and": (
            "errors.UnexpectedResponse: If the contract does not describe the response and"
        ),
        "httpx.TimeoutException: If the request takes longer than Client.timeout.": (
            "httpx.HTTPError: If there is no response, or not within Client.timeout."
        ),
    },
    # RFC 3339 allows ``t`` and ``z``, and a leap second, which becomes the second before it.
    "property_templates/datetime_property.py.jinja": {
        "fromisoformat({{ source }})": 'fromisoformat({{ source }}.upper().replace(":60", ":59"))',
    },
}


def changed(template: str) -> str:
    """A template of the generator with our changes."""
    text = (files("openapi_python_client") / "templates" / template).read_text("utf-8")
    for old, new in CHANGES[template].items():
        if text.count(old) != 1:
            sys.exit(f"templates/prepare.py: {template} has {text.count(old)} instead of 1 of {old!r}: adapt CHANGES")
        text = text.replace(old, new)
    return text


def simplified(schema: Any) -> Any:
    """The contract without the ``type`` of nullable enums: given both, the generator makes three equal classes."""
    if isinstance(schema, list):
        return [simplified(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    is_nullable_enum = isinstance(schema.get("type"), list) and None in (schema.get("enum") or [])
    return {name: simplified(value) for name, value in schema.items() if not (is_nullable_enum and name == "type")}


def main(folder: Path) -> None:
    """Write what the generator reads to a folder."""
    for template in CHANGES:
        file = folder / "templates" / template
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(changed(template), "utf-8")
    try:
        contract = simplified(yaml.safe_load(Path("openapi.yaml").read_text("utf-8")))
    except yaml.YAMLError as error:
        sys.exit(f"openapi.yaml is not YAML: {' '.join(str(error).split())}")
    (folder / "openapi.yaml").write_text(yaml.safe_dump(contract, sort_keys=False, allow_unicode=True), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
