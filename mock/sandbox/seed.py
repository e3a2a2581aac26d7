"""What the sandbox contains when it starts: workspaces, their campaigns, and the leads in these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import yaml

from puffle import contract, validation
from puffle.contract import Contract

from .exceptions import InvalidSeed
from .operations import leads
from .operations.leads import Lead

SEED_FILE = Path(__file__).with_name("seed.yaml")


@dataclass(frozen=True)
class Campaign:
    """A campaign and its leads, each with all of its fields."""

    id: str
    type: str
    status: str
    leads: tuple[Lead, ...]
    identities: tuple[str | None, ...]
    """What identifies each lead in the campaign, in the same order."""

    @property
    def lead_ids(self) -> list[str]:
        """The ids of the leads, in the same order."""
        return [*map(leads.lead_id, self.leads)]


@dataclass(frozen=True)
class Workspace:
    """A customer of the API: a key and the campaigns that it reaches."""

    name: str
    key: str
    owner: Mapping[str, Any]
    """Values that all of its leads have."""
    campaigns: tuple[Campaign, ...]

    def campaign(self, status: str) -> Campaign:
        """The first campaign with that status."""
        return next(campaign for campaign in self.campaigns if campaign.status == status)


@cache
def load(described: Contract | None = None) -> tuple[Workspace, ...]:
    """The project's own seed, for a contract; by default for the project's own."""
    return tuple(_workspaces(_parse(SEED_FILE), described or contract.load()))


def read(file: Path, described: Contract) -> tuple[Workspace, ...]:
    """Read a seed file: JSON or YAML in the form of ``seed.yaml``, with the statuses and fields of the contract.

    Raises:
        InvalidSeed: it cannot be read, or the contract does not allow what it contains.
    """
    try:
        document = _parse(file)
        # The messages leave out the values: one may be a key, or a whole workspace.
        schema = described.standalone(_schema(described))
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True, mask="this")
        for flaw in validator.iter_errors(document):
            place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in flaw.instance_path)
            raise ValueError(f"{place.removeprefix('.') or 'the file'}: {validation.reason(flaw)}")
        return tuple(_workspaces(document, described))
    except OSError as error:
        raise InvalidSeed(f"{file}: {error.strerror}") from None
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise InvalidSeed(f"{file}: {line}{error.problem or error.context}") from None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise InvalidSeed(f"{file}: {' '.join(str(error).split())}") from None


def _parse(file: Path) -> Any:
    if file.suffix.lower() == ".json":
        document = orjson.loads(file.read_bytes())
    else:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        document = yaml.load(file.read_text("utf-8"), loader)  # noqa: S506 -- both are safe
    try:  # YAML's times become text; and nested, because the schema is checked with less room than this
        return orjson.loads(orjson.dumps([[document]], option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z))[0][0]
    except orjson.JSONEncodeError as error:
        raise ValueError(f"it contains what JSON cannot express: {error}") from None


def _schema(described: Contract) -> dict[str, Any]:
    campaign = _object(
        id={"type": "string", "format": "uuid"},
        type={"enum": [*described.campaign_types]},
        status={"enum": [*described.campaign_statuses]},
        leads={"type": "array", "items": leads.seed_schema(described)},
    )
    name, key = {"type": "string", "minLength": 1}, {"type": "string", "pattern": "^[!-~]+$"}
    workspace = _object(name=name, key=key, **leads.OWNER, campaigns={"type": "array", "items": campaign})
    return _object(workspaces={"type": "array", "minItems": 1, "items": workspace})


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": [*properties], "properties": properties, "additionalProperties": False}


def _workspaces(document: Mapping[str, Any], described: Contract) -> Iterator[Workspace]:
    """The workspaces of a seed file; a ValueError names what contradicts it in a way that a schema cannot express."""
    seen: set[tuple[str, ...]] = set()

    def check_unique(place: str, *identity: str) -> None:
        if identity in seen:
            raise ValueError(f"{place}: another {identity[0]} of the file has the same")
        seen.add(identity)

    for w, workspace in enumerate(document["workspaces"]):
        for name in ("name", "key"):
            check_unique(f"workspaces[{w}].{name}", name, workspace[name])
        owner = {name: workspace[name] for name in leads.OWNER}
        campaigns = []
        for c, campaign in enumerate(workspace["campaigns"]):
            place, parent, listed = f"workspaces[{w}].campaigns[{c}]", campaign["id"].lower(), []
            field = described.campaign_types.get(campaign["type"])
            check_unique(f"{place}.id", "campaign", parent)
            for n, lead in enumerate(campaign["leads"]):
                check_unique(f"{place}.leads[{n}].id", "lead", parent, leads.lead_id(lead))
                try:
                    listed.append(leads.completed(lead, parent, owner))
                except ValueError as error:
                    raise ValueError(f"{place}.leads[{n}].{error}") from None
            identities = [leads.identity(lead, field) if field else None for lead in listed]
            for n, identity in enumerate(identities):
                if identity:
                    check_unique(f"{place}.leads[{n}].{field}", f"lead with this {field}", parent, identity)
            campaigns.append(Campaign(parent, campaign["type"], campaign["status"], tuple(listed), tuple(identities)))
        yield Workspace(workspace["name"], workspace["key"], owner, tuple(campaigns))
