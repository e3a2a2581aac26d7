"""What the person who runs the contract tests has said: the variables of ``.env.example``, and a few switches."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from contract_tests.case import Case
from puffle import address

RATE_ELSEWHERE = 5.0
"""Requests a second to a host that is not this machine, where nothing else is asked for."""


@dataclass(frozen=True)
class Profile:
    """How thoroughly to judge."""

    cases: int
    """How many each test draws."""
    requests: int
    """About how many requests come of that."""


PROFILES = {"quick": Profile(10, 2_600), "deep": Profile(200, 36_000)}


class NotJudged(Exception):
    """The implementation could not be judged: the message says why, and what to do (exit code 2)."""


class NotConfirmed(NotJudged):
    """Nothing was sent, because nobody has said that the host may be sent what the plan says."""

    def __init__(self, host: str, plan: str) -> None:
        """Take the host and what would be done there."""
        super().__init__(f"{host} is not this machine: if all that is wanted there, add CONFIRM={host}")
        self.plan = plan


@dataclass(frozen=True)
class Lead:
    """A lead by the campaign that it is in, both as UUIDs."""

    campaign: str
    id: str

    def columns(self) -> tuple[tuple[str, str], ...]:
        """What its row must hold."""
        return ("id", self.id), ("campaign_id", self.campaign)


@dataclass(frozen=True)
class Deviations:
    """What a known implementation does otherwise than the contract, each with its reason."""

    unverifiable: Mapping[str, str] = field(default_factory=dict)
    """Rule to the reason why this implementation cannot show it."""
    excused: tuple[Mapping[str, str], ...] = ()
    """``name`` and ``reason`` of a deviation, the ``check`` that meets it and, optionally, a text in the ``answer`` and
    one that the ``body`` sent begins with."""

    @classmethod
    def read(cls, file: Path) -> Deviations:
        """Read the file of a known implementation."""
        document: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
        reasons = {rule: part["reason"].strip() for part in document["not-verified"] for rule in part["rules"]}
        return cls(reasons, tuple(document["excused"]))


@dataclass(frozen=True)
class Settings:
    """Where the implementation is, with which key it is reached, and which leads may be used."""

    base_url: str
    key: str = field(repr=False)
    lead: Lead
    other: Lead | None
    launched: Lead | None
    foreign: Lead | None
    profile: str
    strict: bool
    seed: int
    deviations: Deviations
    rate: float | None
    """Most requests a second; None sets no limit."""
    restore: bool
    """Nothing is edited that could not be put back, on a host that is not this machine."""
    case: Case | None
    """The only one to send."""
    report: Path
    """The folder that the verdict is written to."""
    mock: str
    """The project's own mock that was started for the run, empty where ``base_url`` was given."""

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        """Take the settings from environment variables.

        Raises:
            NotJudged: one is missing or makes no sense.
        """
        given = {name: value.strip() for name, value in environment.items() if value.strip()}
        base_url = _base_url(given)
        lead = _lead(given, "")
        if lead is None:
            raise NotJudged("PUFFLE_CAMPAIGN_ID and PUFFLE_PROSPECT_ID are not set: name a lead that may be edited")
        if "PUFFLE_API_KEY" not in given:
            raise NotJudged("PUFFLE_API_KEY is not set: give the key of the workspace that owns the campaign")
        if not (given["PUFFLE_API_KEY"].isascii() and given["PUFFLE_API_KEY"].isprintable()):
            raise NotJudged("PUFFLE_API_KEY holds characters that no key has: copy it again")
        other = _uuid(given, "PUFFLE_OTHER_PROSPECT_ID")
        settings = cls(
            base_url=base_url,
            key=given["PUFFLE_API_KEY"],
            lead=lead,
            other=Lead(lead.campaign, other) if other else None,
            launched=_lead(given, "LAUNCHED_"),
            foreign=_lead(given, "FOREIGN_"),
            profile=_one_of(given, "PROFILE", tuple(PROFILES)),
            strict=_switch(given, "STRICT", otherwise=False),
            seed=_number(given, "SEED"),
            deviations=Deviations.read(Path(given["DEVIATIONS"])) if "DEVIATIONS" in given else Deviations(),
            rate=_rate(given) or (None if address.is_loopback(address.host(base_url)) else RATE_ELSEWHERE),
            restore=_switch(given, "RESTORE", otherwise=True),
            case=Case.read(given["CASE"]) if "CASE" in given else None,
            report=Path(given.get("REPORT", "contract-report")),
            mock=given.get("MOCK", ""),
        )
        _check_that_leads_differ(settings)
        if not settings.loopback and given.get("CONFIRM", "").lower() != settings.host:
            raise NotConfirmed(settings.host, settings.plan())
        return settings

    @property
    def host(self) -> str:
        """The name of the machine that the implementation runs on, in lower case."""
        return address.host(self.base_url)

    @property
    def loopback(self) -> bool:
        """The implementation runs on this machine."""
        return address.is_loopback(self.host)

    @property
    def guarded(self) -> bool:
        """Nothing may be edited that could not be put back."""
        return self.restore and not self.loopback

    def plan(self) -> str:
        """What a run would do, for a person to agree to."""
        requests = PROFILES[self.profile].requests
        pace = f"at most {self.rate:g} a second, so some {requests / self.rate / 60:.0f} minutes" if self.rate else ""
        leads = dict.fromkeys(filter(None, (self.lead, self.other)))
        elsewhere = dict.fromkeys(filter(None, (self.launched, self.foreign)))
        campaigns = dict.fromkeys(lead.campaign for lead in (*leads, *elsewhere))
        lines = [
            f"This would send about {requests} requests ({self.profile}) to {self.base_url}, {pace}.",
            f"Nothing but PATCH, for campaign {' and '.join(campaigns)}, and for campaigns that do not exist.",
            f"Edited many times: lead {self.lead.id}. Its row is read first, and put back and compared",
            "at the end, after Ctrl-C too. A field that is null there could not be cleared again, and is not edited."
            if self.restore
            else "at the end, after Ctrl-C too, as far as it can be: with RESTORE=off a null field stays edited.",
        ]
        refused = [lead.id for lead in (*leads, *elsewhere) if lead != self.lead]
        if refused:
            lines.append(f"Edited only if the contract is broken: lead {' and '.join(refused)}.")
        return "\n".join(lines)


