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


def wait_for_min_seq(log: Log) -> Callable[[MinSeq], Awaitable[None]]:
    """A dependency of every question."""

    async def wait(min_seq: MinSeq = None) -> None:
        if min_seq is None:
            return
        deadline = monotonic() + MIN_SEQ_WAIT_SECONDS_MAX
        while await log.length() <= min_seq:
            if monotonic() >= deadline:
                raise Overloaded(
                    f"Entry {min_seq} was not visible within {MIN_SEQ_WAIT_SECONDS_MAX:g} s "
                    "(MIN_SEQ_WAIT_SECONDS_MAX); ask again, or without minSeq."
                )
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    return wait
