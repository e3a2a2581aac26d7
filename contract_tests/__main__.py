"""``python -m contract_tests``: judge the implementation at ``BASE_URL``.

Ends 0 where it keeps the contract, 1 where it breaks it, 2 where it could not be judged. ``.env.example`` lists the
variables that it reads, from the environment or from ``.env``.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import closing
from pathlib import Path
from types import FrameType
from typing import NoReturn

import hypothesis
import pytest
from dotenv import dotenv_values
from hypothesis.internal.conjecture import engine

from contract_tests.answers import Shapes
from contract_tests.exchange import Exchange
from contract_tests.settings import PROFILES, NotJudged, Settings
from contract_tests.target import Target
from contract_tests.verdict import Judging, Verdict
from puffle import contract

SECONDS_TO_SHRINK = 3
HERE = Path(__file__).parent


def main(tests: list[str]) -> int:
    """Run the tests (all, or those that pytest's ``-k`` and the like choose) and print the verdict."""
    # What came from the implementation is shown, whatever the terminal can write.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        given = {name: value for name, value in dotenv_values(".env").items() if value}
        settings = Settings.read({**given, **os.environ})
        return judge(settings, tests)
    except NotJudged as reason:
        print(f"not judged: {reason}", file=sys.stderr)
    except UnicodeDecodeError:
        print("not judged: .env is no UTF-8 text; write it anew from .env.example", file=sys.stderr)
    except KeyboardInterrupt:
        print("not judged: interrupted", file=sys.stderr)
    return 2


def judge(settings: Settings, tests: list[str]) -> int:
    """Judge one implementation, and leave its leads as they were.

    Raises:
        NotJudged: it could not be judged.
    """
    the_contract = contract.load()
    operation = the_contract.operation("updateLeadInCampaign")
    shapes, verdict = Shapes(operation), Verdict(operation.rules, settings.deviations, partial=bool(tests))

    def observe(exchange: Exchange) -> None:
        verdict.take_answer(exchange, shapes.problem(exchange))

    with closing(Target(settings, operation, observe)) as target:
        target.prepare()
        print(f"Judging {settings.base_url} by contract {the_contract.version} ({settings.profile}) …\n", flush=True)
        started = time.monotonic()
        judging = Judging(target, verdict)
        try:
            ended = _run_tests(settings, tests, judging)
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)  # a second one must not keep the leads from being put back
            target.put_back()
            notes = ["Notes", *(f"  {note}" for note in target.notes)] if target.notes else []
    judged = ended in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or target.gave_up
    if judging.given_up or not judged:
        for note in notes:
            print(note)
        raise NotJudged(judging.given_up or f"the run was cut short ({ended.name.lower().replace('_', ' ')})")
    code = verdict.exit_code(settings.strict)
    print(*verdict.lines(), *notes, sep="\n")
    seconds = time.monotonic() - started
    words = ("The contract is kept.", "The contract is broken.", "Not judged: a test itself failed.")
    print(f"\n{words[code]} {verdict.counts()}; {target.requests} requests in {seconds:.1f} s.")
    return code


def _run_tests(settings: Settings, tests: list[str], judging: Judging) -> pytest.ExitCode:
    # No setting says how long a failing request may be shrunk; five minutes each is too long to wait for a verdict.
    engine.MAX_SHRINKING_SECONDS = SECONDS_TO_SHRINK
    hypothesis.settings.register_profile(
        "contract",
        max_examples=PROFILES[settings.profile],
        database=None,
        phases=[phase for phase in hypothesis.Phase if phase is not hypothesis.Phase.explain],
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("contract")
    os.environ["SEED"] = str(settings.seed)  # for test_shapes, which is read when pytest collects it
    options = [
        "-c", os.devnull, "--rootdir", str(HERE), "-p", "no:cacheprovider", "-p", "no:terminal", "--assert=plain",
    ]  # fmt: skip
    seed = [f"--hypothesis-seed={settings.seed}", "--hypothesis-profile=contract"]
    return pytest.ExitCode(pytest.main([str(HERE), *options, *seed, *tests], plugins=[judging]))


def _interrupt(number: int, _: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt(f"signal {number}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
