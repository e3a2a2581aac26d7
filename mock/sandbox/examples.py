"""The responses that the contract shows, and ``Prefer``, with which a client asks for one of them as in Prism."""

from __future__ import annotations

from http import HTTPStatus

from puffle.contract import Operation

from .exceptions import Refusal
from .messages import Reply

RETRY_AFTER = {"Retry-After": "1"}


class Examples:
    """The example responses of an operation, by status and by name."""

    def __init__(self, operation: Operation) -> None:
        self._replies: dict[int, dict[str, Reply]] = {}
        for example in operation.example_responses():
            reply = Reply.json(example.status, example.body, example.headers)
            self._replies.setdefault(example.status, {})[example.name] = reply
        for status, response in operation.responses.items():
            if status.isdigit() and 200 <= int(status) < 300 and "content" not in response:
                self._replies[int(status)] = {"no content": Reply(int(status), b"")}

    def success(self, name: str | None = None) -> Reply:
        """The first example of a success, or the one of that name."""
        return self._find(min((status for status in self._replies if 200 <= status < 300), default=200), name)

    def preferred(self, prefer: str) -> Reply | None:
        """The response that a ``Prefer`` header asks for with ``code=404``, ``example=NAME`` or both; None for neither.

        Raises:
            Refusal: the contract shows no such response.
        """
        preferences: dict[str, str] = {}
        for part in prefer.split(","):
            name, _, value = part.partition(";")[0].partition("=")
            preferences.setdefault(name.strip().lower(), value.strip().strip('"'))
        code, example = preferences.get("code"), preferences.get("example")
        if code is None:
            return None if example is None else self.success(example)
        if not (code.isascii() and code.isdigit() and len(code) == 3 and code >= "100"):
            raise Refusal(422, f"Prefer: code={code} is not a status; write three digits, such as code=404.")
        return self._find(int(code), example)

    def failure(self, status: int) -> Reply:
        """The first example of a status, or else an error that names it."""
        if status in self._replies:
            return self._find(status, None)
        phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else f"Status {status}"
        return Reply.error(status, f"{phrase}.", RETRY_AFTER if status in (429, 503) else {})

    def _find(self, status: int, name: str | None) -> Reply:
        replies = self._replies.get(status)
        if not replies:
            statuses = ", ".join(map(str, self._replies))
            raise Refusal(404, f"The contract has no example of a {status}; choose from {statuses}.")
        if name is not None and name not in replies:
            raise Refusal(
                404, f"The contract has no {status} example named {name[:100]}; choose from {', '.join(replies)}."
            )
        return next(iter(replies.values())) if name is None else replies[name]
