"""The same events twice change no row the second time."""

import os
from collections.abc import Sequence

import asyncpg

from benchmarks.generator import events
from tests.property.service import Service, service

LONG = os.environ.get("CATCHMENT_TEST_PROFILE") == "long"
EVENTS = 100_000 if LONG else 1_500

_TABLES = """
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname
"""


async def _rows(url: str) -> dict[str, tuple[int, str]]:
    """For each table how many row versions there are and which: any write changes it."""
    connection = await asyncpg.connect(url)
    found = {}
    for [table] in await connection.fetch(_TABLES):
        row = await connection.fetchrow(
            "select count(*), coalesce(md5(string_agg(xmin::text || ctid::text, ',' "
            f"order by ctid)), '') from \"{table}\""
        )
        found[table] = (row[0], row[1])
    await connection.close()
    return found


async def _write(product: Service, bodies: Sequence[bytes], batch: int, writers: int) -> list[bool]:
    return [outcome.repeat for outcome in await product.write(bodies, batch, writers)]


async def test_the_same_events_twice_change_no_row(database_url: str) -> None:
    bodies = list(events(EVENTS, seed=5))
    async with service(database_url) as product:
        await product.empty()
        assert not any(await _write(product, bodies, 500, 1))
        before = await _rows(database_url)
        assert before["event"][0] == EVENTS
        for batch, writers in ((1, 1), (7, 4), (500, 4)):
            sent = bodies[: 300 * batch] if LONG else bodies[: 60 * batch]
            assert all(await _write(product, sent[::-1], batch, writers))
        assert all(await _write(product, bodies, 500, 1))
        assert await _rows(database_url) == before
