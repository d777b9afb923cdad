"""Puts what is written through the API into the log, and waits until questions see it."""

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from catchment.access.grants import Grant
from catchment.api.min_seq import MinSeq
from catchment.api.times import iso
from catchment.errors import CatchmentError
from catchment.events.names import to_text
from catchment.lineage.assertion import ReadEvent
from catchment.lineage.ports import ControlEntry, Entry, EventEntry, Kind, Source
from catchment.pipeline import Pipeline

Json = dict[str, Any]
Read = Callable[[bytes, Grant], Awaitable[ReadEvent]]
Wait = Callable[[MinSeq], Awaitable[None]]


class Recorder:
    """The way of the API into the log. `read` reads an event as the doors of ingest do.

    `logged_us` says when the last entry was logged.
    """

    def __init__(
        self, pipeline: Pipeline, read: Read, wait: Wait, logged_us: Callable[[], Awaitable[int]]
    ) -> None:
        self._pipeline = pipeline
        self._read = read
        self._wait = wait
        self._logged_us = logged_us

    async def events(self, events: Sequence[Json], grant: Grant) -> None:
        """Store OpenLineage events as if they had been sent together.

        Raises:
            Refused: it is about a namespace that is not one of the caller's.
            Transient: nothing was stored; try again.
        """
        bodies = [json.dumps(event, separators=(",", ":")).encode() for event in events]
        await self._store(
            [EventEntry(await self._read(body, grant), Source.HTTP) for body in bodies]
        )

    async def now(self) -> str:
        """The eventTime of what is written at this moment: later than all that was before it.

        Deletes have the time of the database's clock, which may be ahead of this one.
        """
        here_us = time.time_ns() // 1_000
        time_us = max(here_us, await self._logged_us() + 1)
        said = iso(time_us)
        assert said is not None
        return said

    async def control(self, kind: Kind, said: Json) -> None:
        """Store a control entry; texts in `said` are as they were sent.

        Raises:
            Transient: nothing was stored; try again.
        """
        stored = {
            key: to_text(value) if isinstance(value, str) else value for key, value in said.items()
        }
        body = json.dumps(stored, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        await self._store([ControlEntry(kind, body.encode())])

    async def _store(self, entries: Sequence[Entry]) -> None:
        for verdict in await self._pipeline.submit(entries):
            if isinstance(verdict, CatchmentError):
                raise verdict
            # Where questions go to a replica, the answer is made of what it has by then.
            await self._wait(verdict.seq)