def _switch(given: Mapping[str, str], name: str, *, otherwise: bool) -> bool:
    value = given.get(name, "").lower()
    if value in ("1", "yes", "on", "true"):
        return True
    if value in ("0", "no", "off", "false"):
        return False
    if value:
        raise NotJudged(f"{name}={given[name]} is neither on nor off: take 1 or 0")
    return otherwise


def _one_of(given: Mapping[str, str], name: str, known: tuple[str, ...]) -> str:
    value = given.get(name, known[0])
    if value not in known:
        raise NotJudged(f"{name}={value} is unknown: take one of {', '.join(known)}")
    return value


def _number(given: Mapping[str, str], name: str) -> int:
    value = given.get(name, "0")
    if not (value.isascii() and value.isdecimal() and len(value) <= 18):
        raise NotJudged(f"{name}={value[:40]} is no whole number of up to 18 digits")
    return int(value)


def _rate(given: Mapping[str, str]) -> float | None:
    if "RATE" not in given:
        return None
    try:
        rate = float(given["RATE"])
    except ValueError:
        rate = 0.0
    if not 0.01 <= rate <= 10_000:
        raise NotJudged(f"RATE={given['RATE']} is no number of requests a second: take one such as 5 or 0.5")
    return rate


def _base_url(given: Mapping[str, str]) -> str:
    try:
        return address.checked(given.get("BASE_URL", ""), "BASE_URL")
    except ValueError as error:
        raise NotJudged(str(error)) from None


def _lead(given: Mapping[str, str], kind: str) -> Lead | None:
    names = f"PUFFLE_{kind}CAMPAIGN_ID", f"PUFFLE_{kind}PROSPECT_ID"
    campaign, lead = (_uuid(given, name) for name in names)
    if campaign and lead:
        return Lead(campaign, lead)
    if campaign or lead:
        missing, present = names if lead else reversed(names)
        raise NotJudged(f"{missing} is not set, and {present} is: the two belong together")
    return None


def _check_that_leads_differ(settings: Settings) -> None:
    draft, other, launched, foreign = settings.lead, settings.other, settings.launched, settings.foreign
    if other == draft:
        raise NotJudged("PUFFLE_OTHER_PROSPECT_ID is PUFFLE_PROSPECT_ID: name another lead of the campaign")
    for kind, lead in (("LAUNCHED", launched), ("FOREIGN", foreign)):
        if lead and (lead.campaign == draft.campaign or lead.id == draft.id):
            which = "CAMPAIGN" if lead.campaign == draft.campaign else "PROSPECT"
            raise NotJudged(f"PUFFLE_{kind}_{which}_ID is PUFFLE_{which}_ID: name another one, or leave it out")
    if launched and foreign and launched.campaign == foreign.campaign:
        raise NotJudged("PUFFLE_FOREIGN_CAMPAIGN_ID is PUFFLE_LAUNCHED_CAMPAIGN_ID: name one of another workspace")


def _uuid(given: Mapping[str, str], name: str) -> str | None:
    if name not in given:
        return None
    try:
        return str(uuid.UUID(given[name]))
    except ValueError:
        raise NotJudged(f"{name}={given[name]} is no UUID") from None
