"""JSON Schema validators for the schemas of the contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema_rs

from puffle.contract import Contract, Schema
from puffle.exceptions import ContractError

_FORMAT_NAMES = {"date-time": "date and time (RFC 3339)", "email": "email address", "uri": "URL", "uuid": "UUID"}


def validator(
    contract: Contract, schema: Schema, **formats: Callable[[str], bool]
) -> jsonschema_rs.Draft202012Validator:
    """A validator that accepts any RFC 3339 spelling of a time, and email addresses in any script.

    ``formats`` replace the built-in checks of the formats of that name. An invalid schema raises ``ContractError``.
    """
    checks = {**_FORMATS, **formats}
    try:
        return jsonschema_rs.Draft202012Validator(contract.standalone(schema), validate_formats=True, formats=checks)
    except ValueError as error:
        raise ContractError(f"invalid schema: {str(error).partition(chr(10))[0]}") from None


def reason(error: jsonschema_rs.ValidationError) -> str:
    """Why a value is invalid, for example ``"x" is not a valid email address``."""
    if error.kind.name != "format":
        return error.message
    name = str(error.kind.as_dict()["format"])
    value = error.message.removesuffix(f' is not a "{name}"')
    return f"{value} is not a valid {_FORMAT_NAMES.get(name, name)}"


def _format(name: str) -> Any:
    return jsonschema_rs.Draft202012Validator({"type": "string", "format": name}, validate_formats=True)


_TIME, _EMAIL, _IDN_EMAIL = map(_format, ("date-time", "email", "idn-email"))
_FORMATS: dict[str, Callable[[str], bool]] = {
    "date-time": lambda text: _TIME.is_valid(text.replace(" ", "T", 1)),
    "email": lambda text: _EMAIL.is_valid(text) or _IDN_EMAIL.is_valid(text),
}
