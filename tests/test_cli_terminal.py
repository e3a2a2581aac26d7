"""``puffle`` in its environment: a terminal, Ctrl-C, timeouts, the completion of shells, and imported modules."""

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
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from puffle.cli import main, sending
from tests.running import DRAFT, KEY, LEAD, ROOT, needs, typing_environment
from tests.scripted import ScriptedResponse, ScriptedServer, scripted

pytestmark = pytest.mark.slow

PUFFLE = str(Path(sys.executable).with_name("puffle"))
EDIT = ["campaign", "lead", "update", "--id", DRAFT, "--prospect-id", LEAD, "--updates.company", "Nordwind"]
ROW = {"id": LEAD, "campaign_id": DRAFT, "user_id": LEAD, "status": "pending", "custom_fields": {"employees": 250}}
DONE: ScriptedResponse = {"status": 200, "body": {"prospect": ROW}}
REFUSED: ScriptedResponse = {"status": 404, "body": {"error": "Campaign not found."}}
MAX_SECONDS = 20


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    with scripted() as server:
        monkeypatch.setenv("PUFFLE_API_KEY", KEY)
        monkeypatch.setenv("PUFFLE_API_BASE_URL", server.url)
        yield server


@contextlib.contextmanager
def on_a_terminal(words: list[str], **changes: str) -> Iterator[int]:
    """Run a command on a terminal of its own; gives the descriptor of the other side."""
    outside, inside = pty.openpty()
    process = subprocess.Popen(
        ["setsid", "--ctty", *words], env=typing_environment(**changes), stdin=inside, stdout=inside, stderr=inside
    )
    os.close(inside)
    try:
        yield outside
    finally:
        process.kill()
        process.wait()
        os.close(outside)


def read_until(terminal: int, pattern: str | None) -> str:
    """What the terminal shows until it matches the pattern; without one, until the command ends."""
    shown, until = b"", time.monotonic() + MAX_SECONDS
    while pattern is None or not re.search(pattern, shown.decode("utf-8", "replace")):
        assert time.monotonic() < until, f"{pattern} is not in {shown!r}"
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                part = os.read(terminal, 65536)
            except OSError:  # the command has ended
                part = b""
            if not part:
                break
            shown += part
    return shown.decode()


