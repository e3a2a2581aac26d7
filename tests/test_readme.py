"""What the README shows is what happens."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from mock import run
from puffle.cli.flags import OWN_FLAGS
from tests.proving import judged
from tests.running import ROOT, background, command, in_bash, needs
from tests.sandboxes import sandbox
from tests.targets import make_app

README = (ROOT / "README.md").read_text("utf-8")


def options_in(section: str) -> set[str]:
    """The options in the table of a section."""
    text = README.partition(f"## {section}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `(--[a-z-]+)", text, re.MULTILINE))


@pytest.mark.slow
def test_verdict() -> None:
    printed = judged(make_app(), cases=1).stdout.splitlines()
    shown = re.findall(r"^  passed .*$", README, re.MULTILINE)
    assert len(shown) >= 6
    assert set(shown) <= set(printed)
    outcome = next(line for line in printed if line.startswith("Passed. "))
    assert re.sub(r"[\d,]+ requests in .*", "", outcome) in README


def test_make_targets() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"(?:`|\$ )make ([a-z]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.slow
def test_first_lines_of_the_sandbox() -> None:
    with background("make", "sandbox", "PORT=0") as server:
        url = server.listening()
        assert server.process.stdout
        printed = [*server.lines, server.process.stdout.readline()]
    shown = "".join(printed).replace(url, "http://127.0.0.1:4011")
    assert shown in README, shown


def test_python_snippets_are_in_the_examples() -> None:
    snippets = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    files = [file.read_text("utf-8") for file in sorted((ROOT / "examples" / "python").glob("*.py"))]
    assert len(snippets) == 4
    for snippet in snippets:
        assert any(f"\n{snippet}" in file for file in files), snippet


@pytest.mark.slow
def test_output_of_the_python_example() -> None:
    shown = re.search(r"`python (examples/python/\w+\.py)` prints\s+`(.*?)`", README)
    assert shown
    with sandbox() as server:
        printed = command(sys.executable, shown[1], PUFFLE_API_BASE_URL=server.url).stdout
    assert printed == f"{shown[2]}\n"


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")), ids=lambda page: page.name)
def test_links(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_env_example_lists_the_variables() -> None:
    listed = set(re.findall(r"^(\w+)=$", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
    assert listed == set(run.variables())


@pytest.mark.slow
def test_admin_endpoints() -> None:
    shown = re.findall(r"^\$ (curl .*/_sandbox/\S+.*?)(?: +#.*)?\n(\{.*\})?", README, re.MULTILINE)
    assert len(shown) == 4
    with sandbox() as server:
        for line, response in shown:
            words = shlex.split(line.replace("http://127.0.0.1:4011", server.url))
            printed = command(*words, "--silent").stdout
            assert printed == (response or printed) != ""
            assert "error" not in printed


def test_options_of_the_sandbox() -> None:
    printed = command(sys.executable, "-m", "mock.sandbox", "--help").stdout
    options = set(re.findall(r"^  (--[a-z-]+)", printed, re.MULTILINE))
    assert {"--port", "--data"} | options_in("Develop against a mock") == options


def test_options_of_puffle() -> None:
    assert options_in("Manage leads from the command line") | {"--help"} == {f"--{name}" for name in OWN_FLAGS}


@pytest.mark.slow
def test_output_of_puffle(tmp_path: Path) -> None:
    shown = re.search(
        r"^## Manage leads from the command line\n\n```console\n(.*?)```", README, re.MULTILINE | re.DOTALL
    )
    assert shown
    needs("jq")
    with sandbox() as server:
        commands = re.findall(r"^\$ (puffle (?:.*\\\n)*.*)\n(.*)", shown[1], re.MULTILINE)
        assert len(commands) == 5
        for line, printed in commands:
            done = in_bash(f"{line} 2>&1", tmp_path, server.url)
            assert done.stdout.decode() == f"{printed}\n"
