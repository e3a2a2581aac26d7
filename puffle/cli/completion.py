"""Completion in bash, zsh and fish, where click alone does not complete ``--flag=val`` and ``@file``."""

from __future__ import annotations

import os
import re

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    split_arg_string,
)

_BASH = """\
%(complete_func)s() {
    local line="${COMP_LINE:0:COMP_POINT}" breaks="$COMP_WORDBREAKS" type value
    if [[ -z $line ]]; then
        line="${COMP_WORDS[*]:0:COMP_CWORD+1}" breaks=""
    fi
    COMPREPLY=()
    while IFS=, read -r type value; do
        [[ $type ]] && COMPREPLY+=("$value")
        [[ $value == */ ]] && compopt -o nospace 2>/dev/null
    done <<<"$(COMP_WORDS="$line" COMP_WORDBREAKS="$breaks" %(complete_var)s=bash_complete "$1")"
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""
_TOKEN = re.compile(r"""\s+|(?:[^\s'"\\]|\\(?:.|$)|'[^']*(?:'|$)|"(?:[^"\\]|\\.)*(?:"|\\?$))+""", re.DOTALL)
_KEPT = "@$"
"""Where bash splits words, but takes the character for the beginning of the next word (``rl_special_prefixes``)."""
_SAFE = r"[^\w@%+=:,./-]"


class _WithFlag(ShellComplete):
    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """The completions of a word; those of ``--flag=val`` begin with the flag, as the word does."""
        items = super().get_completions(args, incomplete)
        flag, equals, _ = incomplete.partition("=")
        if equals and flag.startswith("--"):
            for item in items:
                item.value = f"{flag}={item.value}"
        return items


class _Zsh(_WithFlag, ZshComplete):
    source_template = ZshComplete.source_template.replace(  # no space after a folder
        "compadd -U -V unsorted -a completions",
        "compadd -U -V unsorted -S '' -- ${(M)completions:#*/}; compadd -U -V unsorted -- ${completions:#*/}",
    )


class _Fish(_WithFlag, FishComplete):
    source_template = FishComplete.source_template.replace('string split ","', 'string split --max 1 ","')


class _Bash(_WithFlag, BashComplete):
    """Reads the line itself: bash splits words at ``=``, ``@`` and ``:``, and replaces only the last part."""

    source_template = _BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        line, word = os.environ["COMP_WORDS"], self._word()
        return split_arg_string(line[: len(line) - len(word)])[1:], next(iter(split_arg_string(word)), "")

    def format_completion(self, item: CompletionItem) -> str:
        return f"{item.type},{self._replacing(item.value)}"

    @staticmethod
    def _word() -> str:
        """The word before the cursor, as it was typed."""
        tokens = _TOKEN.findall(os.environ["COMP_WORDS"])
        return tokens[-1] if tokens and not tokens[-1].isspace() else ""

    def _replacing(self, value: str) -> str:
        """The part of a completed word that bash puts in place of what it takes for the word."""
        word, breaks = self._word(), os.environ.get("COMP_WORDBREAKS", "")
        quote = re.search(r"(?<!\\)['\"]", word)
        if quote:
            return value[quote.start() :]
        found = [match for match in re.finditer(r"(?<!\\).", word, re.DOTALL) if match[0] in breaks]
        kept = [match.start() if match[0] in _KEPT else match.end() for match in found]
        return re.sub(f"({_SAFE})", r"\\\1", value)[max(kept, default=0) :]


SHELLS: dict[str, type[ShellComplete]] = {"bash": _Bash, "zsh": _Zsh, "fish": _Fish}
