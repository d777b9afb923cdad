"""Whether Postgres answers. Knows nothing of who wants to know."""

import asyncpg

from catchment.postgres.statements import SQL
from catchment.postgres.translate import translated


async def ping(pool: asyncpg.Pool) -> None:
    """Ask the cheapest question. Raises DatabaseAway if there is no answer."""
    with translated():
        await pool.fetchval(SQL["ping"])


async def server_clock_us(connection: asyncpg.Connection) -> int:
    """The time on the server, in µs since 1970."""
    with translated():
        now_us: int = await connection.fetchval(SQL["server_clock"])
    return now_us
