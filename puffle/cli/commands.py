"""The tree of commands, one for each operation of the contract that has ``x-cli``."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import Any

import click
from click.exceptions import NoArgsIsHelpError
from click.shell_completion import CompletionItem

import puffle
from puffle.cli import manual, options, output
from puffle.cli.completion import SHELLS
from puffle.cli.flags import OWN_FLAGS, flags_of
from puffle.contract import Contract, Operation, load
from puffle.exceptions import CliError, ContractError, UsageError

NAME = "puffle"
_COMPLETION = "_PUFFLE_COMPLETE"
_AS_JSON = f"{__name__}.as_json"
_CONTEXT: dict[str, Any] = {"help_option_names": ["--help", "-h"], "max_content_width": 100}


def run(words: list[str]) -> int:
    """Run the command with these words; returns the exit code, or raises ``PuffleError`` if the command failed."""
    try:
        root = tree(load())
    except (OSError, ContractError) as error:
        raise CliError(f"the contract cannot be used: {error}") from None
    if sys.stdout is None:
        raise UsageError("standard output is closed; use >/dev/null to discard the output")
    shell = os.environ.get(_COMPLETION, "").removesuffix("_complete")
    if shell in SHELLS and "COMP_WORDS" in os.environ:
        click.echo(SHELLS[shell](root, {}, NAME, _COMPLETION).complete())
        return 0
    try:
        with root.make_context(NAME, words) as context:
            root.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except BrokenPipeError:  # the reader, such as `head`, has had enough
        output.discard()
    except OSError as error:
        output.discard()
        raise CliError(f"the output could not be written: {error.strerror}") from None
    except NoArgsIsHelpError as error:
        error.show()
        return UsageError.exit_code
    except click.UsageError as error:
        message = error.format_message()
        if isinstance(error, click.NoSuchOption) and error.option_name.lstrip("-") in OWN_FLAGS:
            message = f"{error.option_name} must come after the command"
        path = error.ctx.command_path if error.ctx else NAME
        stop = "" if message.endswith((".", "?")) else "."
        raise UsageError(f"{message}{stop} See {path} --help.") from None
    return 0


def tree(contract: Contract) -> Group:
    """All commands of a contract; ``ContractError`` if two are the same, or one is not made of lower-case words."""
    root = Group(contract, ())
    _add_root_options(root)
    groups: dict[tuple[str, ...], Group] = {(): root}
    named = [operation for operation in contract.operations if operation.command]
    for words in (one.command[:depth] for one in named for depth in range(1, len(one.command))):
        if words not in groups:
            groups[words] = Group(contract, words)
            groups[words[:-1]].add_command(groups[words])
    taken: set[tuple[str, ...]] = set()
    for operation in named:
        words = operation.command
        if not all(re.fullmatch(r"[a-z][a-z0-9-]*", word) for word in words):
            raise ContractError(f"x-cli of {operation.id}: {' '.join(words)} is not made of lower-case words")
        if words in taken:
            raise ContractError(f"x-cli of {operation.id}: {' '.join(words)} conflicts with another command")
        taken.add(words)
        if words in groups:
            groups[words].own = Command(operation, groups[words])
        else:
            groups[words[:-1]].add_command(Command(operation))
    return root


class _Documented(click.Command):
    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the end of the manual as it is: click would wrap and indent it."""
        del ctx
        formatter.write(self.epilog or "")


