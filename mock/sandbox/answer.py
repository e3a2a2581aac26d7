"""An answer of the sandbox, and how it leaves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson
from starlette.types import Send

from puffle.contract import JSON

Headers = tuple[tuple[bytes, bytes], ...]


class Answer(NamedTuple):
    """A status, a JSON body, and the headers beside the ones that each answer has."""

    status: int
    body: bytes
    headers: Headers = ()

    def beside(self, headers: Iterable[tuple[str, str]]) -> Answer:
        """The same answer with these headers as well."""
        return self._replace(headers=self.headers + _raw(headers))


def json_answer(status: int, content: Any, headers: Iterable[tuple[str, str]] = ()) -> Answer:
    """Write the content as JSON."""
    return Answer(status, orjson.dumps(content), _raw(headers))


def refusal(status: int, error: str, headers: Iterable[tuple[str, str]] = ()) -> Answer:
    """An error in the contract's shape."""
    return json_answer(status, {"error": error}, headers)


async def send_answer(send: Send, answer: Answer) -> None:
    """Hand the answer to the server."""
    headers = (_JSON, (b"content-length", b"%d" % len(answer.body)), *answer.headers)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def _raw(headers: Iterable[tuple[str, str]]) -> Headers:
    return tuple((name.lower().encode(), text.encode()) for name, text in headers)


_JSON = (b"content-type", JSON.encode())
