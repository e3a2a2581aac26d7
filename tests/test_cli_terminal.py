"""The ``puffle`` command on a terminal: colour, Ctrl-C, completion; and what it imports."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from puffle.cli import main
from tests.running import DRAFT, KEY, LEAD, ROOT, needs, typing_environment
from tests.scripted import scripted

PUFFLE = str(Path(sys.executable).with_name("puffle"))
EDIT = [PUFFLE, "campaign", "lead", "update", "--id", DRAFT, "--prospect-id", LEAD, "--updates.company", "Nordwind"]
ROW = {"id": LEAD, "campaign_id": DRAFT, "user_id": LEAD, "status": "pending", "custom_fields": {"employees": 250}}
DONE = {"status": 200, "body": {"prospect": ROW}}
REFUSED = {"status": 404, "body": {"error": "Campaign not found."}}
LONGEST = 20


@contextlib.contextmanager
def on_a_terminal(words: list[str], **changes: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run a command whose input and outputs are a terminal, of which the file descriptor is given."""
    outside, inside = pty.openpty()
    process = subprocess.Popen(
        ["setsid", "--ctty", *words], env=typing_environment(**changes), stdin=inside, stdout=inside, stderr=inside
    )
    os.close(inside)
    try:
        yield process, outside
    finally:
        process.kill()
        process.wait()
        os.close(outside)


def read_until(terminal: int, wanted: str | None) -> str:
    """What a terminal shows until something wanted stands there, or else until nothing more comes."""
    shown, until = b"", time.monotonic() + LONGEST
    while wanted is None or not re.search(wanted, shown.decode("utf-8", "replace")):
        assert time.monotonic() < until, f"{wanted} did not come: {shown!r}"
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                part = os.read(terminal, 65536)
            except OSError:  # the other side is closed
                part = b""
            if not part:
                break
            shown += part
    return shown.decode("utf-8")


def printed(answer: dict[str, object], **changes: str) -> str:
    with scripted([answer]) as server, on_a_terminal(EDIT, PUFFLE_API_BASE_URL=server.url, **changes) as (_, terminal):
        return read_until(terminal, None)


def test_terminal_shows_colour() -> None:
    assert '\x1b[34;1m"employees"\x1b[0m: \x1b[36m250\x1b[0m' in printed(DONE)
    assert printed(REFUSED).startswith("\x1b[31;1mpuffle:\x1b[0m refused with 404: ")


def test_colour_can_be_turned_off() -> None:
    for changes in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        for answer in (DONE, REFUSED):
            assert "\x1b" not in printed(answer, **changes)


