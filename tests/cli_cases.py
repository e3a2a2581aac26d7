"""The cases of ``puffle``: each file of ``tests/cases`` is a command and everything that it prints and sends.

A case has ``command``, which runs in this process, or ``script``, which runs in bash. It can have ``environment`` (null
unsets a variable), ``stdin``, and ``files`` for its folder. Its server is the sandbox, or, if it has ``responses``, one
that sends those. Expected are ``exit``, ``stdout``, ``stderr`` and, with ``responses``, the requests in ``sent``.
``{server}`` is the URL of the server, ``{now}`` the time of an edit, ``{version}`` that of the package and contract.

``python -m tests.cli_cases`` rewrites the cases that print help, which follows from the contract.
"""

from __future__ import annotations

import contextlib
import re
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml
from click.testing import CliRunner

from puffle import contract
from puffle.cli import main

CASES = Path(__file__).parent / "cases"
Case = dict[str, Any]
_NO_SERVER = "http://127.0.0.1:1"
_NOW = re.compile(r'(?<="updated_at": ")20[2-9]\d-[^"]+')
_VERSION = re.compile(rf"(\bpuffle |\bcontract ){re.escape(contract.load().version)}\b")


def names() -> list[str]:
    """The names of all cases."""
    return sorted(file.stem for file in CASES.glob("*.yaml"))


def read(name: str) -> Case:
    """A case by its name."""
    case: Case = yaml.safe_load((CASES / f"{name}.yaml").read_text("utf-8"))
    return case


def write(name: str, case: Case) -> None:
    """Save a case, with text of several lines as such."""
    (CASES / f"{name}.yaml").write_text(
        yaml.dump(case, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000), "utf-8"
    )


def run(case: Case, url: str, folder: Path, environment: Mapping[str, str | None]) -> Case:
    """Run the command of a case in this process, in a folder and without waiting when it is throttled."""
    program, *words = shlex.split(case["command"])
    assert program == "puffle"
    isolated = CliRunner().isolation(case.get("stdin", "").encode(), environment)
    with contextlib.chdir(folder), isolated as (stdout, stderr, _), patch("time.sleep"):
        code = main(words)
    return outcome(code, stdout.getvalue(), stderr.getvalue(), url)


def outcome(code: int, stdout: bytes, stderr: bytes, url: str) -> Case:
    """The ``exit``, ``stdout`` and ``stderr`` of a command, with names for what differs between runs."""
    texts = {"stdout": stdout.decode(), "stderr": stderr.decode()}
    named = {
        name: _VERSION.sub(r"\1{version}", _NOW.sub("{now}", t.replace(url, "{server}"))) for name, t in texts.items()
    }
    return {"exit": code, **{name: text for name, text in named.items() if text}}


def environment_of(case: Case, url: str, key: str) -> dict[str, str | None]:
    """The variables of a case: a key, the server, and its own."""
    own = {name: value and value.replace("{server}", url) for name, value in case.get("environment", {}).items()}
    return {"PUFFLE_API_KEY": key, "PUFFLE_API_BASE_URL": url, "COLUMNS": None, "NO_COLOR": None, **own}


def rewrite_help() -> Iterator[str]:
    """Rewrite the cases that print help; gives the names of those that changed."""
    for name in names():
        case = read(name)
        printed = case.get("stdout", "") + case.get("stderr", "")
        if "command" in case and printed.startswith("Usage: "):
            with tempfile.TemporaryDirectory() as folder:
                result = run(case, _NO_SERVER, Path(folder), environment_of(case, _NO_SERVER, "none"))
            rewritten = {**{part: case[part] for part in case if part not in ("stdout", "stderr")}, **result}
            if rewritten != case:
                write(name, rewritten)
                yield name


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines as a literal block, and what is repeated in full."""

    ignore_aliases = staticmethod(lambda _: True)  # type: ignore[assignment]


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


if __name__ == "__main__":
    for changed in rewrite_help():
        print(f"rewrote tests/cases/{changed}.yaml")
