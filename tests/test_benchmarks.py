"""The benchmarks measure what they say, and report when they cannot. How fast anything is, is not tested."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import __main__ as servers
from benchmarks import command, generate, roster, startup, verdicts
from benchmarks.command import CannotMeasure, measure_times
from benchmarks.measure import Reading, measure
from tests.running import needs

pytestmark = pytest.mark.slow


@pytest.fixture
def _wrk() -> None:
    needs("wrk")


@pytest.mark.usefixtures("_wrk")
@pytest.mark.parametrize("name", ["bare ASGI echo", "sandbox --data"])
def test_server_is_measured(name: str) -> None:
    reading = measure(servers.SERVERS[name], servers.request(), seconds=1, warm_up=0)
    assert reading.rate > 100
    assert 0 < reading.p50 <= reading.p99 < 1000
    assert 5 < reading.memory < 500
    assert 0 < reading.start < 30


@pytest.mark.usefixtures("_wrk")
def test_server_that_refuses_some_requests_is_not_compared() -> None:
    words = [*servers.SERVERS["sandbox"], "--fail", "20%=503", "--random-seed", "1"]
    with pytest.raises(CannotMeasure, match=r"refused \d+ requests"):
        measure(words, servers.request(), seconds=1, warm_up=0)


def test_server_that_ends_early_is_not_compared() -> None:
    with pytest.raises(CannotMeasure, match="does not start"):
        measure([sys.executable, "-c", ""], servers.request(), seconds=1)


def test_missing_wrk_is_reported_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "argv", ["benchmarks"])
    monkeypatch.setattr(servers, "STEADY", command.HERE)
    assert servers.main() == 2
    assert capsys.readouterr().err == "wrk is not installed: run `apt install wrk` or `brew install wrk`\n"


@pytest.mark.parametrize("main", [servers.main, generate.main, roster.main, startup.main, verdicts.main])
def test_counts_must_be_positive(main: Callable[[], int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmark", "--rounds", "0"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2


def test_report_keeps_its_text_and_gets_the_new_table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    report = tmp_path / "REPORT.md"
    report.write_text(
        "# Results\n\n2020-01-01, old machine.\n\nHow it\nwas measured.\n\n| old |\n\n| older |\n", "utf-8"
    )
    monkeypatch.setattr(command, "HERE", tmp_path)
    monkeypatch.setattr(command, "machine", lambda: "new machine.")
    monkeypatch.setattr(sys, "argv", ["benchmark", "--rounds", "3", "--write"])

    assert command.run("Compare.", report.name, lambda rounds: f"| {rounds} |", rounds=5) == 0

    heading, date, *rest = report.read_text("utf-8").split("\n\n")
    assert (heading, rest) == ("# Results", ["How it\nwas measured.", "| 3 |\n"])
    assert date.endswith(", 3 rounds, new machine.")


def test_machine_is_described() -> None:
    assert "Prism 5." in command.machine()


def test_ratios_are_medians_within_rounds() -> None:
    def reading(rate: float) -> Reading:
        return Reading(rate, p50=1, p99=2, memory=30, start=0.2)

    readings = {name: [reading(100), reading(1000), reading(10)] for name in servers.SERVERS}
    readings["Prism"] = [reading(10), reading(250), reading(2)]
    table = servers.ratios(readings)
    assert "| requests/s | Prism | 5.000 | at least 5.000 | met |" in table
    assert "| requests/s | Steady | 1.000 | at least 1.500 | missed |" in table
    assert "| p99 to p50 | Prism | 2.000 | below 1.000 | missed |" in table
    assert "| memory | Prism | 1.000 | below 0.333 | missed |" in table


def test_start_up_is_measured_and_compared() -> None:
    times = measure_times(startup.COMMANDS, rounds=1, bin=str(Path(sys.executable).parent))
    assert set(times) == set(startup.COMMANDS)
    assert all(0 < seconds < 30 for (seconds,) in times.values())
    same = {name: [0.1, 0.2] for name in startup.COMMANDS}
    table = startup.table({**same, "puffle --version": [0.1, 0.3], "puffle --help": [1, 2]})
    assert "| `puffle --version` | 200 | 1.25 | at most 1.5 | met |" in table
    assert "| `puffle --help` | 1500 | 10.00 | at most 1.5 | missed |" in table


def test_generating_is_compared() -> None:
    table = generate.table({generate.PEER: [1, 2], generate.OURS: [1.2, 2.8]})
    assert "| `make generate` | 2.00 | 1.30 | at most 1.5 | met |" in table
    assert "| 2.00 | at most 1.5 | missed |" in generate.table({generate.PEER: [1], generate.OURS: [2]})


def test_verdicts_are_compared() -> None:
    passed, failed = (
        verdicts.Run(failed=False, requests=100, seconds=2),
        verdicts.Run(failed=True, requests=10, seconds=1),
    )
    table = verdicts.table(
        [{verdicts.OURS: passed, verdicts.THEIRS: failed}], [{verdicts.OURS: failed, verdicts.THEIRS: passed}]
    )
    assert "| make contract | 50 | 100 | 2.0 | 1.0 | 1 of 1 |" in table
    assert "| schemathesis | 10 | 10 | 1.0 (which it wrongly failed) | 2.0 | 0 of 1 |" in table


def test_schemathesis_gets_the_ids_of_the_first_examples() -> None:
    config = verdicts.schemathesis_config()
    for operation, example in command.first_examples().values():
        ids = [value for (place, _), value in example.parameters.items() if place == "path"]
        assert f'include-operation-id = "{operation.id}"' in config
        assert all(f'"{value}"' in config for value in ids)


def test_rosters_are_measured_and_compared() -> None:
    times = roster.measure(rounds=2, rosters=(100, 300))
    assert [{what: len(seconds) for what, seconds in one.items()} for one in times] == [
        {**dict.fromkeys(roster.PAGES, 2), roster.ADDING: 1}
    ] * 2
    assert all(0 < second < 10 for one in times for seconds in one.values() for second in seconds)
    same = {**{what: [0.001, 0.002] for what in roster.PAGES}, roster.ADDING: [0.05]}
    table = roster.table([same, {**same, roster.FIRST: [0.002, 0.004], roster.ADDING: [0.2]}])
    assert "| first page | 1.50 | 3.00 | 2.00 | ratio at most 1.1 | missed |" in table
    assert "| last page | 1.50 | 1.50 | 1.00 | ratio at most 1.1 | met |" in table
    assert "| 1,000 leads added | 50.00 | 200.00 | 4.00 | below 100 ms | missed |" in table
