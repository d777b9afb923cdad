"""Lists of jobs by the state of their newest run."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

from fastapi import Query

from catchment.errors import BadQuestion, Problem
from catchment.lineage.resolve import State
from catchment.postgres.asking import COUNTED_MAX, Total
from catchment.postgres.read.details import Details

LastRunStates = Annotated[
    Sequence[str],
    Query(
        alias="lastRunStates",
        description="Only jobs whose newest run is in this state, or in one of several; in any "
        f"case. Looked for among the first {COUNTED_MAX:,} jobs of the list.",
        json_schema_extra={"items": {"type": "string", "enum": [state.name for state in State]}},
    ),
]
Page = tuple[list[int], Total]


async def in_states(
    details: Details,
    listing: Callable[[int, int], Awaitable[Page]],
    states: Sequence[str],
    limit: int,
    offset: int,
) -> Page:
    """A page of a list of jobs (`limit`, `offset` -> page), of these states where some are given.

    Raises:
        BadQuestion: there is no such state.
    """
    if not states:
        return await listing(limit, offset)
    wanted = {_state(one) for one in states}
    ids, total = await listing(COUNTED_MAX, 0)
    found = await details.jobs_in_states(ids, wanted)
    return found[offset : offset + limit], Total(len(found), total.exact)


def _state(given: str) -> State:
    try:
        return State[given.upper()]
    except KeyError:
        reason = f"not one of {', '.join(state.name for state in State)}"
        problem = Problem("/lastRunStates", reason)
        raise BadQuestion(f"lastRunStates is {reason}.", [problem]) from None
