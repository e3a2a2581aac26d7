"""What to judge and how: flags, and the ``PUFFLE_…`` variables that ``.env.example`` lists."""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import NamedTuple, NoReturn

import yaml

from puffle import address

from .exceptions import CannotJudge
from .exchange import quoted

LEDGER = Path(".contract-ledger")
"""The folder in which a run writes down what it adds."""
REMOTE_RATE = 5.0
"""Requests per second to a host that is not this machine, unless ``--rate`` says otherwise."""


@dataclass(frozen=True)
class Profile:
    """How thoroughly to judge."""

    name: str
    cases: int
    """The number of cases that each test draws."""
    requests: int
    """About how many requests that makes for one operation that edits leads."""
    shrink_seconds: float = 1
    """How long to look for a shorter request that fails the same test."""


PROFILES = {profile.name: profile for profile in (Profile("quick", 10, 2_600), Profile("deep", 200, 36_000))}


class Lead(NamedTuple):
    """A lead and the campaign it is in, both as UUIDs."""

    campaign: str
    id: str


class Deviations(NamedTuple):
    """How a mock is known to differ from the contract."""

    not_verified: Mapping[str, str] = {}
    """Rule to the reason why the mock cannot show it."""
    known: Sequence[Mapping[str, str]] = ()
    """``name`` and ``reason`` of a difference, and the ``rule`` that it violates; optionally the ``test`` that fails,
    the beginning of the request's ``body``, and a text in the ``response``."""
    is_stateless: bool = False
    """The mock remembers nothing: leads that a run adds are not there afterwards."""

    @classmethod
    def read(cls, file: str) -> Deviations:
        parsed = yaml.safe_load(Path(file).read_text("utf-8")) if file else {}
        reasons = {rule: entry["reason"] for entry in parsed.get("not-verified", ()) for rule in entry["rules"]}
        return cls(reasons, parsed.get("known-deviations", ()), parsed.get("stateless", False))


