"""Whether values have the shapes that the contract declares."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from puffle.contract import Contract, Schema


class BadSchema(Exception):
    """A schema of the contract is none."""


def validator(contract: Contract, schema: Schema) -> jsonschema_rs.Draft202012Validator:
    """A validator that takes any RFC 3339 spelling of a time, and addresses in any script.

    Raises:
        BadSchema: the contract's schema is none.
    """
    formats = {"date-time": _is_time, "email": lambda text: _EMAIL.is_valid(text) or _IDN_EMAIL.is_valid(text)}
    try:
        return jsonschema_rs.Draft202012Validator(contract.standalone(schema), validate_formats=True, formats=formats)
    except ValueError as error:
        raise BadSchema(str(error).partition("\n")[0]) from None


def _format(name: str) -> Any:
    return jsonschema_rs.Draft202012Validator({"type": "string", "format": name}, validate_formats=True)


_TIME, _EMAIL, _IDN_EMAIL = map(_format, ("date-time", "email", "idn-email"))


def _is_time(text: str) -> bool:
    return bool(_TIME.is_valid(text.replace(" ", "T", 1)))
