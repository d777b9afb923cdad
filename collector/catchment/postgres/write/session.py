"""One batch's transaction: the connection, what is known, and ids for new rows."""

import time
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import asyncpg

from catchment.postgres.caches import Cache
from catchment.postgres.statements import SQL
from catchment.postgres.write.state import IdBlocks, Known

K = TypeVar("K", bound=bytes)


class Named(NamedTuple):
    """A job or dataset, and its first sight; the one before, if it was seen before."""

    is_job: bool
    namespace: int
    old_us: int | None
    first_us: int


class Redo(Exception):
    """Another writer was quicker, or the caches are of another epoch: do the batch once more.

    `alias_lock`: the batch turned out to change names, and has to begin with their lock.
    """

    def __init__(self, why: str = "", *, alias_lock: bool = False) -> None:
        super().__init__(why)
        self.alias_lock = alias_lock


class Session:
    """Hands the steps of one batch what they share. Lives as long as the transaction.

    `job_ids` and `dataset_ids` hold the id of every job and dataset that the batch touches; `named`
    the jobs and datasets that are new or seen earlier than before. `aliases_locked`: no other batch
    changes who stands for whom. `named_again`: datasets that only older events had named.
    """

    def __init__(
        self, connection: asyncpg.Connection, known: Known, rows: IdBlocks, runs: IdBlocks
    ) -> None:
        self.connection = connection
        self.known = known
        self.job_ids: dict[bytes, int] = {}
        self.dataset_ids: dict[bytes, int] = {}
        self.named: list[Named] = []
        self.aliases_locked = False
        self.named_again: set[bytes] = set()
        self.begun_us = time.time_ns() // 1_000
        self._rows = rows
        self._runs = runs

    async def row_ids(self, count: int) -> list[int]:
        """Ids for `count` new rows of any table but `run`."""
        return await self._take(self._rows, "next_row_ids", count)

    async def run_ids(self, count: int) -> list[int]:
        """Ids for `count` new runs."""
        return await self._take(self._runs, "next_run_ids", count)

    async def _take(self, blocks: IdBlocks, query: str, count: int) -> list[int]:
        missing = blocks.missing_blocks(count)
        if missing:
            blocks.add([row[0] for row in await self.fetch(query, missing)])
        return [blocks.take() for _ in range(count)]

    async def fetch(self, query: str, *values: Any) -> list[asyncpg.Record]:
        """Rows of a named query."""
        rows: list[asyncpg.Record] = await self.connection.fetch(SQL[query], *values)
        return rows

    async def execute(self, query: str, *values: Any) -> str:
        """A named statement without rows; answers its tag."""
        tag: str = await self.connection.execute(SQL[query], *values)
        return tag

    async def execute_rows(self, query: str, rows: Sequence[tuple[Any, ...]]) -> str:
        """A named statement over arrays, one for each column of `rows` (not empty)."""
        return await self.execute(query, *columns_of(rows, len(rows[0])))

    async def ensure(
        self,
        insert: str,
        find: str,
        known: Cache[bytes, int],
        new: dict[bytes, tuple[Any, ...]],
    ) -> None:
        """Content-addressed rows: hash -> columns. Afterwards `known` has the id of each.

        `insert` and `find` are the queries that write them and that look up what others wrote.
        """
        if not new:
            return
        ids = await self.row_ids(len(new))
        columns = [list(column) for column in zip(*new.values(), strict=True)]
        hashes = list(new)
        status = await self.execute(insert, ids, hashes, *columns)
        if inserted(status) == len(new):
            known.update(zip(hashes, ids, strict=True))
        else:
            known.update((row["hash"], row["id"]) for row in await self.fetch(find, hashes))


def columns_of(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows as `width` arrays, empty ones if there is no row."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


def inserted(status: str) -> int:
    """How many rows a statement touched, from its tag (`INSERT 0 3`)."""
    return int(status.rpartition(" ")[2])
