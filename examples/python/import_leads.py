"""Add the leads of a CSV file to a campaign, 1,000 a request; its first line names the columns."""

import argparse
import csv
import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple, TextIO
from uuid import UUID

from common import CAMPAIGN, Failed, connect, ending, send
from puffle_client import AuthenticatedClient
from puffle_client.api.campaign_leads import add_leads_to_campaign
from puffle_client.models import LeadImport, NewLead

COLUMNS = ("email", "linkedin_url", "first_name", "last_name", "company", "position", "headline")
MAX_LEADS = 1000
"""In one request."""
MAX_NAMED = 5
"""Bad lines in a message."""


class Row(NamedTuple):
    """A lead, and the line of the file where it begins."""

    line: int
    lead: NewLead


def read(file: Path) -> list[Row]:
    """The leads of a file; ``Failed`` if one is wrong, so that nothing is sent."""
    shown = json.dumps(str(file), ensure_ascii=False)
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            return rows_of(opened)
    except Failed as error:
        raise Failed(f"{shown}: {error}") from None
    except UnicodeDecodeError:
        raise Failed(f"{shown} is not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise Failed(f"cannot read {shown}: {error.strerror}") from None


def rows_of(text: TextIO) -> list[Row]:
    """The leads of CSV text; ``Failed`` names the lines that are wrong."""
    rows, wrong = list[Row](), list[str]()
    table = lines_of(text)
    _, columns = next(table, (1, []))
    check_columns(columns)
    for line, values in table:
        given = {name: value for name, value in zip(columns, values, strict=False) if value}
        if len(values) != len(columns):
            wrong.append(f"line {line} has the wrong number of values: {len(values)}, not {len(columns)}")
        elif problem := problem_in(given):
            wrong.append(f"line {line} {problem}")
        rows.append(Row(line, NewLead.from_dict(given)))
    if wrong:
        more = f"; and {len(wrong) - MAX_NAMED} more lines" if len(wrong) > MAX_NAMED else ""
        raise Failed("; ".join(wrong[:MAX_NAMED]) + more)
    if not rows:
        raise Failed("there are no leads below the names of the columns")
    return rows


def lines_of(text: TextIO) -> Iterator[tuple[int, list[str]]]:
    """Each line that is not blank, with its number; one with line breaks in its values counts where it begins."""
    table, line = csv.reader(text, strict=True), 1
    try:
        for values in table:
            stripped = [value.strip() for value in values]
            if any(stripped):
                yield line, stripped
            line = table.line_num + 1
    except csv.Error as error:
        raise Failed(f"line {line} is not CSV: {error}") from None


def check_columns(columns: list[str]) -> None:
    """Raise ``Failed`` if the first line does not name the columns."""
    known = f"the columns are {', '.join(COLUMNS)}, in any order and separated by commas"
    for column in columns:
        if column not in COLUMNS:
            raise Failed(f"unknown column {json.dumps(column, ensure_ascii=False)}; {known}")
        if columns.count(column) > 1:
            raise Failed(f"there are {columns.count(column)} columns {column}; keep one")
    if not {"email", "linkedin_url"} & set(columns):
        raise Failed(f"neither email nor linkedin_url is a column; {known}")


def problem_in(lead: dict[str, str]) -> str:
    """What is wrong with a lead, or nothing."""
    if not ("email" in lead or "linkedin_url" in lead):
        return "has neither email nor linkedin_url"
    if "@" not in lead.get("email", "@"):
        return f"has {json.dumps(lead['email'], ensure_ascii=False)} as its email"
    return ""


def add(client: AuthenticatedClient, campaign: UUID, rows: list[Row]) -> str:
    """Add leads, and say how many. A request adds all of its leads or none: if one fails, ``Failed`` says which."""
    added = duplicates = 0
    for start in range(0, len(rows), MAX_LEADS):
        batch = rows[start : start + MAX_LEADS]
        body = LeadImport([row.lead for row in batch])
        try:
            result = send(partial(add_leads_to_campaign.sync_detailed, campaign, client=client, body=body))
        except Failed as failed:
            reason = f"lines {batch[0].line} to {batch[-1].line}: {with_lines(str(failed), batch)}"
            if start:
                reason += f"; before them: {summary(added, duplicates)}"
            if start or failed.done is not False:
                reason += "; import the file again: leads that were added then count as duplicates"
            raise Failed(reason, done=failed.done) from None
        added, duplicates = added + result.imported, duplicates + result.duplicates
    ignored = len(rows) - added - duplicates
    hint = f", {ignored} ignored (an email campaign needs email, a LinkedIn campaign linkedin_url)"
    return summary(added, duplicates) + (hint if ignored > 0 else "")


def summary(added: int, duplicates: int) -> str:
    return f"{added} lead{'s' * (added != 1)} added, {duplicates} duplicate{'s' * (duplicates != 1)}"


def with_lines(reason: str, batch: list[Row]) -> str:
    """A server's reason with the line of the file where it counts the leads of the request, as the sandbox does."""
    lines = {str(number): row.line for number, row in enumerate(batch)}
    return re.sub(r"\bprospects\.(\d+)\.", lambda lead: f"line {lines.get(lead[1], '?')}, ", reason)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE", help=f"columns: {', '.join(COLUMNS)}")
    parser.add_argument("--campaign", type=UUID, default=CAMPAIGN, metavar="ID", help="default: the sandbox's draft")
    options = parser.parse_args()
    with ending("added"):
        rows = read(options.file)
        with connect() as client:
            print(add(client, options.campaign, rows))
