"""What a batch adds to the counts of events and names, by namespace and quarter of an hour.

Only what changes is counted: a repeat has left the batch, and a name that is seen earlier than
before moves from one quarter to another. Written with the log, under the head row.
"""

from typing import Any

from catchment.events.model import EventType
from catchment.events.times import FOREVER_US

TYPES = {kind: number for number, kind in enumerate(EventType)}
"""As they are stored in the log."""
QUARTER_US = 15 * 60 * 1_000_000
KEPT_US = 14 * 24 * 3600 * 1_000_000
"""Nobody asks for longer ago than a week; another one is for clocks that go wrong."""

_ALL_NAMESPACES = 0
_COUNTED = [TYPES[EventType[name]] for name in ("START", "COMPLETE", "FAIL", "ABORT")]
_JOBS, _DATASETS = len(TYPES), len(TYPES) + 1
_COLUMNS = {place: n for n, place in enumerate([*_COUNTED, _JOBS, _DATASETS])}


class Tally:
    """Counts to add. `now_us` says which quarters are too old to be asked for ever again."""

    WIDTH = 3 + len(_COLUMNS)

    def __init__(self, now_us: int) -> None:
        self._oldest_us = now_us - KEPT_US
        self._added: dict[tuple[int, int, int], int] = {}
        self._dataset_us: dict[int, int] = {}

    def add_events(self, namespace: int, time_us: int, number: int, count: int) -> None:
        """New run events of one type (as in `TYPES`) and quarter, of jobs in this namespace."""
        self._at(namespace, time_us, number, count)

    def add_name(self, is_job: bool, namespace: int, first_us: int) -> None:
        """A job or dataset that nobody named before."""
        place = _JOBS if is_job else _DATASETS
        self._add((namespace, FOREVER_US, place), 1)
        self._move_in(place, namespace, first_us)

    def move_name(self, is_job: bool, namespace: int, old_us: int, first_us: int) -> None:
        """One that was first named at `old_us`, as far as was known, and now is earlier."""
        place = _JOBS if is_job else _DATASETS
        self._at(namespace, old_us, place, -1)
        self._move_in(place, namespace, first_us)

    def rows(self) -> list[list[Any]]:
        """at, dataset_at, namespace and the counts; for each namespace and for all."""
        rows: dict[tuple[int, int], list[Any]] = {}
        for (namespace, at_us, place), count in self._added.items():
            column = _COLUMNS.get(place)
            if column is not None:
                for space in (namespace, _ALL_NAMESPACES):
                    row = rows.get((space, at_us))
                    if row is None:
                        row = rows[space, at_us] = [at_us, None, space, *([0] * len(_COLUMNS))]
                    row[3 + column] += count
        for namespace, first_us in self._dataset_us.items():
            rows[namespace, FOREVER_US][1] = first_us
        return [rows[key] for key in sorted(rows)]

    def _move_in(self, place: int, namespace: int, first_us: int) -> None:
        self._at(namespace, first_us, place, 1)
        if place == _DATASETS:
            self._add((namespace, FOREVER_US, place), 0)
            known_us = self._dataset_us.get(namespace, first_us)
            self._dataset_us[namespace] = min(known_us, first_us)

    def _at(self, namespace: int, time_us: int, place: int, count: int) -> None:
        if time_us >= self._oldest_us:
            self._add((namespace, time_us - time_us % QUARTER_US, place), count)

    def _add(self, key: tuple[int, int, int], count: int) -> None:
        self._added[key] = self._added.get(key, 0) + count
