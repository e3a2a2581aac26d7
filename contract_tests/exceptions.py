"""Errors that the contract tests raise on purpose.

ContractTestError
├── CannotJudge        the target cannot be judged (exit code 2)
│   └── NotConfirmed   nobody has confirmed that its host may be sent requests
├── RuleViolation      a response violates a rule, which ends a test
└── UnsafeRequest      the guard refused to send a request
RunAborted             the target does not respond, or throttles for too long
"""

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


class RuleViolation(ContractTestError):
    """A response violates a rule.

    Args:
        exchange: the request and its response.
        expected: what was expected instead.
        after: a request that must be sent first.
        rule: the rule, when it is not the one of the test: the test needs a request that was refused.
    """

    def __init__(self, exchange: Exchange, expected: str, after: Exchange | None = None, rule: str = "") -> None:
        super().__init__(f"expected {expected}, got {exchange.outcome()}")
        self.exchange, self.expected, self.rule = exchange, expected, rule
        self.after = after if after is not exchange else None


class UnsafeRequest(ContractTestError):
    """A request could change something that the run may not touch; it was not sent."""


class RunAborted(KeyboardInterrupt):
    """An interrupt, because pytest would report any other exception as a failed test and go on."""
