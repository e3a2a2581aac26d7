"""Do what a command is for: ask the server, or show how it would be asked."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

import httpx

from puffle.cli import output
from puffle.cli.answer import Answer
from puffle.cli.call import Call
from puffle.cli.failures import Failure, Interrupted, NotUnderstood
from puffle.cli.flags import Flag
from puffle.cli.request import assemble
from puffle.cli.settings import Settings, read_variables
from puffle.contract import Operation
from puffle.curl import curl
from puffle.secret import KEY_VARIABLE, Secret
from puffle.shapes import BadSchema

_CURL_DOES_THESE = {"host", "accept", "accept-encoding", "connection", "user-agent", "content-length", "authorization"}


def perform(
    operation: Operation,
    flags: Sequence[Flag],
    given: Mapping[str, Sequence[str]],
    style: str,
    env_file: str | None,
    *,
    dry_run: bool,
) -> None:
    """Send the request that the flags describe and print the answer, or print the request as a curl command.

    Args:
        operation: what is asked for.
        flags: all of its flags.
        given: the texts of those that were given, by name.
        style: ``json``, ``pretty`` or ``raw``.
        env_file: a file to read settings from.
        dry_run: only show the request.

    Raises:
        Failure: it was not done, or what became of it is not known.
    """
    variables = read_variables(env_file)
    secret = Secret(variables.get(KEY_VARIABLE, ""))
    try:
        values = assemble(operation, flags, given)
        settings = Settings.read(operation.contract, variables, needs_key=operation.secured and not dry_run)
        call = Call(operation, values, settings)
        for name in values.unlisted:
            output.say(f"note: the contract does not list {name}, so the server may ignore it")
        if dry_run:
            output.write(f"{_as_curl(call.request, operation)}\n".encode(), settings.key, "the curl command")
        else:
            _ask(operation, call, settings, secret, style)
    except Failure as failure:
        failure.args = (secret.hide(str(failure)),)
        raise
    except BadSchema as error:
        raise Failure(f"the contract has a schema that is none: {error}") from None


def _ask(operation: Operation, call: Call, settings: Settings, secret: Secret, style: str) -> None:
    what = "the request was done, but its answer"
    response = call.answer(output.say, lambda received: Answer(operation, received, secret).message)
    answer = Answer(operation, response, secret)
    try:
        try:
            result = answer.result()
        except NotUnderstood as failure:
            if failure.result is not None:
                output.write(answer.shown(failure.result, style), settings.key, what)
            raise
        output.write(answer.shown(result, style), settings.key, what)
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted; the server had answered {response.status_code}") from None


def _as_curl(request: httpx.Request, operation: Operation) -> str:
    sent = [(name.decode("ascii"), value.decode("latin-1")) for name, value in request.headers.raw]
    others = [f"{name}: {value}" for name, value in sent if name.lower() not in _CURL_DOES_THESE]
    key = [f'"Authorization: Bearer ${KEY_VARIABLE}"'] if operation.secured else []
    headers = [*key, *map(shlex.quote, others)]
    return curl(request.method, str(request.url), headers, request.content or None)
