"""The run events themselves, by eventTime, as Marquez lists them."""

import asyncio
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from catchment.access.redact import shown_entry
from catchment.api import models, version_models
from catchment.api.asking import INSTANT, Limit, Offset, answer
from catchment.api.sight import Sight, sight_of
from catchment.api.spaces import seen_names
from catchment.api.times import read_instant
from catchment.errors import BadQuestion, Problem
from catchment.events.times import FIRST_US, FOREVER_US
from catchment.postgres.read import Questions
from catchment.postgres.read.events import Events, Stretch

PAGE_BYTES_MAX = 64 * 1024 * 1024
# Looking through more than this takes longer than a neighbour may wait.
_INLINE_BYTES_MAX = 64 * 1024

Before = Annotated[
    str | None, Query(description="Only those before this instant.", json_schema_extra=INSTANT)
]
After = Annotated[
    str | None, Query(description="Only those at or after it.", json_schema_extra=INSTANT)
]
SortDirection = Annotated[
    str,
    Query(
        alias="sortDirection",
        description="`desc`: newest first; or `asc`. In any case.",
        json_schema_extra={"enum": ["desc", "asc"]},
    ),
]


def build_router(questions: Questions) -> APIRouter:
    """The route. To be mounted before `/events/{seq}`, which its path would fit as well."""
    router = APIRouter(prefix="/api/v1", tags=["log"], responses=models.PROBLEMS)
    events = questions.events

    @router.get("/events/lineage", response_model=version_models.RunEvents)
    async def run_events(
        request: Request,
        before: Before = None,
        after: After = None,
        sort_direction: SortDirection = "desc",
        limit: Limit = 100,
        offset: Offset = 0,
    ) -> Response:
        """Run events with `after` <= eventTime < `before`, as they were received.

        Job- and DatasetEvents are left out. Those of one millisecond stand in the order of their
        hashes. Without scope `raw` secrets are blanked out; NaN and Infinity, which JSON does not
        know, are null here (`/events/{seq}` has every byte). `totalCount` is exact for the whole
        log, and for up to 1,000,000 events between two times; beyond, `totalCountExact` is false
        and there are at least so many. A page ends after 64 MiB, then `truncated` is true: ask for
        the rest with a greater `offset`.
        """
        direction = sort_direction.lower()
        if direction not in ("desc", "asc"):
            reason = "not desc or asc"
            raise BadQuestion(f"sortDirection is {reason}.", [Problem("/sortDirection", reason)])
        sight = sight_of(request)
        seen = await seen_names(questions, sight)
        stretch = Stretch(
            FIRST_US if after is None else read_instant(after, "after"),
            FOREVER_US if before is None else read_instant(before, "before"),
            None if seen is None else tuple(seen),
        )
        places = await events.page(stretch, newest=direction == "desc", limit=limit, offset=offset)
        bodies, truncated = await _bodies(events, places, sight)
        total, exact = await events.count(stretch)
        return answer(
            {
                "events": bodies,
                "totalCount": max(total, offset + len(places)) if places else total,
                "totalCountExact": exact,
                "truncated": truncated,
            }
        )

    return router


async def _bodies(
    events: Events, places: list[tuple[int, int]], sight: Sight
) -> tuple[list[Any], bool]:
    found: list[bytes] = []
    size_bytes = 0
    truncated = False
    async for body in events.bodies(places):
        size_bytes += len(body)
        if found and size_bytes > PAGE_BYTES_MAX:
            truncated = True
            break
        found.append(body)

    def shown() -> list[Any]:
        return [msgspec.Raw(shown_entry(body, sight.view)) for body in found]

    if size_bytes <= _INLINE_BYTES_MAX:
        return shown(), truncated
    return await asyncio.to_thread(shown), truncated
