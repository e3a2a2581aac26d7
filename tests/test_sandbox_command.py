"""``python -m mock.sandbox`` and its options: seeds and data files, and mistakes reported in one line."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from mock.process import LISTENING
from mock.sandbox import __main__ as sandbox_command
from tests.running import DRAFT, KEY, LEAD, ROOT
from tests.sandboxes import HEADERS, PATH, changed_seed, edit, first_lead, rows, sandbox

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--port", "x"], "argument --port: invalid int value: 'x'"),
        (["--port", "99999"], "cannot listen on 127.0.0.1 port 99999"),
        (["--host", "no such host"], "cannot listen on no such host port"),
        (["--host", "a..b"], "cannot listen on a..b port"),
        (["--latency", "fast"], '"fast" is not a latency: write 200ms, 1.5s or 50ms-2s'),
        (["--latency", "2s-50ms"], '"2s-50ms" is not a latency'),
        (["--latency", "200"], '"200" is not a latency'),
        (["--latency", "2h"], '"2h" is not a latency'),
        (["--latency", "99999s"], "at most 600s"),
        (["--fail", "429"], '"429" is not a failure: write a share and a status from 400 to 599, such as 5%=429'),
        (["--fail", "5%=200"], '"5%=200" is not a failure'),
        (["--fail", "0%=429"], '"0%=429" is not a failure'),
        (["--fail", "101%=429"], '"101%=429" is not a failure'),
        (["--fail", "60%=429", "--fail", "60%=503"], "add up to more than 100%"),
        (["--random-seed", "x"], "argument --random-seed: invalid int value: 'x'"),
        (["--dat", "x"], "unrecognized arguments: --dat x"),
        (["--seed", "nowhere.yaml"], "nowhere.yaml: No such file or directory"),
        (["--data", "no/such/folder/leads.db"], "no/such/folder/leads.db: unable to open database file"),
        (["--data", "."], ".: unable to open database file"),
        (["--data", "README.md"], "README.md: file is not a database"),
    ],
    ids=lambda value: str(value)[:30],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the process would end here
def test_mistake_is_reported_in_one_line(
    options: list[str], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(options, monkeypatch, capsys).find(says) >= 0


def refused(options: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """The line with which the command, run in this process, refuses these options."""
    monkeypatch.setattr(sys, "argv", ["python -m mock.sandbox", "--port", "0", *options])
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.chdir(ROOT)
    try:
        code: object = sandbox_command.main()
    except SystemExit as error:
        code = error.code
    printed = capsys.readouterr()
    assert (code, printed.out, printed.err.count("\n")) == (2, "", 1), printed
    return printed.err


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.json", b"{", "unexpected end of data"),
        ("a.json", b"\xff", "a.json: "),
        ("a.json", b"[]", "the file: this is not of type"),
        ("a.yaml", b"a: [", "line 2: "),
        ("a.yaml", b"\xff\xfe\xff", "a.yaml: "),
        ("a.yaml", b"a: !!python/object:os.system x", "line 1: could not determine a constructor"),
        ("a.yaml", b"a: !!binary eA==", "a.yaml: it contains what JSON cannot express"),
        ("a.yaml", b"", "the file: this is not of type"),
        ("a.yaml", b"a: &a [*a]", "it contains what JSON cannot express: Recursion limit reached"),
        ("a.json", b"[" * 300 + b"]" * 300, "a.json: it contains what JSON cannot express: Recursion limit reached"),
        ("a.json", b"[" * 100_000, "a.json: "),
        ("a.json", b'{"workspaces": {"name": "pk_live_secret"}}', 'workspaces: this is not of type "array"'),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_unreadable_seed_is_reported_in_one_line(
    tmp_path: Path,
    name: str,
    content: bytes,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / name).write_bytes(content)
    line = refused(["--seed", str(tmp_path / name)], monkeypatch, capsys)
    assert says in line
    assert "pk_live_secret" not in line


@pytest.mark.slow
def test_key_of_a_seed_is_not_printed(tmp_path: Path) -> None:
    document = changed_seed(lambda d: d["workspaces"][0].update(key="a-key-of-another-form"))
    (tmp_path / "seed.json").write_text(json.dumps(document))
    lines: list[str] = []
    with sandbox("--seed", tmp_path / "seed.json", show=lines.append) as server:
        headers = {"Authorization": "Bearer a-key-of-another-form"}
        assert edit(server, headers=headers, email="a-key-of-another-form").status_code == 400
        time.sleep(0.2)
    assert "Keys: those of" in lines[0]
    assert 'updates.email: "[key]" is not' in lines[-1]
    assert "a-key-of-another-form" not in "".join(lines)


@pytest.mark.slow
def test_data_file_is_kept_filled_once_and_reset_to_the_seed(tmp_path: Path) -> None:
    file = tmp_path / "leads.db"
    own = tmp_path / "seed.json"
    own.write_text(json.dumps(changed_seed(lambda d: first_lead(d).update(company="Of the seed"))))
    lines: list[str] = []
    with sandbox("--data", file, show=lines.append) as server:
        edit(server, headline="Kept")
    assert lines[0] == f"The leads are kept in {file}, which contains 15.\n"
    lines.clear()
    with sandbox("--data", file, "--seed", tmp_path / "seed.json", show=lines.append) as server:
        assert lines[1] == f"{file} was filled before: {own} is only used by POST /_sandbox/reset.\n"
        assert (rows(server)[LEAD]["headline"], rows(server)[LEAD]["company"]) == ("Kept", "Acme Corporation")
        httpx.post(f"{server.url}/_sandbox/reset")
        assert rows(server)[LEAD]["company"] == "Of the seed"
    with sandbox("--data", file) as server:
        assert rows(server)[LEAD]["company"] == "Of the seed"
    assert KEY.encode() not in file.read_bytes(), "keys are kept as digests alone"


@pytest.mark.slow
def test_keys_of_a_file_that_was_filled_from_another_seed_are_not_shown(tmp_path: Path) -> None:
    file, lines = tmp_path / "leads.db", list[str]()
    (tmp_path / "seed.json").write_text(
        json.dumps(changed_seed(lambda d: d["workspaces"][0].update(key="pk_sandbox_own")))
    )
    with sandbox("--data", file, "--seed", tmp_path / "seed.json", show=lines.append):
        pass
    assert f"Keys: those of {tmp_path / 'seed.json'}." in lines[1]
    with sandbox("--data", file, show=lines.append) as server:
        assert edit(server, headers={"Authorization": "Bearer pk_sandbox_own"}).status_code == 200
    assert f"Keys: those of the seed that {file} was filled from." in lines[-2]
    assert KEY not in "".join(lines)


@pytest.mark.slow
def test_nobody_needs_to_read_what_it_prints() -> None:
    """Neither a full pipe nor a closed one keeps requests, or its end, waiting."""
    words = [sys.executable, "-m", "mock.sandbox", "--port", "0"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout
    with process, process.stdout, contextlib.ExitStack() as ending:
        ending.callback(process.kill)
        url = LISTENING.search(process.stdout.readline().decode())
        assert url
        with httpx.Client(base_url=url[1], headers=HEADERS, timeout=5) as client:
            for _ in range(1500):
                assert client.patch(PATH, json={"prospect_id": LEAD, "updates": {}}).status_code == 200
        process.terminate()
        assert process.wait(10) == 0


@pytest.mark.slow
def test_standard_output_may_be_closed(tmp_path: Path) -> None:
    file = tmp_path / "leads.db"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["sh", "-c", f"exec {sys.executable} -m mock.sandbox --port {port} --data {file} >&-"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, cwd=ROOT) as process:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.ConnectError):
                httpx.get(f"http://127.0.0.1:{port}/_sandbox/health")
                break
        process.terminate()
        assert process.communicate(timeout=10)[1] == b""
        assert process.returncode == 0
    assert sqlite3.connect(file).execute("SELECT count(*) FROM lead").fetchone() == (15,)


@pytest.mark.slow
def test_state_in_memory_is_lost_at_the_end() -> None:
    with sandbox() as server:
        edit(server, company="Forgotten")
    with sandbox() as server:
        assert rows(server)[LEAD]["company"] == "Acme Corporation"


def test_file_of_another_program_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE theirs (x)")
    database.close()
    before = file.read_bytes()
    line = refused(["--data", str(file)], monkeypatch, capsys)
    assert line == f"{file}: it is not a data file of this version of the sandbox; use another file\n"
    assert file.read_bytes() == before


@pytest.mark.slow
def test_campaign_stays_moved_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "leads.db"
    with sandbox("--data", file) as server:
        httpx.put(f"{server.url}/_sandbox/campaigns/{DRAFT}/status", json={"status": "completed"})
    with sandbox("--data", file) as server:
        assert "completed" in edit(server, company="Frozen").json()["error"]
