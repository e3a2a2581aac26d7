"""The benchmark measures what it says, and says so where it cannot. How fast anything is, is not tested."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as benchmark
from benchmarks import generate, startup
from benchmarks.measure import CannotMeasure, Reading, measure
from tests.running import needs


@pytest.fixture
def _wrk() -> None:
    needs("wrk")


@pytest.mark.usefixtures("_wrk")
@pytest.mark.parametrize("name", ["bare ASGI echo", "sandbox", "sandbox --data"])
def test_server_is_measured(name: str) -> None:
    reading = measure(benchmark.SERVERS[name], benchmark.request(), seconds=1)
    assert reading.rate > 100
    assert 0 < reading.p50 <= reading.p99 < 1000
    assert 5 < reading.memory < 500
    assert 0 < reading.start < 30


@pytest.mark.usefixtures("_wrk")
def test_server_that_refuses_now_and_then_is_not_compared() -> None:
    command = [*benchmark.SERVERS["sandbox"], "--fail", "20%=503", "--random-seed", "1"]
    with pytest.raises(CannotMeasure, match=r"refused \d+ requests"):
        measure(command, benchmark.request(), seconds=1)


def test_server_that_ends_early_is_not_compared() -> None:
    with pytest.raises(CannotMeasure, match="does not serve"):
        measure([sys.executable, "-c", ""], benchmark.request(), seconds=1)


def test_missing_wrk_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "argv", ["benchmarks"])
    monkeypatch.setattr(benchmark, "STEADY", benchmark.HERE)
    assert benchmark.main() == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "wrk is not installed: `apt install wrk` or `brew install wrk`\n")


def test_ratios_are_medians_within_rounds() -> None:
    def reading(rate: float) -> Reading:
        return Reading(rate=rate, p50=1, p99=2, memory=30, start=0.2)

    readings = {name: [reading(100), reading(1000), reading(10)] for name in benchmark.SERVERS}
    readings["Prism"] = [reading(10), reading(250), reading(2)]
    table = benchmark.ratios(readings)
    assert "| requests/s | Prism | 5.000 | at least 5.000 | met |" in table
    assert "| requests/s | Steady | 1.000 | at least 1.500 | missed |" in table
    assert "| p99 to p50 | Prism | 2.000 | below 1.000 | missed |" in table
    assert "| memory | Prism | 1.000 | below 0.333 | missed |" in table


def test_start_up_is_measured_and_compared() -> None:
    times = startup.measure(Path(sys.executable).parent, rounds=1)
    assert set(times) == set(startup.COMMANDS)
    assert all(0 < seconds < 30 for (seconds,) in times.values())
    same = {name: [0.1, 0.2] for name in startup.COMMANDS}
    table = startup.table({**same, "puffle --version": [0.1, 0.3], "puffle --help": [1, 2]})
    assert "| `puffle --version` | 200 | 1.25 | at most 1.5 | met |" in table
    assert "| `puffle --help` | 1500 | 10.00 | at most 1.5 | missed |" in table


def test_generating_is_measured_and_compared() -> None:
    times = generate.measure(rounds=1)
    assert all(0 < seconds < 60 for (seconds,) in times.values())
    table = generate.table({generate.PEER: [1, 2], generate.OURS: [1.2, 2.8]})
    assert "| `make generate` | 2.00 | 1.30 | at most 1.5 | met |" in table
    assert "| 2.00 | at most 1.5 | missed |" in generate.table({generate.PEER: [1], generate.OURS: [2]})
