"""Puts what is written through the API into the log, and waits until questions see it."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from catchment.access.grants import Grant
from catchment.api.min_seq import MinSeq
from catchment.errors import CatchmentError
from catchment.events.names import to_text
from catchment.lineage.assertion import ReadEvent
from catchment.lineage.ports import ControlEntry, Entry, EventEntry, Kind, Source
from catchment.pipeline import Pipeline

Json = dict[str, Any]
Read = Callable[[bytes, Grant], Awaitable[ReadEvent]]
Wait = Callable[[MinSeq], Awaitable[None]]


class Recorder:
    """The way of the API into the log. `read` reads an event as the doors of ingest do."""

    def __init__(self, pipeline: Pipeline, read: Read, wait: Wait) -> None:
        self._pipeline = pipeline
        self._read = read
        self._wait = wait

    async def event(self, event: Json, grant: Grant) -> None:
        """Store an OpenLineage event as if it had been sent.

        Raises:
            Refused: it is about a namespace that is not one of the caller's.
            Transient: nothing was stored; try again.
        """
        body = json.dumps(event, separators=(",", ":")).encode()
        await self._store(EventEntry(await self._read(body, grant), Source.HTTP))

    async def control(self, kind: Kind, said: Json) -> None:
        """Store a control entry; texts in `said` are as they were sent.

        Raises:
            Transient: nothing was stored; try again.
        """
        stored = {
            key: to_text(value) if isinstance(value, str) else value for key, value in said.items()
        }
        body = json.dumps(stored, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        await self._store(ControlEntry(kind, body.encode()))

    async def _store(self, entry: Entry) -> None:
        [verdict] = await self._pipeline.submit((entry,))
        if isinstance(verdict, CatchmentError):
            raise verdict
        # Where questions go to a replica, the answer is made of what it has by then.
        await self._wait(verdict.seq)


def now() -> str:
    """The eventTime of what is written at this moment."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
