"""`minSeq`: a question that waits until the log has come as far as its asker knows it to have.

Needed where reads go to a replica, or where an event went through a gateway; a bounded wait.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Annotated

from fastapi import Query

from catchment.errors import Overloaded
from catchment.postgres.read.log import Log

MIN_SEQ_WAIT_SECONDS_MAX = 5.0
_LOOK_AGAIN_SECONDS = 0.05

MinSeq = Annotated[
    int | None,
    Query(
        alias="minSeq",
        ge=0,
        description="Answer once this entry is visible; 503 if it is not within "
        f"{MIN_SEQ_WAIT_SECONDS_MAX:g} seconds.",
    ),
]


class _Tide:
    """How far the log has come. Many who wait look together, so that they cost no more than one."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._look: asyncio.Future[int] | None = None

    async def now(self) -> int:
        """The length of the log."""
        return await self._log.length()

    async def soon(self) -> int:
        """The same in a moment."""
        if self._look is None or self._look.done():
            self._look = asyncio.ensure_future(self._in_a_moment())
        return await asyncio.shield(self._look)

    async def _in_a_moment(self) -> int:
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        return await self._log.length()


def wait_for_min_seq(log: Log) -> Callable[[MinSeq], Awaitable[None]]:
    """A dependency of every question."""
    tide = _Tide(log)

    async def wait(min_seq: MinSeq = None) -> None:
        if min_seq is None:
            return
        deadline = monotonic() + MIN_SEQ_WAIT_SECONDS_MAX
        length = await tide.now()
        while length <= min_seq:
            if monotonic() >= deadline:
                raise Overloaded(
                    f"Entry {min_seq} was not visible within {MIN_SEQ_WAIT_SECONDS_MAX:g} s "
                    "(MIN_SEQ_WAIT_SECONDS_MAX); ask again, or without minSeq."
                )
            length = await tide.soon()

    return wait
