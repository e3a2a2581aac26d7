"""The answers that the contract shows, for whoever wants to see one of them: ``Prefer`` as Prism understands it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from mock.sandbox.answer import Answer, json_answer, refusal
from mock.sandbox.rules import Refusal
from puffle.contract import Operation

RETRY_AFTER = "1"
"""Seconds to wait, where the contract shows no other wait."""


@dataclass(frozen=True)
class Preference:
    """What a ``Prefer`` header asks for."""

    status: int | None
    example: str | None

    @classmethod
    def read(cls, header: str) -> Preference | None:
        """Read ``code=404, example=NAME``, either or both; None where the header speaks of neither.

        Raises:
            Refusal: the code is no status.
        """
        wishes: dict[str, str] = {}
        for part in header.split(","):
            name, _, value = part.partition(";")[0].partition("=")
            wishes.setdefault(name.strip().lower(), value.strip().strip('"'))
        code, example = wishes.get("code"), wishes.get("example")
        if code is None and example is None:
            return None
        if code is not None and not (code.isascii() and code.isdigit() and len(code) == 3 and code >= "100"):
            raise Refusal(422, f"Prefer: code={code} is no status; write three digits, such as code=404.")
        return cls(int(code) if code else None, example)


class Examples:
    """The answers that an operation shows, by status and by name."""

    def __init__(self, operation: Operation) -> None:
        """Write them out."""
        self._answers: dict[int, dict[str, Answer]] = {}
        for shown in operation.example_answers():
            answer = json_answer(shown.status, shown.body, shown.headers.items())
            self._answers.setdefault(shown.status, {})[shown.name] = answer
        self._success = min((status for status in self._answers if 200 <= status < 300), default=200)

    def preferred(self, preference: Preference) -> Answer:
        """The example that is asked for: the first of a status, or the one of that name, of a success by default.

        Raises:
            Refusal: the contract shows no such answer.
        """
        status = preference.status or self._success
        answers: Mapping[str, Answer] = self._answers.get(status, {})
        if not answers:
            raise Refusal(404, f"Prefer: the contract shows no answer {status}; {_choice(map(str, self._answers))}.")
        if preference.example is None:
            return next(iter(answers.values()))
        if preference.example not in answers:
            name = preference.example[:100]
            raise Refusal(404, f"Prefer: the contract shows no {status} named {name}; {_choice(answers)}.")
        return answers[preference.example]

    def failure(self, status: int) -> Answer:
        """The first example of a status, or an error of that status in the contract's shape."""
        if status in self._answers:
            return next(iter(self._answers[status].values()))
        try:
            phrase = HTTPStatus(status).phrase
        except ValueError:
            phrase = f"Status {status}"
        return refusal(status, f"{phrase}.", [("Retry-After", RETRY_AFTER)] if status in (429, 503) else ())


def _choice(names: Iterable[str]) -> str:
    return f"choose from {', '.join(names)}"
