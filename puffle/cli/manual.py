"""What ``--help`` prints: a manual, of which all that is about the API comes from the contract."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import click

from puffle import address
from puffle.cli.flags import Flag, flags_of
from puffle.cli.settings import BASE_URL_VARIABLE
from puffle.contract import Contract, Example, Operation
from puffle.secret import KEY_VARIABLE

FORMATS = {"json": "formatted, the default", "pretty": "the same", "raw": "the body's bytes as received"}
EXIT_CODES = (
    ("0", "Done."),
    ("1", "The server refused."),
    ("2", "Wrong usage; nothing was sent."),
    ("3", "The server could not be reached, or its answer could not be understood."),
    ("130", "Interrupted."),
)
_ROOT_OPTIONS = (
    ("--version", "Print the version of the command and of its contract."),
    (
        "--completion [bash|zsh|fish]",
        'Print the shell\'s completion; `eval "$(puffle --completion bash)"` in ~/.bashrc turns it on.',
    ),
)


def write_group(
    formatter: click.HelpFormatter, path: str, contract: Contract, words: Sequence[str], operations: Sequence[Operation]
) -> None:
    """Write the manual of the commands that begin with the same words."""
    formatter.write_usage(path, "COMMAND …")
    with formatter.indentation():
        for text in _about(contract, words, operations):
            formatter.write_paragraph()
            formatter.write_text(text)
    with formatter.section("Commands"):
        formatter.write_dl([(" ".join(one.command[len(words) :]), one.summary) for one in operations])
    with formatter.section("Options"):
        formatter.write_dl(
            [*(_ROOT_OPTIONS if not words else ()), ("-h, --help", "Print this, or a command's manual.")]
        )
    if operations:
        first = operations[0]
        _write_example(formatter, first, flags_of(first), ways=1)
    _write_common(formatter, contract)


def write_command(formatter: click.HelpFormatter, path: str, operation: Operation, flags: Sequence[Flag]) -> None:
    """Write the manual of one command."""
    required = [flag for flag in flags if flag.required]
    formatter.write_usage(path, " ".join([*map(_signature, required), "[OPTIONS]"]))
    with formatter.indentation():
        for text in (operation.summary, operation.description.strip().partition("\n\n")[0]):
            formatter.write_paragraph()
            formatter.write_text(" ".join(text.split()))
    _write_flags(formatter, "Required", required, flags)
    _write_flags(formatter, "Optional", [flag for flag in flags if not flag.required and not flag.single], flags)
    for flag in flags:
        inside = [one for one in flags if one.single and one.place[:-1] == flag.place]
        _write_flags(formatter, f"Fields of --{flag.name}, instead of it, or beside it and winning", inside, flags)
    with formatter.section("Options"):
        formatter.write_dl(
            [
                (f"--format [{'|'.join(FORMATS)}]", f"{'; '.join(f'{n}: {what}' for n, what in FORMATS.items())}."),
                ("--dry-run", f"Print the request as a curl command, with ${KEY_VARIABLE} for the key; send nothing."),
                ("--env-file FILE", "Take the variables below from a file; they come before the environment."),
                ("-h, --help", "Print this."),
            ]
        )
    _write_example(formatter, operation, flags)
    _write_common(formatter, operation.contract)


def _about(contract: Contract, words: Sequence[str], operations: Sequence[Operation]) -> Iterator[str]:
    info = contract.document["info"]
    if not words:
        yield f"{info['title']}, from the command line."
        yield " ".join(info.get("description", "").strip().split("\n\n")[0].split())
        return
    tags = {tag for operation in operations for tag in operation.definition.get("tags", ())}
    for tag in contract.document.get("tags", ()):
        if tag["name"] in tags and "description" in tag:
            yield " ".join(tag["description"].split())


def _signature(flag: Flag) -> str:
    return f"--{flag.name}" if flag.is_switch else f"--{flag.name} {flag.metavar}"


def _meaning(flag: Flag, *, has_fields: bool) -> str:
    if not flag.is_json:
        return flag.description
    fields = "; or its fields, below" if has_fields else ""
    return f"{flag.description} (JSON, @file.json, or - for standard input{fields})"


def _write_flags(formatter: click.HelpFormatter, title: str, flags: Sequence[Flag], all_flags: Sequence[Flag]) -> None:
    if flags:
        composed = {flag.place[:-1] for flag in all_flags if flag.single}
        with formatter.section(title):
            meanings = [(_signature(flag), _meaning(flag, has_fields=flag.place in composed)) for flag in flags]
            formatter.write_dl(meanings)


def _write_example(
    formatter: click.HelpFormatter, operation: Operation, flags: Sequence[Flag], ways: int | None = None
) -> None:
    """Write the first request that the contract shows to be done, to be run against the server on this machine."""
    path = " ".join(["puffle", *operation.command])
    example = next((example for example in operation.examples() if example.status < 300), None)
    local = [one for one in operation.contract.servers if address.is_loopback(address.host(one["url"]))]
    if example is None:
        return
    with formatter.section("Example"):
        indent = " " * formatter.current_indent
        for server in local[:1]:
            key = server.get("x-api-key", "")
            formatter.write(f"{indent}# {server.get('description', 'A server on this machine.')}\n")
            formatter.write(f"{indent}export {BASE_URL_VARIABLE}={server['url']} {KEY_VARIABLE}={key}\n")
        for words in islice(typed(example, flags), ways):
            formatter.write(f"{indent}" + f" \\\n{indent}  ".join([path, *filter(None, words)]) + "\n")


def typed(example: Example, flags: Sequence[Flag]) -> Iterator[list[str]]:
    """The example's flags, quoted for a shell: with its objects as JSON and, where it can, with their fields alone."""
    whole = [_typed(flag, value) for flag in flags if not flag.single for value in _values(example, flag)]
    yield whole
    fields = [_typed(flag, value) for flag in flags if flag.single for value in _values(example, flag)]
    if fields:
        around = {flag.place[:-1] for flag in flags if flag.single}
        rest = [_typed(f, v) for f in flags if not f.single and f.place not in around for v in _values(example, f)]
        yield [*rest, *fields]


def _values(example: Example, flag: Flag) -> Iterator[Any]:
    """The value that the example has for a flag, if it has one."""
    if not flag.in_body:
        place = (flag.place[0], flag.place[1])
        yield from [example.parameters[place]] if place in example.parameters else []
        return
    value = example.body
    for name in flag.place[1:]:
        if not isinstance(value, dict) or name not in value:
            return
        value = value[name]
    yield value


def _typed(flag: Flag, value: Any) -> str:
    if flag.is_switch:
        return f"--{flag.name}" if value else ""
    text = value if isinstance(value, str) and not flag.is_json else json.dumps(value, ensure_ascii=False)
    return f"--{flag.name} {shlex.quote(text)}"


def _write_common(formatter: click.HelpFormatter, contract: Contract) -> None:
    default = f", by default {contract.default_server}" if contract.default_server else ""
    with formatter.section("Environment"):
        formatter.write_dl(
            [
                (KEY_VARIABLE, "The API key. It is sent to the server alone, and never printed."),
                (
                    BASE_URL_VARIABLE,
                    f"The server{default}. Plain http is for this machine.",
                ),
                ("NO_COLOR", "Print without colour on a terminal, too."),
            ]
        )
        formatter.write_paragraph()
        formatter.write_text("With --env-file they are taken from a file first; no file is read unasked.")
    with formatter.section("Exit codes"):
        formatter.write_dl(EXIT_CODES)
