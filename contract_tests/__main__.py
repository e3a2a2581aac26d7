"""``python -m contract_tests``: judge the implementation at ``BASE_URL``.

Ends 0 where it keeps the contract, 1 where it breaks it, 2 where it could not be judged. ``.env.example`` lists the
variables that it reads, from the environment or from ``.env``.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import hypothesis
import pytest
from dotenv import dotenv_values
from hypothesis.internal.conjecture import engine

from contract_tests import run
from contract_tests.answers import Shapes
from contract_tests.exchange import Exchange
from contract_tests.gate import Stopped
from contract_tests.judging import Judging
from contract_tests.progress import Progress
from contract_tests.report import PAGE, Report, make_room
from contract_tests.settings import PROFILES, NotConfirmed, NotJudged, Settings
from contract_tests.target import Target
from contract_tests.verdict import Verdict
from puffle import contract
from puffle.secret import without_keys

SECONDS_TO_SHRINK = 1
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HERE = Path(__file__).parent


def main(tests: list[str]) -> int:
    """Run the tests (all, or those that pytest's ``-k`` and the like choose) and print the verdict."""
    # What came from the implementation is shown, whatever the terminal can write.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        given = {name: value for name, value in dotenv_values(".env").items() if value}
        settings = Settings.read({**given, **os.environ})
        return judge(settings, tests)
    except NotConfirmed as reason:
        print(without_keys(reason.plan))
        why = str(reason)
    except NotJudged as reason:
        why = str(reason)
    except UnicodeDecodeError:
        why = ".env is no UTF-8 text; write it anew from .env.example"
    except KeyboardInterrupt:
        why = "interrupted"
    except OSError as error:
        # Nobody reads what is printed, or the terminal is gone; Python would complain once more when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        why = f"nothing can be printed: {error.strerror}"
    except Exception as error:
        why = f"the contract tests themselves failed: {type(error).__name__}: {error}"
    with contextlib.suppress(OSError):
        print(f"not judged: {without_keys(why)}", file=sys.stderr)
    return 2


def judge(settings: Settings, tests: list[str]) -> int:
    """Judge one implementation, leave its leads as they were, and write the report.

    Raises:
        NotJudged: it could not be judged.
        KeyboardInterrupt: it was interrupted.
    """
    try:
        make_room(settings.report)
    except OSError as error:
        raise NotJudged(f"the report cannot be written to {settings.report}: {error.strerror}; set REPORT=") from None
    the_contract = contract.load()
    operation = the_contract.operation("updateLeadInCampaign")
    shapes = Shapes(operation)

    def observe(exchange: Exchange) -> None:
        if not progress.ended:
            verdict.take_answer(exchange, shapes.problem(exchange))
            progress.tick()

    target = Target(settings, operation, observe)
    with closing(target.gate) as gate:
        verdict = Verdict(operation, settings.deviations, gate.hide, partial=bool(tests or settings.case))
        progress = Progress(sys.stderr, gate)
        judging = Judging(target, verdict, progress)
        started = time.monotonic()
        ended = pytest.ExitCode.INTERRUPTED
        try:
            with _interrupting(gate.interrupt):
                target.prepare()
                print(
                    f"Judging {settings.base_url} by contract {the_contract.version} ({settings.profile}) …\n",
                    flush=True,
                )
                started = time.monotonic()
                ended = _run_tests(target, tests, judging)
        except Stopped:
            pass
        finally:
            interrupted, gave_up = gate.interrupted, gate.gave_up
            seconds, requests = time.monotonic() - started, gate.requests
            progress.end()
            target.put_back()
            notes = [gate.hide(note) for note in target.notes]
            why = judging.given_up or gate.throttled
            judged = gave_up or ended in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
            if interrupted or why or not judged:
                print(*notes, sep="\n", end="\n" if notes else "")
    if interrupted:
        raise KeyboardInterrupt
    if why or not judged:
        raise NotJudged(why or f"no test was run ({ended.name.lower().replace('_', ' ')})")
    report = Report(verdict, settings, notes, requests, seconds)
    print(*map(gate.hide, report.lines()), sep="\n")
    try:
        report.write()
    except OSError as error:
        raise NotJudged(f"the report cannot be written to {settings.report}: {error.strerror}; set REPORT=") from None
    print(f"The same to look at: {settings.report / PAGE}")
    return report.exit_code


def _run_tests(target: Target, tests: list[str], judging: Judging) -> pytest.ExitCode:
    settings = target.settings
    run.fields, run.seed, run.cases = target.fields, settings.seed, PROFILES[settings.profile].cases
    # No setting says how long a failing request may be shrunk; five minutes each is too long to wait for a verdict.
    engine.MAX_SHRINKING_SECONDS = SECONDS_TO_SHRINK
    hypothesis.settings.register_profile(
        "contract",
        max_examples=run.cases,
        database=None,
        phases=[phase for phase in hypothesis.Phase if phase is not hypothesis.Phase.explain],
        deadline=None,
        print_blob=True,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("contract")
    options = [
        "-c", os.devnull, "--rootdir", str(HERE), "-p", "no:cacheprovider", "-p", "no:terminal", "--assert=plain",
        "--disable-plugin-autoload", "-p", "_hypothesis_pytestplugin", "-p", "schemathesis.pytest.plugin",
    ]  # fmt: skip
    seed = [f"--hypothesis-seed={settings.seed}", "--hypothesis-profile=contract"]
    return pytest.ExitCode(pytest.main([str(HERE), *options, *seed, *tests], plugins=[judging]))


@contextmanager
def _interrupting(interrupt: Callable[[], None]) -> Iterator[None]:
    """Let the signals that end a program end the block, once; what follows it is not interrupted again."""
    try:
        for number in SIGNALS:
            signal.signal(number, lambda *_: interrupt())
        yield
    finally:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # a second one must not keep the leads from being put back


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
