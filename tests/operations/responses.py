"""Mutants and variants that rewrite responses, whatever the operation."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from email.utils import format_datetime

from tests.operations.registry import breaks, harmless
from tests.rewriting import Response


@breaks("responses")
def returns_201(response: Response) -> None:
    if response.status == 200:
        response.status = 201


@breaks("responses")
def declares_html(response: Response) -> None:
    if response.status == 200:
        response.media_type = "text/html"


@breaks("responses")
def returns_an_empty_200(response: Response) -> None:
    if response.status == 200:
        response.raw = b""


@breaks("responses")
def wraps_the_response(response: Response) -> None:
    if response.status == 200:
        response.json = {"data": response.json}


@breaks("responses")
def fails_intermittently(response: Response) -> None:
    if response.number % 150 == 100:
        response.status, response.json = 500, {"error": "try again"}


@breaks("error-body")
def words_errors_as_message(response: Response) -> None:
    if response.status >= 400:
        response.json = {"message": response.json["error"]}


@breaks("error-body")
def returns_errors_as_text(response: Response) -> None:
    if response.status >= 400:
        response.raw, response.media_type = response.json["error"].encode(), "text/plain"


@breaks("error-body")
def returns_errors_as_objects(response: Response) -> None:
    if response.status >= 400:
        response.json = {"error": {"message": response.json["error"]}}


@harmless
def sorts_keys_and_declares_the_charset(response: Response) -> None:
    response.raw = json.dumps(response.json, sort_keys=True, indent=2, ensure_ascii=False).encode()
    response.media_type = "Application/JSON; charset=UTF-8"


@harmless
def escapes_non_ascii_characters(response: Response) -> None:
    response.raw = json.dumps(response.json, ensure_ascii=True).replace("/", "\\/").encode()


@harmless
def compresses_responses(response: Response) -> None:
    response.raw = gzip.compress(json.dumps(response.json).encode())
    response.headers["content-encoding"] = "gzip"


@harmless
def closes_every_connection(response: Response) -> None:
    response.headers |= {"connection": "close", "x-request-id": "7", "vary": "origin"}


def throttle(response: Response, retry_after: str) -> None:
    """Respond with 429 although the request was carried out, unless that makes a difference when it is sent again."""
    if not response.json.keys() & {"imported", "deleted"}:
        response.status, response.json = 429, {"error": "Too many requests."}
        response.headers["retry-after"] = retry_after


@harmless
def throttles_occasionally(response: Response) -> None:
    if response.number % 900 == 43:
        throttle(response, "1")


@harmless
def throttles_until_a_date(response: Response) -> None:
    if response.number % 25 == 18:
        throttle(response, format_datetime(datetime.now(UTC), usegmt=True))