@dataclass(frozen=True)
class Settings:
    """What to judge and how."""

    base_url: str
    key: str = field(repr=False)
    campaign: str
    """The draft campaign."""
    lead: Lead | None
    """A lead of it that may be edited, needed where the run cannot add leads of its own."""
    other: Lead | None
    """Another one."""
    launched_campaign: str | None
    """A campaign of the same key that is not a draft."""
    launched: Lead | None
    """A lead of it."""
    foreign_campaign: str | None
    """A campaign of another workspace."""
    foreign: Lead | None
    """A lead of it."""
    scratch_campaign: str | None
    """A draft campaign whose roster may be wiped."""
    operations: Sequence[str]
    """The ids of the operations to judge; empty for all."""
    profile: Profile
    strict: bool
    seed: int
    deviations: Deviations
    confirmed: str
    """The host that may be sent requests even if it is not this machine."""
    rate: float | None
    """Maximum number of requests per second; None sets no limit."""
    restore: bool
    """Edit nothing on a remote host that could not be restored."""
    case: str
    """The only case to run: the name of a test and, after an @, what Hypothesis drew, in its own encoding."""
    report: Path
    ledger: Path
    """The folder in which a run writes down what it adds."""
    mock: str
    """The project's mock that was started for the run; empty when ``base_url`` was given."""
    tests: Sequence[str]
    """Options for pytest, which choose tests."""

    @classmethod
    def read(cls, arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
        """Combine flags and environment variables.

        Raises:
            CannotJudge: one of them is missing or invalid.
        """
        flags, tests = _parser().parse_known_args(arguments)
        given = {name: value.strip() for name, value in environment.items() if value.strip()}
        mock = {} if flags.base_url else given
        base_url, key = flags.base_url or mock.get("PUFFLE_MOCK_URL", ""), given.get("PUFFLE_API_KEY", "")
        if not base_url:
            raise CannotJudge("there is no target: set BASE_URL, or let make start one (TARGET=sandbox)")
        try:
            base_url = address.checked(base_url, "BASE_URL")
        except ValueError as error:
            raise CannotJudge(str(error)) from None
        ids = _ids(given)
        if (campaign := ids.get("PUFFLE_CAMPAIGN_ID")) is None:
            raise CannotJudge("PUFFLE_CAMPAIGN_ID is not set: name a draft campaign, best an empty one")
        if not key:
            raise CannotJudge("PUFFLE_API_KEY is not set: use a key of the workspace that owns the campaign")
        if not (key.isascii() and key.isprintable()):
            raise CannotJudge("PUFFLE_API_KEY contains characters that no key has: copy it again")
        return cls(
            **{name: getattr(flags, name) for name in ("strict", "seed", "restore", "case", "report", "ledger")},
            base_url=base_url,
            key=key,
            campaign=campaign,
            lead=_lead(ids, "PROSPECT", "CAMPAIGN"),
            other=_lead(ids, "OTHER_PROSPECT", "CAMPAIGN"),
            launched_campaign=ids.get("PUFFLE_LAUNCHED_CAMPAIGN_ID"),
            launched=_lead(ids, "LAUNCHED_PROSPECT", "LAUNCHED_CAMPAIGN"),
            foreign_campaign=ids.get("PUFFLE_FOREIGN_CAMPAIGN_ID"),
            foreign=_lead(ids, "FOREIGN_PROSPECT", "FOREIGN_CAMPAIGN"),
            scratch_campaign=ids.get("PUFFLE_SCRATCH_CAMPAIGN_ID"),
            operations=tuple(filter(None, (name.strip() for name in flags.operations.split(",")))),
            profile=PROFILES[flags.profile],
            deviations=Deviations.read(mock.get("PUFFLE_MOCK_DEVIATIONS", "")),
            confirmed=flags.confirm.lower(),
            rate=flags.rate or (None if address.is_loopback(address.host(base_url)) else REMOTE_RATE),
            mock=mock.get("PUFFLE_MOCK", ""),
            tests=tests,
        )

    @property
    def host(self) -> str:
        return address.host(self.base_url)

    @property
    def loopback(self) -> bool:
        return address.is_loopback(self.host)

    @property
    def is_confirmed(self) -> bool:
        """Whether requests may be sent to the target's host."""
        return self.loopback or self.confirmed == self.host

    @property
    def guarded(self) -> bool:
        """Whether nothing may be edited that could not be restored."""
        return self.restore and not self.loopback

    @property
    def campaigns(self) -> list[str]:
        """All configured campaigns; the draft comes first."""
        others = self.scratch_campaign, self.launched_campaign, self.foreign_campaign
        return [self.campaign, *filter(None, others)]

    @property
    def leads(self) -> list[Lead]:
        """All configured leads; the one that is edited most comes first."""
        return [lead for lead in (self.lead, self.other, self.launched, self.foreign) if lead]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise CannotJudge(message)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m contract_tests",
        description="Judge a target. Other options are passed to pytest, for example -k to choose tests.",
        epilog="Exit code: 0 passed, 1 failed, 2 could not be judged. .env.example lists the variables.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--base-url", default="", metavar="URL", help="the target; default: the mock that make has started")
    add("--profile", default="quick", choices=PROFILES, help="how many requests to send (quick)")
    add("--seed", default=0, type=int, metavar="N", help="another seed makes other requests (0)")
    add("--rate", type=float, metavar="N", help=f"maximum requests per second (on a remote host {REMOTE_RATE:g})")
    add("--case", default="", help="replay one case of an earlier run")
    add("--report", default=Path("contract-report"), type=Path, metavar="DIR", help="where to write the report")
    add("--operations", default="", metavar="ID,…", help="the operations to judge; default: all of the contract")
    add("--ledger", default=LEDGER, type=Path, metavar="DIR", help="where a run notes what it adds")
    add("--strict", action="store_true", help="fail when an assumption of the contract is contradicted")
    add("--confirm", default="", metavar="HOST", help="agree to the plan that is printed for a remote host")
    add("--no-restore", dest="restore", action="store_false", help="edit leads that cannot be restored")
    return parser


def _ids(given: Mapping[str, str]) -> dict[str, str]:
    """The ids by variable, spelled as UUIDs usually are."""
    ids: dict[str, str] = {}
    for what, kind in product(("CAMPAIGN", "PROSPECT"), ("", "OTHER_", "LAUNCHED_", "FOREIGN_", "SCRATCH_")):
        if (name := f"PUFFLE_{kind}{what}_ID") in given:
            try:
                found = str(uuid.UUID(given[name]))
            except ValueError:
                raise CannotJudge(f"{name}: {quoted(given[name])} is not a UUID") from None
            for same in (other for other in ids if what in other and ids[other] == found):
                raise CannotJudge(f"{name} equals {same}: use another id, or leave it out")
            ids[name] = found
    return ids


def _lead(ids: Mapping[str, str], lead: str, campaign: str) -> Lead | None:
    lead, campaign = f"PUFFLE_{lead}_ID", f"PUFFLE_{campaign}_ID"
    if lead not in ids:
        return None
    if campaign not in ids:
        raise CannotJudge(f"{campaign} is not set but {lead} is: set both or neither")
    return Lead(ids[campaign], ids[lead])
