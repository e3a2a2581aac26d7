"""The verdict: what the tests found, rule by rule, in the contract's words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pytest

from contract_tests.answers import ANSWERS, ERROR_BODY, Problem
from contract_tests.exchange import Exchange
from contract_tests.settings import Deviations, Lead, NotJudged
from contract_tests.target import Broken
from puffle.contract import Rule

REQUESTS = "requests"
SHAPES = (
    Rule(REQUESTS, "A request that the schemas forbid is refused.", assumed=False),
    Rule(ANSWERS, "Every answer has a declared status, and the media type and body declared for it.", assumed=False),
    Rule(ERROR_BODY, "Every error body is a JSON object with a text `error`.", assumed=True),
)

State = Literal["kept", "broken", "not verified", "excused", "failed"]
WIDTH = 118
INDENT = 42


def rule(rule_id: str) -> pytest.MarkDecorator:
    """Mark a test with the rule that it judges; ``-m 'rule(id="…")'`` then runs the tests of one rule alone."""
    return pytest.mark.rule(id=rule_id)


def need(lead: Lead | None, variables: str) -> Lead:
    """A lead that a rule can be judged with; without it the rule is not verified."""
    if lead is None:
        pytest.skip(f"set {variables} to verify it")
    return lead


@dataclass(frozen=True)
class Finding:
    """What one test found of one rule."""

    state: State
    detail: str = ""
    exchange: Exchange | None = None


UNMET = Finding("not verified", "no test met it")


@dataclass
class Verdict:
    """The findings of a run, by rule and by shape."""

    rules: Sequence[Rule]
    deviations: Deviations
    partial: bool = False
    """Only some tests were chosen: what they did not meet is left out."""
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    excused: dict[str, int] = field(default_factory=dict)
    """How often each excused deviation was met, by name."""
    _shapes_seen: set[str] = field(default_factory=set)

    def add(self, rule_id: str, test: str, state: State, detail: str = "", exchange: Exchange | None = None) -> None:
        """Take a finding; a broken promise that the deviations name is excused."""
        if state == "broken" and exchange:
            for deviation in self.deviations.excused:
                sent, answered = deviation.get("body", "").encode(), deviation.get("answer", "")
                if deviation["check"] == test and exchange.body.startswith(sent) and answered in exchange.text:
                    self.excused[deviation["name"]] = self.excused.get(deviation["name"], 0) + 1
                    state, detail, exchange = "excused", deviation["name"], None
                    break
        self.findings.setdefault(rule_id, []).append(Finding(state, detail, exchange))

    def take_answer(self, exchange: Exchange, problem: Problem | None) -> None:
        """Take what was found of an answer's shape."""
        if problem:
            self.add(problem.check, problem.check, "broken", f"expected {problem.expected}", exchange)
        else:
            self._shapes_seen |= {ANSWERS, ERROR_BODY} if exchange.status >= 400 else {ANSWERS}

    def finding(self, rule_id: str) -> Finding:
        """What counts of all that was found of a rule: the worst of it, at its shortest."""
        findings = self.findings.get(rule_id, [])
        for state in ("broken", "failed", "not verified"):
            found = [finding for finding in findings if finding.state == state]
            if found:
                return min(found, key=lambda finding: len(finding.exchange.body) if finding.exchange else 0)
        excused = dict.fromkeys(finding.detail for finding in findings if finding.state == "excused")
        if excused:
            return Finding("excused", f"kept but for {', '.join(excused)}")
        if findings or rule_id in self._shapes_seen:
            return Finding("kept")
        return UNMET

    def exit_code(self, strict: bool) -> int:
        """0 where the contract is kept, 1 where it is broken, 2 where a test itself failed."""
        everything = [(rule, self.finding(rule.id)) for rule in (*self.rules, *SHAPES)]
        if any(finding.state == "broken" and (strict or not rule.assumed) for rule, finding in everything):
            return 1
        return 2 if any(finding.state == "failed" for _, finding in everything) else 0

    def lines(self) -> Iterator[str]:
        """The verdict for a person to read."""
        yield "Rules"
        yield from self._section(self.rules)
        yield "Shapes"
        yield from self._section(SHAPES)
        if self.deviations.excused:
            yield "Known deviations"
        for deviation in self.deviations.excused:
            seen = self.excused.get(deviation["name"])
            state = "excused" if seen else "not seen"
            yield from _item(state, deviation["name"], deviation["reason"])

    def counts(self) -> str:
        """How many rules are in which state, and how many shapes are broken."""
        states = [self.finding(rule.id).state for rule in self.rules]
        named = ("kept", "broken", "excused", "not verified", "failed")
        counted = [f"{states.count(state)} {state}" for state in named if state in ("kept", "broken", *states)]
        broken = sum(self.finding(shape.id).state == "broken" for shape in SHAPES)
        return f"{len(states)} rules: {', '.join(counted)}" + (
            f"; {broken} of {len(SHAPES)} shapes broken" if broken else ""
        )

    def _section(self, rules: Iterable[Rule]) -> Iterator[str]:
        for rule in rules:
            finding = self.finding(rule.id)
            if self.partial and finding == UNMET:
                continue
            promise = f"assumed: {rule.promise}" if rule.assumed else rule.promise
            if finding.state == "kept":
                yield from _item("kept", rule.id, textwrap.shorten(promise, WIDTH - INDENT, placeholder=" …"))
            elif finding.state in ("not verified", "excused"):
                yield from _item(finding.state, rule.id, finding.detail)
            else:
                state = "contradicted" if rule.assumed and finding.state == "broken" else finding.state.upper()
                yield from _item(state, rule.id, promise)
                yield from _wrapped(finding.detail, " " * INDENT)
                if finding.exchange:
                    yield f"{'':{INDENT}}got {finding.exchange.outcome()}"
                    yield f"{'':{INDENT}}{finding.exchange.curl()}"


