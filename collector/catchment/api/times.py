"""Instants in answers and questions: RFC 3339 in UTC outside, integer microseconds inside."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from catchment.errors import BadQuestion, Problem
from catchment.events.times import read_time
from catchment.postgres.asking import FOREVER_US

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=16_384)
def iso(us: int | None) -> str | None:
    """E.g. `2026-01-31T09:00:00.250000Z`; the fraction only where there is one."""
    if us is None:
        return None
    moment = _EPOCH + timedelta(microseconds=us)
    return moment.isoformat().replace("+00:00", "Z")


def read_as_of(text: str | None) -> int:
    """The instant asked about in µs; the end of time where none is given."""
    if text is None:
        return FOREVER_US
    return read_instant(text, "asOf")


def read_instant(text: str, name: str) -> int:
    """An instant in µs, from the parameter of this name."""
    # In a query a `+` of an offset arrives as a space.
    time = read_time(text.replace(" ", "+"))
    if time is None:
        reason = "not a time like 2026-01-31T09:00:00Z"
        raise BadQuestion(f"{name} is {reason}.", [Problem(f"/{name}", reason)])
    return time.us
