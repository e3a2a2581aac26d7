"""One operation of the target, as the engine and the tests see it; each operation module has a subclass."""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, NoReturn

import pytest
from hypothesis.strategies import SearchStrategy

from puffle.contract import JSON, Operation, Schema
from puffle.secret import BEARER

from .client import Client
from .exceptions import RuleViolation
from .exchange import Exchange, Request
from .guard import Guard
from .responses import RESPONSES
from .settings import Lead, Settings


class Target(ABC):
    """One operation of the target; ``notes`` are what the user should know at the end of the run."""

    first: ClassVar[tuple[str, ...]] = ()
    """Rules to test first, because their failure blocks the tests of other rules."""

    def __init__(
        self,
        operation: Operation,
        settings: Settings,
        client: Client,
        notes: list[str],
        has_failed: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.operation, self.settings, self.client, self.notes = operation, settings, client, notes
        self._has_failed = has_failed

    # What an operation module supplies:

    @staticmethod
    @abstractmethod
    def check(guard: Guard, request: Request) -> None:
        """Raise ``UnsafeRequest`` for a body that could change something that the run may not touch."""

    @abstractmethod
    def ordinary(self) -> SearchStrategy[Any]:
        """Bodies of ordinary requests about ``settings.lead``, which must be accepted."""

    @property
    @abstractmethod
    def plain(self) -> Any:
        """The simplest of them."""

    @abstractmethod
    def address(self, body: Any, lead: Lead) -> Any:
        """Any body, changed to be about a lead, and to contain nothing that the guard refuses."""

    def reading(self, lead: Lead) -> Any:
        """The body of a request about a lead that changes nothing."""
        return self.address(self.plain, lead)

    def left_open(self, body: Any) -> bool:  # noqa: ARG002
        """Whether the contract does not say what happens to a body."""
        return False

    def parametrize(self) -> Mapping[str, Sequence[str]]:
        """Arguments that tests may take, and their values."""
        return {}

    def prepare(self) -> None:  # noqa: B027 -- an operation that changes nothing need not override it
        """Check that the operation can be judged, and read what has to be restored; raise ``CannotJudge`` if not."""

    def restore(self) -> None:  # noqa: B027
        """Undo what the tests did, and note what could not be undone."""

    # What tests use:

    @cached_property
    def schema(self) -> Schema:
        return self.operation.request_schema or {}

    def send(
        self, campaign: str, body: Any, *, authorization: str | None = BEARER, content_type: str = JSON
    ) -> Exchange:
        """Send a request.

        Args:
            campaign: a configured campaign, or one made from ``UNKNOWN_ID``.
            body: JSON to serialize, or bytes to send as they are.
            authorization: a template for ``Secret.header``; None sends no header.
            content_type: of the body; empty sends no header.

        Raises:
            UnsafeRequest: the guard refused it.
        """
        return self.deliver(self.request(campaign, body, authorization, content_type))

    def request(
        self, campaign: str, body: Any, authorization: str | None = BEARER, content_type: str = JSON
    ) -> Request:
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        operation = self.operation
        parameters = [part["name"] for part in operation.parameters if part["in"] == "path"]
        url = self.settings.base_url + operation.path(**dict.fromkeys(parameters, campaign))
        method, key = operation.method, operation.key
        return Request(method, url, authorization, content_type, content, campaign=campaign, operation=key)

    def deliver(self, request: Request) -> Exchange:
        """Send a request; an operation can override it to keep track of what its requests change."""
        return self.client.send(request)

    def need(self, lead: Lead | None, kind: str) -> Lead:
        """A lead that a test needs: without it the rule is not verified. The kind is part of the variable's name."""
        if lead is None:
            names = ([] if kind == "OTHER" else [f"PUFFLE_{kind}_CAMPAIGN_ID"]) + [f"PUFFLE_{kind}_PROSPECT_ID"]
            pytest.skip(f"set {' and '.join(names)} to verify it")
        return lead

    def block(self, exchange: Exchange, rule: str, expected: str) -> NoReturn:
        """End a test that needs a request which was refused.

        Raises:
            RuleViolation: always, unless the rule has failed already: then the test is skipped.
        """
        if rule == RESPONSES or self._has_failed(rule):
            pytest.skip(blocked_by(rule))
        raise RuleViolation(exchange, expected, rule=rule)

    def named_status(self, exchange: Exchange) -> str | None:
        """The campaign status other than draft that a response names."""
        words = set(re.findall(r"[a-z]+", exchange.text.lower()))
        statuses = self.operation.contract.campaign_statuses
        return next((status for status in statuses if status != "draft" and status in words), None)


def blocked_by(rule: str) -> str:
    """Why a test is skipped that needs a request which a rule says is accepted."""
    return f"its test needs a request that was refused: see {rule}"


def expect_status(exchange: Exchange, *statuses: int) -> None:
    if exchange.status not in statuses:
        raise RuleViolation(exchange, "status " + " or ".join(map(str, statuses)))
