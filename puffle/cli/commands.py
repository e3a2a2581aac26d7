"""The tree of commands, as the contract has them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from glob import escape, glob
from pathlib import Path
from typing import Any

import click
from click.exceptions import NoArgsIsHelpError
from click.shell_completion import get_completion_class, shell_complete

import puffle
from puffle.cli import manual, output
from puffle.cli.failures import Failure, WrongUsage
from puffle.cli.flags import OWN_FLAGS, Flag, flags_of
from puffle.contract import Contract, Operation, load

NAME = "puffle"
SHELLS = ("bash", "zsh", "fish")
_COMPLETION = "_PUFFLE_COMPLETE"
_CONTEXT: dict[str, Any] = {"help_option_names": ["--help", "-h"], "max_content_width": 100}


def run(words: list[str]) -> int:
    """Run what the words ask for.

    Returns:
        The exit code of what went well, or of what only needs help printed.

    Raises:
        Failure: it did not go well.
    """
    try:
        root = tree(load())
    except Failure:
        raise
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        raise Failure(f"the contract cannot be used ({why}): `make lint` tells what is wrong with it") from None
    if sys.stdout is None:
        raise WrongUsage("standard output is closed: send it to /dev/null, if nobody is to read it")
    if re.fullmatch(rf"({'|'.join(SHELLS)})_complete", os.environ.get(_COMPLETION, "")) and "COMP_WORDS" in os.environ:
        return shell_complete(root, {}, NAME, _COMPLETION, os.environ[_COMPLETION])
    try:
        with root.make_context(NAME, words) as context:
            root.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except BrokenPipeError:  # whoever reads has read enough
        output.abandon()
    except OSError as error:
        output.abandon()
        raise Failure(f"the text could not be written: {error.strerror}") from None
    except NoArgsIsHelpError as error:
        error.show()
        return WrongUsage.exit_code
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else NAME
        said = error.format_message()
        name = error.option_name.lstrip("-") if isinstance(error, click.NoSuchOption) else ""
        if name in OWN_FLAGS:
            said = f"--{name} stands after the words of a command"
        raise WrongUsage(f"{said}{'' if said.endswith(('.', '?', '?)')) else '.'} See {path} --help.") from None
    return 0


def tree(contract: Contract) -> Group:
    """All commands of a contract, by their words.

    Raises:
        Failure: two operations have the same command, or one begins with another.
    """
    root = Root(contract)
    for operation in contract.operations:
        if not operation.command:
            continue
        if not all(re.fullmatch(r"[a-z][a-z0-9-]*", word) for word in operation.command):
            raise Failure(f"x-cli: {' '.join(operation.command)} of {operation.id} is not in plain lower-case words")
        group: Group = root
        for depth, word in enumerate(operation.command[:-1], start=1):
            inner = group.commands.setdefault(word, Group(contract, operation.command[:depth]))
            group = inner if isinstance(inner, Group) else _conflict(operation)
        if operation.command[-1] in group.commands:
            _conflict(operation)
        group.add_command(Command(operation))
    return root


def _conflict(operation: Operation) -> Group:
    raise Failure(f"the contract has more than one command {' '.join(operation.command)}: change an x-cli")


class Group(click.Group):
    """The commands that begin with the same words."""

    def __init__(self, contract: Contract, words: Sequence[str]) -> None:
        """Take the words; the commands are added."""
        super().__init__(words[-1] if words else NAME, context_settings=_CONTEXT, no_args_is_help=True)
        self.contract = contract
        self.words = tuple(words)

    @property
    def operations(self) -> list[Operation]:
        """Those whose commands begin with the words."""
        length = len(self.words)
        return [one for one in self.contract.operations if one.command and one.command[:length] == self.words]

    def get_short_help_str(self, limit: int = 45) -> str:
        """What completion says of it."""
        del limit
        return ", ".join(operation.summary for operation in self.operations)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write its manual."""
        manual.write_group(formatter, ctx.command_path, self.contract, self.words, self.operations)


class Root(Group):
    """All commands."""

    def __init__(self, contract: Contract) -> None:
        """Take the contract that they come from."""
        super().__init__(contract, ())
        self.params = [
            click.Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=self._version),
            click.Option(
                ["--completion"], type=click.Choice(SHELLS), is_eager=True, expose_value=False, callback=self._complete
            ),
        ]

    def _version(self, context: click.Context, _: click.Parameter, asked: bool) -> None:
        if asked:
            click.echo(f"{NAME} {puffle.__version__} (contract {self.contract.version})")
            context.exit()

    def _complete(self, context: click.Context, _: click.Parameter, shell: str | None) -> None:
        complete = get_completion_class(shell) if shell else None
        if complete:
            click.echo(complete(self, {}, NAME, _COMPLETION).source())
            context.exit()


class Command(click.Command):
    """One operation of the contract."""

    def __init__(self, operation: Operation) -> None:
        """Make an option of each flag."""
        self.operation = operation
        self.flags = flags_of(operation)
        options = {f"flag_{number}": flag for number, flag in enumerate(self.flags)}
        super().__init__(
            operation.command[-1],
            context_settings=_CONTEXT,
            short_help=operation.summary,
            params=[*(_option(name, flag) for name, flag in options.items()), *_own_options()],
            callback=lambda **given: self._perform(
                {flag.name: given.pop(name) for name, flag in options.items()}, given
            ),
        )

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write its manual."""
        manual.write_command(formatter, ctx.command_path, self.operation, self.flags)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; of what is wrong it is known which command it is wrong for."""
        try:
            self._check_for_forgotten_values(args)
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    def _check_for_forgotten_values(self, words: Sequence[str]) -> None:
        """Take no flag for the value of the one before it: what is then sent is not what was meant."""
        options = {name: option for option in self.params for name in option.opts}
        helps = _CONTEXT["help_option_names"]
        rest = iter(words)
        for word in rest:
            if word in options and not getattr(options[word], "is_flag", False):
                value = next(rest, "")
                if value.startswith("--") or value in helps:
                    hint = f"If {value} is meant to be its value, write {word}={value}."
                    raise click.BadOptionUsage(word, f"Option {word!r} requires an argument. {hint}")

    def _perform(self, given: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        from puffle.cli.perform import perform

        texts = {name: value if isinstance(value, tuple) else ("",) for name, value in given.items() if value}
        perform(self.operation, self.flags, texts, options["format"], options["env_file"], dry_run=options["dry_run"])


def _option(name: str, flag: Flag) -> click.Option:
    def complete(_context: click.Context, _option: click.Parameter, begun: str) -> list[str]:
        if flag.is_json and begun.startswith("@"):
            paths = sorted(glob(f"{escape(begun[1:])}*"))  # noqa: PTH207 -- a Path forgets how it was typed
            return [f"@{path}{'/' if Path(path).is_dir() else ''}" for path in paths]
        return [choice for choice in map(str, flag.choices) if choice.startswith(begun)]

    if flag.is_switch:
        return click.Option([f"--{flag.name}", name], is_flag=True, help=flag.description)
    return click.Option([f"--{flag.name}", name], multiple=True, help=flag.description, shell_complete=complete)


def _own_options() -> list[click.Option]:
    return [
        click.Option(["--format"], type=click.Choice(list(manual.FORMATS)), default="json"),
        click.Option(["--dry-run"], is_flag=True),
        click.Option(["--env-file"], type=click.Path()),
    ]
