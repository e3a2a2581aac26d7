"""``python -m mock.sandbox`` and its options: what is wrong is said in one line, and seeds and files are taken."""

from __future__ import annotations

import contextlib
import json
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from mock.process import LISTENING
from mock.sandbox import seed
from tests.running import DRAFT, KEY, LEAD, ROOT, command
from tests.sandboxes import HEADERS, OPERATION, PATH, edit, rows, sandbox

OTHER_LEAD = "a170b338-3926-4059-b28c-105d1fb17c23"


def seed_document() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(seed.SEED_FILE.read_text("utf-8"))
    return document


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--port", "x"], "argument --port: invalid int value: 'x'"),
        (["--port", "99999"], "cannot serve on 127.0.0.1 port 99999"),
        (["--host", "no such host"], "cannot serve on no such host port"),
        (["--host", "a..b"], "cannot serve on a..b port"),
        (["--latency", "fast"], "'fast' is no latency: write 200ms, 1.5s or 50ms-2s"),
        (["--latency", "2s-50ms"], "'2s-50ms' is no latency"),
        (["--latency", "200"], "'200' is no latency"),
        (["--latency", "2h"], "'2h' is no latency"),
        (["--latency", "99999s"], "at most 600s"),
        (["--fail", "429"], "'429' is no failure: write a share and a status from 400 to 599, such as 5%=429"),
        (["--fail", "5%=200"], "'5%=200' is no failure"),
        (["--fail", "0%=429"], "'0%=429' is no failure"),
        (["--fail", "101%=429"], "'101%=429' is no failure"),
        (["--fail", "60%=429", "--fail", "60%=503"], "add up to more than 100%"),
        (["--random-seed", "x"], "argument --random-seed: invalid int value: 'x'"),
        (["--dat", "x"], "unrecognized arguments: --dat x"),
        (["--seed", "nowhere.yaml"], "nowhere.yaml: No such file or directory"),
        (["--data", "no/such/folder/leads.db"], "no/such/folder/leads.db: unable to open database file"),
        (["--data", "."], ".: unable to open database file"),
        (["--data", "README.md"], "README.md: file is not a database"),
    ],
    ids=str,
)
def test_bad_option_is_said_in_one_line(options: list[str], says: str) -> None:
    run = command(sys.executable, "-m", "mock.sandbox", "--port", "0", *options)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.count("\n") == 1
    assert says in run.stderr


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    document = seed_document()
    change(document)
    return document


def first(document: dict[str, Any]) -> dict[str, Any]:
    lead: dict[str, Any] = document["workspaces"][0]["campaigns"][0]["leads"][0]
    return lead


FIRST_LEAD = "workspaces[0].campaigns[0].leads[0]"
BAD_SEEDS: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda d: first(d).update(email="none"), f'{FIRST_LEAD}.email: this is not a "email"'),
    (lambda d: first(d).update(first_name=7), f'{FIRST_LEAD}.first_name: this is not of types "null", "string"'),
    (lambda d: first(d).update(id="7"), f'{FIRST_LEAD}.id: this is not a "uuid"'),
    (lambda d: first(d).update(created_at="yesterday"), f"{FIRST_LEAD}.created_at:"),
    (lambda d: first(d).update(campaign_id=OTHER_LEAD), f"{FIRST_LEAD}.campaign_id: the lead stands in campaign"),
    (lambda d: first(d).pop("status"), f'{FIRST_LEAD}: "status" is a required property'),
    (lambda d: first(d).update(id=OTHER_LEAD.upper()), "leads[1].id: another lead of the file has the same"),
    (lambda d: d["workspaces"][0]["campaigns"][1].update(status="gone"), "workspaces[0].campaigns[1].status:"),
    (lambda d: d["workspaces"][0]["campaigns"][1].update(id=DRAFT), "campaigns[1].id: another campaign of the file"),
    (lambda d: d["workspaces"][1].update(key="two words"), "workspaces[1].key:"),
    (lambda d: d["workspaces"][1].update(key=KEY), "workspaces[1].key: another key of the file"),
    (lambda d: d["workspaces"][1].update(colour="red"), "workspaces[1]: Additional properties"),
    (lambda d: d.update(workspaces=[]), "workspaces:"),
    (lambda d: d.pop("workspaces"), 'document: "workspaces" is a required property'),
]  # fmt: skip


@pytest.mark.parametrize("form", ["json", "yaml"])
@pytest.mark.parametrize(("change", "says"), BAD_SEEDS, ids=[says for _, says in BAD_SEEDS])
def test_bad_seed_names_its_place(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], says: str, form: str
) -> None:
    file = tmp_path / f"seed.{form}"
    document = changed(change)
    file.write_text(json.dumps(document) if form == "json" else yaml.safe_dump(document), "utf-8")
    with pytest.raises(seed.BadSeed) as refused:
        seed.read(file, OPERATION)
    assert says in str(refused.value)
    assert str(refused.value).startswith(f"{file}: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.json", b"{", "unexpected end of data"),
        ("a.json", b"\xff", "a.json: "),
        ("a.json", b"[]", "document: this is not of type"),
        ("a.yaml", b"a: [", "line 2: "),
        ("a.yaml", b"\xff\xfe\xff", "a.yaml: "),
        ("a.yaml", b"a: !!python/object:os.system x", "line 1: could not determine a constructor"),
        ("a.yaml", b"a: !!binary eA==", "a.yaml: it holds what JSON cannot"),
        ("a.yaml", b"", "document: this is not of type"),
        ("a.yaml", b"a: &a [*a]", "line 1: aliases (*a) are not taken"),
        ("a.yaml", b"workspaces: " + b"[" * 100_000, "line 1: it is nested deeper than 100"),
        ("a.json", b"[" * 300 + b"]" * 300, "a.json: it holds what JSON cannot: Recursion limit reached"),
        ("a.json", b"[" * 100_000, "a.json: "),
        ("a.json", b'{"workspaces": {"name": "pk_live_secret"}}', 'workspaces: this is not of type "array"'),
    ],
    ids=str,
)
def test_seed_that_cannot_be_read_is_said(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    run = command(sys.executable, "-m", "mock.sandbox", "--port", "0", "--seed", str(tmp_path / name))
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1), run.stderr
    assert says in run.stderr
    assert "pk_live_secret" not in run.stderr


