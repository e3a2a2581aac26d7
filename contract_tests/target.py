"""One operation of the target, as the engine and the tests see it; each operation module has a subclass."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeVar
from urllib.parse import urlencode

import pytest
from hypothesis.strategies import SearchStrategy
from jsonschema_rs import Draft202012Validator

from puffle.contract import JSON, Operation, Schema
from puffle.secret import BEARER
from puffle.validation import validator

from .exceptions import CannotJudge, RuleViolation
from .exchange import Exchange, Request
from .guard import Guard
from .responses import RESPONSES

if TYPE_CHECKING:
    from .run import Run

T = TypeVar("T")


class Target(ABC):
    """One operation of the target in one run."""

    first: ClassVar[tuple[str, ...]] = ()
    """Rules to test first, because their failure blocks the tests of other rules."""
    needs: ClassVar[tuple[str, ...]] = ()
    """The keys of the operations without which this one cannot be judged."""

    def __init__(self, operation: Operation, run: Run) -> None:
        self.operation, self.run, self.roster = operation, run, run.roster
        self.settings, self.client, self.notes = run.settings, run.client, run.notes

    # What an operation module supplies:

    @staticmethod
    @abstractmethod
    def check(guard: Guard, request: Request) -> None:
        """Raise ``UnsafeRequest`` for a request that could change something that the run may not touch."""

    @abstractmethod
    def ordinary(self) -> SearchStrategy[Any]:
        """Bodies of ordinary requests about ``settings.campaign``, which must be accepted; None without a body."""

    @property
    @abstractmethod
    def plain(self) -> Any:
        """The simplest of them; a new one each time, if one can be used only once."""

    @abstractmethod
    def address(self, body: Any, campaign: str) -> Any:
        """Any body, changed to be about a campaign and its leads, and to contain nothing that the guard refuses."""

    def reading(self, campaign: str) -> Any:
        """The body of a request about a campaign that changes nothing."""
        return self.address(self.plain, campaign)

    def left_open(self, body: Any) -> bool:  # noqa: ARG002
        """Whether the contract does not say what happens to a body."""
        return False

    def is_about_leads(self, exchange: Exchange) -> bool:  # noqa: ARG002
        """Whether a refusal may be about the leads of a request, if they are looked for before anything else."""
        return False

    @property
    def expendable(self) -> str:
        """The campaign for requests that a broken target could take for something worse."""
        return self.settings.campaign

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

    def allows(self, body: Any) -> bool:
        """Whether the schema allows a body."""
        return self._validator.is_valid(body)

    @cached_property
    def _validator(self) -> Draft202012Validator:
        return validator(self.operation.contract, self.schema)

    def send(
        self,
        campaign: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        authorization: str | None = BEARER,
        content_type: str = JSON,
    ) -> Exchange:
        """Send a request.

        Args:
            campaign: a configured campaign, or one made from ``UNKNOWN_ID``.
            body: JSON to serialize, or bytes to send as they are; None sends none if the operation has no body.
            query: the query parameters; a list is sent as several of the same name.
            authorization: a template for ``Secret.header``; None sends no header.
            content_type: of the body; empty sends no header.

        Raises:
            UnsafeRequest: the guard refused it.
        """
        return self.deliver(self.request(campaign, body, query, authorization, content_type))

    def request(
        self,
        campaign: str,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        authorization: str | None = BEARER,
        content_type: str = JSON,
    ) -> Request:
        operation = self.operation
        if body is None and operation.request_schema is None:
            body, content_type = b"", ""
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        parameters = [part["name"] for part in operation.parameters if part["in"] == "path"]
        url = self.settings.base_url + operation.path(**dict.fromkeys(parameters, campaign))
        if query:
            url += f"?{urlencode(query, doseq=True)}"
        method, key = operation.method, operation.key
        return Request(method, url, authorization, content_type, content, campaign=campaign, operation=key)

    def deliver(self, request: Request) -> Exchange:
        """Send a request; an operation can override it to keep track of what its requests change."""
        return self.client.send(request)

    def need(self, value: T | None, variable: str) -> T:
        """What a test needs of the settings: without it, the rule is not verified."""
        if value is None:
            pytest.skip(f"set {variable} to verify it")
        return value

    def block(self, exchange: Exchange, rule: str, expected: str, after: Exchange | None = None) -> NoReturn:
        """End a test that another rule's violation gets in the way of.

        Raises:
            RuleViolation: always, unless the rule has failed already: then the test is skipped.
        """
        if rule == RESPONSES or self.run.has_failed(rule):
            pytest.skip(blocked_by(rule))
        raise RuleViolation(exchange, expected, after, rule=rule)

    def require(self, exchange: Exchange, rule: str, expected: str) -> None:
        """End a test whose request should have been accepted, and was not; the rule is the one that says so.

        Raises:
            RuleViolation: see ``block``.
        """
        if exchange.status != 200:
            is_declared = exchange.status >= 400 and self.operation.response(exchange.status) is not None
            self.block(exchange, rule if is_declared else RESPONSES, expected)

    def check_usable(self, exchange: Exchange) -> None:
        """Raise ``CannotJudge`` if the first response says that the campaign or the key cannot be used."""
        url, campaign = self.settings.base_url, self.settings.campaign
        if exchange.status == 0:
            raise CannotJudge(f"{url} cannot be reached: {exchange.text}; check BASE_URL")
        if exchange.status in (401, 403):
            raise CannotJudge(f"{url} refused the key with {exchange.outcome()}; check PUFFLE_API_KEY")
        if exchange.status == 404:
            raise CannotJudge(f"{url} has no such campaign: {exchange.outcome()}; check PUFFLE_CAMPAIGN_ID")
        status = self.named_status(exchange) if exchange.status == 400 else None
        if status and re.search("campaign|draft", exchange.text, re.IGNORECASE):
            raise CannotJudge(f"campaign {campaign} is {status}, not draft; set PUFFLE_CAMPAIGN_ID to a draft")

    def named_status(self, exchange: Exchange) -> str | None:
        """The campaign status other than draft that a response names."""
        words = set(re.findall(r"[a-z]+", exchange.text.lower()))
        statuses = self.operation.contract.campaign_statuses
        return next((status for status in statuses if status != "draft" and status in words), None)


def blocked_by(rule: str) -> str:
    """Why a test is skipped that depends on another rule, which has failed."""
    return f"its test depends on another rule, which failed: see {rule}"


def expect_status(exchange: Exchange, *statuses: int) -> None:
    if exchange.status not in statuses:
        raise RuleViolation(exchange, "status " + " or ".join(map(str, statuses)))
