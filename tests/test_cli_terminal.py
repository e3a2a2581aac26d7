"""``puffle`` in its environment: a terminal, Ctrl-C, timeouts, certificates, and imported modules."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from puffle.cli import main
from tests.running import DRAFT, KEY, LEAD, needs, typing_environment
from tests.scripted import ScriptedResponse, ScriptedServer, scripted
from tests.terminals import MAX_SECONDS, on_a_terminal, printed, read_until

pytestmark = pytest.mark.slow

PUFFLE = str(Path(sys.executable).with_name("puffle"))
EDIT = ["campaign", "lead", "update", "--id", DRAFT, "--prospect-id", LEAD, "--updates.company", "Nordwind"]
ROW = {"id": LEAD, "campaign_id": DRAFT, "user_id": LEAD, "status": "pending", "custom_fields": {"employees": 250}}
DONE: ScriptedResponse = {"status": 200, "body": {"prospect": ROW}}
REFUSED: ScriptedResponse = {"status": 404, "body": {"error": "Campaign not found."}}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    with scripted() as server:
        monkeypatch.setenv("PUFFLE_API_KEY", KEY)
        monkeypatch.setenv("PUFFLE_API_BASE_URL", server.url)
        yield server


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


def test_slow_response_times_out_in_any_thread(server: ScriptedServer, capsys: pytest.CaptureFixture[str]) -> None:
    server.script([{**DONE, "pause": 0.02}])
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(main([*EDIT, "--timeout", "0.1"])))
    thread.start()
    thread.join(MAX_SECONDS)
    assert codes == [3]
    stderr = capsys.readouterr().err
    assert stderr == (
        f"puffle: no response from {server.url}: incomplete after 0.1 s; the request may have been carried out\n"
    )


def test_silent_server_times_out(server: ScriptedServer, capsys: pytest.CaptureFixture[str]) -> None:
    server.script([{"silent": True}])
    assert main([*EDIT, "--timeout", "0.1"]) == 3
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


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A self-signed certificate of 127.0.0.1, and its key."""
    files = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        [needs("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-out", files[0], "-keyout", files[1]],
        check=True, capture_output=True,
    )  # fmt: skip
    return files


def test_self_signed_certificate_of_this_machine(
    server: ScriptedServer,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    monkeypatch.setattr(server, "socket", context.wrap_socket(server.socket, server_side=True))
    monkeypatch.setattr(server, "handle_error", lambda *_: None)
    url = server.url.replace("http:", "https:")
    monkeypatch.setenv("PUFFLE_API_BASE_URL", url)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    server.script([DONE])

    assert main(EDIT) == 3
    assert capsys.readouterr().err == (
        f"puffle: cannot connect to {url}: certificate verify failed: self-signed certificate; "
        "check PUFFLE_API_BASE_URL; if you trust the certificate, set SSL_CERT_FILE to a file that contains it\n"
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert main(EDIT) == 0


def test_server_without_tls(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PUFFLE_API_BASE_URL", server.url.replace("http:", "https:"))
    assert main(EDIT) == 3
    assert capsys.readouterr().err.endswith("; check PUFFLE_API_BASE_URL, and that the server uses https\n")


REMOVE_ALL = [PUFFLE, "campaign", "lead", "remove", "--id", DRAFT, "--all"]
QUESTION = r"Remove every lead of the campaign\? \[y/N\] "


@pytest.mark.parametrize(
    ("answer", "is_sent"), [("y", True), ("YES", True), ("n", False), ("", False), ("\x04", False)]
)
def test_removing_everything_is_confirmed_on_a_terminal(answer: str, is_sent: bool, server: ScriptedServer) -> None:
    server.script([{"status": 200, "body": {"deleted": "all"}}])
    with on_a_terminal(REMOVE_ALL, PUFFLE_API_BASE_URL=server.url) as terminal:
        read_until(terminal, QUESTION)
        assert not server.requests
        os.write(terminal, f"{answer}\r".encode())
        shown = read_until(terminal, None)
    assert len(server.requests) == is_sent
    assert ("not confirmed; nothing was sent" in shown) != is_sent


def test_interrupt_at_the_question_sends_nothing(server: ScriptedServer) -> None:
    with on_a_terminal(REMOVE_ALL, PUFFLE_API_BASE_URL=server.url) as terminal:
        read_until(terminal, QUESTION)
        os.write(terminal, b"\x03")
        assert "interrupted; nothing was sent" in read_until(terminal, None)
    assert not server.requests


ONLY_FOR_REQUESTS = {"httpx", "jsonschema_rs", "dotenv", "puffle.cli.sending", "puffle_client"}
PRINT_MODULES = "import sys; from puffle.cli import main; main(sys.argv[1:]); print('modules', *sys.modules)"


def test_help_and_version_start_fast_because_they_import_little() -> None:
    for words in ("--version", "--help", "campaign --help", "campaign lead update --help"):
        modules = printed(sys.executable, "-c", PRINT_MODULES, *words.split()).rpartition("modules ")[2].split()
        assert {"click", "puffle.cli.commands"} <= set(modules)
        assert not ONLY_FOR_REQUESTS & set(modules), words
