"""What a strict reader would say of an event, or of each of many; stores nothing.

Here and not in `api`, because it is the bodies of events that it reads, under the same bounds.
"""

import asyncio

from starlette.types import Scope, Send

from catchment.errors import NotJson, Problem
from catchment.events import text
from catchment.events.batch import split_batch
from catchment.events.strict import bounded
from catchment.receivers.answers import send_json, validity
from catchment.receivers.intake import Intake
from catchment.receivers.negotiate import Media, Plan

# Checking as many takes about a millisecond; then whoever waits is served.
_CHECK_AT_ONCE = 10


class ValidateDoor:
    """One event, an array of them, or NDJSON; in the latter two, pointers begin with the index."""

    def __init__(self, intake: Intake, *, events_max: int) -> None:
        self._intake = intake
        self._events_max = events_max

    async def __call__(self, _scope: Scope, plan: Plan, body: bytes, send: Send) -> None:
        """Check it. What is no JSON is not valid, which is an answer like any other."""
        ndjson = plan.media is Media.NDJSON
        if ndjson or text.strip(body).startswith(b"["):
            problems = await self._each(body, ndjson)
        else:
            problems = await self._intake.check(body)
        await send_json(send, 200, validity(problems))

    async def _each(self, body: bytes, ndjson: bool) -> tuple[Problem, ...]:
        split = self._intake.apart(len(body), lambda: split_batch(body, ndjson, self._events_max))
        try:
            elements = await split
        except NotJson as error:
            return error.problems or (Problem("", str(error)),)
        found: list[Problem] = []
        for index, element in enumerate(elements):
            if index % _CHECK_AT_ONCE == 0:
                await asyncio.sleep(0)
            problems = await self._intake.check(element)
            found.extend(Problem(f"/{index}{p.pointer}", p.reason) for p in problems)
            if len(found) > self._intake.limits.problems_max:
                break
        return bounded(found, self._intake.limits)
