"""The Python examples that list a roster and import leads."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.python_examples import FOLDER, ROW, UNREADABLE, Outcome, Run, runner, throttled
from tests.running import DRAFT, command, in_bash
from tests.sandboxes import sandbox
from tests.scripted import ScriptedResponse, ScriptedServer, scripted

LEADS = [{**ROW, "id": f"3c90c3cc-0d44-4b50-8888-8dd25736052{digit}"} for digit in range(5)]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted() as server:
        yield server


@pytest.fixture
def run(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(server, monkeypatch, capsys)


def page(number: int, *leads: dict[str, Any], total: int = 5) -> ScriptedResponse:
    return {"status": 200, "body": {"prospects": leads, "total": total, "page": number, "limit": 2}}


def test_roster_is_listed_page_by_page(run: Run, server: ScriptedServer) -> None:
    ended = run("list_leads", responses=[page(1, *LEADS[:2]), throttled(), page(2, *LEADS[2:4]), page(3, LEADS[4])])
    rows = [f"{lead['id']},pending,jsmith@example.com,,Janet,Smith,,Chief Revenue Officer," for lead in LEADS]
    header = "id,status,email,linkedin_url,first_name,last_name,company,position,headline"
    assert ended == Outcome("", "\n".join([header, *rows, ""]), [7.0])
    assert server.sent() == [f"GET /api/campaigns/{DRAFT}/leads?page={number}" for number in (1, 2, 2, 3)]


def test_roster_is_filtered_by_status(run: Run, server: ScriptedServer) -> None:
    assert (
        run("list_leads", "--status", "a b", "--campaign", LEADS[1]["id"], responses=[page(1, total=0)]).failure == ""
    )
    assert server.sent() == [f"GET /api/campaigns/{LEADS[1]['id']}/leads?page=1&status=a+b"]


@pytest.mark.parametrize(
    "responses",
    [
        [page(1, *LEADS[:2]), page(2, *LEADS[1:3]), page(3, *LEADS[3:])],
        [page(1, *LEADS[:2]), page(2, *LEADS[2:4]), page(3, LEADS[4], total=9), page(4, total=9)],
        [page(1, *LEADS, total=9), page(1, *LEADS, total=9)],
    ],
    ids=["lead added meanwhile", "leads removed meanwhile", "page ignored"],
)
def test_each_lead_is_listed_once(responses: list[ScriptedResponse], run: Run) -> None:
    printed = run("list_leads", responses=responses).printed.splitlines()[1:]
    assert [line.partition(",")[0] for line in printed] == [lead["id"] for lead in LEADS]


def test_failed_page_ends_the_list(run: Run) -> None:
    ended = run("list_leads", responses=[page(1, *LEADS[:2]), {"status": 200, "body": "<h1>Log in</h1>"}])
    assert ended.failure == f"not listed: page 2: 200: {UNREADABLE}"
    assert ended.printed.count("\n") == 3


def imported(added: int, duplicates: int) -> ScriptedResponse:
    return {"status": 200, "body": {"imported": added, "duplicates": duplicates}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with 2,500 leads."""
    file = tmp_path / "leads.csv"
    file.write_text("email,first_name\n" + "".join(f"lead{n}@example.com,Lead {n}\n" for n in range(2500)), "utf-8")
    return file


def test_leads_are_imported_in_batches(file: Path, run: Run, server: ScriptedServer) -> None:
    responses = [imported(990, 10), throttled(), imported(1000, 0), imported(480, 5)]
    ended = run("import_leads", str(file), responses=responses)
    ignored = "15 ignored (an email campaign needs email, a LinkedIn campaign linkedin_url)"
    assert ended == Outcome("", f"2470 leads added, 15 duplicates, {ignored}\n", [7.0])
    sent = [json.loads(body)["prospects"] for _, _, body in server.requests]
    assert [len(leads) for leads in sent] == [1000, 1000, 1000, 500]
    assert [*sent[0], *sent[2], *sent[3]] == [
        {"email": f"lead{n}@example.com", "first_name": f"Lead {n}"} for n in range(2500)
    ]


@pytest.mark.parametrize(
    ("response", "begin", "reason"),
    [
        ({"status": 400, "body": {"error": "no"}}, "not added", "400: no"),
        ({"status": 503}, "perhaps added", f"503: {UNREADABLE}"),
        ({}, "perhaps added", "no response (RemoteProtocolError: Server disconnected without sending a response.)"),
        ({"status": 200}, "added, but the response is unreadable", f"200: {UNREADABLE}"),
    ],
)
def test_failed_batch_says_what_was_added_before(
    response: ScriptedResponse, begin: str, reason: str, file: Path, run: Run, server: ScriptedServer
) -> None:
    ended = run("import_leads", str(file), responses=[imported(990, 10), response])
    assert ended.failure == (
        f"{begin}: lines 1002 to 2001: {reason}; before them: 990 leads added, 10 duplicates; "
        "import the file again: leads that were added then count as duplicates"
    )
    assert len(server.requests) == 2


