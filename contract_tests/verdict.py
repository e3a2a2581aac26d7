"""The verdict: what the tests found of each promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from contract_tests.answers import ANSWERS, ERROR_BODY, Problem
from contract_tests.case import Case
from contract_tests.exchange import Exchange
from contract_tests.settings import Deviations
from puffle.contract import Operation, Rule

REQUESTS = "requests"
SHAPES = (
    Rule(REQUESTS, "A request that the schemas forbid is refused.", assumed=False),
    Rule(ANSWERS, "Every answer has a declared status, and the media type and body declared for it.", assumed=False),
    Rule(ERROR_BODY, "Every error body is a JSON object with a text `error`.", assumed=True),
)

State = Literal["kept", "broken", "contradicted", "not verified", "excused", "failed"]
STATES: tuple[State, ...] = ("kept", "broken", "contradicted", "excused", "not verified", "failed")


@dataclass(frozen=True)
class Finding:
    """What one test found of one promise."""

    state: State
    detail: str = ""
    """What was expected, or why it is not verified."""
    exchange: Exchange | None = None
    """The request that shows it."""
    after: Exchange | None = None
    """The request that has to be sent before."""
    case: Case | None = None
    """The case to run again."""


UNMET = Finding("not verified", "no test met it")


@dataclass(frozen=True)
class Entry:
    """A promise, and what counts of all that was found of it."""

    rule: Rule
    finding: Finding
    line: int
    """Of the contract, where the promise stands; 0 where it is that of the schemas as a whole."""

    @property
    def state(self) -> State:
        """A broken assumption is only contradicted."""
        broken = self.finding.state == "broken"
        return "contradicted" if broken and self.rule.assumed else self.finding.state

    @property
    def expected(self) -> str:
        """What was expected, where something else came."""
        return self.finding.detail if self.finding.exchange else ""


@dataclass
class Verdict:
    """The findings of a run, by rule and by shape."""

    operation: Operation
    deviations: Deviations
    hide: Callable[[str], str] = str
    """Takes the key out of a text."""
    partial: bool = False
    """Only some tests were chosen: what they did not meet is left out."""
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    excused: dict[str, int] = field(default_factory=dict)
    """How often each excused deviation was met, by name."""
    _shapes_seen: set[str] = field(default_factory=set)

    def add(self, rule_id: str, test: str, finding: Finding) -> None:
        """Take a finding; a broken promise that the deviations name is excused."""
        if finding.state == "broken" and finding.exchange:
            for deviation in self.deviations.excused:
                sent, answered = deviation.get("body", "").encode(), deviation.get("answer", "")
                exchange = finding.exchange
                if deviation["check"] == test and exchange.body.startswith(sent) and answered in exchange.text:
                    self.excused[deviation["name"]] = self.excused.get(deviation["name"], 0) + 1
                    finding = Finding("excused", deviation["name"])
                    break
        hidden = Finding(**{**vars(finding), "detail": self.hide(finding.detail)})
        self.findings.setdefault(rule_id, []).append(hidden)

    def take_answer(self, exchange: Exchange, problem: Problem | None) -> None:
        """Take what was found of an answer's shape."""
        if problem:
            case = Case.of_request(exchange)
            self.add(problem.check, problem.check, Finding("broken", problem.expected, exchange, case=case))
        else:
            self._shapes_seen |= {ANSWERS, ERROR_BODY} if exchange.status >= 400 else {ANSWERS}

    def finding(self, rule_id: str) -> Finding:
        """What counts of all that was found of a rule: the worst of it, at its shortest."""
        findings = self.findings.get(rule_id, [])
        for state in ("broken", "failed", "not verified"):
            found = [finding for finding in findings if finding.state == state]
            if found:
                return min(found, key=_length)
        excused = dict.fromkeys(finding.detail for finding in findings if finding.state == "excused")
        if excused:
            return Finding("excused", f"kept but for {', '.join(excused)}")
        if findings or rule_id in self._shapes_seen:
            return Finding("kept")
        return UNMET

    def entries(self) -> Iterator[Entry]:
        """Every promise that was judged: the rules, the shapes, and the assumptions last."""
        contract = self.operation.contract
        for assumed in (False, True):
            for rule in (*self.operation.rules, *SHAPES):
                finding = self.finding(rule.id)
                if rule.assumed != assumed or (self.partial and finding == UNMET):
                    continue
                if rule not in SHAPES:
                    line = self.operation.line_of_rule(rule.id)
                else:
                    line = contract.line("components", "schemas", "Error") if rule.id == ERROR_BODY else 0
                yield Entry(rule, finding, line)

    def exit_code(self, strict: bool) -> int:
        """0 where the contract is kept, 1 where it is broken, 2 where a test itself failed."""
        states = [entry.state for entry in self.entries()]
        if "broken" in states or (strict and "contradicted" in states):
            return 1
        return 2 if "failed" in states else 0

    def outcome(self, strict: bool) -> str:
        """The verdict in one sentence."""
        contradicted = [entry.rule.id for entry in self.entries() if entry.state == "contradicted"]
        but = f", but for what it assumes of {' and '.join(contradicted)}" if contradicted and not strict else ""
        words = (f"The contract is kept{but}.", "The contract is broken.", "Not judged: a test itself failed.")
        return words[self.exit_code(strict)]

    def counts(self) -> str:
        """How many rules and shapes are in which state."""
        entries = list(self.entries())
        parts = []
        for name, ids in (("rules", {rule.id for rule in self.operation.rules}), ("shapes", {s.id for s in SHAPES})):
            states = [entry.state for entry in entries if entry.rule.id in ids]
            counted = [f"{states.count(state)} {state}" for state in STATES if state in ("kept", "broken", *states)]
            parts += [f"{len(states)} {name}: {', '.join(counted)}"] if states else []
        return "; ".join(parts)


def _length(finding: Finding) -> int:
    return len(finding.exchange.body) if finding.exchange else 0
