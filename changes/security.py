"""What a change of the credentials means that an operation asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from changes.change import Change, Verdict
from changes.part import ANNOTATIONS, Part, change


def security_of(root: Part, operation: Part) -> Part:
    """The requirements of an operation: its own, or those of the document."""
    own = operation.at("security")
    return own if own.there else root.at("security")


def compare_security(before: Part, after: Part) -> Iterator[Change]:
    """What a request must show: one of several sets of credentials, of which a consumer has one."""
    for part in (before, after):
        if part.there and not isinstance(part.value, list):
            yield Change(
                Verdict.BREAKING, part.place, "is no list: what that breaks cannot be told", gone=part is before
            )
            return
    old, new = _credentials(before), _credentials(after)
    if set(old) == set(new):
        return
    refused = [one for one in old if not any(other <= one for other in new)]
    if refused:
        yield change(Verdict.BREAKING, before, after, "credentials that were enough no longer are")
    else:
        yield change(Verdict.COMPATIBLE, before, after, "more credentials are enough than before, or fewer are needed")


def _credentials(security: Part) -> list[frozenset[str]]:
    """Each set by what it consists of: the definition of a scheme rather than its name, and its scopes."""
    root = Part(security.contract, (), security.contract.document).at("components").at("securitySchemes")
    return [
        frozenset(
            item
            for name in part.names()
            for item in (_scheme(root.at(name)), *(f"{name} {s}" for s in part.get(name) or ()))
        )
        for part in security.parts()
    ] or [frozenset()]


def _scheme(definition: Part) -> str:
    scheme: dict[str, Any] = definition.resolved().value if definition.there else {}
    flows = {name: {k: v for k, v in flow.items() if k != "scopes"} for name, flow in scheme.get("flows", {}).items()}
    meant = {key: value for key, value in scheme.items() if key not in ANNOTATIONS and not key.startswith("x-")}
    return json.dumps({**meant, **({"flows": flows} if flows else {})}, sort_keys=True, default=str)
