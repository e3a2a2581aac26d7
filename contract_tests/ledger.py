"""Writes down what a run adds to a target, so that a later run can remove what a crash left behind."""

from __future__ import annotations

import contextlib
import fcntl
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from .exceptions import CannotJudge
from .settings import Lead


@dataclass
class Entry:
    """What one run may have added.

    Args:
        base_url: the target.
        mark: the text that is in every lead that the run added.
        campaigns: where it may have added leads.
        leads: those of which it knew the ids.
        left: how many it could not remove, by campaign, if it said so.
        file: where this is written down.
    """

    base_url: str
    mark: str
    campaigns: set[str] = field(default_factory=set)
    leads: set[Lead] = field(default_factory=set)
    left: dict[str, int] = field(default_factory=dict)
    file: Path = Path()


class Ledger:
    """The file of one run: it is locked while the run lives, and deleted when everything is removed.

    Args:
        folder: where the files are; None writes nothing down, because the target does not outlive the run.
        base_url: the target.
        mark: the text that is in every lead that the run adds.
    """

    def __init__(self, folder: Path | None, base_url: str, mark: str) -> None:
        self._folder, self._base_url, self._mark = folder, base_url, mark
        self._stream: TextIO | None = None
        self._campaigns: set[str] = set()

    def expect(self, campaign: str) -> None:
        """Write down that leads may be added to a campaign; call it before they are.

        Raises:
            CannotJudge: it cannot be written down.
        """
        if self._folder and campaign not in self._campaigns:
            self._campaigns.add(campaign)
            self._write({"base_url": self._base_url, "mark": self._mark, "campaign": campaign})

    def add(self, leads: Iterable[Lead]) -> None:
        """Write down the ids of leads that were added."""
        for lead in leads if self._folder else ():
            self._write({"campaign": lead.campaign, "lead": lead.id})

    def close(self, left: Mapping[str, int]) -> None:
        """End the run, which could not remove so many leads of these campaigns."""
        if self._stream and self._folder:
            settle(self.file, left)
            with contextlib.suppress(OSError):  # another run uses it
                self._folder.rmdir()
            self._stream.close()

    @property
    def file(self) -> Path:
        """Where it is; without a name if nothing is written down."""
        return self._folder / f"{self._mark}.jsonl" if self._folder else Path()

    def _write(self, line: dict[str, str]) -> None:
        try:
            if self._stream is None:
                self.file.parent.mkdir(parents=True, exist_ok=True)
                self._stream = self.file.open("a", encoding="utf-8")
                fcntl.flock(self._stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            print(json.dumps(line), file=self._stream, flush=True)
        except OSError as error:
            where = f"what is added cannot be written down in {self.file.parent}"
            raise CannotJudge(f"{where}: {error.strerror}; make it writable") from None


def settle(file: Path, left: Mapping[str, int]) -> None:
    """Write down how many leads of which campaigns may be left; delete the file if there are no such campaigns."""
    if not left:
        file.unlink(missing_ok=True)
        return
    with file.open("a", encoding="utf-8") as stream:
        stream.writelines(f"{json.dumps({'campaign': campaign, 'left': count})}\n" for campaign, count in left.items())


@contextlib.contextmanager
def taken(folder: Path) -> Iterator[list[Entry]]:
    """What runs that have crashed left behind; nobody else gets it while the block runs."""
    with contextlib.ExitStack() as streams:
        entries = []
        for file in sorted(folder.glob("*.jsonl")):
            with contextlib.suppress(OSError):  # the run lives, or another one is about to remove what it left
                stream = streams.enter_context(file.open(encoding="utf-8"))
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if entry := _read(file, stream):
                    entries.append(entry)
        yield entries


def _read(file: Path, stream: TextIO) -> Entry | None:
    entry = None
    for line in stream:
        with contextlib.suppress(ValueError, LookupError):  # a line that was cut off
            read = json.loads(line)
            entry = entry or Entry(read["base_url"], read["mark"], file=file)
            entry.campaigns.add(read["campaign"])
            if "left" in read:
                entry.left[read["campaign"]] = int(read["left"])
            if "lead" in read:
                entry.leads.add(Lead(read["campaign"], read["lead"]))
    return entry