def test_own_seed_is_a_good_one() -> None:
    assert seed.read(seed.SEED_FILE, OPERATION) == seed.load()


def test_seed_is_taken_as_it_is_written(tmp_path: Path) -> None:
    """Times unquoted, ids in upper case, columns left out: YAML as a person writes it."""
    key = "pk_sandbox_carol"
    (tmp_path / "seed.yaml").write_text(f"""
        workspaces:
          - name: carol
            key: {key}
            user_id: 6b0d549b-6f03-475a-9600-a35a099950d8
            campaigns:
              - id: {DRAFT.upper()}
                status: draft
                leads:
                  - id: {LEAD.upper()}
                    status: pending
                    updated_at: 2999-01-01T00:30:00+01:00
                    custom_fields: {{1: x}}
    """)
    with sandbox("--seed", tmp_path / "seed.yaml") as server:
        assert edit(server, company="Not hers").status_code == 401
        row = edit(server, headers={"Authorization": f"Bearer {key}"}, company="Hers").json()["prospect"]
    assert row == {
        "id": LEAD, "campaign_id": DRAFT, "user_id": "6b0d549b-6f03-475a-9600-a35a099950d8", "status": "pending",
        "company": "Hers", "custom_fields": {"1": "x"}, "updated_at": "2998-12-31T23:30:00.000Z",
    }  # fmt: skip


def test_key_of_a_seed_is_not_printed(tmp_path: Path) -> None:
    document = changed(lambda d: d["workspaces"][0].update(key="a-key-of-another-form"))
    (tmp_path / "seed.json").write_text(json.dumps(document))
    lines: list[str] = []
    with sandbox("--seed", tmp_path / "seed.json", show=lines.append) as server:
        headers = {"Authorization": "Bearer a-key-of-another-form"}
        assert edit(server, headers=headers, email="a-key-of-another-form").status_code == 400
        time.sleep(0.2)
    assert "Keys: those of" in lines[0]
    assert 'updates.email: "[key]" is not' in lines[-1]
    assert "a-key-of-another-form" not in "".join(lines)


def test_data_file_is_kept_filled_once_and_reset_to_the_seed(tmp_path: Path) -> None:
    file = tmp_path / "leads.db"
    own = tmp_path / "seed.json"
    own.write_text(json.dumps(changed(lambda d: first(d).update(company="Of the seed"))))
    lines: list[str] = []
    with sandbox("--data", file, show=lines.append) as server:
        edit(server, headline="Kept")
    assert lines[0] == f"Edits are kept in {file}. Leads in it: 15.\n"
    lines.clear()
    with sandbox("--data", file, "--seed", tmp_path / "seed.json", show=lines.append) as server:
        assert lines[1] == f"{file} was filled before: {own} is used by POST /_sandbox/reset alone.\n"
        assert (rows(server)[LEAD]["headline"], rows(server)[LEAD]["company"]) == ("Kept", "Acme Corporation")
        httpx.post(f"{server.url}/_sandbox/reset")
        assert rows(server)[LEAD]["company"] == "Of the seed"
    with sandbox("--data", file) as server:
        assert rows(server)[LEAD]["company"] == "Of the seed"
    assert KEY.encode() not in file.read_bytes(), "keys are kept as digests alone"


def test_keys_of_a_file_that_was_filled_from_another_seed_are_not_guessed(tmp_path: Path) -> None:
    file, lines = tmp_path / "leads.db", list[str]()
    (tmp_path / "seed.json").write_text(json.dumps(changed(lambda d: d["workspaces"][0].update(key="pk_sandbox_own"))))
    with sandbox("--data", file, "--seed", tmp_path / "seed.json", show=lines.append):
        pass
    assert f"Keys: those of {tmp_path / 'seed.json'}." in lines[1]
    with sandbox("--data", file, show=lines.append) as server:
        assert edit(server, headers={"Authorization": "Bearer pk_sandbox_own"}).status_code == 200
    assert f"Keys: those of the seed that {file} was filled from." in lines[-2]
    assert KEY not in "".join(lines)


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


def test_closed_standard_output_is_lived_with(tmp_path: Path) -> None:
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


def test_memory_is_seeded_afresh() -> None:
    with sandbox() as server:
        edit(server, company="Forgotten")
    with sandbox() as server:
        assert rows(server)[LEAD]["company"] == "Acme Corporation"


def test_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE theirs (x)")
    database.close()
    before = file.read_bytes()
    run = command(sys.executable, "-m", "mock.sandbox", "--port", "0", "--data", str(file))
    assert (run.returncode, run.stderr.count("\n")) == (2, 1)
    assert "it is not a data file of this version of the sandbox" in run.stderr
    assert file.read_bytes() == before
