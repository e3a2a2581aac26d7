"""What a run would do to a target on another machine, for the user to agree to."""

from collections.abc import Mapping
from typing import Any

from puffle.contract import Operation

from .operations.roster import ADD, LIST, REMOVE
from .settings import REMOTE_RATE, Profile, Settings


def expected_requests(profile: Profile, operations: int) -> int:
    """About how many requests a profile makes. Editing leads takes most of them."""
    return profile.requests * (operations + 3) // 4


def plan(settings: Settings, modules: Mapping[str, tuple[Operation, Any]]) -> str:
    """The plan, in lines that fit a terminal."""
    operations = [operation for operation, _ in modules.values()]
    requests, rate = expected_requests(settings.profile, len(operations)), settings.rate or REMOTE_RATE
    methods = sorted({operation.method for operation in operations})
    lines = [
        f"This would send about {requests:,} requests ({settings.profile.name}) to {settings.base_url}, "
        f"at most {rate:g} per second: about {requests / rate / 60:.0f} minutes.",
        f"Only {', '.join(methods)} requests are sent. They concern campaigns that do not exist, and these:",
        *(f"  campaign {campaign}" for campaign in settings.campaigns),
    ]
    if {LIST, ADD, REMOVE} <= {operation.key for operation in operations}:
        lines += [
            f"Added to campaign {settings.campaign}, edited and removed again: usually a few leads, at most 1,001.",
            "What is added carries a mark, and is removed at the end, after Ctrl-C too. Leads that are there already",
            "stay as they are; they are compared at the end.",
        ]
        if settings.scratch_campaign:
            lines.append(f"All leads of campaign {settings.scratch_campaign} are removed: it is named as scratch.")
        others = [f"lead {lead.id}" for lead in (settings.launched, settings.foreign) if lead]
        if settings.launched_campaign and not settings.launched:
            others.append(f"a lead of campaign {settings.launched_campaign}")
    elif settings.lead:
        last = "With RESTORE=off, a field that is null stays edited."
        if settings.restore:
            last = "A field that is null could not be cleared again and is not edited."
        lines += [
            f"Edited many times: lead {settings.lead.id}. It is read first, then restored",
            f"and compared at the end, after Ctrl-C too. {last}",
        ]
        others = [f"lead {lead.id}" for lead in settings.leads if lead != settings.lead]
    else:
        others = []
    if others:
        lines.append(f"Edited only if the target violates the contract: {' and '.join(others)}.")
    return "\n".join(lines)