@pytest.mark.slow
@pytest.mark.parametrize("plain", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colours_are_for_terminals_and_can_be_turned_off(plain: dict[str, str], server: ScriptedServer) -> None:
    shown = []
    for response in (DONE, REFUSED):
        server.script([response])
        with on_a_terminal([PUFFLE, *EDIT], PUFFLE_API_BASE_URL=server.url, **plain) as terminal:
            shown.append(read_until(terminal, None))
    if plain:
        assert "\x1b" not in "".join(shown)
    else:
        assert '\x1b[34;1m"employees"\x1b[0m: \x1b[36m250\x1b[0m' in shown[0]
        assert shown[1].startswith("\x1b[31;1mpuffle:\x1b[0m refused with 404: ")


@pytest.mark.slow
def test_interrupt_during_the_request(server: ScriptedServer) -> None:
    server.script([{"silent": True}])
    environment = typing_environment(PUFFLE_API_BASE_URL=server.url)
    process = subprocess.Popen(
        [PUFFLE, *EDIT], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert server.arrived.acquire(timeout=MAX_SECONDS)
    time.sleep(0.3)  # Python does not see a signal in the instant before it waits
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=MAX_SECONDS)
    assert (process.returncode, stdout) == (130, "")
    assert stderr == "puffle: interrupted; the request may have been carried out\n"


def interrupt(*_arguments: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("puffle.cli.settings.address.checked", "nothing was sent"),
        ("time.sleep", "the request may have been carried out"),
        ("puffle.cli.output.write", "the request may have been carried out"),
    ],
)
def test_interrupt_says_whether_anything_was_sent(
    where: str,
    message: str,
    server: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server.script([{"status": 429}, DONE] if where == "time.sleep" else [DONE])
    monkeypatch.setattr(where, interrupt)
    assert main(EDIT) == 130
    assert capsys.readouterr().err.endswith(f"puffle: interrupted; {message}\n")


def test_slow_response_times_out_in_any_thread(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server.script([{**DONE, "pause": 0.02}])
    monkeypatch.setattr(sending, "TOTAL_TIMEOUT", 0.1)
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(main(EDIT)))
    thread.start()
    thread.join(MAX_SECONDS)
    assert codes == [3]
    stderr = capsys.readouterr().err
    assert stderr == (
        f"puffle: no response from {server.url}: incomplete after 0.1 s; the request may have been carried out\n"
    )


def test_silent_server_times_out(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server.script([{"silent": True}])
    monkeypatch.setattr(sending, "TIMEOUT", httpx.Timeout(0.1))
    assert main(EDIT) == 3
    assert "timed out; the request may have been carried out" in capsys.readouterr().err


def test_certificates_are_checked_on_this_machine_too(monkeypatch: pytest.MonkeyPatch) -> None:
    checked = []

    def transport(*, verify: bool) -> httpx.BaseTransport:
        checked.append(verify)
        return httpx.MockTransport(lambda _: httpx.Response(404, json={"error": "Campaign not found."}))

    monkeypatch.setattr(httpx, "HTTPTransport", transport)
    monkeypatch.setenv("PUFFLE_API_KEY", KEY)
    for scheme in ("https", "HTTPS", "http"):
        monkeypatch.setenv("PUFFLE_API_BASE_URL", f"{scheme}://127.0.0.1:1")
        assert main(EDIT) == 1
    assert checked == [True, True, False]


COMPLETED = [
    ("camp", {"campaign"}),
    ("campaign lead up", {"update"}),
    ("campaign lead update --format r", {"raw"}),
    ("campaign lead update --updates.fi", {"--updates.first-name"}),
    ("campaign lead update --pro", {"--prospect-id"}),
    ("--completion ", {"bash", "zsh", "fish"}),
    ("campaign lead update --updates @upd", {"@updates.json", "@updates/"}),
]
COMPLETE_IN_BASH = """
eval "$(puffle --completion bash)"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_puffle_completion puffle
printf '%s\\n' "${COMPREPLY[@]}"
"""


def printed(*words: str, folder: Path = ROOT, **changes: str) -> str:
    done = subprocess.run(
        words, cwd=folder, env=typing_environment(**changes), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "updates.json").touch()
    (tmp_path / "updates").mkdir()
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize(("typed", "offered"), COMPLETED)
def test_bash_completes(typed: str, offered: set[str], folder: Path) -> None:
    words = printed("bash", "-c", COMPLETE_IN_BASH, "bash", "puffle", *typed.split(" "), folder=folder).split()
    assert set(words) == offered


@pytest.mark.slow
@pytest.mark.parametrize(("typed", "offered"), COMPLETED)
def test_fish_completes(typed: str, offered: set[str], folder: Path) -> None:
    code = f"puffle --completion fish | source; complete --do-complete {shlex.quote('puffle ' + typed)}"
    folders = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(folder / "updates"))
    lines = printed(needs("fish"), "--no-config", "-c", code, folder=folder, **folders).splitlines()
    assert {line.partition("\t")[0] for line in lines} == offered


@pytest.mark.slow
def test_zsh_completes(tmp_path: Path) -> None:
    set_up = 'autoload -U compinit; compinit -u -D; eval "$(puffle --completion zsh)"; PS1=read""y:\n'
    with on_a_terminal([needs("zsh"), "-f", "-i"], HOME=str(tmp_path), COLUMNS="300") as terminal:
        os.write(terminal, set_up.encode())
        read_until(terminal, "ready:")
        os.write(terminal, b"puffle camp\tlead up\t--pro\t")
        shown = read_until(terminal, "prospect-id")
    typed = re.sub(r".\x08", "", re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r", "", shown))
    assert "puffle campaign lead update --prospect-id" in typed


ONLY_FOR_REQUESTS = {"httpx", "jsonschema_rs", "dotenv", "puffle.cli.sending", "puffle_client"}
PRINT_MODULES = "import sys; from puffle.cli import main; main(sys.argv[1:]); print('modules', *sys.modules)"


def test_help_and_version_start_fast_because_they_import_little() -> None:
    for words in ("--version", "--help", "campaign --help", "campaign lead update --help"):
        modules = printed(sys.executable, "-c", PRINT_MODULES, *words.split()).rpartition("modules ")[2].split()
        assert {"click", "puffle.cli.commands"} <= set(modules)
        assert not ONLY_FOR_REQUESTS & set(modules), words
