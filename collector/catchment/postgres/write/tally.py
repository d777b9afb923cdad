"""Counts of events and names, by namespace and quarter of an hour, for figures over time.

Only what changes is counted: a repeat has left the batch, and a name that is seen earlier than
before moves from one quarter to another. Names are few, and counted with their batch; events are
many, and counted once for each `EVENTS_PER_STRETCH` of the log, whose end readers count themselves.
All of it under the head row.
"""

from typing import Any

from catchment.events.times import FOREVER_US
from catchment.postgres.write.session import Session

EVENTS_PER_STRETCH = 1_024
_QUARTER_US = 15 * 60 * 1_000_000
_KEPT_US = 14 * 24 * 3600 * 1_000_000
"""Nobody asks for longer ago than a week; another one is for clocks that go wrong."""

_ALL_NAMESPACES = 0


async def write_tally(session: Session, first_seq: int, entries: int) -> None:
    """Count the new names of a batch, and the stretch of the log that it ends, if it ends one."""
    rows = _rows(session)
    if rows:
        await session.execute_rows("tally_names", rows)
    begins = first_seq - first_seq % EVENTS_PER_STRETCH
    ends = first_seq + entries
    ends -= ends % EVENTS_PER_STRETCH
    if ends > begins:
        await session.execute("tally_events", begins, ends)


def _rows(session: Session) -> list[tuple[Any, ...]]:
    """at, namespace, jobs, datasets: what to add, for each namespace and for all."""
    oldest_us = session.begun_us - _KEPT_US
    added: dict[tuple[int, int], list[int]] = {}
    for is_job, namespace, old_us, first_us in session.named:
        elsewhere = (FOREVER_US, 1) if old_us is None else (old_us, -1)
        for time_us, count in ((first_us, 1), elsewhere):
            if time_us < oldest_us:
                continue
            at_us = time_us if time_us == FOREVER_US else time_us - time_us % _QUARTER_US
            for space in (namespace, _ALL_NAMESPACES):
                added.setdefault((space, at_us), [0, 0])[0 if is_job else 1] += count
    return [(at_us, space, *counts) for (space, at_us), counts in sorted(added.items())]
