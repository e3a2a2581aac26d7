"""The completion of ``puffle`` in bash, zsh and fish."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from tests.running import needs
from tests.terminals import on_a_terminal, printed, read_until

pytestmark = pytest.mark.slow

COMPLETED = [
    ("camp", {"campaign"}),
    ("campaign lead up", {"update"}),
    ("campaign lead ", {"add", "update", "remove"}),
    ("campaign lead update --format r", {"raw"}),
    ("campaign lead update --format=r", {"--format=raw"}),
    ("campaign lead update --updates.fi", {"--updates.first-name"}),
    ("campaign lead update --pro", {"--prospect-id"}),
    ("--completion ", {"bash", "zsh", "fish"}),
    ("campaign lead update --updates @upd", {"@updates.json", "@updates/"}),
]
COMPLETE_IN_BASH = """
eval "$(puffle --completion bash)"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_puffle_completion puffle
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "updates.json").touch()
    (tmp_path / "updates").mkdir()
    return tmp_path


@pytest.mark.parametrize(("typed", "offered"), COMPLETED)
def test_bash_completes(typed: str, offered: set[str], folder: Path) -> None:
    words = printed("bash", "-c", COMPLETE_IN_BASH, "bash", "puffle", *typed.split(" "), folder=folder).split()
    assert set(words) == offered


@pytest.mark.parametrize(("typed", "offered"), COMPLETED)
def test_fish_completes(typed: str, offered: set[str], folder: Path) -> None:
    code = f"puffle --completion fish | source; complete --do-complete {shlex.quote('puffle ' + typed)}"
    folders = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(folder / "updates"))
    lines = printed(needs("fish"), "--no-config", "-c", code, folder=folder, **folders).splitlines()
    assert {line.partition("\t")[0] for line in lines} == offered


SHELLS = {
    "bash": ("--norc -i", 'eval "$(puffle --completion bash)"'),
    "zsh": ("-f -i", 'autoload -U compinit; compinit -u -D; eval "$(puffle --completion zsh)"'),
    "fish": ("--no-config -i", "puffle --completion fish | source; function fish_prompt; end"),
}
IN_PLACE = [
    ("campaign lead up", "update"),
    ("campaign lead --st", "--status"),
    ("campaign lead --format=j", "--format=json"),
    ("campaign lead --id=1:2 --format r", "raw"),
    ("campaign lead add --prospects @le", "@leads.json"),
    ("campaign lead add --prospects=@le", "--prospects=@leads.json"),
    ("campaign lead add --prospects @my", "@my file.json"),
    ("campaign lead add --prospects '@my", "@my file.json"),
    ("campaign lead add --prospects @fol", "@folder/"),
    ("campaign lead add --prospects @folder/", "@folder/inner.json"),
]
"""What is typed before Tab, and the last word that the shell then has."""


@pytest.mark.parametrize("shell", SHELLS)
def test_shell_completes_a_word_in_place(shell: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("leads.json", "my file.json", "folder/inner.json"):
        (tmp_path / name).touch()
    options, set_up = SHELLS[shell]
    words = [needs(shell), *options.split()]
    with on_a_terminal(words, HOME=str(tmp_path), COLUMNS="300", XDG_DATA_HOME=str(tmp_path)) as terminal:
        os.write(terminal, f"cd {tmp_path}; {set_up}; echo read''y\n".encode())
        read_until(terminal, "ready")
        for typed, word in IN_PLACE:
            os.write(terminal, f"puffle {typed}\t\x01printf '<%s>' end: \r".encode())  # Ctrl-A: to the beginning
            shown = read_until(terminal, f"<end:>.*<{re.escape(word)}>")
            assert "<puffle>" in shown, typed
