"""Errors that the contract tests raise on purpose.

ContractTestError
├── CannotJudge        the target cannot be judged (exit code 2)
│   └── NotConfirmed   nobody has confirmed that its host may be sent requests
├── TestStopped        a response ends a test
│   ├── RuleViolation  it violates the test's rule
│   └── Blocked        it refuses a request that the test needs, which violates another rule
└── UnsafeRequest      the guard refused to send a request
RunAborted             the target does not respond, or throttles for too long
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .exchange import Exchange


class ContractTestError(Exception):
    """Base class of all errors of this package but one."""


class CannotJudge(ContractTestError):
    """The message is one line that says why, and what to do."""


class NotConfirmed(CannotJudge):
    """Nothing was sent; ``plan`` says what would be sent."""

    def __init__(self, host: str, plan: str) -> None:
        super().__init__(f"{host} is not this machine: if you agree to the plan above, add CONFIRM={host}")
        self.plan = plan


class TestStopped(ContractTestError):
    """A response ends a test.

    Args:
        exchange: the request and its response.
        expected: what was expected instead.
        after: a request that must be sent first.
        rule: the rule that was violated, when it is not the test's.
    """

    def __init__(self, exchange: Exchange, expected: str, after: Exchange | None = None, rule: str = "") -> None:
        super().__init__(f"expected {expected}, got {exchange.outcome()}")
        self.exchange, self.expected, self.rule = exchange, expected, rule
        self.after = after if after is not exchange else None


class RuleViolation(TestStopped):
    """A response violates the rule of the test."""


class Blocked(TestStopped):
    """A request that a test needs was refused."""


class UnsafeRequest(ContractTestError):
    """A request could change something that the run may not touch; it was not sent."""


class RunAborted(KeyboardInterrupt):
    """An interrupt, because pytest would report any other exception as a failed test and go on."""
