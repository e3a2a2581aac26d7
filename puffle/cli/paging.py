"""Read all pages of a list, of an operation that has ``x-pagination`` in the contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any, NamedTuple

from puffle.cli import call, output
from puffle.cli.flags import PAGINATION, Flag, flags_of
from puffle.cli.json_text import Number
from puffle.cli.options import Options
from puffle.cli.response import Response, formatted
from puffle.cli.sending import Sender
from puffle.contract import Operation
from puffle.exceptions import CliError, UsageError


class Pagination(NamedTuple):
    """``x-pagination``: the names of the parameters of a list that comes in pages, and of members of a response."""

    page: str
    items: str
    total: str
    limit: str = ""

    @classmethod
    def of(cls, operation: Operation) -> Pagination:
        return cls(**operation.definition[PAGINATION])


def first_page(operation: Operation, values: Mapping[Flag, Any], options: Options) -> dict[Flag, Any]:
    """The values of the request for the first page; ``UsageError`` if a flag does not go with ``--all-pages``."""
    flag = _page_flag(operation, flags_of(operation))
    given = [one.flag for one in values if one.place == flag.place] + ["include"] * options.include
    if given:
        raise UsageError(f"--{given[0]} cannot be used together with --all-pages")
    return {**values, flag: flag.schema.get("default", flag.schema.get("minimum", 1))}


def read(operation: Operation, values: Mapping[Flag, Any], sender: Sender, style: str) -> bytes:
    """All pages from that of these values on, as they are printed: one response with the items of all of them.

    Raises:
        CliError: a page could not be read; then none is printed.
    """
    flag, names = _page_flag(operation, values), Pagination.of(operation)
    as_received, first, items, totals = list[bytes](), dict[str, Any](), list[Any](), list[int]()
    for number in count(values[flag]):
        page = sender.send(call.build(operation, {**values, flag: number}))
        problem = page.problem() or _unreadable(page, names)
        found = [] if problem else page.json[names.items]
        if found and found == items[-len(found) :]:
            cause = f"the server ignores the parameter {names.page}"
            problem = CliError(f"unexpected response: it is the same as page {number - 1}; {cause}")
        if problem:
            problem.args = (f"page {number}: {problem}",)
            raise problem
        if style == "raw":
            as_received.append(page.shown("raw").rstrip(b"\n") + b"\n")
        first = first or page.json
        items += found
        totals.append(int(page.json[names.total].text))
        if not found or len(items) >= totals[-1]:
            break
    if len(set(totals)) > 1 or len(items) != totals[-1]:
        counts = f"{len(items):,} were read, the total is {totals[-1]:,}"
        output.say(f"note: the list changed while it was read, so items may be missing or repeated: {counts}")
    together = {**first, names.items: items, names.total: Number(str(totals[-1]))}
    return b"".join(as_received) if style == "raw" else formatted(together)


def _page_flag(operation: Operation, flags: Iterable[Flag]) -> Flag:
    place = ("query", Pagination.of(operation).page)
    return next(flag for flag in flags if flag.place == place)


def _unreadable(page: Response, names: Pagination) -> CliError | None:
    body = page.json if isinstance(page.json, dict) else {}
    total = body.get(names.total)
    if isinstance(body.get(names.items), list) and isinstance(total, Number) and total.text.isdecimal():
        return None
    return CliError(f"unexpected response: {names.items} and {names.total} are not a list and its length")
