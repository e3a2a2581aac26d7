"""What the person who runs the contract tests has said: the variables of ``.env.example``, and a few switches."""

from __future__ import annotations

import ipaddress
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

PROFILES = {"quick": 10, "deep": 200}
"""How many cases each test draws."""


class NotJudged(Exception):
    """The implementation could not be judged: the message says why, and what to do (exit code 2)."""


@dataclass(frozen=True)
class Lead:
    """A lead by the campaign that it is in, both as UUIDs."""

    campaign: str
    id: str


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
        profile = given.get("PROFILE", "quick")
        if profile not in PROFILES:
            raise NotJudged(f"PROFILE={profile} is unknown: take one of {', '.join(PROFILES)}")
        seed = given.get("SEED", "0")
        if not seed.isdecimal():
            raise NotJudged(f"SEED={seed} is no whole number")
        return cls(
            base_url=base_url,
            key=given["PUFFLE_API_KEY"],
            lead=lead,
            other=Lead(lead.campaign, other) if other else None,
            launched=_lead(given, "LAUNCHED_"),
            foreign=_lead(given, "FOREIGN_"),
            profile=profile,
            strict=given.get("STRICT", "0").lower() not in ("0", "no", "off", "false"),
            seed=int(seed),
            deviations=Deviations.read(Path(given["DEVIATIONS"])) if "DEVIATIONS" in given else Deviations(),
        )

    @property
    def loopback(self) -> bool:
        """The implementation runs on this machine."""
        return _is_loopback(urlsplit(self.base_url).hostname or "")


def _base_url(given: Mapping[str, str]) -> str:
    base_url = given.get("BASE_URL", "").rstrip("/")
    wrong = NotJudged(f"BASE_URL={base_url} is no address of a server: give one such as https://staging.example.com")
    try:
        url = urlsplit(base_url)
        _ = url.port
    except ValueError:
        raise wrong from None
    if url.scheme not in ("http", "https") or not url.hostname or url.query or url.fragment or "@" in url.netloc:
        raise wrong
    if not _is_loopback(url.hostname):
        if url.scheme != "https":
            raise NotJudged(f"{url.hostname} is not this machine: give an https address, so that the key stays secret")
        if given.get("CONFIRM") != url.hostname:
            raise NotJudged(
                f"{url.hostname} is not this machine: leads would be edited there many times and put back at the end; "
                f"if that is wanted, add CONFIRM={url.hostname}"
            )
    return base_url


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _lead(given: Mapping[str, str], kind: str) -> Lead | None:
    names = f"PUFFLE_{kind}CAMPAIGN_ID", f"PUFFLE_{kind}PROSPECT_ID"
    campaign, lead = (_uuid(given, name) for name in names)
    if campaign and lead:
        return Lead(campaign, lead)
    if campaign or lead:
        missing, present = names if lead else reversed(names)
        raise NotJudged(f"{missing} is not set, and {present} is: the two belong together")
    return None


def _uuid(given: Mapping[str, str], name: str) -> str | None:
    if name not in given:
        return None
    try:
        return str(uuid.UUID(given[name]))
    except ValueError:
        raise NotJudged(f"{name}={given[name]} is no UUID") from None
