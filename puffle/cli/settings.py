"""The server and the key, from the environment or from a file given with ``--env-file``."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from puffle import address
from puffle.cli.json_text import compact
from puffle.contract import Contract
from puffle.exceptions import UsageError
from puffle.secret import KEY_VARIABLE, Secret

BASE_URL_VARIABLE = "PUFFLE_API_BASE_URL"


class CliSettings(NamedTuple):
    """Where requests go, and the key."""

    base_url: str
    secret: Secret

    @property
    def is_local(self) -> bool:
        return address.is_loopback(address.host(self.base_url))


def read_settings(contract: Contract, env_file: str | None, *, needs_key: bool) -> CliSettings:
    """The settings in the environment and, with precedence, in the file; ``UsageError`` if one cannot be used."""
    variables = {**os.environ, **(_read(env_file) if env_file is not None else {})}
    source = BASE_URL_VARIABLE if BASE_URL_VARIABLE in variables else "the server of the contract"
    try:
        base_url = address.checked(variables.get(BASE_URL_VARIABLE, contract.default_server).strip(), source)
    except ValueError as error:
        raise UsageError(str(error)) from None
    key = variables.get(KEY_VARIABLE, "").strip()
    if not key and needs_key:
        raise UsageError(f"{KEY_VARIABLE} is not set; set it in the environment or in a file given with --env-file")
    if not (key.isascii() and key.isprintable()):
        raise UsageError(f"{KEY_VARIABLE} contains characters that no key has; copy it again")
    return CliSettings(base_url, Secret(key))


def _read(env_file: str) -> dict[str, str]:
    from dotenv.parser import parse_stream

    shown = compact(env_file)
    try:
        bindings = list(parse_stream(StringIO(Path(env_file).read_text("utf-8-sig"))))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise UsageError(f"--env-file: cannot read {shown}: {reason}") from None
    for binding in bindings:  # a line that is silently ignored could send a request to the wrong server
        if binding.error or (binding.key and binding.value is None):
            raise UsageError(f"--env-file: line {binding.original.line} of {shown} is not of the form NAME=value")
    return {binding.key: binding.value or "" for binding in bindings if binding.key}
