"""Read a contract for comparing, whatever state it is in."""

from __future__ import annotations

from pathlib import Path

import yaml

from changes import version
from puffle import contract
from puffle.contract import Contract

FILE = "openapi.yaml"


def read(file: Path, name: str) -> Contract:
    """Read a contract, under the name that an error gives it.

    Raises:
        ValueError: it cannot be read; the message is for a person.
    """
    try:
        found = contract.load(file)
        version.read(found.version)
    except OSError as error:
        raise ValueError(f"{name} cannot be read: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise ValueError(f"{name} is no YAML: {' '.join(str(error).split())}") from None
    except (KeyError, TypeError):
        raise ValueError(f"{name} is no OpenAPI document with an info.version: see `make lint`") from None
    except ValueError as error:
        raise ValueError(f"info.version of {name} is no version of three numbers: {error}") from None
    return found
