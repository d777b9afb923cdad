"""The event log of an instance, read on from a cursor: each run by itself, in bounded time.

The cursor says how far what was read is with the emitter. Who reads again from an older one makes
the same bytes again, which a collector recognises.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from catchment_emitters.core.emitter import emitter
from catchment_emitters.core.settings import Settings
from catchment_emitters.dagster.definitions import Definitions
from catchment_emitters.dagster.names import Names
from catchment_emitters.dagster.reading import READ, TERMINAL, RunReader
from catchment_emitters.dagster.runless import latest, read_runless, runless_events
from catchment_emitters.dagster.runs import run_info
from catchment_emitters.dagster.upstream import StorageError, Upstream

OPEN_RUNS_MAX = 2_000
"""Runs that are followed at a time: more wait, none is left out."""
PAGE_EVENTS_MAX = 500
_DISCOVERED = ("PIPELINE_START", "PIPELINE_FAILURE", "PIPELINE_CANCELED")

Emit = Callable[[dict[str, Any]], None]


@dataclass(slots=True)
class Cursor:
    """`statuses`: the last record read of each type; `runs`: of each run that goes on.

    `runless`: the last record of an asset. All are the storage's ids of records.
    """

    statuses: dict[str, int] = field(default_factory=dict)
    runs: dict[str, int] = field(default_factory=dict)
    runless: int = 0

    @staticmethod
    def parse(text: str | None) -> "Cursor | None":
        """From what `dump` wrote; None if there was none yet, or it is another's."""
        try:
            said = json.loads(text) if text else None
            if not isinstance(said, dict) or said.get("v") != 1:
                return None
            return Cursor(dict(said["statuses"]), dict(said["runs"]), int(said["runless"]))
        except (ValueError, KeyError, TypeError):
            return None

    def dump(self) -> str:
        """As text, for Dagster to keep."""
        return json.dumps(
            {"v": 1, "statuses": self.statuses, "runs": self.runs, "runless": self.runless},
            separators=(",", ":"),
        )


