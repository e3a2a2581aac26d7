"""The pytest plugin that hands the tests their target, and the verdict their findings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import hypothesis
import pytest
from hypothesis.errors import DidNotReproduce, InvalidArgument

from contract_tests.case import Case, UnreadableCase
from contract_tests.progress import Progress
from contract_tests.settings import Lead, NotJudged
from contract_tests.target import ORDINARY_VALUES, Broken, Hindered, Target
from contract_tests.verdict import Finding, Verdict

_CHOICES = re.compile(r"@reproduce_failure\('[^']*', b'([^']*)'\)")


def rule(rule_id: str) -> pytest.MarkDecorator:
    """Mark a test with the rule that it judges; ``-m 'rule(id="…")'`` then runs the tests of one rule alone."""
    return pytest.mark.rule(id=rule_id)


def need(lead: Lead | None, variables: str) -> Lead:
    """A lead that a rule can be judged with; without it the rule is not verified."""
    if lead is None:
        pytest.skip(f"set {variables} to verify it")
    return lead


class Judging:
    """Runs the tests of the contract, or one case of them."""

    def __init__(self, target: Target, verdict: Verdict, progress: Progress) -> None:
        """Take what the tests work on."""
        self._target = target
        self._verdict = verdict
        self._progress = progress
        self._case = target.settings.case
        self.given_up = ""
        """Why the run was given up, where it was."""

    @pytest.fixture(scope="session")
    def target(self) -> Target:
        """The implementation under test."""
        return self._target

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make the markers known."""
        config.addinivalue_line("markers", "rule(id=…): the rule of the contract that the test judges")
        config.addinivalue_line("markers", "again: sends one request again, where a case names it")
        config.option.tbstyle = "value"  # nobody reads pytest's own reports: a traceback is work for nothing

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what was not asked for, and what a known implementation cannot show."""
        if self._case:
            items[:] = [item for item in items if item.name == self._case.test]
            for item in items:
                if self._case.choices and isinstance(item, pytest.Function) and hasattr(item.obj, "hypothesis"):
                    item.obj = hypothesis.reproduce_failure(hypothesis.__version__, self._case.choices)(item.obj)
            if not items:
                self.given_up = f"CASE={self._case} is none of the tests: copy it from the verdict, in quotes"
        else:
            items[:] = [item for item in items if item.get_closest_marker("again") is None]
        # What hinders the tests of other rules is best known, and at its smallest, before these are run.
        items.sort(key=lambda item: rule_of(item) != ORDINARY_VALUES)
        unverifiable: Mapping[str, str] = self._verdict.deviations.unverifiable
        for item in items:
            rule_id = rule_of(item)
            if rule_id in unverifiable:
                item.add_marker(pytest.mark.skip(reason=unverifiable[rule_id]))
        self._progress.tests = len(items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Pass over the other tests of a rule that is broken already: its verdict stands."""
        self._progress.begin(rule_of(item))
        if self._verdict.finding(rule_of(item)).state == "broken":
            pytest.skip("the rule is broken already")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        """Take what a test found."""
        report = yield
        test = getattr(item, "originalname", item.name)
        if call.excinfo is None:
            if call.when == "call":
                self._verdict.add(rule_of(item), test, Finding("kept"))
        elif isinstance(call.excinfo.value, NotJudged):
            self.given_up = str(call.excinfo.value)
            item.session.shouldstop = self.given_up
        elif self._case and isinstance(call.excinfo.value, InvalidArgument | UnreadableCase):
            self.given_up = f"CASE={self._case} cannot be read: copy it from the verdict of this version, in quotes"
        else:
            for rule_id, finding in findings_of(call.excinfo.value, rule_of(item), item.name, self._case):
                self._verdict.add(rule_id, test, finding)
                if self._verdict.finding(rule_id).state == "broken":
                    self._target.broken.add(rule_id)
        return report


def findings_of(
    error: BaseException, rule_id: str, test: str, replayed: Case | None = None
) -> Iterator[tuple[str, Finding]]:
    """What an exception in a test says of its rule, and of the one that hindered the test."""
    found = _CHOICES.search("\n".join(getattr(error, "__notes__", [])))
    case = replayed or Case(test, found[1].encode() if found else b"")
    if isinstance(error, pytest.skip.Exception):
        yield rule_id, Finding("not verified", str(error))
    elif isinstance(error, DidNotReproduce):
        yield rule_id, Finding("kept")
    elif isinstance(error, Broken):
        yield rule_id, Finding("broken", error.expected, error.exchange, error.after, error.case or case)
    elif isinstance(error, Hindered):
        yield error.rule, Finding("broken", "200 with the edited row", error.exchange, case=case)
        if error.rule != rule_id:
            yield rule_id, Finding("not verified", f"its test needs an edit that was not carried out: see {error.rule}")
    elif isinstance(error, BaseExceptionGroup):
        # Hypothesis groups failures that come only now and then.
        parts = [finding for part in error.exceptions for finding in findings_of(part, rule_id, test, replayed)]
        broken = [(rule, finding) for rule, finding in parts if finding.state == "broken"]
        for rule, finding in broken or parts:
            yield rule, Finding(**{**vars(finding), "detail": f"{finding.detail} (it comes only now and then)"})
    else:
        yield rule_id, Finding("failed", f"the test itself failed: {type(error).__name__}: {error}")


def rule_of(item: pytest.Item) -> str:
    """The rule that a test judges."""
    marker = item.get_closest_marker("rule")
    assert marker is not None, f"{item.nodeid} names no rule"
    return str(marker.kwargs["id"])