class Group(_Documented, click.Group):
    """The commands that begin with the same words; without words, all commands."""

    own: Command | None = None
    """The command of these words alone, if there is one."""

    def __init__(self, contract: Contract, words: Sequence[str]) -> None:
        self.contract = contract
        commands = [one for one in contract.operations if one.command and one.command[: len(words)] == words]
        self.operations = {" ".join(one.command[len(words) :]): one for one in commands if one.command != words}
        super().__init__(
            words[-1] if words else NAME,
            context_settings=_CONTEXT,
            no_args_is_help=True,
            help=manual.about_group(contract, words, commands),
            short_help=", ".join(operation.summary for operation in commands),
            epilog=manual.epilog(contract, commands[0] if commands else None, variants=1),
            options_metavar="",
            subcommand_metavar="COMMAND …",
        )

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the words name: that of a group itself, unless another word of a command follows."""
        name, command, rest = super().resolve_command(ctx, args)
        if isinstance(command, Group) and command.own and (not rest or rest[0].startswith("-")):
            command = command.own
        return name, command, rest

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List all commands, those of inner groups too."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(words, operation.summary) for words, operation in self.operations.items()])


def _add_root_options(root: Group) -> None:
    def completion(context: click.Context, _: click.Parameter, shell: str | None) -> None:
        if shell:
            click.echo(SHELLS[shell](root, {}, NAME, _COMPLETION).source())
            context.exit()

    about = f"%(prog)s %(version)s (contract {root.contract.version})"
    click.version_option(puffle.__version__, prog_name=NAME, message=about)(root)
    about = 'Print the completion of a shell: eval "$(puffle --completion bash)" in ~/.bashrc turns it on.'
    shells = click.Choice(list(SHELLS))
    click.option("--completion", type=shells, is_eager=True, expose_value=False, callback=completion, help=about)(root)


class Command(_Documented):
    """The command of one operation; ``group`` has the commands that begin with its words, if there are any."""

    def __init__(self, operation: Operation, group: Group | None = None) -> None:
        self.operation, self.group = operation, group
        self.flags = flags_of(operation)
        super().__init__(
            operation.command[-1],
            context_settings=_CONTEXT,
            help=f"{operation.summary}\n\n{manual.first_paragraph(operation.description)}",
            short_help=operation.summary,
            epilog=manual.epilog(operation.contract, operation),
            params=[*self.flags, *options.own_flags(operation, self.flags)],
            no_args_is_help=group is not None and any(flag.required for flag in self.flags),
        )

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_usage(ctx, formatter)
        if self.group:
            formatter.write_usage(ctx.command_path, "COMMAND …", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        if self.group:
            self.group.format_commands(ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete flags and, as long as none is given, the commands that begin with the words of this one."""
        commands = self.group.commands.values() if self.group else ()
        sources = {ctx.get_parameter_source(option.name or "") for option in self.params}
        if click.core.ParameterSource.COMMANDLINE in sources:
            commands = ()
        names = [CompletionItem(one.name or "", help=one.get_short_help_str()) for one in commands]
        return [*(one for one in names if one.value.startswith(incomplete)), *super().shell_complete(ctx, incomplete)]

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """All flags, with those that were typed with ``:=``."""
        return [*super().get_params(ctx), *ctx.meta.get(_AS_JSON, ())]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words, but refuse a flag in place of a value: sending it is never what was meant."""
        typed = {word.partition(":=")[0] for word in args if ":=" in word}
        ctx.meta[_AS_JSON] = [flag.as_json() for flag in self.flags if f"--{flag.flag}" in typed]
        known = {name: option for option in self.params for name in option.opts}
        words = iter(args)
        try:
            for word in words:
                value = next(words, "") if word in known and not getattr(known[word], "is_flag", False) else ""
                if value.startswith("--") or value in (*known, *_CONTEXT["help_option_names"]):
                    hint = f"if the argument is {value}, write {word}={value}."
                    raise click.BadOptionUsage(word, f"Option {word!r} requires an argument; {hint}")
                if not value and self.group and word in self.group.commands:
                    raise click.UsageError(f"{word} must come directly after '{ctx.command_path}'")
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    def invoke(self, ctx: click.Context) -> None:
        """Carry out the command."""
        from puffle.cli.perform import perform  # help does not need it, and it imports a lot

        given = dict(ctx.params)
        texts = {flag: given.pop(flag.name or "") for flag in (*self.flags, *ctx.meta[_AS_JSON])}
        perform(self.operation, texts, options.Options(**given))
