"""Which commands there are, and what they take, follows the contract: the code is the same, the document another."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.running import DRAFT, KEY, ROOT, clean_environment
from tests.scripted import Answer, scripted

Puffle = Callable[..., tuple[subprocess.CompletedProcess[str], str]]
DONE: Answer = {"status": 200, "body": "{}"}


def extended() -> dict[str, Any]:
    """The contract with the operations of ``more-operations.yaml``."""
    document: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text("utf-8"))
    document["paths"].update(yaml.safe_load((ROOT / "tests" / "more-operations.yaml").read_text("utf-8")))
    document["tags"].append({"name": "Campaign notes", "description": "What people write down."})
    thing = {"name": "thing-id", "in": "path", "required": True, "schema": {"type": "string"}}
    document["components"]["parameters"] = {"Thing": thing}
    return document


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as it is, with the extended contract and the client that is generated from it."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "puffle", folder / "puffle", ignore=shutil.ignore_patterns("__pycache__", "openapi.yaml"))
    file = folder / "puffle" / "openapi.yaml"
    file.write_text(yaml.safe_dump(extended(), sort_keys=False, allow_unicode=True), "utf-8")
    words = ["openapi-python-client", "generate", "--path", str(file), "--config", "openapi-python-client.yaml"]
    words += ["--meta", "none", "--fail-on-warning", "--output-path", str(folder / "puffle_client")]
    subprocess.run(words, cwd=ROOT, env=clean_environment(), check=True, capture_output=True, timeout=60)
    return folder


@pytest.fixture
def puffle(project: Path) -> Puffle:
    """Run the command of the extended contract against a server: what came of it, and what was sent."""

    def run(*words: str, answers: tuple[Answer, ...] = (DONE,)) -> tuple[subprocess.CompletedProcess[str], str]:
        with scripted(answers) as server:
            variables = {"PYTHONPATH": str(project), "PUFFLE_API_KEY": KEY, "PUFFLE_API_BASE_URL": server.url}
            done = subprocess.run(
                [sys.executable, "-m", "puffle", *words], cwd=project, env=clean_environment(variables), text=True,
                encoding="utf-8", stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
            )  # fmt: skip
            return done, server.lines()

    return run


def test_query_parameters_are_flags(puffle: Puffle) -> None:
    done, sent = puffle(
        "lead", "list", "--status", "sent", "--page", "2", "--min-score", "0.5", "--archived",
        "--since", "2026-01-31T10:00:00+02:00", "--tags", '["a", "b & c"]', "--query-format", "csv",
        answers=({"status": 200, "body": "[]"},),
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
    path, _, query = sent.removesuffix("\n").partition("?")
    assert path == "GET /api/leads"
    assert sorted(query.split("&")) == [
        "archived=true", "format=csv", "minScore=0.5", "page=2", "since=2026-01-31T10%3A00%3A00%2B02%3A00",
        "status=sent", "tags=a", "tags=b+%26+c",
    ]  # fmt: skip


def test_what_is_not_given_is_not_sent(puffle: Puffle) -> None:
    done, sent = puffle("lead", "list", "--status", "sent", answers=({"status": 200, "body": "[]"},))
    assert (done.returncode, sent) == (0, "GET /api/leads?status=sent\n")


def test_array_body_is_a_flag(puffle: Puffle) -> None:
    notes = '[{"text": "Call her", "pinned": true}, {"text": "Zoë"}]'
    done, sent = puffle("campaign", "note", "add", "--id", DRAFT, "--body", notes, answers=({"status": 204},))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sent == (f'POST /api/campaigns/{DRAFT}/notes [{{"text":"Call her","pinned":true}},{{"text":"Zoë"}}]\n')


def test_fields_of_every_type_are_flags(puffle: Puffle) -> None:
    done, sent = puffle(
        "campaign", "set", "--id", DRAFT, "--daily-limit", "50", "--weight", "1e3", "--level", "2", "--enabled",
        "--body-id", "17", "--address", '{"city": "Oslo", "zip": "0150"}', "--address.location.lat", "59.9",
        "--address.city", "Bergen",
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stderr == "puffle: note: the contract does not list address.zip, so the server may ignore it\n"
    path, _, body = sent.removesuffix("\n").partition(" {")
    assert path == f"PUT /api/campaigns/{DRAFT}/settings"
    assert yaml.safe_load("{" + body) == {
        "dailyLimit": 50, "weight": 1000.0, "level": 2, "enabled": True, "id": "17",
        "address": {"city": "Bergen", "zip": "0150", "location": {"lat": 59.9}},
    }  # fmt: skip


def test_body_that_is_optional_may_be_left_out(puffle: Puffle) -> None:
    done, sent = puffle("campaign", "set", "--id", DRAFT)
    assert (done.returncode, done.stderr, sent) == (0, "", f"PUT /api/campaigns/{DRAFT}/settings\n")


TEXT: Answer = {"status": 200, "body": "A thing\n", "headers": {"Content-Type": "text/plain"}}


def test_what_has_a_default_is_not_sent_unasked(puffle: Puffle) -> None:
    done, sent = puffle("thing", "get", "--thing-id", "a/b ü", answers=(TEXT,))
    assert (done.returncode, done.stdout, done.stderr) == (0, "A thing\n", "")
    assert sent == "GET /api/things/a%2Fb%20%C3%BC\n"


def test_names_that_are_nearly_the_same_are_both_sent(puffle: Puffle) -> None:
    words = ["--user-id", "A", "--userid", "B", "--class", "C", "--limit", "5", "--is-off"]
    done, sent = puffle("thing", "get", "--thing-id", "7", *words, answers=(TEXT,))
    assert done.returncode == 0
    assert sorted(sent.strip().partition("?")[2].split("&")) == [
        "class=C",
        "isOff=true",
        "limit=5",
        "user_id=A",
        "userid=B",
    ]


def test_operations_of_nearly_the_same_name_are_told_apart(puffle: Puffle) -> None:
    done, sent = puffle("thing", "new", "--thing-id", "7", "--name", "x", "--due", "2026-01-31T10:00:00Z")
    assert (done.returncode, done.stderr) == (0, "")
    assert sent == 'POST /api/things/7 {"name":"x","due":"2026-01-31T10:00:00+00:00"}\n'


def test_the_client_of_another_operation_is_not_taken(puffle: Puffle) -> None:
    assert puffle("thing", "copy", "--thing-id", "7", answers=({"status": 204},))[1] == "POST /api/things/7/copies\n"
    words = ["--body", "b", "--fields", '["one"]']
    done, sent = puffle("thing", "copies", "--thing-id", "7", *words, answers=({"status": 200, "body": "[]"},))
    assert (done.stdout, sent) == ("[]\n", "GET /api/things/7/copies?body=b&fields=one\n")


def test_throttling_needs_no_declaration(puffle: Puffle) -> None:
    throttled: Answer = {"status": 429, "headers": {"Retry-After": 0}, "body": {"error": "Too many requests."}}
    done, sent = puffle("thing", "copy", "--thing-id", "7", answers=(throttled,) * 4)
    assert (done.returncode, sent.count("\n")) == (1, 4)
    assert done.stderr.endswith("puffle: refused with 429: Too many requests. Try again later.\n")


def test_completion_offers_the_values_that_begin_as_typed(project: Path) -> None:
    variables = {"PYTHONPATH": str(project), "_PUFFLE_COMPLETE": "bash_complete", "COMP_CWORD": "4"}
    for begun, offered in (("s", "plain,sent\n"), ("", "plain,pending\nplain,sent\n")):
        done = subprocess.run(
            [sys.executable, "-m", "puffle"], cwd=project, capture_output=True, text=True, timeout=60, check=False,
            env=clean_environment({**variables, "COMP_WORDS": f"puffle lead list --status {begun}"}),
        )  # fmt: skip
        assert done.stdout == offered


def test_body_that_is_required_is_sent_even_if_empty(puffle: Puffle) -> None:
    assert puffle("thing", "new", "--thing-id", "7")[1] == "POST /api/things/7 {}\n"


def test_headers_are_flags_but_for_those_that_openapi_keeps(puffle: Puffle, project: Path) -> None:
    with scripted([TEXT]) as server:
        variables = {"PYTHONPATH": str(project), "PUFFLE_API_BASE_URL": server.url}
        words = ["thing", "get", "--thing-id", "7", "--idempotency-key", DRAFT, "--x-note", "hello"]
        subprocess.run(
            [sys.executable, "-m", "puffle", *words],
            cwd=project,
            env=clean_environment(variables),
            check=True,
            timeout=60,
        )
        head = server.requests[0].decode().lower()
    assert f"\r\nidempotency-key: {DRAFT}\r\n" in head
    assert "\r\nx-note: hello\r\n" in head
    assert "\r\nauthorization:" not in head, "an operation without security is sent no key"
    assert "--authorization" not in puffle("thing", "get", "--help")[0].stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("lead list", "--status is missing"),
        ("lead list --status open", '--status: "open" is not one of "pending" or "sent"'),
        ("lead list --status sent --page two", '--page: "two" is not of type "integer"'),
        ("lead list --status sent --page 1.5", '--page: 1.5 is not of type "integer"'),
        ("lead list --status sent --page 0", "--page: 0 is less than the minimum of 1"),
        ("lead list --status sent --min-score 0x1F", '--min-score: "0x1F" is not of type "number"'),
        ("lead list --status sent --since yesterday", '--since: "yesterday" is not a "date-time"'),
        ("lead list --status sent --tags a,b", "--tags: not JSON"),
        ("lead list --status sent --tags [1]", '--tags: 0: 1 is not of type "string"'),
        ("lead list --status sent --archived yes", "unexpected extra argument (yes)"),
        (f"campaign note add --id {DRAFT}", "--body is missing"),
        (f'campaign note add --id {DRAFT} --body [{{"text":5}}]', '--body: 0.text: 5 is not of type "string"'),
        (f"campaign note add --id {DRAFT} --body [{{}}]", '--body: 0: "text" is a required property'),
        (f"campaign set --id {DRAFT} --enabled", "--daily-limit is missing"),
        (f"campaign set --id {DRAFT} --daily-limit 5 --level 7", "--level: 7 is not one of 1, 2 or 3"),
        (f"campaign set --id {DRAFT} --daily-limit 5 --weight -", '--weight: "-" is not of types "'),
        (f"campaign set --id {DRAFT} --daily-limit 5 --address [] --address.city Oslo", "--address is no JSON object"),
        (f"campaign set --id {DRAFT} --daily-limit 5 --created now", "No such option '--created'"),
        (f"campaign set --id {DRAFT} --daily-limit 5 --weight 1e999", "--weight: holds a number that is too large"),
        ("thing get --thing-id ..", "--thing-id: '..' would lead to another path"),
        ("thing get --thing-id=", "--thing-id: '' would lead to another path"),
        ("thing get --thing-id 7 --x-note é", "--x-note: a header takes printable ASCII alone"),
        ("thing get --thing-id 7 --idempotency-key 7", '--idempotency-key: "7" is not a "uuid"'),
        ("thing upload --thing-id 7", "takes another body than JSON, which puffle cannot send"),
        (
            f"campaign set --id {DRAFT} --daily-limit 5 --address - --address.location -",
            "--address and --address.location cannot both be read from standard input",
        ),
    ],
)
def test_values_are_checked_before_anything_is_sent(puffle: Puffle, words: str, says: str) -> None:
    done, sent = puffle(*words.split())
    assert (done.returncode, done.stdout, sent) == (2, "", "")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_help_lists_what_was_added(puffle: Puffle) -> None:
    listed = puffle("--help")[0].stdout
    for line in ("  campaign lead update  Update Lead in Campaign", "  lead list  ", "  campaign note add  "):
        assert line in listed
    assert "What people write down." in puffle("campaign", "--help")[0].stdout
    manual = " ".join(puffle("lead", "list", "--help")[0].stdout.split())
    assert "--status [pending|sent] Their status." in manual
    assert "--archived Those in the archive too." in manual
    assert "--tags JSON With all of these tags. (JSON, @file.json, or - for standard input)" in manual


def test_operation_that_the_client_does_not_know_is_said(project: Path, puffle: Puffle) -> None:
    module = next(project.rglob("add_notes.py"))
    hidden = module.rename(module.with_suffix(".hidden"))
    try:
        done, sent = puffle("campaign", "note", "add", "--id", DRAFT, "--body", '[{"text": "Call her"}]')
    finally:
        hidden.rename(module)
    assert (done.returncode, done.stdout, sent) == (3, "", "")
    assert done.stderr == "puffle: puffle_client has no operation addNotes: run `make generate` and install again\n"


@pytest.mark.parametrize(
    ("name", "words"),
    [("filter", ["get", "--filter", '{"a": "x"}']), ("fields", ["copies", "--fields", '["one", "two"]'])],
)
def test_what_the_client_would_send_otherwise_is_not_sent(puffle: Puffle, name: str, words: list[str]) -> None:
    done, sent = puffle("thing", *words, "--thing-id", "7")
    assert (done.returncode, done.stdout, sent) == (3, "", "")
    assert done.stderr == f"puffle: puffle_client does not send {name} as the contract says: nothing was sent\n"
