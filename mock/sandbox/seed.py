"""What the sandbox holds when it starts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import yaml

from puffle.contract import Operation

SEED_FILE = Path(__file__).with_name("seed.yaml")
DEEPEST = 100
"""How deep YAML may be nested."""
_UTC_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class BadSeed(Exception):
    """A seed file cannot be used; the message names the place in it."""


@dataclass(frozen=True)
class Campaign:
    """A campaign and the leads in it, each a whole row as the contract's ``Lead`` describes it."""

    id: str
    status: str
    leads: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Workspace:
    """A customer of the API: an API key and the campaigns that it reaches."""

    name: str
    key: str
    user_id: str
    campaigns: tuple[Campaign, ...]

    def campaign(self, status: str) -> Campaign:
        """The first campaign of that status.

        Raises:
            LookupError: there is none.
        """
        for campaign in self.campaigns:
            if campaign.status == status:
                return campaign
        raise LookupError(f"{self.name} has no {status} campaign")


@cache
def load() -> tuple[Workspace, ...]:
    """The sandbox's own workspaces, which the contract's examples speak of."""
    return tuple(_workspaces(_parse(SEED_FILE)))


def read(file: Path, operation: Operation) -> tuple[Workspace, ...]:
    """Read the workspaces of a seed file, JSON or YAML, of the form of ``seed.yaml``.

    Args:
        file: the seed file.
        operation: the operation that says what a campaign and a lead may be.

    Raises:
        BadSeed: it cannot be read, or holds what the contract's schemas do not allow.
    """
    try:
        document = _parse(file)
    except OSError as error:
        raise BadSeed(f"{file}: {error.strerror}") from None
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise BadSeed(f"{file}: {line}{error.problem or error.context}") from None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise BadSeed(f"{file}: {' '.join(str(error).split())}") from None
    schema = operation.contract.standalone(_schema(operation))
    # The values are left out of the message: one may be a key, or a whole workspace.
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True, mask="this")
    for flaw in validator.iter_errors(document):
        raise BadSeed(f"{file}: {_place(flaw.instance_path)}: {flaw.message}")
    for place, problem in _contradictions(document):
        raise BadSeed(f"{file}: {place}: {problem}")
    return tuple(_workspaces(document))


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Leaves times as they are written, as JSON does."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}


def _parse(file: Path) -> Any:
    if file.suffix.lower() == ".json":
        document = orjson.loads(file.read_bytes())
    else:
        text = file.read_text("utf-8")
        _check_yaml(text)
        document = yaml.load(text, _Loader)  # noqa: S506 -- a safe loader
    try:
        return orjson.loads(orjson.dumps([[document]], option=orjson.OPT_NON_STR_KEYS))[0][0]
    except orjson.JSONEncodeError as error:
        raise ValueError(f"it holds what JSON cannot: {error}") from None


def _check_yaml(text: str) -> None:
    """Refuse what would take the parser endless memory: it follows nesting by recursion, and aliases by copying."""
    depth = 0
    for event in yaml.parse(text, _Loader):
        here = f"line {event.start_mark.line + 1}: " if event.start_mark else ""
        if isinstance(event, yaml.AliasEvent):
            raise ValueError(f"{here}aliases (*{event.anchor}) are not taken")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise ValueError(f"{here}it is nested deeper than {DEEPEST}")


def _schema(operation: Operation) -> dict[str, Any]:
    uuid = {"type": "string", "format": "uuid"}
    lead = operation.contract.schema("Lead")
    leads = {"type": "array", "items": {**lead, "required": ["id", "status"]}}
    status = {"enum": operation.definition["x-campaign-statuses"]}
    campaign = _object(id=uuid, status=status, leads=leads)
    text, key = {"type": "string", "minLength": 1}, {"type": "string", "pattern": "^[!-~]+$"}
    workspace = _object(name=text, key=key, user_id=uuid, campaigns={"type": "array", "items": campaign})
    return _object(workspaces={"type": "array", "minItems": 1, "items": workspace})


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": [*properties], "properties": properties, "additionalProperties": False}


def _contradictions(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What no schema can say: no name, key or id is given twice, and each lead belongs where it stands."""
    seen: set[tuple[str, ...]] = set()
    for w, workspace in enumerate(document["workspaces"]):
        here = f"workspaces[{w}]"
        unique: list[tuple[str, tuple[str, ...]]] = [
            (f"{here}.name", ("name", workspace["name"])),
            (f"{here}.key", ("key", workspace["key"])),
        ]
        for c, campaign in enumerate(workspace["campaigns"]):
            there = f"{here}.campaigns[{c}]"
            campaign_id = campaign["id"].lower()
            unique.append((f"{there}.id", ("campaign", campaign_id)))
            for n, lead in enumerate(campaign["leads"]):
                place = f"{there}.leads[{n}]"
                unique.append((f"{place}.id", ("lead", campaign_id, lead["id"].lower())))
                if lead.get("campaign_id", campaign_id).lower() != campaign_id:
                    yield f"{place}.campaign_id", f"the lead stands in campaign {campaign_id}"
        for place, thing in unique:
            if thing in seen:
                yield place, f"another {thing[0]} of the file has the same"
            seen.add(thing)


def _workspaces(document: dict[str, Any]) -> Iterator[Workspace]:
    for workspace in document["workspaces"]:
        campaigns = tuple(
            Campaign(campaign["id"].lower(), campaign["status"], tuple(_rows(workspace, campaign)))
            for campaign in workspace["campaigns"]
        )
        yield Workspace(workspace["name"], workspace["key"], workspace["user_id"], campaigns)


def _rows(workspace: dict[str, Any], campaign: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for lead in campaign["leads"]:
        belongs_to = {"campaign_id": campaign["id"].lower(), "user_id": workspace["user_id"]}
        row = {"id": lead["id"], **belongs_to, **lead}
        if "updated_at" in row and not _UTC_TIME.fullmatch(row["updated_at"]):
            row["updated_at"] = _in_utc(row["updated_at"])
        yield {**row, "id": lead["id"].lower()}


def _in_utc(time: str) -> str:
    """The same moment spelled as the times of edits are, so that the two compare as text."""
    try:
        moment = datetime.fromisoformat(time.upper()).astimezone(UTC)
    except (ValueError, OverflowError):  # a leap second, or the first day of year 1
        return time
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _place(path: list[str | int]) -> str:
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return place.removeprefix(".") or "document"
