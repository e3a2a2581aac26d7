"""The shape of answers, broken."""

from __future__ import annotations

import json
from itertools import count

from contract_tests.answers import ANSWERS, ERROR_BODY
from mock.sandbox.rules import Rules
from tests.mutants.registry import breaks
from tests.rewriting import Answer


@breaks(ANSWERS)
def leaves_out_the_status(answer: Answer) -> None:
    if answer.status == 200:
        del answer.row["status"]


@breaks(ANSWERS)
def answers_the_bare_row(answer: Answer) -> None:
    if answer.status == 200:
        answer.json = answer.row


@breaks(ANSWERS)
def answers_times_as_numbers(answer: Answer) -> None:
    if answer.status == 200:
        answer.row["created_at"] = 1699335116


@breaks(ANSWERS)
def answers_local_times(answer: Answer) -> None:
    if answer.status == 200:
        answer.row["updated_at"] = answer.row["updated_at"].rstrip("Z")


@breaks(ANSWERS)
def answers_an_id_that_is_no_uuid(answer: Answer) -> None:
    if answer.status == 200:
        answer.row["user_id"] = 42


@breaks(ANSWERS)
def answers_201(answer: Answer) -> None:
    if answer.status == 200:
        answer.status = 201


@breaks(ANSWERS)
def answers_as_html(answer: Answer) -> None:
    if answer.status == 200:
        answer.media_type = "text/html"


@breaks(ANSWERS)
class StoresAddressesThatAreNone(Rules):
    def check_values(self, fields: dict[str, str]) -> None:
        """Take every value."""


@breaks(ERROR_BODY)
def words_errors_as_message(answer: Answer) -> None:
    if answer.status >= 400:
        answer.json = {"message": answer.json["error"]}


@breaks(ERROR_BODY)
def answers_errors_as_text(answer: Answer) -> None:
    if answer.status >= 400:
        answer.raw, answer.media_type = answer.json["error"].encode(), "text/plain"


_answers = count()


@breaks(ANSWERS)
def fails_now_and_then(answer: Answer) -> None:
    if next(_answers) % 150 == 99:
        answer.status, answer.json = 500, {"error": "try again"}


@breaks(ANSWERS)
def wraps_the_answer(answer: Answer) -> None:
    if answer.status == 200:
        answer.json = {"data": answer.json}


@breaks(ANSWERS)
def answers_custom_fields_as_text(answer: Answer) -> None:
    if answer.status == 200:
        answer.row["custom_fields"] = json.dumps(answer.row["custom_fields"])


@breaks(ANSWERS)
def answers_an_empty_200(answer: Answer) -> None:
    if answer.status == 200:
        answer.raw = b""


@breaks(ERROR_BODY)
def answers_errors_as_an_object(answer: Answer) -> None:
    if answer.status >= 400:
        answer.json = {"error": {"message": answer.json["error"]}}
