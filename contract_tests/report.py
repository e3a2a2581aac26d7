"""The verdict as people and machines read it: lines in a terminal, one HTML page, JUnit XML."""

from __future__ import annotations

import json
import shlex
import textwrap
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from markupsafe import Markup

from contract_tests.exchange import NOT_JSON, Exchange
from contract_tests.settings import Settings
from contract_tests.verdict import SHAPES, STATES, Entry, Verdict
from pages import render

WIDTH = 118
INDENT = 42
TEMPLATE = Path(__file__).with_name("report.html.jinja")
PAGE, JUNIT = "index.html", "junit.xml"


@dataclass(frozen=True)
class Report:
    """A verdict together with how it came about."""

    verdict: Verdict
    settings: Settings
    notes: Sequence[str]
    requests: int
    seconds: float

    @property
    def exit_code(self) -> int:
        """0 kept, 1 broken, 2 not judged."""
        return self.verdict.exit_code(self.settings.strict)

    def lines(self) -> Iterator[str]:
        """The verdict for a person at a terminal."""
        entries = list(self.verdict.entries())
        for heading, section in sections(entries):
            yield heading
            for entry in section:
                yield from self._lines_of(entry)
        if self.verdict.deviations.excused:
            yield "Known deviations"
        for deviation in self.verdict.deviations.excused:
            state = "excused" if self.verdict.excused.get(deviation["name"]) else "not seen"
            yield from _item(state, deviation["name"], deviation["reason"])
        if self.notes:
            yield "Notes"
            yield from (f"  {note}" for note in self.notes)
        yield ""
        yield self.summary()

    def summary(self) -> str:
        """The verdict in one line."""
        counted = f"{self.verdict.counts()}; {self.requests} requests in {self.seconds:.1f} s."
        return f"{self.verdict.outcome(self.settings.strict)} {counted}"

    def replay(self, entry: Entry) -> str:
        """The command that runs the case again which showed what was found, empty where there is none."""
        if entry.finding.case is None:
            return ""
        settings, words = self.settings, ["make", "contract"]
        given = {
            "TARGET": settings.mock if settings.mock != "sandbox" else "",
            "BASE_URL": "" if settings.mock else settings.base_url,
            "CONFIRM": "" if settings.loopback else settings.host,
            "RESTORE": "" if settings.restore else "off",
            "PROFILE": settings.profile if settings.profile != "quick" else "",
            "SEED": str(settings.seed or ""),
            "CASE": str(entry.finding.case),
        }
        return " ".join(words + [f"{name}={shlex.quote(value)}" for name, value in given.items() if value])

    def amend(self, entry: Entry) -> str:
        """Where to amend the contract, if it is the assumption that is wrong."""
        if entry.state != "contradicted":
            return ""
        return f"no document states it: if the implementation is right, amend openapi.yaml, line {entry.line}"

    def write(self) -> None:
        """Write the page and the JUnit XML.

        Raises:
            OSError: the folder cannot be written.
        """
        folder = self.settings.report
        (folder / PAGE).write_text(self.verdict.hide(self.page()), "utf-8")
        (folder / JUNIT).write_text(self.verdict.hide(self.junit()), "utf-8")

    def page(self) -> str:
        """One HTML page that needs nothing beside it."""
        entries = list(self.verdict.entries())
        states = [entry.state for entry in entries]
        return render(
            TEMPLATE,
            report=self,
            contract=self.verdict.operation.contract,
            operation=self.verdict.operation,
            sections=sections(entries),
            counts=[(state, states.count(state)) for state in STATES if state in states],
            troubles=[entry for entry in entries if entry.finding.exchange or entry.state == "failed"],
            time=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            pretty=_pretty,
            coded=_coded,
        )

    def junit(self) -> str:
        """One test case for each promise, as CI systems read them."""
        entries = list(self.verdict.entries())
        suites = ET.Element("testsuites", name="contract")
        for heading, section in sections(entries):
            suite = ET.SubElement(suites, "testsuite", name=heading)
            for entry in section:
                self._add_case(suite, entry)
            for kind in ("failure", "error", "skipped"):
                suite.set({"failure": "failures", "error": "errors"}.get(kind, kind), str(len(list(suite.iter(kind)))))
            suite.set("tests", str(len(section)))
        ET.indent(suites)
        return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(suites, encoding="unicode")

    def _add_case(self, suite: ET.Element, entry: Entry) -> None:
        case = ET.SubElement(suite, "testcase", classname="contract", name=entry.rule.id)
        text = _printable("\n".join([entry.rule.promise, *(f"{name}: {value}" for name, value in self.facts(entry))]))
        contradicted = entry.state == "contradicted" and not self.settings.strict
        if entry.state in ("broken", "contradicted") and not contradicted:
            ET.SubElement(case, "failure", message=_printable(f"expected {entry.expected}")).text = text
        elif entry.state == "failed":
            ET.SubElement(case, "error", message=_printable(entry.finding.detail)).text = text
        elif entry.state == "not verified" or contradicted:
            why = f"contradicted assumption: expected {entry.expected}" if contradicted else entry.finding.detail
            ET.SubElement(case, "skipped", message=_printable(why)).text = text
        else:
            ET.SubElement(case, "system-out").text = text

    def facts(self, entry: Entry) -> Iterator[tuple[str, str]]:
        """What there is to know of a promise that was not kept, by name."""
        finding = entry.finding
        if finding.exchange:
            yield "expected", finding.detail
            yield "got", finding.exchange.outcome()
            if finding.after:
                yield "after", finding.after.curl()
            yield "request", finding.exchange.curl()
        elif finding.detail:
            yield "why", finding.detail
        if self.replay(entry):
            yield "replay", self.replay(entry)
        if self.amend(entry):
            yield "amend", self.amend(entry)

    def _lines_of(self, entry: Entry) -> Iterator[str]:
        promise = entry.rule.promise
        if entry.state == "kept":
            yield from _item("kept", entry.rule.id, textwrap.shorten(promise, WIDTH - INDENT, placeholder=" …"))
        elif entry.state in ("not verified", "excused"):
            yield from _item(entry.state, entry.rule.id, entry.finding.detail)
        else:
            state = entry.state if entry.state == "contradicted" else entry.state.upper()
            yield from _item(state, entry.rule.id, promise)
            for name, fact in self.facts(entry):
                first = f"{'':{INDENT - 9}}{name:<9}"
                # What has few spaces, and what is to be copied, stays on one line.
                yield from _wrapped(fact, first) if name in ("expected", "why", "amend") else [first + fact]


