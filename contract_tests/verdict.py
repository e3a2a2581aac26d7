"""The verdict: what the tests found about each rule."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from puffle.contract import JSON, Contract, Operation, Rule
from puffle.operation import pointer

from .exchange import Exchange
from .responses import ERROR_BODY, RESPONSES, Problem
from .settings import Deviations

REQUESTS = "requests"
SCHEMA_CHECKS = (
    Rule(REQUESTS, "A request that the schemas forbid is refused.", assumed=False, place=()),
    Rule(RESPONSES, "Every response has a declared status, and its media type and body.", assumed=False, place=()),
    Rule(ERROR_BODY, "Every error body matches the schema that the contract assumes.", assumed=True, place=()),
)

Outcome = Literal["passed", "failed", "warning", "known deviation", "not verified", "error"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True)
class Finding:
    """What one test found about one rule."""

    outcome: Outcome
    detail: str = ""
    """What was expected, or why the rule is not verified."""
    exchange: Exchange | None = None
    """The request that shows it."""
    after: Exchange | None = None
    """A request that must be sent first."""
    case: str = ""
    """The case to replay."""


@dataclass(frozen=True)
class Entry:
    """A rule and the decisive finding about it."""

    rule: Rule
    finding: Finding
    line: int
    """The line of the contract with the rule; 0 for the schemas as a whole."""

    @property
    def outcome(self) -> Outcome:
        """A failed assumption is a warning."""
        return "warning" if self.finding.outcome == "failed" and self.rule.assumed else self.finding.outcome


@dataclass
class Verdict:
    """The findings of a run, by rule."""

    contract: Contract
    deviations: Deviations
    hide: Callable[[str], str] = str
    """Removes the key from a text."""
    strict: bool = False
    """A warning fails the run."""
    partial: bool = False
    """Only some tests were chosen: rules without a finding are left out."""
    missing: tuple[Rule, ...] = ()
    """An entry for each operation that has no module, so that none of its rules was tested."""
    excluded: tuple[Operation, ...] = ()
    """Operations that the user did not choose."""
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    """The names of the known deviations that were seen."""
    _checked: set[str] = field(default_factory=set)
    _untested: dict[str, str] = field(default_factory=dict)
    """What to do to test a rule, by the rule's id."""

    def add(self, rule_id: str, test: str, finding: Finding) -> None:
        """Add a finding of a test; a failure that a known deviation describes does not count as one."""
        if finding.outcome == "failed" and finding.exchange:
            for known in self.deviations.known:
                if known["rule"] == rule_id and known.get("test", test) == test and _describes(known, finding.exchange):
                    self.seen.add(known["name"])
                    finding = Finding("known deviation", known["name"])
                    break
        self.findings.setdefault(rule_id, []).append(finding)

    def add_missing(self, operation: Operation, file: str) -> None:
        """Add an operation that has no module, so that none of its rules was tested; ``file`` is where it belongs."""
        self.missing += (Rule(operation.id, operation.summary, assumed=False, place=()),)
        for rule in (self.missing[-1], *operation.rules):
            self._untested[rule.id] = f"add {file} to test {operation.key}"

    def add_excluded(self, operation: Operation) -> None:
        """Add an operation that the user did not choose: what only its rules say is left out."""
        self.excluded += (operation,)

    def add_response(self, exchange: Exchange, problem: Problem | None) -> None:
        if problem:
            self.add(problem.check, "", Finding("failed", problem.expected, exchange))
        else:
            self._checked |= {RESPONSES, ERROR_BODY} if exchange.status >= 400 else {RESPONSES}

    def finding(self, rule_id: str) -> Finding:
        """The decisive finding about a rule: the worst, with the shortest request."""
        findings = self.findings.get(rule_id, [])
        for outcome in ("failed", "error", "not verified"):
            found = [finding for finding in findings if finding.outcome == outcome]
            if found:
                return min(found, key=lambda finding: finding.exchange.size if finding.exchange else 0)
        known = dict.fromkeys(finding.detail for finding in findings if finding.outcome == "known deviation")
        if known:
            return Finding("known deviation", f"passed except for {', '.join(known)}")
        if findings or rule_id in self._checked:
            return Finding("passed")
        return Finding("not verified", self._untested.get(rule_id, "no test covers it"))

    def has_failed(self, rule_id: str) -> bool:
        return self.finding(rule_id).outcome == "failed"

    def entries(self) -> Iterator[Entry]:
        """Every rule: those that the vendor documents, then the assumptions."""
        for assumed in (False, True):
            for rule in (*self._rules(), *self.missing, *SCHEMA_CHECKS):
                finding = self.finding(rule.id)
                is_tested = rule.id in self.findings or rule.id in self._checked
                if rule.assumed == assumed and (is_tested or not self.partial):
                    yield Entry(rule, finding, self._line(rule))

    def _rules(self) -> Iterator[Rule]:
        judged = {rule for one in self.contract.operations if one not in self.excluded for rule in one.rules}
        return (rule for rule in self.contract.rules if rule in judged)

    def _line(self, rule: Rule) -> int:
        place = self._assumed_schema() if rule.id == ERROR_BODY else rule.place
        return self.contract.line(*place) if place else 0

    def _assumed_schema(self) -> tuple[str, ...]:
        for operation in self.contract.operations:
            for response in operation.responses.values():
                schema = response.get("content", {}).get(JSON, {}).get("schema", {})
                if "$ref" in schema and self.contract.resolve(schema).get("x-assumed"):
                    return pointer(schema["$ref"])
        return ()

    @property
    def exit_code(self) -> int:
        """0 when the target passed, 1 when it failed, 2 when a test itself failed."""
        outcomes = {entry.outcome for entry in self.entries()}
        if "failed" in outcomes or (self.strict and outcomes & {"warning", "not verified"}):
            return 1
        return 2 if "error" in outcomes else 0

    @property
    def headline(self) -> str:
        warnings = [entry.rule.id for entry in self.entries() if entry.outcome == "warning"]
        but = f" with {counted(len(warnings), 'warning')}: {', '.join(warnings)}" if warnings else ""
        if omitted := [*(rule.id for rule in self.missing), *(operation.id for operation in self.excluded)]:
            but += f"; not judged: {', '.join(omitted)}"
        return (f"Passed{but}.", "Failed.", "Could not judge: a test itself failed.")[self.exit_code]

    def counts(self) -> str:
        entries = list(self.entries())
        rules = [entry.outcome for entry in entries if entry.rule.place]
        checks = [entry.outcome for entry in entries if entry.rule in SCHEMA_CHECKS]
        named = (("rule", rules), ("schema check", checks))
        return "; ".join(f"{counted(len(found), name)}: {_summary(found)}" for name, found in named if found)


def _describes(known: Mapping[str, str], exchange: Exchange) -> bool:
    return exchange.body.startswith(known.get("body", "").encode()) and known.get("response", "") in exchange.text


def _summary(outcomes: list[Outcome]) -> str:
    shown = (outcome for outcome in OUTCOMES if outcome in ("passed", "failed", *outcomes))
    return ", ".join(counted(outcomes.count(outcome), outcome) for outcome in shown)


def counted(number: int, word: str) -> str:
    """A number of things or outcomes: ``2 rules``, ``2 warnings``, but ``2 failed``."""
    return f"{number:,} {word}{'s' if number != 1 and not word.endswith('ed') else ''}"


def sections(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    headed: dict[str, list[Entry]] = {"Rules": [], "Schemas": [], "Assumptions": []}
    for entry in entries:
        heading = "Assumptions" if entry.rule.assumed else "Schemas" if entry.rule in SCHEMA_CHECKS else "Rules"
        headed[heading].append(entry)
    return {heading: section for heading, section in headed.items() if section}
