"""The door of files: the same outcomes as HTTP, with patience, and where to go on after a break.

A database that is away is waited for. Knows no terminal and no format but "elements in order".
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from catchment.errors import CatchmentError, Overloaded, Permanent, Transient
from catchment.lineage.ports import Entry, EventEntry, Outcome
from catchment.pipeline import Pipeline, Verdict
from catchment.receivers.intake import Intake, count_dead

_SLICE_EVENTS = 500
_TRY_AGAIN_SECONDS = 0.5
_AWAY_SECONDS_MAX = 60.0
_FAILURES_LISTED_MAX = 1_000


@dataclass(slots=True)
class Tally:
    """What became of a file's elements so far."""

    stored: int = 0
    repeats: int = 0
    dead: int = 0
    failures: list[tuple[int, str]] = field(default_factory=list)

    @property
    def done(self) -> int:
        """How many elements have met their fate."""
        return self.stored + self.repeats + self.dead

    def fail(self, number: int, error: CatchmentError) -> None:
        """An element is no event in the log."""
        self.dead += 1
        if len(self.failures) < _FAILURES_LISTED_MAX:
            self.failures.append((number, str(error)))


class FileDoor:
    """Stores the elements of files through the pipeline."""

    def __init__(self, pipeline: Pipeline, intake: Intake) -> None:
        self._pipeline = pipeline
        self._intake = intake

    async def store(self, elements: Iterable[bytes], path: str, skip: int) -> AsyncIterator[Tally]:
        """Store all elements but the first `skip`; a tally after each slice that is durable.

        Raises:
            Transient: the database is away for longer than a minute; the tallies still hold.
        """
        tally = Tally()
        rest: Iterator[bytes] = iter(elements)
        number = sum(1 for _ in islice(rest, skip))
        while part := list(islice(rest, _SLICE_EVENTS)):
            await self._store_slice(part, number, path, tally)
            number += len(part)
            yield tally

    async def _store_slice(self, part: list[bytes], number: int, path: str, tally: Tally) -> None:
        entries: list[Entry] = []
        errors: list[Permanent | None] = []
        for n, body in enumerate(part, number):
            entry, error = await self._intake.take(body, detail={"path": path, "number": n})
            assert entry is not None  # without a key there is nothing to refuse
            entries.append(entry)
            errors.append(error)
        verdicts = await self._submit(entries)
        for n, (entry, error, verdict) in enumerate(
            zip(entries, errors, verdicts, strict=True), number
        ):
            if error is not None:
                count_dead(error)
                tally.fail(n, error)
            elif isinstance(verdict, Outcome) and isinstance(entry, EventEntry):
                tally.stored += not verdict.repeat
                tally.repeats += verdict.repeat
            elif isinstance(verdict, CatchmentError):
                tally.fail(n, verdict)

    async def _submit(self, entries: list[Entry]) -> list[Verdict]:
        """A final verdict for each: what is only away for the moment is tried again."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _AWAY_SECONDS_MAX
        verdicts: list[Verdict] = [Overloaded()] * len(entries)
        while True:
            open_ones = [n for n, one in enumerate(verdicts) if isinstance(one, Transient)]
            if not open_ones:
                return verdicts
            answers = await self._try([entries[n] for n in open_ones])
            for n, verdict in zip(open_ones, answers, strict=True):
                verdicts[n] = verdict
            away = next((one for one in verdicts if isinstance(one, Transient)), None)
            if away is not None:
                if loop.time() > deadline:
                    raise away
                await asyncio.sleep(_TRY_AGAIN_SECONDS)

    async def _try(self, entries: list[Entry]) -> list[Verdict]:
        try:
            return await self._pipeline.submit(entries)
        except Overloaded as error:
            return [error] * len(entries)
