"""A graph for one question: some entries of the log written once more, into temporary tables.

It is written by the ordinary writer and asked by the ordinary questions, so that what it answers
is what the real one answered when it had no more than these entries. Nothing of it outlives the
question. One at a time in a process: who asks for the past waits for the others, and no event does.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import asyncpg

from catchment.errors import Overloaded
from catchment.lineage.assertion import ReadEvent
from catchment.lineage.ports import EventEntry, Source
from catchment.postgres.connect import open_scratch_pool
from catchment.postgres.read import Questions
from catchment.postgres.statements import SQL
from catchment.postgres.translate import translated
from catchment.postgres.write.batch import Batch
from catchment.postgres.write.session import Session
from catchment.postgres.write.state import IdBlocks, Known

WAIT_SECONDS_MAX = 10.0
"""Seconds that a question waits for those before it."""


class Deletion(NamedTuple):
    """What was deleted, by its key; when it was logged (µs)."""

    key: bytes
    seq: int
    at_us: int


class Scratch:
    """Where graphs for one question are made."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._turn = asyncio.Lock()

    def close(self) -> None:
        """End at once, whatever is under way."""
        self._pool.terminate()

    @asynccontextmanager
    async def graph(self) -> AsyncIterator["ScratchGraph"]:
        """An empty graph, gone at the end.

        Raises:
            Overloaded: others were before it, and took too long.
        """
        try:
            async with asyncio.timeout(WAIT_SECONDS_MAX):
                await self._turn.acquire()
        except TimeoutError as error:
            raise Overloaded(
                "Other questions about what was known are under way; ask again soon."
            ) from error
        try:
            with translated():
                async with self._pool.acquire() as connection, connection.transaction():
                    await connection.execute(SQL["begin_scratch"])
                    yield ScratchGraph(connection)
        finally:
            self._turn.release()


class ScratchGraph:
    """A graph that grows by what is written to it. `questions` ask it."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._known = Known()
        self._ids = (IdBlocks(), IdBlocks())
        self.questions = Questions(_InTurn(connection))

    async def write(self, events: Sequence[ReadEvent]) -> None:
        """Some more events, none of which it has."""
        session = Session(self._connection, self._known, *self._ids)
        # That lock is one for all connections: real writers would wait for a question.
        session.aliases_locked = True
        entries = [EventEntry(event, Source.HTTP) for event in events]
        await Batch(session, entries, 0).run()

    async def delete(self, deletions: Iterable[Deletion]) -> None:
        """What was deleted."""
        rows = list(deletions)
        if rows:
            columns = map(list, zip(*rows, strict=True))
            await self._connection.execute(SQL["delete_in_scratch"], *columns)


class _InTurn:
    """A connection as those who ask at once expect it of a pool."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()

    async def fetch(self, query: str, *values: Any) -> list[asyncpg.Record]:
        async with self._turn:
            rows: list[asyncpg.Record] = await self._connection.fetch(query, *values)
        return rows


async def open_scratch(database_url: str, *, statement_timeout_ms: int) -> Scratch:
    """Ready to be asked; its tables are made when it is asked first, and kept for some minutes.

    `database_url`: of a database of ours that may be written to, were it only temporary tables.
    """
    return Scratch(await open_scratch_pool(database_url, SQL["make_scratch"], statement_timeout_ms))
