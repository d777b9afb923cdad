"""The door of files: the same outcomes as HTTP, with patience, and where to go on after a break.

A database that is away is waited for. Knows no terminal and no format but "elements in order".
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from threading import Thread
from typing import TypeVar, cast

from catchment.errors import CatchmentError, Overloaded, Permanent, Transient
from catchment.lineage.ports import Entry, EventEntry, Outcome
from catchment.pipeline import Pipeline, Verdict
from catchment.receivers.intake import Intake, count_dead

T = TypeVar("T")

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
            Transient: the database is away for longer than a minute, or where the elements come
                from is; the tallies still hold.
            Permanent: the file cannot be taken apart further; what came before it is stored.
        """
        tally = Tally()
        rest: Iterator[bytes] = iter(elements)
        number = sum(1 for _ in islice(rest, skip))
        end: CatchmentError | None = None
        while end is None:
            part, end = await _in_background(partial(_next_part, rest))
            if part:
                await self._store_slice(part, number, path, tally)
                number += len(part)
                yield tally
            elif end is None:
                return
        raise end

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


async def _in_background(work: Callable[[], T]) -> T:
    """Let the work block, as reading from a pipe may do for ever, without holding up the loop.

    In a thread of its own that nobody waits for when the program is told to end.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: Exception | None) -> None:
        if future.cancelled():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(cast("T", result))

    def run() -> None:
        result, caught = None, None
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - it is raised over there
            caught = error
        with suppress(RuntimeError):  # the loop is closed: the program has ended meanwhile
            loop.call_soon_threadsafe(settle, result, caught)

    Thread(target=run, name="files", daemon=True).start()
    return await future


def _next_part(rest: Iterator[bytes]) -> tuple[list[bytes], CatchmentError | None]:
    """The next elements, and why there are no more if something is wrong behind them."""
    part: list[bytes] = []
    try:
        for body in islice(rest, _SLICE_EVENTS):
            part.append(body)  # noqa: PERF402 - what came before an error is kept
    except CatchmentError as error:
        return part, error
    return part, None
