"""What ``--help`` prints in addition to what click prints: examples, the environment and the exit codes."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from puffle import address
from puffle.cli.flags import BODY, Flag, flags_of
from puffle.cli.settings import BASE_URL_VARIABLE
from puffle.contract import Contract, Example, Operation
from puffle.secret import KEY_VARIABLE

_EPILOG = f"""
Environment:
  {KEY_VARIABLE}       The API key. It is never printed.
  {BASE_URL_VARIABLE}  The server, by default {{server}}.
  NO_COLOR             Print without colours.

Exit codes:
  0    Done.
  1    The server refused the request.
  2    Wrong usage; nothing was sent.
  3    No response, or an unexpected one.
  130  Interrupted.
"""


def about_group(contract: Contract, words: Sequence[str], operations: Sequence[Operation]) -> str:
    """What the contract says about the commands that begin with the same words."""
    info = contract.document["info"]
    if not words:
        return f"{info['title']}, from the command line.\n\n{first_paragraph(info.get('description', ''))}"
    tags = {tag for operation in operations for tag in operation.definition.get("tags", ())}
    return "\n\n".join(tag.get("description", "") for tag in contract.document.get("tags", ()) if tag["name"] in tags)


def first_paragraph(text: str) -> str:
    """The part of a description that is short enough for a terminal."""
    return text.strip().partition("\n\n")[0]


def epilog(contract: Contract, operation: Operation | None, variants: int | None = None) -> str:
    """The end of a manual: an example of the operation, in all or some variants, and what all commands share."""
    lines = []
    if operation:
        lines += ["", "Example:"]
        for server in (one for one in contract.servers if address.is_loopback(address.host(one["url"]))):
            lines.append(f"  # {server.get('description', 'A server on this machine.')}")
            lines.append(f"  export {BASE_URL_VARIABLE}={server['url']} {KEY_VARIABLE}={server.get('x-api-key', '')}")
        for words in islice(typed(_example(operation), flags_of(operation)), variants):
            lines.append(" \\\n    ".join(["  puffle " + " ".join(operation.command), *filter(None, words)]))
    return "".join(f"{line}\n" for line in lines) + _EPILOG.format(server=contract.default_server or "none")


def _example(operation: Operation) -> Example:
    """An example that is carried out; if the contract has none with its response, one of what it shows of a request."""
    examples = list(operation.examples())
    for example in examples:
        if example.status < 300:
            return example
    refused = {example.name for example in examples}
    required = [part for part in operation.parameters if part.get("required")]
    parameters = {(part["in"], part["name"]): _shown(operation, part, f"<{part['name']}>") for part in required}
    content = operation.request_content
    bodies = {name: one for name, one in content.get("examples", {}).items() if name not in refused}
    names = operation.contract.required_members(operation.request_schema or {})
    body = _shown(operation, {**content, "examples": bodies}, {name: f"<{name}>" for name in sorted(names)})
    return Example("", parameters, "", body, 200, None)


def _shown(operation: Operation, part: Mapping[str, Any], otherwise: Any) -> Any:
    """The example of a parameter or a body, or the first of several."""
    named = [operation.contract.resolve(one)["value"] for one in part.get("examples", {}).values()]
    return part["example"] if "example" in part else [*named, otherwise][0]


def typed(example: Example, flags: Sequence[Flag]) -> Iterator[list[str]]:
    """The flags of an example, quoted for a shell: first with objects as JSON, then, if possible, with their fields."""
    words = [(flag, _typed(flag, value)) for flag in flags for value in _values(example, flag)]
    yield [word for flag, word in words if not flag.nested]
    if any(flag.nested for flag, _ in words):
        objects = {flag.place[:-1] for flag in flags if flag.nested}
        yield [word for flag, word in words if flag.nested or flag.place not in objects]


def _values(example: Example, flag: Flag) -> Iterator[Any]:
    """The value that the example has for a flag, if any."""
    place, *names = flag.place
    parameters = {name: value for (where, name), value in example.parameters.items() if where == place}
    value = example.body if place == BODY else parameters
    for name in names:
        if not isinstance(value, dict) or name not in value:
            return
        value = value[name]
    yield value


def _typed(flag: Flag, value: Any) -> str:
    if flag.is_switch and value is True:
        return f"--{flag.flag}"
    if value is None or isinstance(value, bool):
        return f"--{flag.flag}:={json.dumps(value)}"
    text = value if isinstance(value, str) and not flag.is_json else json.dumps(value, ensure_ascii=False)
    return f"--{flag.flag} {shlex.quote(text)}"
