"""The rooms of one process on one database, built bottom up and taken down top down.

Knows what each room needs, and hands it over.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from catchment.access.keys import KeyRing, KeysFile, StoredKey
from catchment.events.limits import Limits
from catchment.lineage.ports import Source
from catchment.pipeline import Pipeline
from catchment.postgres.connect import open_read_pool, open_write_pool
from catchment.postgres.keys import find_key
from catchment.postgres.scratch import Scratch, open_scratch
from catchment.postgres.write import PostgresWriter
from catchment.receivers.intake import Intake
from catchment.settings import Settings
from catchment.telemetry import metrics

# One writer is in flight; a second connection lets the next batch begin while one is replaced.
_WRITE_CONNECTIONS_MAX = 2
# What of the time to stop is left for batches under way when the last request is answered.
_DRAIN_SECONDS_MAX = 1.0


@asynccontextmanager
async def writing(settings: Settings, dsn: str) -> AsyncIterator[Pipeline]:
    """A started pipeline onto the database; drained at the end."""
    pool = await open_write_pool(dsn, connections_max=_WRITE_CONNECTIONS_MAX)
    _watch(pool, metrics.Pool.WRITE)
    try:
        writer = PostgresWriter(pool, dead_letters_max=settings.dead_letters_max)
        pipeline = Pipeline(
            writer,
            batch_events_max=settings.write_batch_events_max,
            batch_bytes_max=settings.write_batch_bytes_max,
            queue_events_max=settings.queue_events_max,
            queue_bytes_max=settings.queue_bytes_max,
            stop_seconds_max=_DRAIN_SECONDS_MAX,
        )
        await pipeline.start()
        try:
            yield pipeline
        finally:
            await pipeline.stop()
    finally:
        pool.terminate()


@asynccontextmanager
async def reading(settings: Settings, dsn: str) -> AsyncIterator[Any]:
    """The pool of questions, on the replica if there is one."""
    replica = settings.read_database_url
    pool = await open_read_pool(
        replica.get_secret_value() if replica else dsn,
        connections_max=settings.read_connections_max,
        statement_timeout_ms=settings.statement_timeout_ms,
    )
    _watch(pool, metrics.Pool.READ)
    try:
        yield pool
    finally:
        pool.terminate()


@asynccontextmanager
async def remembering(settings: Settings, dsn: str) -> AsyncIterator[Scratch]:
    """Where graphs of the past are made: not on a replica, which has no temporary tables."""
    scratch = await open_scratch(dsn, statement_timeout_ms=settings.statement_timeout_ms)
    try:
        yield scratch
    finally:
        scratch.close()


def _watch(pool: Any, name: metrics.Pool) -> None:
    metrics.POOL_CONNECTIONS.labels(name).set_function(pool.get_size)
    metrics.POOL_IDLE.labels(name).set_function(pool.get_idle_size)


def new_intake(settings: Settings, source: Source) -> Intake:
    """A reader of events within the bounds of the settings."""
    limits = Limits(
        depth_max=settings.depth_max,
        problems_max=settings.problems_max,
        facet_cache_bytes_max=settings.facet_cache_bytes_max,
    )
    return Intake(limits, source, strict=settings.validation == "strict")


def new_key_ring(settings: Settings, pool: Any) -> KeyRing | None:
    """Who finds keys: the file of the settings, then the database. None if none are asked for.

    Raises:
        BadSettings: the file cannot be read.
    """
    if settings.auth != "keys":
        return None

    async def find_in_database(key_id: str) -> StoredKey | None:
        row = await find_key(pool, key_id)
        return StoredKey(*row) if row else None

    if settings.keys_file is None:
        return KeyRing([find_in_database])
    file = KeysFile(settings.keys_file)
    file.load()
    return KeyRing([file.find, find_in_database])
