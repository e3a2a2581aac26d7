"""Writes the verdict: lines for a terminal, an HTML page, and JUnit XML."""

import json
import shlex
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from markupsafe import Markup

from pages import render
from puffle.contract import Operation
from puffle.exceptions import NotJSON

from .exchange import Exchange
from .settings import Settings
from .verdict import OUTCOMES, Entry, Verdict, counted, sections

WIDTH = 118
INDENT = 44
OUTCOME_WIDTH = 16
FILES = PAGE, _ = "index.html", "junit.xml"
"""The files of a report, each with a template of its name."""


@dataclass(frozen=True)
class Report:
    """A verdict and how it was reached."""

    verdict: Verdict
    settings: Settings
    operations: Sequence[Operation]
    notes: Sequence[str]
    requests: int
    seconds: float

    def lines(self) -> Iterator[str]:
        for heading, section in sections(self.verdict.entries()).items():
            yield heading
            for entry in section:
                yield from self._lines_of(entry)
        if self.verdict.deviations.known:
            yield "Known deviations"
        for deviation in self.verdict.deviations.known:
            seen = "seen" if deviation["name"] in self.verdict.seen else "not seen"
            yield from _item(seen, deviation["name"], deviation["reason"])
        if self.notes:
            yield "Notes"
            yield from (f"  {note}" for note in self.notes)
        yield ""
        yield f"{self.verdict.headline} {self.verdict.counts()}; {self.requests:,} requests in {self.seconds:.1f} s."

    def _replay(self, case: str) -> str:
        settings = self.settings
        given = {
            "TARGET": settings.mock if settings.mock != "sandbox" else "",
            "BASE_URL": "" if settings.mock else settings.base_url,
            "CONFIRM": "" if settings.loopback else settings.host,
            "RESTORE": "" if settings.restore else "off",
            "OPERATIONS": ",".join(settings.operations),
            "PROFILE": settings.profile.name if settings.profile.name != "quick" else "",
            "SEED": str(settings.seed or ""),
            "CASE": case,
        }
        return " ".join(["make contract", *(f"{name}={shlex.quote(value)}" for name, value in given.items() if value)])

    def write(self) -> None:
        """Write the HTML page and the JUnit XML.

        Raises:
            OSError: the folder cannot be written.
        """
        entries = list(self.verdict.entries())
        outcomes = [entry.outcome for entry in entries]
        values = {
            "report": self,
            "sections": (found := sections(entries)),
            "junit": {heading: [(entry, self._result(entry)) for entry in found[heading]] for heading in found},
            "counts": [(outcome, outcomes.count(outcome)) for outcome in OUTCOMES if outcome in outcomes],
            "problems": [entry for entry in entries if entry.finding.exchange or entry.outcome == "error"],
            "time": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "counted": counted,
            "printable": _printable,
            "pretty": _pretty,
            "with_code": _with_code,
        }
        for name in FILES:
            written = render(Path(__file__).with_name(f"{name}.jinja"), **values)
            (self.settings.report / name).write_text(self.verdict.hide(written), "utf-8")

    def _result(self, entry: Entry) -> str:
        """The element of JUnit XML that an outcome corresponds to."""
        if entry.outcome == "warning":
            return "failure" if self.verdict.strict else "skipped"
        return {"failed": "failure", "error": "error", "not verified": "skipped"}.get(entry.outcome, "system-out")

    def facts(self, entry: Entry) -> Iterator[tuple[str, str]]:
        finding = entry.finding
        if finding.exchange:
            yield "expected", finding.detail
            yield "got", finding.exchange.outcome()
            if finding.after:
                yield "after", finding.after.curl()
            yield "request", finding.exchange.curl()
        elif finding.detail:
            yield ("known deviation" if entry.outcome == "known deviation" else "reason"), finding.detail
        if finding.case:
            yield "replay", self._replay(finding.case)
        if entry.outcome == "warning":
            yield "fix", f"no document states it: if the target is right, change openapi.yaml, line {entry.line}"

    def _lines_of(self, entry: Entry) -> Iterator[str]:
        text, rule = entry.rule.promise, entry.rule
        if entry.outcome == "passed":
            yield from _item("passed", rule.id, textwrap.shorten(text, WIDTH - INDENT, placeholder=" …"))
        elif entry.outcome in ("not verified", "known deviation"):
            yield from _item(entry.outcome, rule.id, entry.finding.detail)
        else:
            yield from _item(entry.outcome if entry.outcome == "warning" else entry.outcome.upper(), rule.id, text)
            for name, fact in self.facts(entry):
                first = f"{'':{INDENT - 9}}{name:<9}"
                # Commands, and responses with few spaces, stay on one line.
                yield from _wrapped(fact, first) if name in ("expected", "reason", "fix") else [first + fact]


def make_room(folder: Path) -> None:
    """Check that a report can be written, and remove the report of an earlier run.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (folder / name).write_text("", "utf-8")
        (folder / name).unlink()


def _item(outcome: str, name: str, text: str) -> Iterator[str]:
    yield from _wrapped(text, f"  {outcome:<{OUTCOME_WIDTH}}{name:<{INDENT - OUTCOME_WIDTH - 3}} ")


def _wrapped(text: str, first: str) -> list[str]:
    rest = " " * INDENT
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False, break_long_words=False
    )


def _printable(text: str) -> str:
    """The text without characters that XML does not allow, or that would not be visible."""
    return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)


def _with_code(text: str) -> Markup:
    parts = text.split("`")
    return Markup("").join(Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts))


def _pretty(exchange: Exchange) -> str:
    """The body of the response, indented if it is JSON."""
    is_json = not isinstance(exchange.json, NotJSON)
    shown = _printable(json.dumps(exchange.json, indent=2, ensure_ascii=False) if is_json else exchange.text)
    return shown if len(shown) <= 4000 else f"{shown[:4000]}… ({len(exchange.content)} bytes)"
