"""Where the server is and which key it takes, from the environment or from a file that was asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from puffle import address
from puffle.cli.failures import WrongUsage
from puffle.contract import Contract
from puffle.secret import KEY_VARIABLE

BASE_URL_VARIABLE = "PUFFLE_API_BASE_URL"


@dataclass(frozen=True)
class Settings:
    """How the server is reached."""

    base_url: str
    key: str = field(repr=False)
    """Empty where none is given and none is needed."""

    @classmethod
    def read(cls, contract: Contract, variables: Mapping[str, str], *, needs_key: bool) -> Settings:
        """Take the settings from what ``read_variables`` gives.

        Raises:
            WrongUsage: one is missing or makes no sense.
        """
        import httpx

        base_url, where = variables.get(BASE_URL_VARIABLE), BASE_URL_VARIABLE
        if base_url is None:
            base_url, where = contract.default_server, "the contract's server"
        if not base_url:
            raise WrongUsage(f"{BASE_URL_VARIABLE} is empty: set it to the address of a server")
        try:
            base_url = address.checked(base_url, where)
            httpx.URL(base_url)
        except httpx.InvalidURL as error:
            raise WrongUsage(f"{where} is no address of a server: {error}") from None
        except ValueError as error:
            raise WrongUsage(str(error)) from None
        key = variables.get(KEY_VARIABLE, "")
        if not key and needs_key:
            raise WrongUsage(f"{KEY_VARIABLE} is not set: set it in the environment, or in a file named by --env-file")
        if not (key.isascii() and key.isprintable()):
            raise WrongUsage(f"{KEY_VARIABLE} holds characters that no key has: copy it again")
        return cls(base_url, key)

    @property
    def loopback(self) -> bool:
        """The server is on this machine."""
        return address.is_loopback(address.host(self.base_url))


def read_variables(env_file: str | None) -> Mapping[str, str]:
    """The environment; what stands in a file that was asked for comes before it.

    Raises:
        WrongUsage: the file cannot be read.
    """
    return {name: value.strip() for name, value in {**os.environ, **_file(env_file)}.items()}


def _file(name: str | None) -> Mapping[str, str]:
    if name is None:
        return {}
    if not name:
        raise WrongUsage("--env-file: the name of the file is empty")
    try:
        text = Path(name).read_text("utf-8-sig")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise WrongUsage(f"--env-file: cannot read {name}: {why}") from None
    from io import StringIO

    from dotenv.parser import parse_stream

    found = {}
    for binding in parse_stream(StringIO(text)):
        if binding.error or (binding.key and binding.value is None):
            raise WrongUsage(f"--env-file: line {binding.original.line} of {name} is no NAME=value")
        if binding.key:
            found[binding.key] = binding.value or ""
    return found
