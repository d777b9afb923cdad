"""Who made the events of a batch: how many, how many of them with problems, and the latest.

Only entries that are new come here, so a repeat counts once; sums and the latest know no order.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from catchment.events.names import NAME_CHARS_MAX, cut_password, to_text
from catchment.lineage.assertion import ReadEvent
from catchment.lineage.keys import digest
from catchment.lineage.ports import Entry, EventEntry
from catchment.postgres.write.session import Session, columns_of


def producer_columns(session: Session, entries: Sequence[Entry]) -> list[list[Any]]:
    """key, uri, namespace, events, problems and last_at of each producer, in order of the key."""
    counts: dict[tuple[bytes, str, int], list[int]] = {}
    for entry in entries:
        if isinstance(entry, EventEntry):
            event = entry.event
            row = (*_stored(event.producer or ""), _namespace(session, event))
            count = counts.get(row)
            if count is None:
                count = counts[row] = [0, 0, event.time_us]
            count[0] += 1
            count[1] += bool(event.problems)
            count[2] = max(count[2], event.time_us)
    return columns_of([(*row, *counts[row]) for row in sorted(counts)], 6)


def _namespace(session: Session, event: ReadEvent) -> int:
    known = session.known
    if event.job is not None:
        entity = known.jobs[event.job.name.key]
    else:
        assert event.dataset is not None
        entity = known.datasets[event.dataset.name.key]
    assert entity.namespace is not None
    return entity.namespace.id


@lru_cache(maxsize=1_024)
def _stored(producer: str) -> tuple[bytes, str]:
    """The key of a producer, and what is kept of its URI: not its password, and not all of it."""
    uri = cut_password(producer)[:NAME_CHARS_MAX]
    return digest(b"producer", uri.encode("utf-8", "surrogatepass")), to_text(uri)