def _item(state: str, name: str, text: str) -> Iterator[str]:
    yield from _wrapped(text, f"  {state:<14}{name:<{INDENT - 17}} ")


def _wrapped(text: str, first: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=" " * INDENT)


def state_of(error: BaseException) -> tuple[State, str, Exchange | None]:
    """What an exception in a test says of the rule."""
    if isinstance(error, Broken):
        return "broken", f"expected {error.expected}", error.exchange
    if isinstance(error, BaseExceptionGroup):
        # Hypothesis groups failures that come only now and then.
        for part in error.exceptions:
            state, detail, exchange = state_of(part)
            if state == "broken":
                return state, f"{detail} (it fails now and then)", exchange
    return "failed", f"the test itself failed: {type(error).__name__}: {error}", None


class Judging:
    """The pytest plugin that hands the tests their target, and the verdict their findings."""

    def __init__(self, target: object, verdict: Verdict) -> None:
        """Take what the tests work on."""
        self._target = target
        self._verdict = verdict
        self.given_up = ""
        """Why the run was given up, where it was."""

    @pytest.fixture(scope="session")
    def target(self) -> object:
        """The implementation under test."""
        return self._target

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make the marker known."""
        config.addinivalue_line("markers", "rule(id=…): the rule of the contract that the test judges")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what a known implementation cannot show."""
        unverifiable: Mapping[str, str] = self._verdict.deviations.unverifiable
        for item in items:
            rule_id = rule_of(item)
            if rule_id in unverifiable:
                item.add_marker(pytest.mark.skip(reason=unverifiable[rule_id]))

    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Pass over the other tests of a rule that is broken already: its verdict stands."""
        return True if self._verdict.finding(rule_of(item)).state == "broken" else None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        """Take what a test found."""
        report = yield
        test = getattr(item, "originalname", item.name)
        if call.excinfo is None:
            if call.when == "call":
                self._verdict.add(rule_of(item), test, "kept")
        elif isinstance(call.excinfo.value, pytest.skip.Exception):
            self._verdict.add(rule_of(item), test, "not verified", str(call.excinfo.value))
        elif isinstance(call.excinfo.value, NotJudged):
            self.given_up = str(call.excinfo.value)
            item.session.shouldstop = self.given_up
        else:
            state, detail, exchange = state_of(call.excinfo.value)
            self._verdict.add(rule_of(item), test, state, detail, exchange)
        return report


def rule_of(item: pytest.Item) -> str:
    """The rule that a test judges."""
    marker = item.get_closest_marker("rule")
    assert marker is not None, f"{item.nodeid} names no rule"
    return str(marker.kwargs["id"])
