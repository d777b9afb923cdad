"""A batch over HTTP: every element has its own fate, and a big batch lets its neighbours pass.

Elements are read in slices; a slice is on its way to the log while the next one is read.
"""

import asyncio
from collections.abc import Iterator, Sequence

from starlette.types import Scope, Send

from catchment.access.grants import Grant, grant_of
from catchment.errors import CatchmentError, Overloaded, Permanent, Transient
from catchment.events.batch import split_batch
from catchment.lineage.ports import Entry, Outcome
from catchment.pipeline import Pipeline, Verdict
from catchment.receivers.answers import Failure, batch_answer, clean, send_json
from catchment.receivers.intake import Intake, count_dead
from catchment.receivers.negotiate import Media, Plan

_SLICE_EVENTS = 250
# Reading as many takes about a millisecond; then whoever waits is served.
_READ_AT_ONCE = 20


class Slice:
    """Some elements of the batch: what goes to the log of them, and what is known already."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.indexes: list[int] = []
        self.errors: dict[int, Permanent] = {}

    def fates(self, verdicts: Sequence[Verdict]) -> Iterator[tuple[int, CatchmentError | None]]:
        """(index, None or why it is no event in the log) for each element; counts dead letters."""
        refused = dict(self.errors)
        for index, verdict in zip(self.indexes, verdicts, strict=True):
            error = refused.pop(index, None)
            if error is not None and isinstance(verdict, Outcome):
                count_dead(error)
                yield index, error
            else:
                # A dead letter that could not be stored for the moment is worth another try.
                yield index, None if isinstance(verdict, Outcome) else verdict
        yield from refused.items()


class BatchDoor:
    """Many events per request, as a JSON array or NDJSON."""

    def __init__(
        self,
        pipeline: Pipeline,
        intake: Intake,
        *,
        batch_events_max: int,
        failed_events_max: int,
    ) -> None:
        self._pipeline = pipeline
        self._intake = intake
        self._batch_events_max = batch_events_max
        self._failed_events_max = failed_events_max

    async def __call__(self, scope: Scope, plan: Plan, body: bytes, send: Send) -> None:
        """Store what can be, answer what became of each."""
        ndjson = plan.media is Media.NDJSON
        events_max = self._batch_events_max
        elements = await self._intake.apart(
            len(body), lambda: split_batch(body, ndjson, events_max)
        )
        fates = await self._store(elements, grant_of(scope))
        stored = any(not isinstance(error, Transient) for _, error in fates)
        if fates and not stored:
            raise Overloaded("Nothing of the batch was stored; try again in a second.")
        failures = [
            Failure(index, clean(str(error)), isinstance(error, Transient))
            for index, error in fates
            if error is not None
        ]
        answer = batch_answer(len(elements), failures, self._failed_events_max)
        await send_json(send, 200, answer)

    async def _store(
        self, elements: Sequence[bytes], grant: Grant
    ) -> list[tuple[int, CatchmentError | None]]:
        on_their_way: list[tuple[Slice, asyncio.Task[list[Verdict]]]] = []
        for start in range(0, len(elements), _SLICE_EVENTS):
            part = await self._read(elements, start, grant)
            on_their_way.append((part, asyncio.create_task(self._submit(part.entries))))
        fates: list[tuple[int, CatchmentError | None]] = []
        for part, task in on_their_way:
            fates.extend(part.fates(await task))
        return sorted(fates, key=lambda fate: fate[0])

    async def _read(self, elements: Sequence[bytes], start: int, grant: Grant) -> Slice:
        part = Slice()
        stop = min(start + _SLICE_EVENTS, len(elements))
        for index in range(start, stop):
            if index % _READ_AT_ONCE == 0:
                await asyncio.sleep(0)
            entry, error = await self._intake.take(
                elements[index], grant, {"apiKey": grant.key_id, "index": index}
            )
            if entry is not None:
                part.indexes.append(index)
                part.entries.append(entry)
            if error is not None:
                part.errors[index] = error
        return part

    async def _submit(self, entries: Sequence[Entry]) -> list[Verdict]:
        try:
            return await self._pipeline.submit(entries)
        except Overloaded as error:
            return [error] * len(entries)
