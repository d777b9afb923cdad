"""The writer: repeats leave the batch, the rest becomes one transaction, redone if it must be."""

import asyncio
from collections.abc import Sequence
from random import random
from time import perf_counter

import asyncpg

from catchment.errors import DatabaseAway
from catchment.lineage.ports import Entry, Outcome
from catchment.postgres.translate import translated
from catchment.postgres.write.aliases import lock_aliases
from catchment.postgres.write.batch import Batch
from catchment.postgres.write.session import Redo, Session
from catchment.postgres.write.state import IdBlocks, Known
from catchment.telemetry import metrics

REDO_MAX = 12
# Who meets another writer again and again waits a little, at random, so that they part.
_APART_SECONDS_MAX = 0.25
_COMMIT_SECONDS = metrics.WRITE_STEP_SECONDS.labels(metrics.WriteStep.COMMIT)


class PostgresWriter:
    """Implements `lineage.ports.Writer`. One batch at a time in a process; several processes may.

    `pool` is the write pool. Rows of dead letters stop at `dead_letters_max`; more are counted.
    """

    def __init__(self, pool: asyncpg.Pool, *, dead_letters_max: int = 100_000) -> None:
        self._pool = pool
        self._dead_letters_max = dead_letters_max
        self._known = Known()
        self._rows = IdBlocks()
        self._runs = IdBlocks()
        self._one_at_a_time = asyncio.Lock()

    async def write(self, entries: Sequence[Entry]) -> list[Outcome]:
        """Write one batch in one transaction; see `lineage.ports.Writer`."""
        alias_lock = False
        async with self._one_at_a_time:
            for again in range(REDO_MAX):
                try:
                    with translated():
                        async with self._pool.acquire() as connection:
                            return await self._write(connection, entries, alias_lock)
                except Redo as redo:
                    # Another writer had the same run, event or epoch first; now it is committed.
                    alias_lock = alias_lock or redo.alias_lock
                    if redo.alias_lock:
                        continue
                    if not isinstance(redo.__cause__, OtherEpoch):
                        metrics.WRITE_REDONE.labels(metrics.RedoReason.UNIQUE).inc()
                await asyncio.sleep(random() * min(_APART_SECONDS_MAX, 0.002 * 2**again))
            raise DatabaseAway("Too many writers at the same runs; try again in a second.")

    async def _write(
        self, connection: asyncpg.Connection, entries: Sequence[Entry], alias_lock: bool
    ) -> list[Outcome]:
        session = Session(connection, self._known, self._rows, self._runs)
        try:
            async with connection.transaction():
                if alias_lock:
                    await lock_aliases(session)
                batch = Batch(session, entries, self._dead_letters_max)
                outcomes = await batch.run()
                if batch.epoch not in (None, self._known.epoch):
                    raise OtherEpoch(batch.epoch)
                written = perf_counter()
            _COMMIT_SECONDS.observe(perf_counter() - written)
        except OtherEpoch as other:
            if self._known.epoch >= 0:  # not the first batch after the start
                metrics.WRITE_REDONE.labels(metrics.RedoReason.GRAPH_EPOCH).inc()
            self._known.clear(epoch=other.epoch)
            raise Redo from other
        except (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError) as met:
            self._known.clear(epoch=self._known.epoch)
            raise Redo from met
        except BaseException:
            # The caches may hold nothing that did not commit, and an error tells nothing of that.
            self._known.clear(epoch=self._known.epoch)
            raise
        self._known.trim()
        return outcomes


class OtherEpoch(Exception):
    """The graph was rebuilt, or entries taken out: what the caches say is of another graph."""

    def __init__(self, epoch: int | None) -> None:
        super().__init__(epoch)
        self.epoch = -1 if epoch is None else epoch
