"""Judges one target, leaves its leads as they were, and writes the report."""

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from hypothesis.internal.conjecture import engine

from puffle import contract
from puffle.contract import Contract

from . import operations
from .client import Client
from .exceptions import CannotJudge, NotConfirmed, RunAborted
from .exchange import Exchange
from .guard import Guard
from .plan import plan
from .plugin import Plugin
from .progress import Progress
from .report import PAGE, Report, make_room
from .responses import ResponseChecks
from .run import Run
from .settings import Settings
from .verdict import Finding, Verdict

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HERE = Path(__file__).parent


def judge(
    settings: Settings,
    tests: Sequence[str] = (),
    transport: httpx.BaseTransport | None = None,
    the_contract: Contract | None = None,
) -> int:
    """Judge one target, print the verdict, and write the report.

    Args:
        settings: what to judge and how.
        tests: options for pytest that choose tests; all tests by default.
        transport: sends the requests; None opens connections to the target.
        the_contract: the contract to judge by; the project's own by default.

    Returns:
        0 when the target passed, 1 when it failed, 2 when a test itself failed.

    Raises:
        CannotJudge: the target cannot be judged.
        ContractError: the contract is invalid.
        KeyboardInterrupt: the run was interrupted.
    """
    with _writing(settings):
        make_room(settings.report)
    the_contract, tests = the_contract or contract.load(), (*settings.tests, *tests)
    modules = operations.chosen(the_contract, settings.operations)
    if not settings.is_confirmed:
        raise NotConfirmed(settings.host, plan(settings, modules))
    responses, ended = ResponseChecks(the_contract.operations), False

    def observe(exchange: Exchange) -> None:
        if not ended:
            verdict.add_response(exchange, responses.problem(exchange))
            progress.update()

    guard = Guard(settings, {operation.key: module.Target.check for operation, module in modules.values()})
    notes: list[str] = []
    with closing(Client(settings, guard, observe, transport)) as client, _interrupting(client):
        verdict = Verdict(the_contract, settings.deviations, client.hide, settings.strict, bool(tests or settings.case))
        judged = [operation for operation, _ in modules.values()]
        known = [operation for operation, _ in operations.discover(the_contract).values()]
        for operation in the_contract.operations:
            if operation not in known:
                verdict.add_missing(operation, operations.module_file(operation))
            elif operation not in judged:
                verdict.add_excluded(operation)
        run = Run(the_contract, settings, client, modules, notes, verdict.has_failed)
        progress = Progress(sys.stderr, client)
        plugin = Plugin(run, verdict, progress)
        started, exit_code = time.monotonic(), pytest.ExitCode.INTERRUPTED
        try:
            run.upkeep.prepare()
            for target in run.targets.values():
                target.prepare()
            version, profile = the_contract.version, settings.profile.name
            print(f"Judging {settings.base_url} against contract {version} ({profile}) …\n", flush=True)
            started = time.monotonic()
            exit_code = _run_tests(settings, [*operations.files(modules), HERE / "schema_tests.py"], tests, plugin)
        except RunAborted:
            pass
        finally:
            ended, interrupted = True, client.interrupted
            seconds, requests = time.monotonic() - started, client.requests
            progress.end()
            notes += [client.gave_up] if client.gave_up else []
            client.start_restoring()
            try:
                for target in run.targets.values():
                    target.restore()
            finally:
                run.upkeep.close()
            notes = [client.hide(note) for note in notes]
            reason = plugin.cannot_judge or client.throttled
            if not (client.gave_up or exit_code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)):
                reason = reason or f"no test was run ({exit_code.name.lower().replace('_', ' ')})"
            if interrupted or reason:
                print(*notes, sep="\n", end="\n" if notes else "")
    if interrupted:
        raise KeyboardInterrupt
    if reason:
        raise CannotJudge(reason)
    if not any(entry.outcome == "failed" for entry in verdict.entries()):  # which could have caused them
        for rule_id, difference in run.upkeep.violations:
            verdict.add(rule_id, "", Finding("failed", difference))
    if verdict.exit_code and run.roster.is_provisioned:
        notes.append(
            "the leads of the run are removed: `request` shows what was sent, `replay` repeats it with new ones"
        )
    report = Report(verdict, settings, judged, notes, requests, seconds)
    print(*map(client.hide, report.lines()), sep="\n")
    with _writing(settings):
        report.write()
    print(f"Report: {settings.report / PAGE}")
    return verdict.exit_code


@contextmanager
def _writing(settings: Settings) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = f"the report cannot be written to {settings.report}"
        raise CannotJudge(f"{where}: {error.strerror}; set REPORT= to another folder") from None


def _run_tests(settings: Settings, files: Sequence[Path], tests: Sequence[str], plugin: Plugin) -> pytest.ExitCode:
    # No public setting limits how long Hypothesis shrinks a failing case, five minutes by default.
    engine.MAX_SHRINKING_SECONDS = settings.profile.shrink_seconds  # type: ignore[assignment]
    options = [
        "-c", os.devnull, "--rootdir", str(HERE), "-p", "no:cacheprovider", "-p", "no:terminal", "--assert=plain",
        "--disable-plugin-autoload", "--capture=sys", "-p", "no:unraisableexception",  # which collects garbage, slowly
    ]  # fmt: skip
    return pytest.ExitCode(pytest.main([*map(str, files), *options, *tests], plugins=[plugin]))


@contextmanager
def _interrupting(client: Client) -> Iterator[None]:
    handlers = {number: signal.signal(number, lambda *_: client.interrupt()) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
