"""What the README shows is what happens."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

from contract_tests.report import Report
from contract_tests.settings import Deviations, Settings
from contract_tests.verdict import SHAPES, Finding, Verdict
from mock import run
from puffle import contract
from puffle.cli.flags import OWN_FLAGS
from tests.running import ROOT, background, command, in_bash, needs
from tests.sandboxes import sandbox

README = (ROOT / "README.md").read_text("utf-8")
OPERATION = contract.load().operation("updateLeadInCampaign")


def test_verdict_shown_is_one_that_is_printed() -> None:
    verdict = Verdict(OPERATION, Deviations())
    for rule in (*OPERATION.rules, *SHAPES):
        verdict.add(rule.id, "test", Finding("kept"))
    settings = Settings.read({**run.variables(), "BASE_URL": "http://127.0.0.1:4011"})
    printed = list(Report(verdict, settings, [], 7, 7.0).lines())
    shown = re.findall(r"^  kept .*$", README, re.MULTILINE)
    assert len(shown) == 6
    assert set(shown) <= set(printed)
    assert printed[-1].removesuffix("7 requests in 7.0 s.") in README


def test_every_command_shown_is_one_of_make() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"(?:`|\$ )make ([a-z]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_what_the_sandbox_says_is_shown() -> None:
    with background("make", "sandbox", "PORT=0") as server:
        url = server.listening()
        assert server.process.stdout
        said = [*server.lines, *(server.process.stdout.readline() for _ in range(2))]
    shown = "".join(said).replace(url, "http://127.0.0.1:4011")
    assert shown in README, "the README should show what the sandbox says"


def test_snippets_are_lines_of_the_examples() -> None:
    snippets = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    files = [file.read_text("utf-8") for file in sorted((ROOT / "examples" / "python").glob("*.py"))]
    assert len(snippets) == 4
    for snippet in snippets:
        assert any(f"\n{snippet}" in file for file in files), snippet


def test_example_prints_what_is_said() -> None:
    shown = re.search(r"`python (examples/python/\w+\.py)` prints\s+`(.*?)`", README)
    assert shown
    with sandbox() as server:
        printed = command(sys.executable, shown[1], PUFFLE_API_BASE_URL=server.url).stdout
    assert printed == f"{shown[2]}\n"


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_env_example_lists_what_is_read() -> None:
    listed = set(re.findall(r"^(\w+)=$", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
    assert listed == set(run.variables())


def test_doors_shown_answer_as_shown() -> None:
    shown = re.findall(r"^\$ (curl .*/_sandbox/\S+.*?)(?: +#.*)?\n(\{.*\})?", README, re.MULTILINE)
    assert len(shown) == 4
    with sandbox() as server:
        for line, answer in shown:
            words = shlex.split(line.replace("http://127.0.0.1:4011", server.url))
            printed = command(*words, "--silent").stdout
            assert printed == (answer or printed) != ""
            assert "error" not in printed


def test_options_of_the_sandbox_shown_are_all_there_are() -> None:
    helped = command(sys.executable, "-m", "mock.sandbox", "--help").stdout
    there = set(re.findall(r"^  (--[a-z-]+)", helped, re.MULTILINE))
    assert {"--port", "--data"} | options_in("Develop against a mock") == there


def options_in(section: str) -> set[str]:
    """The options that a section of the README has in its table."""
    text = README.partition(f"## {section}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `(--[a-z-]+)", text, re.MULTILINE))


def test_options_of_puffle_shown_are_all_there_are() -> None:
    assert options_in("Edit a lead from the command line") | {"--help"} == {f"--{name}" for name in OWN_FLAGS}


def test_edits_shown_are_made_as_shown(tmp_path: Path) -> None:
    shown = re.search(
        r"^## Edit a lead from the command line\n\n```console\n(.*?)```", README, re.MULTILINE | re.DOTALL
    )
    assert shown
    needs("jq")
    with sandbox() as server:
        commands = re.findall(r"^\$ (puffle (?:.*\\\n)*.*)\n(.*)", shown[1], re.MULTILINE)
        assert len(commands) == 2
        for line, printed in commands:
            done = in_bash(f"{line} 2>&1", tmp_path, server.url)
            assert done.stdout.decode() == f"{printed}\n"
