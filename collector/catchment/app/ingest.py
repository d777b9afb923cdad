"""`ingest`: files, or what a Marquez holds, into the log without a server, beside one if it runs.

Knows only who does it.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractContextManager, asynccontextmanager, closing
from dataclasses import dataclass
from typing import IO, NamedTuple

from catchment.app.bookmark import Bookmark
from catchment.app.database import database, make_ready
from catchment.app.rooms import new_intake, writing
from catchment.errors import Permanent
from catchment.events.times import FIRST_US
from catchment.lineage.ports import Source
from catchment.receivers.files import FileDoor, Tally
from catchment.receivers.lines import EventFile
from catchment.receivers.marquez import MarquezEvents
from catchment.receivers.marquez_http import MarquezHttp
from catchment.settings import Settings


class Step(NamedTuple):
    """How far a file or a Marquez is, and what became of its elements.

    `read`: of a file its bytes, as stored; of a Marquez events, out of about `total`. `skipped`:
    elements of a file, `resumed_us`: the eventTime of a Marquez, up to which all was done before.
    `broken` says why there is no more to be had of it.
    """

    path: str
    read: int
    skipped: int
    tally: Tally
    broken: Permanent | None = None
    total: int | None = None
    resumed_us: int | None = None


async def ingest(
    settings: Settings,
    paths: Iterable[str],
    opened: Callable[[str], AbstractContextManager[IO[bytes]]],
    *,
    restart: bool,
) -> AsyncIterator[Step]:
    """Store the events of files; a step after each slice that is durable, and one at each's end.

    Raises:
        CatchmentError: the database cannot be used; what was stored stays.
    """
    async with database(settings, join=True) as dsn:
        await make_ready(dsn)
        async for step in ingest_into(settings, dsn, paths, opened, restart=restart):
            yield step


async def ingest_into(
    settings: Settings,
    dsn: str,
    paths: Iterable[str],
    opened: Callable[[str], AbstractContextManager[IO[bytes]]],
    *,
    restart: bool,
) -> AsyncIterator[Step]:
    """The same into a database that is ready."""
    async with _door(settings, dsn) as door:
        files = _Files(settings, dsn, door, restart)
        for path in paths:
            async for step in files.store(path, opened):
                yield step


async def ingest_marquez(
    settings: Settings, url: str, key: str | None, *, restart: bool
) -> AsyncIterator[Step]:
    """Store the run events of a running Marquez, by time; steps as of a file.

    Raises:
        CatchmentError: the database cannot be used, or the Marquez is away; what was stored stays,
            and the next time it goes on from there.
    """
    with closing(MarquezHttp(url, key)) as http:
        async with database(settings, join=True) as dsn:
            await make_ready(dsn)
            async with _door(settings, dsn) as door:
                mark = Bookmark(settings.data_dir, dsn, f"marquez {http.shown}", [])
                async for step in _store_marquez(door, http, mark, restart):
                    yield step


async def _store_marquez(
    door: FileDoor, http: MarquezHttp, mark: Bookmark, restart: bool
) -> AsyncIterator[Step]:
    resumed_us = None if restart else mark.read() or None
    source = MarquezEvents(http, FIRST_US if resumed_us is None else resumed_us)
    step = Step(http.shown, 0, 0, Tally(), resumed_us=resumed_us)
    yield step
    try:
        async for tally in door.store(source.elements(), http.shown, 0):
            if source.after_us != FIRST_US:
                mark.write(source.after_us)
            step = step._replace(read=tally.done, tally=tally, total=source.total)
            yield step
        mark.remove()
    except Permanent as error:
        yield step._replace(broken=error)


@asynccontextmanager
async def _door(settings: Settings, dsn: str) -> AsyncIterator[FileDoor]:
    async with writing(settings, dsn) as pipeline:
        intake = new_intake(settings, Source.FILE)
        try:
            yield FileDoor(pipeline, intake)
        finally:
            intake.close()


@dataclass(frozen=True, slots=True)
class _Files:
    """Stores one file after the other."""

    settings: Settings
    dsn: str
    door: FileDoor
    restart: bool

    async def store(
        self, path: str, opened: Callable[[str], AbstractContextManager[IO[bytes]]]
    ) -> AsyncIterator[Step]:
        """The steps of one file; if it is broken, the last one says so."""
        step = Step(path, 0, 0, Tally())
        try:
            with opened(path) as file:
                mark = Bookmark.of_file(self.settings.data_dir, self.dsn, path)
                step = step._replace(skipped=0 if self.restart else mark.read())
                source = EventFile(file, event_bytes_max=self.settings.body_bytes_max)
                yield step
                with mark.until_done():
                    async for tally in self.door.store(source.elements(), path, step.skipped):
                        mark.write(step.skipped + tally.done)
                        step = step._replace(read=source.read_bytes, tally=tally)
                        yield step
        except Permanent as error:
            yield step._replace(broken=error)
