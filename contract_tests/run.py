"""What the parts of one run share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from puffle.contract import Contract, Operation

from .client import Client
from .ledger import Ledger
from .operations.roster import Roster
from .operations.upkeep import Upkeep
from .settings import Settings
from .target import Target


class Run:
    """One run.

    Args:
        modules: the operations to judge and their modules, by the module's name, in the order of the contract.
        notes: what the user should know at the end of the run.
        has_failed: whether a rule has failed so far.
    """

    def __init__(
        self,
        contract: Contract,
        settings: Settings,
        client: Client,
        modules: Mapping[str, tuple[Operation, Any]],
        notes: list[str] | None = None,
        has_failed: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.contract, self.settings, self.client, self.has_failed = contract, settings, client, has_failed
        self.notes = [] if notes is None else notes
        # The state of a mock that was started for the run ends with it.
        self.ledger = Ledger(None if settings.mock else settings.ledger, settings.base_url, client.guard.mark)
        self.targets: dict[str, Target] = {}
        """The operations to judge, by key."""
        self.named: dict[str, Target] = {}
        """The same, by the name of their module."""
        self.roster = Roster(self)
        self.upkeep = Upkeep(self)
        for name, (operation, module) in modules.items():
            self.targets[operation.key] = self.named[name] = module.Target(operation, self)
