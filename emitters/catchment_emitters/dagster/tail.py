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
"""Runs that are followed at a time. More wait, while these have something left to be told."""
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
class Followed:
    """A run, read as far as the record `read_to`, which was logged `at` (seconds since 1970).

    `silent`: when it was last looked at, there was no more.
    """

    reader: RunReader
    read_to: int = 0
    at: float = 0.0
    silent: bool = False


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
    readers: dict[str, Followed] = field(default_factory=dict)
    page_events_max: int = PAGE_EVENTS_MAX
    open_runs_max: int = OPEN_RUNS_MAX
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
            page = self._statuses(
                kind, cursor.statuses[kind], self.page_events_max, ascending=True
            )  # fmt: skip
            for record in page.records:
                run_id = record.event_log_entry.run_id
                if kind == "PIPELINE_START" or not self._has_begun(run_id):
                    if not self._has_room(run_id, cursor):
                        return found
                    found = True
                    cursor.runs.setdefault(run_id, 0)
                cursor.statuses[kind] = record.storage_id
        return found

    def _has_room(self, run_id: str, cursor: Cursor) -> bool:
        """Whether one more run can be followed: if need be, instead of one that went silent."""
        if run_id in cursor.runs or len(cursor.runs) < self.open_runs_max:
            return True
        silent = [
            (known.at, one)
            for one in cursor.runs
            if (known := self.readers.get(one)) is not None and known.silent
        ]
        if not silent:
            return False
        del cursor.runs[min(silent)[1]]
        emitter().warn(
            f"more than {self.open_runs_max} runs go on: those that were silent longest are left"
        )
        return True

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
        # Whatever raises in between, a reader that was fed half a page is not used again.
        known = self.readers.pop(run_id, None) or self._taken(run_id)
        if known is None:
            # Deleted, or another location's.
            del cursor.runs[run_id]
            return
        if known.read_to > cursor.runs[run_id]:
            # Reading again: what its steps had logged by then is to be known anew.
            known = Followed(RunReader(known.reader.info, self._upstream))
        while True:
            page = self._page(run_id, known.read_to)
            self._tell(run_id, known, page.records, cursor)
            if not page.has_more or not self._has_time():
                break
        known.silent = not page.has_more
        self.readers[run_id] = known
        over = known.reader.ended or (not page.records and self._is_over(run_id, known.read_to))
        if over and not page.has_more:
            del cursor.runs[run_id]

    def _tell(self, run_id: str, known: Followed, records: list[Any], cursor: Cursor) -> None:
        for record in records:
            events = self._read(known.reader, record.event_log_entry)
            known.read_to, known.at = record.storage_id, record.event_log_entry.timestamp
            if known.read_to > cursor.runs[run_id]:
                for event in events:
                    self.emit(event)
                cursor.runs[run_id] = known.read_to

    def _is_over(self, run_id: str, read_to: int) -> bool:
        """Whether a run that says nothing more was deleted, or ended and its log does not say."""
        run = self.instance.get_run_by_id(run_id)
        if run is None:
            return True
        # A run is logged to have ended before it is said to be finished: look once more.
        return bool(run.is_finished) and not self._page(run_id, read_to).records

    def _taken(self, run_id: str) -> Followed | None:
        run = self.instance.get_run_by_id(run_id)
        if run is None or not self._is_own(run):
            return None
        info = run_info(self.instance, run, self.names, self.settings)
        return Followed(RunReader(info, self._upstream))

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
        more = True
        while more:
            records, until, more = read_runless(
                self.instance, self.definitions, cursor.runless, self.page_events_max, self.after
            )
            for record in records:
                for event in self._read_runless(record):
                    self.emit(event)
            cursor.runless = until
            more = more and self._has_time()

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
