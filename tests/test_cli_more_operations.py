"""Commands follow the contract: the same code with the operations of ``more-operations.yaml`` in the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from tests.running import DRAFT
from tests.scripted import ScriptedResponse, ScriptedServer

if TYPE_CHECKING:
    from tests.more_operations import Puffle

pytest_plugins = "tests.more_operations"

EMPTY: ScriptedResponse = {"status": 200, "body": "[]"}
TEXT: ScriptedResponse = {"status": 200, "body": "A thing\n", "headers": {"Content-Type": "text/plain"}}


def test_query_parameters_are_flags(puffle: Puffle) -> None:
    done = puffle(
        "lead", "list", "--status", "sent", "--page", "2", "--min-score", "0.50", "--archived",
        "--since", "2026-01-31T10:00:00+02:00", "--tags", '["a", "b & c"]', "--query-format", "csv",
        responses=(EMPTY,),
    )  # fmt: skip
    assert done[:3] == (0, "[]\n", "")
    path, _, query = done.sent[0].partition("?")
    assert path == "GET /api/leads"
    assert query.split("&") == [
        "status=sent", "page=2", "minScore=0.50", "archived=true", "since=2026-01-31T10%3A00%3A00%2B02%3A00",
        "tags=a", "tags=b%20%26%20c", "format=csv",
    ]  # fmt: skip


def test_parameters_that_are_not_given_are_not_sent_even_with_a_default(puffle: Puffle) -> None:
    assert puffle("lead", "list", "--status", "sent", responses=(EMPTY,)).sent == ["GET /api/leads?status=sent"]
    done = puffle("thing", "get", "--thing-id", "a/b ü", responses=(TEXT,))
    assert done == (0, "A thing\n", "", ["GET /api/things/a%2Fb%20%C3%BC"])


def test_array_body_is_a_flag(puffle: Puffle) -> None:
    notes = '[{"text": "Call her", "pinned": true}, {"text": "Zoë"}]'
    done = puffle("campaign", "note", "add", "--id", DRAFT, "--body", notes, responses=({"status": 204},))
    sent = f'POST /api/campaigns/{DRAFT}/notes [{{"text":"Call her","pinned":true}},{{"text":"Zoë"}}]'
    assert done == (0, "", "", [sent])


def test_fields_of_every_type_are_flags(puffle: Puffle) -> None:
    done = puffle(
        "campaign", "set", "--id", DRAFT, "--daily-limit", "50", "--weight", "1e3", "--level", "2", "--enabled",
        "--body-id", "17", "--address", '{"city": "Oslo", "zip": "0150"}', "--address.location.lat", "59.90",
        "--address.city", "Bergen",
    )  # fmt: skip
    assert done.exit == 0
    assert done.stderr == "puffle: note: the contract does not list address.zip, so the server may ignore it\n"
    method, path, body = done.sent[0].split(" ", 2)
    assert (method, path) == ("PUT", f"/api/campaigns/{DRAFT}/settings")
    assert '"weight":1e3' in body
    assert '"lat":59.90' in body
    assert yaml.safe_load(body) == {
        "dailyLimit": 50, "weight": "1e3", "level": 2, "enabled": True, "id": "17",
        "address": {"city": "Bergen", "zip": "0150", "location": {"lat": 59.9}},
    }  # fmt: skip


def test_optional_body_can_be_left_out(puffle: Puffle) -> None:
    assert puffle("campaign", "set", "--id", DRAFT) == (0, "{}\n", "", [f"PUT /api/campaigns/{DRAFT}/settings"])


def test_required_body_is_sent_even_if_empty(puffle: Puffle) -> None:
    assert puffle("thing", "new", "--thing-id", "7").sent == ["POST /api/things/7 {}"]


def test_similar_names_are_kept_apart(puffle: Puffle) -> None:
    words = ["--user-id", "A", "--userid", "B", "--class", "C", "--limit", "5", "--is-off"]
    done = puffle("thing", "get", "--thing-id", "7", *words, responses=(TEXT,))
    assert done.sent == ["GET /api/things/7?limit=5&isOff=true&user_id=A&userid=B&class=C"]


def test_times_are_sent_as_typed(puffle: Puffle) -> None:
    done = puffle("thing", "new", "--thing-id", "7", "--name", "x", "--due", "2026-01-31T10:00:00Z")
    assert done.sent == ['POST /api/things/7 {"name":"x","due":"2026-01-31T10:00:00Z"}']


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        ("thing move --thing-id 7 --to Oslo", '{"to":"Oslo"}'),
        ("thing move --thing-id 7 --by 1.50 --reason late", '{"reason":"late","by":1.50}'),
    ],
)
def test_body_with_variants_has_the_flags_of_all_of_them(puffle: Puffle, words: str, sent: str) -> None:
    assert puffle(*words.split(), responses=({"status": 204},)).sent == [f"POST /api/things/7/moves {sent}"]


def test_body_with_variants_is_checked(puffle: Puffle) -> None:
    done = puffle("thing", "move", "--thing-id", "7", "--reason", "late")
    assert (done.exit, done.sent) == (2, [])
    assert done.stderr == "puffle: --to or --by is required\n"
    done = puffle("thing", "move", "--thing-id", "7", "--to", "Oslo", "--by", "5")
    assert (done.exit, done.sent) == (2, [])
    assert done.stderr == "puffle: only one of --to or --by can be given\n"


def test_429_is_retried_even_if_the_contract_does_not_declare_it(puffle: Puffle) -> None:
    throttled: ScriptedResponse = {
        "status": 429,
        "headers": {"Retry-After": 0},
        "body": {"error": "Too many requests."},
    }
    done = puffle("thing", "copy", "--thing-id", "7", responses=(throttled,) * 4)
    assert (done.exit, len(done.sent)) == (1, 4)
    assert done.stderr.endswith("puffle: refused with 429: Too many requests. Try again later.\n")


def test_completion_offers_the_choices_that_begin_as_typed(puffle: Puffle) -> None:
    for begun, offered in (("s", "plain,sent\n"), ("", "plain,pending\nplain,sent\n")):
        words = {"COMP_WORDS": f"puffle lead list --status {begun}", "COMP_CWORD": "4"}
        assert puffle(_PUFFLE_COMPLETE="bash_complete", **words).stdout == offered


def test_headers_are_flags_except_those_that_openapi_reserves(puffle: Puffle, server: ScriptedServer) -> None:
    words = ["thing", "get", "--thing-id", "7", "--idempotency-key", DRAFT, "--x-note", "hello"]
    assert puffle(*words, responses=(TEXT,)).exit == 0
    _, headers, _ = server.requests[0]
    assert (headers["idempotency-key"], headers["x-note"]) == (DRAFT, "hello")
    assert "authorization" not in headers, "the operation has no security"
    assert "--authorization" not in puffle("thing", "get", "--help").stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("lead list", "Missing option '--status'."),
        ("lead list --status open", '--status: "open" is not one of "pending" or "sent"'),
        ("lead list --status sent --page two", '--page: "two" is not of type "integer"'),
        ("lead list --status sent --page 1.5", '--page: 1.5 is not of type "integer"'),
        ("lead list --status sent --page 0", "--page: 0 is less than the minimum of 1"),
        ("lead list --status sent --min-score 0x1F", '--min-score: "0x1F" is not of type "number"'),
        ("lead list --status sent --since now", '--since: "now" is not a valid date and time (RFC 3339)'),
        ("lead list --status sent --tags a,b", "--tags: not valid JSON"),
        ("lead list --status sent --tags [1]", '--tags: 0: 1 is not of type "string"'),
        ("lead list --status sent --archived yes", "unexpected extra argument (yes)"),
        (f"campaign note add --id {DRAFT}", "Missing option '--body'."),
        (f'campaign note add --id {DRAFT} --body [{{"text":5}}]', '--body: 0.text: 5 is not of type "string"'),
        (f"campaign note add --id {DRAFT} --body [{{}}]", "--body: 0.text: a value is required"),
        (f"campaign set --id {DRAFT} --enabled", "--daily-limit: a value is required"),
        (f"campaign set --id {DRAFT} --daily-limit 5 --level 7", "--level: 7 is not one of 1, 2 or 3"),
        (f"campaign set --id {DRAFT} --daily-limit 5 --weight -", '--weight: "-" is not of types "'),
        (f"campaign set --id {DRAFT} --daily-limit 5 --address [] --address.city x", "--address is not an object"),
        (f"campaign set --id {DRAFT} --daily-limit 5 --created now", "No such option '--created'"),
        (f"campaign set --id {DRAFT} --daily-limit 5 --weight 1e999", "--weight: the number 1e999 is too large"),
        ("thing get --thing-id ..", '--thing-id: ".." would lead to another path'),
        ("thing get --thing-id=", '--thing-id: "" would lead to another path'),
        ("thing get --thing-id 7 --x-note é", "--x-note: a header can only contain printable ASCII characters"),
        ("thing get --thing-id 7 --idempotency-key 7", '--idempotency-key: "7" is not a valid UUID'),
        ('thing get --thing-id 7 --filter {"a":"x"}', "--filter: puffle only supports parameters of the default style"),
        (
            'thing copies --thing-id 7 --fields ["one"]',
            "--fields: puffle only supports parameters of the default style",
        ),
        ("thing upload --thing-id 7", "puffle can only send JSON, and this operation takes another body"),
        (
            f"campaign set --id {DRAFT} --daily-limit 5 --address - --address.location -",
            "--address and --address.location cannot both be read from standard input",
        ),
    ],
)
def test_values_are_checked_before_anything_is_sent(puffle: Puffle, words: str, message: str) -> None:
    done = puffle(*words.split())
    assert (done.exit, done.stdout, done.sent) == (2, "", [])
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_help_lists_the_added_operations(puffle: Puffle) -> None:
    listed = puffle("--help").stdout
    for line in ("  campaign lead update  Update Lead in Campaign", "  lead list  ", "  campaign note add  "):
        assert line in listed
    assert "What people write down." in puffle("campaign", "--help").stdout
    manual = " ".join(puffle("lead", "list", "--help").stdout.split())
    assert "--status [pending|sent] Their status. [required]" in manual
    assert "--archived Those in the archive too." in manual
    assert "--tags JSON With all of these tags. (JSON, @file.json, or - for standard input)" in manual
