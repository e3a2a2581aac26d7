"""The order of a campaign's leads, kept in memory: the database would count or skip leads again for each page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence


class Order:
    """The numbers of a campaign's leads, in the order in which they were added: of all, and of those of each status."""

    def __init__(self, leads: Iterable[tuple[int, str]]) -> None:
        self._numbers: dict[str | None, list[int]] = defaultdict(list)
        self.add(leads)

    def add(self, leads: Iterable[tuple[int, str]]) -> None:
        """Append leads: their numbers, each with the lead's status."""
        for number, status in leads:
            self._numbers[None].append(number)
            self._numbers[status].append(number)

    def remove(self, removed: Collection[int]) -> None:
        for status, numbers in self._numbers.items():
            self._numbers[status] = [number for number in numbers if number not in removed]

    def numbers(self, status: str | None) -> Sequence[int]:
        """The numbers of the leads of a status; of all leads if it is None."""
        return self._numbers.get(status, ())
