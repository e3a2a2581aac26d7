"""The impact of changes to the credentials that an operation requires."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from changes.change import Change, Impact
from changes.part import ANNOTATIONS, Part, change


def compare_security(one: Part, other: Part) -> Iterator[Change]:
    """Compare the sets of credentials of two operations, any one of which is enough."""
    before, after = _security_of(one), _security_of(other)
    for part in (before, after):
        if part.exists and not isinstance(part.value, list):
            what = "`security` is not a list; the effect is unknown"
            yield Change(Impact.BREAKING, part.place, what, gone=part is before)
            return
    old, new = _credentials(before), _credentials(after)
    if set(old) == set(new):
        return
    if any(not any(other <= one for other in new) for one in old):
        yield change(Impact.BREAKING, before, after, "credentials that were enough no longer are")
    else:
        yield change(Impact.COMPATIBLE, before, after, "other or fewer credentials are now enough, too")


def _security_of(operation: Part) -> Part:
    """The requirements of an operation: its own, or those of the whole contract."""
    own = operation.at("security")
    return own if own.exists else Part.root(operation.contract).at("security")


def _credentials(security: Part) -> list[frozenset[str]]:
    """Each set of credentials, by the definitions of its schemes and by its scopes."""
    schemes = Part.root(security.contract).at("components").at("securitySchemes")
    sets = [
        frozenset(
            item
            for name, scopes in requirement.members().items()
            for item in (_definition(schemes.at(name)), *(f"{name} {scope}" for scope in scopes.value or ()))
        )
        for requirement in security.parts()
    ]
    return sets or [frozenset()]


def _definition(part: Part) -> str:
    scheme: dict[str, Any] = part.resolved().value if part.exists else {}
    flows = {name: {k: v for k, v in flow.items() if k != "scopes"} for name, flow in scheme.get("flows", {}).items()}
    meant = {key: value for key, value in scheme.items() if key not in ANNOTATIONS and not key.startswith("x-")}
    return json.dumps({**meant, **({"flows": flows} if flows else {})}, sort_keys=True, default=str)