def test_first_batch_fails_with_the_line_of_the_lead(file: Path, run: Run) -> None:
    refused = {"status": 400, "body": {"error": 'prospects.3.email: "x@" is not a valid email address'}}
    ended = run("import_leads", str(file), responses=[refused])
    assert ended.failure == ('not added: lines 2 to 1001: 400: line 5, email: "x@" is not a valid email address')
    assert run("import_leads", str(file), responses=[{}]).failure.endswith(
        "; import the file again: leads that were added then count as duplicates"
    )


def test_csv_is_read_as_spreadsheets_write_it(tmp_path: Path, run: Run, server: ScriptedServer) -> None:
    file = tmp_path / "leads.csv"
    file.write_bytes(
        b'\xef\xbb\xbflast_name, email ,headline\r\n"Smith, Jr.", a@example.com ,"two\r\nlines"\r\n\r\n,,\r\n'
        + "Петров,b@example.com,".encode()
    )
    assert run("import_leads", str(file), responses=[imported(2, 0)]).printed == "2 leads added, 0 duplicates\n"
    assert json.loads(server.requests[0][2])["prospects"] == [
        {"last_name": "Smith, Jr.", "email": "a@example.com", "headline": "two\r\nlines"},
        {"last_name": "Петров", "email": "b@example.com"},
    ]


COLUMNS = "the columns are email, linkedin_url, first_name, last_name, company, position, headline, in any order and"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", f"neither email nor linkedin_url is a column; {COLUMNS}"),
        ("first_name\nA\n", f"neither email nor linkedin_url is a column; {COLUMNS}"),
        ("email;first_name\na@b;A\n", f'unknown column "email;first_name"; {COLUMNS}'),
        ("email,Vorname\n", f'unknown column "Vorname"; {COLUMNS}'),
        ("email,\n", f'unknown column ""; {COLUMNS}'),
        ("email,company,email\n", "there are 2 columns email; keep one"),
        ("email\n", "there are no leads below the names of the columns"),
        ("email,company\na@b,\n,Acme\na@b\n\n\"a\nb@c\",1,2\nx,y\n",
         'line 3 has neither email nor linkedin_url; line 4 has the wrong number of values: 1, not 2; '
         'line 6 has the wrong number of values: 3, not 2; line 8 has "x" as its email'),
        ("email\n" + "x\n" * 9, '; line 6 has "x" as its email; and 4 more lines'),
        ('email\n"a@b\n', "line 2 is not CSV: unexpected end of data"),
        ("email\n\xe4@b\n".encode("latin-1"), "is not UTF-8 text; save it as UTF-8"),
    ],
)  # fmt: skip
def test_wrong_lines_are_named_and_nothing_is_sent(
    content: str | bytes, reason: str, tmp_path: Path, run: Run, server: ScriptedServer
) -> None:
    file = tmp_path / "leads.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    ended = run("import_leads", str(file), responses=[])
    assert ended.failure.startswith(f'not added: "{file}"')
    assert reason in ended.failure
    assert "\n" not in ended.failure
    assert server.requests == []


def test_file_that_cannot_be_read_is_reported(tmp_path: Path, run: Run) -> None:
    missing = run("import_leads", str(tmp_path / "x.csv"), responses=[])
    assert missing.failure == f'not added: cannot read "{tmp_path / "x.csv"}": No such file or directory'
    assert run("import_leads", str(tmp_path), responses=[]).failure.endswith(": Is a directory")


@pytest.mark.slow
def test_closed_pipe_is_no_traceback(server: ScriptedServer, tmp_path: Path) -> None:
    server.script([page(1, *LEADS)])
    line = f"{sys.executable} {FOLDER / 'list_leads.py'} > /dev/full"
    ended = in_bash(line, tmp_path, server.url)
    assert ended.stderr == b"listed, but it cannot be printed: No space left on device\n"
    assert ended.returncode == 1


@pytest.mark.slow
def test_examples_work_with_the_sandbox(tmp_path: Path) -> None:
    """A roster that was listed can be imported elsewhere, and is then listed there."""

    def do(example: str, *arguments: str) -> str:
        ended = command(sys.executable, str(FOLDER / f"{example}.py"), *arguments, PUFFLE_API_BASE_URL=running.url)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    with sandbox() as running:
        before = list(csv.DictReader(StringIO(do("list_leads"))))
        file = tmp_path / "leads.csv"
        emails = [f"import{n}@example.com" for n in range(1500)]
        file.write_text("\n".join(["email", *emails, before[0]["email"], "IMPORT7@example.com"]), "utf-8")
        assert do("import_leads", str(file)) == "1500 leads added, 2 duplicates\n"
        after = list(csv.DictReader(StringIO(do("list_leads", "--status", "pending"))))
    assert {lead["email"] for lead in after} >= set(emails)
    assert len(after) == 1500 + sum(lead["status"] == "pending" for lead in before)
