"""Whether Postgres answers. Knows nothing of who wants to know."""

import asyncpg

from catchment.postgres.statements import SQL
from catchment.postgres.translate import translated


async def ping(pool: asyncpg.Pool) -> None:
    """Ask the cheapest question. Raises DatabaseAway if there is no answer."""
    with translated():
        await pool.fetchval(SQL["ping"])
