"""What happens where writers meet: a deadlock, and caches that are of another epoch."""

import asyncio
import json
from typing import Any

import asyncpg
import pytest

from catchment.events.decode import Reader
from catchment.lineage.assertion import BUILDERS
from catchment.lineage.keys import dataset_name
from catchment.lineage.ports import EventEntry, Source
from catchment.postgres.connect import open_write_pool
from catchment.postgres.statements import SQL
from catchment.postgres.write import PostgresWriter

FACET = {"_producer": "https://example.org/p", "_schemaURL": "https://example.org/s"}
WAITS_SECONDS_MAX = 20


def named(name: str) -> dict[str, str]:
    return {"namespace": "db", "name": name}


def about(minute: int, name: str, *others: str) -> bytes:
    """A DatasetEvent; `others` are tables that it claims to be."""
    dataset: dict[str, Any] = dict(named(name))
    if others:
        identifiers = [named(other) | {"type": "TABLE"} for other in others]
        dataset["facets"] = {"symlinks": FACET | {"identifiers": identifiers}}
    return json.dumps(
        {
            "eventTime": f"2026-03-01T12:{minute:02}:00Z",
            "producer": "https://example.org/tests",
            "dataset": dataset,
        }
    ).encode()


async def write(writer: PostgresWriter, *bodies: bytes) -> list[int | None]:
    reader = Reader(BUILDERS)
    entries = [EventEntry(reader.read(body), Source.HTTP) for body in bodies]
    return [outcome.seq for outcome in await writer.write(entries)]


async def canons(pool: asyncpg.Pool) -> dict[str, str]:
    rows = await pool.fetch(
        "select d.name, c.name as canon from dataset d join dataset c on c.id = d.canon"
    )
    return {row["name"]: row["canon"] for row in rows}


async def _waits_for_a_lock(pool: asyncpg.Pool) -> None:
    for _ in range(WAITS_SECONDS_MAX * 50):
        if await pool.fetchval(
            "select exists (select from pg_stat_activity where wait_event_type = 'Lock'"
            " and datname = current_database())"
        ):
            return
        await asyncio.sleep(0.02)
    pytest.fail("nobody waits for a lock")


async def test_who_loses_a_deadlock_over_names_does_the_batch_again(database_url: str) -> None:
    """A claim moves names while another moves first sights: each holds what the other wants."""
    pool = await open_write_pool(database_url, connections_max=5)
    try:
        writer = PostgresWriter(pool)
        first, second = sorted("ab", key=lambda name: dataset_name("db", name).key)
        await write(writer, about(1, first), about(10, second))
        other = await asyncpg.connect(database_url)
        try:
            await other.execute("set deadlock_timeout = '10s'; begin")
            lock = "select from dataset where name = $1 for no key update"
            await other.execute(lock.replace("$1", f"'{first}'"))
            # It moves the second name to an earlier sight, then lets it stand for the first.
            writing = asyncio.ensure_future(write(writer, about(5, first, second)))
            await _waits_for_a_lock(pool)
            await other.execute(lock.replace("$1", f"'{second}'"))  # a deadlock; the writer loses
            await other.execute("rollback")
        finally:
            await other.close()
        assert await asyncio.wait_for(writing, WAITS_SECONDS_MAX) == [2]
        assert await canons(pool) == {first: second, second: second}
    finally:
        await pool.close()


async def test_only_who_brings_a_new_claim_waits_for_another_who_does(database_url: str) -> None:
    pool = await open_write_pool(database_url, connections_max=5)
    try:
        writers = [PostgresWriter(pool) for _ in range(3)]
        await write(writers[0], about(1, "path", "table"))
        async with pool.acquire() as other, other.transaction():
            await other.execute(SQL["lock_aliases"])
            waiting = asyncio.ensure_future(write(writers[1], about(2, "place", "table")))
            await _waits_for_a_lock(pool)
            again = write(writers[0], about(3, "path", "table"))
            assert await asyncio.wait_for(again, WAITS_SECONDS_MAX) == [1]
            plain = write(writers[2], about(4, "table"))
            assert await asyncio.wait_for(plain, WAITS_SECONDS_MAX) == [2]
            assert not waiting.done()
        assert await asyncio.wait_for(waiting, WAITS_SECONDS_MAX) == [3]
        assert set((await canons(pool)).values()) == {"table"}
    finally:
        await pool.close()


async def test_a_claim_that_a_cache_of_another_epoch_knows_is_joined_again(
    database_url: str,
) -> None:
    pool = await open_write_pool(database_url, connections_max=5)
    try:
        writer = PostgresWriter(pool)
        await write(writer, about(1, "path", "table"))
        await pool.execute("delete from alias; update dataset set canon = id")
        await pool.execute("update head set graph_epoch = graph_epoch + 1")
        assert await write(writer, about(2, "path", "table")) == [1]
        assert await canons(pool) == {"path": "table", "table": "table"}
    finally:
        await pool.close()
