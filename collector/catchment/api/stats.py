"""Figures for a start page: the last 24 hours or 7 days, by event time, of what the caller sees.

An hour or a day is one of the caller's time zone; the last of them is the one that is now.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from catchment.api import models
from catchment.api.asking import answer
from catchment.api.sight import sight_of
from catchment.api.spaces import seen_names
from catchment.api.times import iso
from catchment.errors import BadQuestion, Problem
from catchment.postgres.read import Questions

_HOURS, _DAYS = 24, 7
_QUARTER = timedelta(minutes=15)
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Period = Annotated[
    str, Query(pattern="(?i)^(DAY|WEEK)$", description="DAY: 24 hours; WEEK: 7 days. In any case.")
]
Zone = Annotated[
    str | None,
    Query(alias="timezone", description="E.g. Europe/Berlin. Needed for WEEK; UTC for DAY."),
]


class Interval(models.Answer):
    """From `startInterval` up to `endInterval`, which is the start of the next one."""

    start_interval: str
    end_interval: str


class EventCounts(Interval):
    """Run events of an interval, by type."""

    fail: int
    start: int
    complete: int
    abort: int


class NameCount(Interval):
    """How many there were by the end of an interval."""

    count: int


def build_router(questions: Questions) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1/stats", tags=["stats"], responses=models.PROBLEMS)
    stats = questions.stats

    @router.get("/lineage-events", response_model=list[EventCounts])
    async def lineage_events(request: Request, period: Period, timezone: Zone = None) -> Response:
        """How many run events of each type have their eventTime in each interval."""
        bounds = bounds_us(period, timezone, datetime.now(UTC))
        found = await stats.events(bounds, await seen_names(questions, sight_of(request)))
        return answer([_interval(bounds, n) | counts for n, counts in enumerate(found)])

    @router.get("/{what}", response_model=list[NameCount])
    async def names(
        request: Request,
        what: Literal["jobs", "datasets", "sources"],
        period: Period,
        timezone: Zone = None,
    ) -> Response:
        """How many jobs, datasets or sources had been named by the end of each interval."""
        bounds = bounds_us(period, timezone, datetime.now(UTC))
        seen = await seen_names(questions, sight_of(request))
        if what == "sources":
            found = await stats.sources(bounds, seen)
        else:
            found = await stats.names(what, bounds, seen)
        return answer([_interval(bounds, n) | {"count": count} for n, count in enumerate(found)])

    return router


def bounds_us(period: str, timezone: str | None, now: datetime) -> list[int]:
    """Where the intervals begin, and where the last one ends, which has `now` in it.

    Raises:
        BadQuestion: there is no such time zone, or none was given for a week.
    """
    days = period.upper() == "WEEK"
    if days and not timezone:
        raise _bad("needed for period=WEEK, e.g. Europe/Berlin")
    try:
        zone = ZoneInfo(timezone or "UTC")
    except (ValueError, OSError, KeyError) as error:
        raise _bad("no time zone like Europe/Berlin") from error
    local = now.astimezone(zone)
    if days:
        # Days are those of the calendar, 23 to 25 hours long where clocks are put on or back.
        today = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        moments = [(today + timedelta(days=n)).astimezone(UTC) for n in range(1 - _DAYS, 2)]
    else:
        # Hours are counted on the clock of the world: where one is put back an hour comes twice.
        within = timedelta(
            minutes=local.minute, seconds=local.second, microseconds=local.microsecond
        )
        moments = [now - within + timedelta(hours=n) for n in range(1 - _HOURS, 2)]
    if any((moment - _EPOCH) % _QUARTER for moment in moments):
        raise _bad("a time zone whose hours begin within a quarter of an hour")
    return [(moment - _EPOCH) // _MICROSECOND for moment in moments]


def _bad(reason: str) -> BadQuestion:
    return BadQuestion(f"timezone is {reason}.", [Problem("/timezone", reason)])


def _interval(bounds: list[int], n: int) -> dict[str, Any]:
    return {"startInterval": iso(bounds[n]), "endInterval": iso(bounds[n + 1])}