@dataclass(slots=True)
class Tail:
    """Reads an instance's log for the runs of some code locations.

    `locations`: their names; None takes the runs whose jobs or assets `definitions` knows.
    `after`: of runs only those that began since then (seconds since 1970).
    """

    instance: Any
    definitions: Definitions
    names: Names
    settings: Settings
    emit: Emit
    locations: frozenset[str] | None = None
    after: float | None = None
    readers: dict[str, tuple[int, RunReader]] = field(default_factory=dict)
    page_events_max: int = PAGE_EVENTS_MAX
    seconds_max: float = 20.0
    _until: float = 0.0
    _upstream: Upstream = field(init=False)

    def __post_init__(self) -> None:
        self._upstream = Upstream(self.instance)

    def tick(self, text: str | None) -> str:
        """Emit what came since this cursor, for so many seconds; the cursor to go on from."""
        self._until = time.monotonic() + self.seconds_max
        cursor = Cursor.parse(text)
        if cursor is None:
            cursor = self._now()
        # However little time there is, each step gets one page further.
        self._follow(cursor)
        while self._discover(cursor) and self._has_time():
            self._follow(cursor)
        self._runless(cursor)
        for run_id in self.readers.keys() - cursor.runs.keys():
            del self.readers[run_id]
        return cursor.dump()

    def _has_time(self) -> bool:
        return time.monotonic() < self._until

    # ── which runs ─────────────────────────────────────────────────────────────────────────────

    def _now(self) -> Cursor:
        """From here on; or from the very first, of which `after` leaves some out."""
        if self.after is not None:
            return Cursor(dict.fromkeys(_DISCOVERED, 0))
        statuses = {}
        for kind in _DISCOVERED:
            page = self._statuses(kind, None, 1, ascending=False)
            statuses[kind] = page.records[0].storage_id if page.records else 0
        return Cursor(statuses, runless=latest(self.instance, self.definitions))

    def _statuses(self, kind: str, after: int | None, limit: int, *, ascending: bool) -> Any:
        from dagster import DagsterEventType, RunStatusChangeRecordsFilter

        wanted = RunStatusChangeRecordsFilter(
            DagsterEventType(kind), after_storage_id=after, after_timestamp=self.after
        )
        return self.instance.fetch_run_status_changes(wanted, limit=limit, ascending=ascending)

    def _discover(self, cursor: Cursor) -> bool:
        """Take runs in that began, or ended before they began; whether there are any."""
        found = False
        for kind in _DISCOVERED:
            room = min(self.page_events_max, OPEN_RUNS_MAX - len(cursor.runs))
            if room <= 0:
                break
            page = self._statuses(kind, cursor.statuses[kind], room, ascending=True)
            for record in page.records:
                cursor.statuses[kind] = record.storage_id
                run_id = record.event_log_entry.run_id
                if kind == "PIPELINE_START" or not self._has_begun(run_id):
                    found = True
                    cursor.runs.setdefault(run_id, 0)
        return found

    def _has_begun(self, run_id: str) -> bool:
        from dagster import DagsterEventType

        began = self.instance.get_records_for_run(
            run_id, of_type=DagsterEventType.RUN_START, limit=1
        )
        return bool(began.records)

    def _is_own(self, run: Any) -> bool:
        origin = run.remote_job_origin
        if origin is None or self.locations is None:
            return self.definitions.knows(run)
        return origin.repository_origin.code_location_origin.location_name in self.locations

    # ── one run ────────────────────────────────────────────────────────────────────────────────

    def _follow(self, cursor: Cursor) -> None:
        for run_id in list(cursor.runs):
            # The next tick begins with others.
            cursor.runs[run_id] = cursor.runs.pop(run_id)
            self._follow_run(run_id, cursor)
            if not self._has_time():
                return

    def _follow_run(self, run_id: str, cursor: Cursor) -> None:
        read_to, reader = self.readers.get(run_id) or self._reader(run_id)
        if reader is None:
            # Deleted, or another location's.
            del cursor.runs[run_id]
            return
        if read_to > cursor.runs[run_id]:
            # Reading again: what its steps had logged by then is to be known anew.
            read_to, reader = 0, RunReader(reader.info, self._upstream)
        while True:
            page = self._page(run_id, read_to)
            for record in page.records:
                events = self._read(reader, record.event_log_entry)
                read_to = record.storage_id
                if read_to > cursor.runs[run_id]:
                    for event in events:
                        self.emit(event)
                    cursor.runs[run_id] = read_to
            self.readers[run_id] = (read_to, reader)
            if not page.has_more or not self._has_time():
                break
        if reader.ended and not page.has_more:
            del cursor.runs[run_id]

    def _reader(self, run_id: str) -> tuple[int, RunReader | None]:
        run = self.instance.get_run_by_id(run_id)
        if run is None or not self._is_own(run):
            return 0, None
        info = run_info(self.instance, run, self.names, self.settings)
        return 0, RunReader(info, self._upstream)

    def _page(self, run_id: str, after: int) -> Any:
        from dagster import DagsterEventType
        from dagster._core.event_api import EventLogCursor

        return self.instance.get_records_for_run(
            run_id,
            cursor=EventLogCursor.from_storage_id(after).to_string() if after else None,
            of_type={DagsterEventType(kind) for kind in READ},
            limit=self.page_events_max,
            ascending=True,
        )

    def _read(self, reader: RunReader, entry: Any) -> list[dict[str, Any]]:
        event, at = entry.dagster_event, entry.timestamp
        if event is None:
            return []
        found = []
        kind = event.event_type_value
        if kind in TERMINAL:
            found += [] if reader.started else reader.never_started(at)
            found += reader.end_all(kind, at)
        found += _readable(lambda: reader.read(event, at))
        return found + _readable(lambda: self.definitions.also(reader.info, event, at))

    def _runless(self, cursor: Cursor) -> None:
        records, until = read_runless(
            self.instance, self.definitions, cursor.runless, self.page_events_max
        )
        for record in records:
            for event in self._read_runless(record):
                self.emit(event)
        cursor.runless = until

    def _read_runless(self, record: Any) -> list[dict[str, Any]]:
        return _readable(
            lambda: runless_events(record, self.names, self.settings, self._upstream)
        )  # fmt: skip


def _readable(read: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """What a record says; nothing if it cannot be read, for it never will be.

    A storage that cannot be asked raises: it can be later, so the tick is to be tried again.
    """
    try:
        return read()
    except StorageError:
        raise
    except Exception as error:
        emitter().warn("a record of Dagster's log could not be read, and is left out", error)
        return []
