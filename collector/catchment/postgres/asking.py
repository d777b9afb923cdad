"""How every question reaches the pool: by its name, with errors from the one tree."""

from typing import Any, NamedTuple

import asyncpg

from catchment.events.times import FOREVER_US
from catchment.postgres.statements import SQL
from catchment.postgres.translate import translated

__all__ = ["COUNTED_MAX", "FOREVER_US", "Asking", "Total", "total_of"]


COUNTED_MAX = 10_000
"""Rows that are counted for a page: to count them all would take as long as there are many."""


class Total(NamedTuple):
    """How many rows a list has in all. Not `exact`: so many at least."""

    rows: int
    exact: bool


def total_of(counted: int, offset: int, page: int, limit: int) -> Total:
    """From a count up to `COUNTED_MAX`, and the rows of a page that was asked for beside it."""
    if counted < COUNTED_MAX:
        return Total(counted, True)
    # One more than is known of, so that a client that pages by the total asks on.
    return Total(max(counted, offset + page + (0 < limit == page)), False)


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
