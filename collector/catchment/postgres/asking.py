"""How every question reaches the pool: by its name, with errors from the one tree."""

from typing import Any

import asyncpg

from catchment.events.times import FOREVER_US
from catchment.postgres.statements import SQL
from catchment.postgres.translate import translated

__all__ = ["FOREVER_US", "Asking"]


class Asking:
    """Something that asks named queries over the read pool."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def ask(self, query: str, *values: Any) -> list[asyncpg.Record]:
        """The rows of a named query.

        Raises:
            DatabaseAway: Postgres cannot be asked at the moment.
            Overloaded: the question took longer than `statement_timeout_ms`.
        """
        with translated():
            rows: list[asyncpg.Record] = await self._pool.fetch(SQL[query], *values)
        return rows

    async def ask_one(self, query: str, *values: Any) -> Any:
        """The first column of the first row, or None."""
        rows = await self.ask(query, *values)
        return rows[0][0] if rows else None