def started(words: list[str], url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        words,
        env=typing_environment(PUFFLE_API_BASE_URL=url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def interrupted(process: subprocess.Popen[str]) -> tuple[str, str]:
    time.sleep(0.3)  # it waits by then: Python loses a signal that comes in the instant before it waits
    process.send_signal(signal.SIGINT)
    return process.communicate(timeout=LONGEST)


def test_interrupt_while_the_server_is_asked_ends_130() -> None:
    with scripted([{"silent": True}]) as server:
        process = started(EDIT, server.url)
        assert server.arrived.acquire(timeout=LONGEST)
        out, err = interrupted(process)
    assert (process.returncode, out) == (130, "")
    assert err == "puffle: interrupted; the request may have been done all the same\n"


def test_interrupt_while_it_waits_ends_130() -> None:
    throttled = {"status": 429, "headers": {"Retry-After": "60"}, "body": {"error": "Too many requests."}}
    with scripted([throttled, DONE]) as server:
        process = started(EDIT, server.url)
        assert process.stderr
        assert "Trying again in 60 s" in process.stderr.readline()
        out, err = interrupted(process)
    assert (process.returncode, out, len(server.requests)) == (130, "", 1)
    assert err == "puffle: interrupted; nothing was done\n"


def test_interrupt_once_the_server_has_answered_says_so() -> None:
    with scripted([{**DONE, "body": {"prospect": {**ROW, "source": "x" * 4_000_000}}}]) as server:
        process = started(EDIT, server.url)
        assert process.stdout
        process.stdout.read(1)  # it writes, and nobody reads on
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=LONGEST)
    assert (process.returncode, err) == (130, "puffle: interrupted; the server had answered 200\n")


def test_certificates_matter_on_this_machine_too(monkeypatch: pytest.MonkeyPatch) -> None:
    checked = []

    def transport(*, verify: bool) -> httpx.BaseTransport:
        checked.append(verify)
        return httpx.MockTransport(lambda _: httpx.Response(404, json={"error": "Campaign not found."}))

    monkeypatch.setattr(httpx, "HTTPTransport", transport)
    monkeypatch.setenv("PUFFLE_API_KEY", KEY)
    for scheme in ("https", "HTTPS", "http"):
        monkeypatch.setenv("PUFFLE_API_BASE_URL", f"{scheme}://127.0.0.1:1")
        assert main(EDIT[1:]) == 1
    assert checked == [True, True, False]


def test_server_that_dawdles_for_ever_is_given_up() -> None:
    code = "import sys; from puffle.cli import call, main; call.SECONDS_IN_ALL = 1; sys.exit(main(sys.argv[1:]))"
    with scripted([{**DONE, "dawdle": True}]) as server:
        done = subprocess.run(
            [sys.executable, "-c", code, *EDIT[1:]], env=typing_environment(PUFFLE_API_BASE_URL=server.url),
            capture_output=True, text=True, timeout=LONGEST, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (3, "")
    assert "did not answer in time (30 s of silence, 1 s in all); the request may have been done" in done.stderr


def test_interrupt_before_anything_is_sent_ends_130(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "updates")
    words = [*EDIT[:-2], "--updates", f"@{tmp_path / 'updates'}"]
    process = started(words, "http://127.0.0.1:1")
    with (tmp_path / "updates").open("w"):  # once it is open, puffle reads from it
        out, err = interrupted(process)
    assert (process.returncode, out, err) == (130, "", "puffle: interrupted; nothing was done\n")


COMPLETED = [
    ("camp", {"campaign"}),
    ("campaign lead up", {"update"}),
    ("campaign lead update --format r", {"raw"}),
    ("campaign lead update --updates.fi", {"--updates.first-name"}),
    ("campaign lead update --pro", {"--prospect-id"}),
    ("--completion ", {"bash", "zsh", "fish"}),
    ("campaign lead update --updates @upd", {"@updates.json", "@updates/"}),
]


BASH = """
eval "$(puffle --completion bash)"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_puffle_completion puffle
printf '%s\\n' "${COMPREPLY[@]}"
"""


def shell(*words: str, folder: Path = ROOT, **changes: str) -> str:
    """What a shell prints."""
    done = subprocess.run(
        words, cwd=folder, env=typing_environment(**changes), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One in which there is something to name."""
    (tmp_path / "updates.json").touch()
    (tmp_path / "updates").mkdir()
    return tmp_path


@pytest.mark.parametrize(("typed", "offered"), COMPLETED)
def test_bash_completes(typed: str, offered: set[str], folder: Path) -> None:
    printed = shell("bash", "-c", BASH, "bash", "puffle", *typed.split(" "), folder=folder)
    assert set(printed.split()) == offered


@pytest.mark.parametrize(("typed", "offered"), COMPLETED)
def test_fish_completes(typed: str, offered: set[str], folder: Path) -> None:
    code = f"puffle --completion fish | source; complete --do-complete {shlex.quote('puffle ' + typed)}"
    folders = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(folder / "updates"))
    printed = shell(needs("fish"), "--no-config", "-c", code, folder=folder, **folders)
    assert {line.partition("\t")[0] for line in printed.splitlines()} == offered


def test_zsh_completes(tmp_path: Path) -> None:
    set_up = 'autoload -U compinit; compinit -u -D; eval "$(puffle --completion zsh)"; PS1=read""y:\n'
    with on_a_terminal([needs("zsh"), "-f", "-i"], HOME=str(tmp_path), COLUMNS="300") as (_, terminal):
        os.write(terminal, set_up.encode())
        read_until(terminal, "ready:")
        os.write(terminal, b"puffle camp\tlead up\t--pro\t")
        shown = read_until(terminal, "prospect-id")
    typed = re.sub(r".\x08", "", re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r", "", shown))
    assert "puffle campaign lead update --prospect-id" in typed


NEEDED_TO_ASK = {"httpx", "jsonschema_rs", "puffle_client", "dotenv", "puffle.cli.perform"}
MODULES = "import sys; from puffle.cli import main; main(sys.argv[1:]); print('modules', *sys.modules)"


@pytest.mark.parametrize("words", ["--version", "--help", "campaign --help", "campaign lead update --help"])
def test_what_is_only_needed_to_ask_is_not_imported(words: str) -> None:
    modules = shell(sys.executable, "-c", MODULES, *words.split()).rpartition("modules ")[2].split()
    assert {"click", "puffle.cli.commands"} <= set(modules)
    assert not NEEDED_TO_ASK & set(modules)
