"""The tree of commands, one for each operation of the contract that has ``x-cli``."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import Any

import click
from click.exceptions import NoArgsIsHelpError
from click.shell_completion import get_completion_class, shell_complete

import puffle
from puffle.cli import manual, output
from puffle.cli.flags import OWN_FLAGS, flags_of
from puffle.contract import Contract, Operation, load
from puffle.exceptions import CliError, ContractError, Interrupted, UsageError
from puffle.secret import KEY_VARIABLE

NAME = "puffle"
_COMPLETION = "_PUFFLE_COMPLETE"
_CONTEXT: dict[str, Any] = {"help_option_names": ["--help", "-h"], "max_content_width": 100}


def run(words: list[str]) -> int:
    """Run the command with these words; returns the exit code, or raises ``PuffleError`` if the command failed."""
    try:
        root = tree(load())
    except (OSError, ContractError) as error:
        raise CliError(f"the contract cannot be used: {error}") from None
    if sys.stdout is None:
        raise UsageError("standard output is closed; use >/dev/null to discard the output")
    if _COMPLETION in os.environ and "COMP_WORDS" in os.environ:
        return shell_complete(root, {}, NAME, _COMPLETION, os.environ[_COMPLETION])
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
        raise UsageError(f"{message.rstrip('.')}. See {path} --help.") from None
    return 0


def tree(contract: Contract) -> Group:
    """All commands of a contract; ``ContractError`` if one is the same as another, or begins with it."""
    root = Group(contract, ())
    _add_root_options(root)
    for operation in contract.operations:
        words = operation.command
        if not all(re.fullmatch(r"[a-z][a-z0-9-]*", word) for word in words):
            raise ContractError(f"x-cli of {operation.id}: {' '.join(words)} is not made of lower-case words")
        group: click.Command = root
        for depth, word in enumerate(words[:-1], start=1):
            if isinstance(group, Group):
                group = group.commands.setdefault(word, Group(contract, words[:depth]))
        if words and (not isinstance(group, Group) or words[-1] in group.commands):
            raise ContractError(f"x-cli of {operation.id}: {' '.join(words)} conflicts with another command")
        if words and isinstance(group, Group):
            group.add_command(Command(operation))
    return root


class _Documented(click.Command):
    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the end of the manual as it is: click would wrap and indent it."""
        del ctx
        formatter.write(self.epilog or "")


class Group(_Documented, click.Group):
    """The commands that begin with the same words; without words, all commands."""

    def __init__(self, contract: Contract, words: Sequence[str]) -> None:
        self.contract = contract
        commands = [one for one in contract.operations if one.command and one.command[: len(words)] == words]
        self.operations = {" ".join(one.command[len(words) :]): one for one in commands}
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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List all commands, those of inner groups too."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(words, operation.summary) for words, operation in self.operations.items()])


def _add_root_options(root: Group) -> None:
    def completion(context: click.Context, _: click.Parameter, shell: str | None) -> None:
        complete = get_completion_class(shell) if shell else None
        if complete:
            click.echo(complete(root, {}, NAME, _COMPLETION).source())
            context.exit()

    about = f"%(prog)s %(version)s (contract {root.contract.version})"
    click.version_option(puffle.__version__, prog_name=NAME, message=about)(root)
    about = 'Print the completion of a shell: eval "$(puffle --completion bash)" in ~/.bashrc turns it on.'
    shells = click.Choice(["bash", "zsh", "fish"])
    click.option("--completion", type=shells, is_eager=True, expose_value=False, callback=completion, help=about)(root)


class Command(_Documented):
    """The command of one operation."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.flags = flags_of(operation)
        formats = click.Choice(["json", "pretty", "raw"])
        about_format = "json and pretty: formatted; raw: as received.  [default: json]"
        about_dry_run = f"Print the request as a curl command, with ${KEY_VARIABLE} for the key; send nothing."
        own = [
            click.Option(["--format", "style"], type=formats, default="json", help=about_format),
            click.Option(["--dry-run"], is_flag=True, help=about_dry_run),
            click.Option(["--env-file"], metavar="FILE", help="Variables that override those of the environment."),
        ]
        super().__init__(
            operation.command[-1],
            context_settings=_CONTEXT,
            help=f"{operation.summary}\n\n{manual.first_paragraph(operation.description)}",
            short_help=operation.summary,
            epilog=manual.epilog(operation.contract, operation),
            params=[*self.flags, *own],
            callback=self._perform,
        )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words, but refuse a flag in place of a value: sending it is never what was meant."""
        options = {name: option for option in self.params for name in option.opts}
        words = iter(args)
        try:
            for word in words:
                value = next(words, "") if word in options and not getattr(options[word], "is_flag", False) else ""
                if value.startswith("--") or value in _CONTEXT["help_option_names"]:
                    hint = f"if the argument is {value}, write {word}={value}."
                    raise click.BadOptionUsage(word, f"Option {word!r} requires an argument; {hint}")
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    def _perform(self, style: str, dry_run: bool, env_file: str | None, **texts: Any) -> None:
        """Send the request and print the response, or print the request as a ``curl`` command."""
        from puffle.cli import call, sending, settings, values  # help needs none of them, and they import a lot

        named = {flag: texts[flag.name or ""] for flag in self.flags}
        given = [(flag, [""] if flag.is_switch else value) for flag, value in named.items() if value]
        needs_key = self.operation.secured and not dry_run
        server = settings.read_settings(self.operation.contract, env_file, needs_key=needs_key)
        try:
            request = call.build(self.operation, values.read_values(given))
            for name in request.unlisted:
                output.say(server.secret.hide(f"note: the contract does not list {name}, so the server may ignore it"))
            if dry_run:
                output.write(f"{request.as_curl(server.base_url)}\n".encode(), "the curl command")
                return
            try:
                response = sending.send(self.operation, request, server)
                problem = response.problem()
                if problem is None or response.is_success:
                    output.write(response.shown(style), "the request was carried out, but the response")
            except KeyboardInterrupt:
                raise Interrupted("interrupted; the request may have been carried out") from None
            if problem is not None:
                raise problem
        except CliError as error:
            error.args = (server.secret.hide(str(error)),)
            raise
