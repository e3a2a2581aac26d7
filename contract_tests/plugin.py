"""The pytest plugin that hands targets to the tests, and their findings to the verdict."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.errors import DidNotReproduce, InvalidArgument

from .exceptions import CannotJudge, RuleViolation
from .progress import Progress
from .run import Run
from .settings import Profile
from .target import Target, blocked_by
from .verdict import SCHEMA_CHECKS, Finding, Verdict

_CHOICES = re.compile(r"@reproduce_failure\('[^']*', b'([^']*)'\)")


def rule(rule_id: str) -> pytest.MarkDecorator:
    """Mark a test with the rule that it verifies; ``-m 'rule(id="…")'`` runs the tests of one rule."""
    return pytest.mark.rule(id=rule_id)


class Plugin:
    """Runs the tests of the contract, or one case of them."""

    def __init__(self, run: Run, verdict: Verdict, progress: Progress) -> None:
        self._run, self._verdict, self._progress = run, verdict, progress
        self._targets, self._settings = run.named, run.settings
        self._first = {rule_id for target in run.named.values() for rule_id in target.first}
        self.cannot_judge = ""
        """Why the run ended without a verdict."""

    @pytest.fixture
    def data(self) -> None:
        """Marks a test that draws its values from Hypothesis: ``pytest_pyfunc_call`` supplies them."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Run a test that draws values once for each case.

        ``@given`` in the test's module would fix the number of cases when the module is imported.
        """
        if "data" not in pyfuncitem.funcargs:
            return None
        marker = pyfuncitem.get_closest_marker("cases")
        settings = hypothesis_settings(self._settings.profile, marker.args[0] if marker else 0)
        arguments = {name: pyfuncitem.funcargs[name] for name in inspect.signature(pyfuncitem.obj).parameters}

        def run(data: st.DataObject) -> None:
            try:
                pyfuncitem.obj(**arguments | {"data": data})
            finally:
                self._run.upkeep.tidy()

        test = hypothesis.seed(self._settings.seed)(settings(hypothesis.given(data=st.data())(run)))
        if choices := self._settings.case.partition("@")[2]:
            test = hypothesis.reproduce_failure(hypothesis.__version__, choices.encode())(test)
        test()
        return True

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "rule(id=…): the rule that the test verifies")
        config.addinivalue_line("markers", "cases(number): draw at most this many cases")
        config.option.tbstyle = "value"  # pytest's own reports are not shown: formatting tracebacks only takes time

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run a test for each operation that it concerns, and for each value of its other arguments."""
        module = metafunc.module.__name__.rpartition("operations.")[2].partition(".")[0]
        rule_id = next(metafunc.definition.iter_markers("rule")).kwargs["id"]
        concerned = {module: self._targets[module]} if module in self._targets else self._concerned_by(rule_id)
        known = {name for target in concerned.values() for name in target.parametrize()}
        arguments = [name for name in metafunc.fixturenames if name in known]
        rows, ids = [], []
        for name, target in concerned.items():
            for values in product(*(target.parametrize()[argument] for argument in arguments)):
                rows.append((target, *values))
                ids.append("-".join([*([name] if len(concerned) > 1 else []), *values]) or pytest.HIDDEN_PARAM)
        metafunc.parametrize(["target", *arguments], rows, ids=ids)

    def _concerned_by(self, rule_id: str) -> dict[str, Target]:
        def is_of(target: Target) -> bool:
            return rule_id in {rule.id for rule in (*target.operation.rules, *SCHEMA_CHECKS)}

        return {name: target for name, target in self._targets.items() if is_of(target)}

    def pytest_collection_modifyitems(self, items: list[pytest.Function]) -> None:
        if case := self._settings.case:
            items[:] = [item for item in items if item.name == case.partition("@")[0]]
            if not items:
                self.cannot_judge = f"CASE={case} is not a test: copy it from the verdict, in quotes"
        order: list[object] = [*self._targets.values()]
        # Without a target, a test is about a rule of operations that are not judged.
        items[:] = [item for item in items if item.callspec.params["target"] in order]
        items.sort(key=lambda item: (rule_of(item) not in self._first, order.index(item.callspec.params["target"])))
        for item in items:
            if reason := self._verdict.deviations.not_verified.get(rule_of(item)):
                item.add_marker(pytest.mark.skip(reason=reason))
        self._progress.tests = len(items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._progress.begin(rule_of(item))
        if self._verdict.has_failed(rule_of(item)):
            pytest.skip("the rule has failed already")

    def pytest_runtest_teardown(self) -> None:
        self._run.upkeep.sweep()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        report = yield
        test, case = getattr(item, "originalname", item.name), self._settings.case
        error = call.excinfo.value if call.excinfo else None
        if error is None:
            if call.when == "call":
                self._verdict.add(rule_of(item), test, Finding("passed"))
        elif isinstance(error, CannotJudge):
            self.cannot_judge = item.session.shouldstop = str(error)
        elif case and isinstance(error, InvalidArgument):
            self.cannot_judge = f"CASE={case} cannot be read: copy it from the verdict of this version, in quotes"
        else:
            for rule_id, finding in self._findings(error, rule_of(item), case or item.name):
                self._verdict.add(rule_id, test, finding)
        return report

    def _findings(self, error: BaseException, rule_id: str, case: str) -> Iterator[tuple[str, Finding]]:
        """What an exception says about the rule of a test, and about the rule that blocked the test."""
        found = _CHOICES.search("\n".join(getattr(error, "__notes__", [])))
        if found and not self._settings.case:
            case = f"{case.partition('@')[0]}@{found[1]}"
        if isinstance(error, pytest.skip.Exception):
            yield rule_id, Finding("not verified", str(error))
        elif isinstance(error, DidNotReproduce):
            yield rule_id, Finding("passed")
        elif isinstance(error, RuleViolation):
            violated = error.rule or rule_id
            yield violated, Finding("failed", error.expected, error.exchange, error.after, case)
            if violated != rule_id:
                yield rule_id, Finding("not verified", blocked_by(error.rule))
        elif isinstance(error, BaseExceptionGroup):
            # Hypothesis groups failures that do not happen every time.
            parts = [part for nested in error.exceptions for part in self._findings(nested, rule_id, case)]
            failed = [part for part in parts if part[1].outcome == "failed"]
            for part_rule, finding in failed or parts:
                yield part_rule, replace(finding, detail=f"{finding.detail} (intermittent)")
        else:
            yield rule_id, Finding("error", f"the test itself failed: {type(error).__name__}: {error}")


def hypothesis_settings(profile: Profile, cases: int = 0) -> hypothesis.settings:
    """The settings of a test that draws at most this many cases; 0 for as many as the profile says."""
    unwanted = {hypothesis.Phase.explain} | (set() if profile.shrink_seconds else {hypothesis.Phase.shrink})
    return hypothesis.settings(
        max_examples=cases or profile.cases,
        database=None,
        derandomize=False,
        phases=[phase for phase in hypothesis.Phase if phase not in unwanted],
        deadline=None,
        print_blob=True,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
    )


def rule_of(item: pytest.Item) -> str:
    marker = item.get_closest_marker("rule")
    assert marker is not None, f"{item.nodeid} names no rule"
    return str(marker.kwargs["id"])