def make_room(folder: Path) -> None:
    """See that a report can be written, and remove that of an earlier run, so that nobody takes it for this one's.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in (PAGE, JUNIT):
        (folder / name).write_text("", "utf-8")
        (folder / name).unlink()


def sections(entries: Sequence[Entry]) -> list[tuple[str, list[Entry]]]:
    """The entries under their headings; assumptions stand apart."""
    shapes = {shape.id for shape in SHAPES}
    headed = {
        "Rules": [e for e in entries if not e.rule.assumed and e.rule.id not in shapes],
        "Shapes": [e for e in entries if not e.rule.assumed and e.rule.id in shapes],
        "Assumptions": [e for e in entries if e.rule.assumed],
    }
    return [(heading, section) for heading, section in headed.items() if section]


def _item(state: str, name: str, text: str) -> Iterator[str]:
    yield from _wrapped(text, f"  {state:<14}{name:<{INDENT - 17}} ")


def _wrapped(text: str, first: str) -> list[str]:
    rest = " " * INDENT
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False, break_long_words=False
    )


def _printable(text: str) -> str:
    """The text without what XML cannot hold."""
    return "".join(mark if mark.isprintable() or mark == "\n" else "\ufffd" for mark in text)


def _coded(text: str) -> Markup:
    """The text with what stands between backticks as code."""
    parts = text.split("`")
    return Markup("").join(Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts))


def _pretty(exchange: Exchange) -> str:
    """The answer, indented where it is JSON."""
    text = json.dumps(exchange.json, indent=2, ensure_ascii=False) if exchange.json is not NOT_JSON else exchange.text
    shown = "".join(mark if mark.isprintable() or mark == "\n" else "\ufffd" for mark in text)
    return shown if len(shown) <= 4000 else f"{shown[:4000]}… ({len(exchange.answer)} bytes)"
