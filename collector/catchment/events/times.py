"""eventTime: RFC 3339 as it is really sent, to integer microseconds since 1970."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

_FORM = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z|z|[+-]\d\d:?\d\d)?", re.ASCII
)
_AFTER_SECONDS = frozenset("Z.+-")
_USUAL = re.compile(
    r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:[0-5]\d)", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

FIRST_US = -62_135_596_800_000_000
"""The beginning of the year 1 in UTC: calendars know nothing before."""
FOREVER_US = 253_402_300_799_999_999
"""The end of time, the last microsecond of the year 9999 in UTC: later than any event can be."""


class Time(NamedTuple):
    """Microseconds since 1970, cut; and what was odd about the text, if anything."""

    us: int
    oddity: str | None


def read_time(text: str) -> Time | None:
    """The instant a text names; None if it names none, or none of the years 1 to 9999 in UTC.

    Needs date, `T` and time. Without an offset it is taken as UTC; a leap second as the last
    microsecond before it; both are oddities.
    """
    # As nearly everybody writes it: read by C, and so exactly that the slow way would agree.
    if text[19:20] in _AFTER_SECONDS and _USUAL.fullmatch(text):
        try:
            return _within(Time((datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND, None))
        except ValueError:
            return None
    return _read_any(text)


def _within(time: Time) -> Time | None:
    return time if FIRST_US <= time.us < FOREVER_US else None


def _read_any(text: str) -> Time | None:
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    date, hour, minute, second, fraction, offset = found.groups()
    oddity = None if offset else "no time zone; taken as UTC"
    micros = int((fraction or "0")[:6].ljust(6, "0"))
    if second == "60":
        second, micros, oddity = "59", 999_999, "a leap second; taken as the microsecond before"
    try:
        day = datetime.fromisoformat(date)
        moment = day.replace(
            hour=int(hour),
            minute=int(minute),
            second=int(second),
            microsecond=micros,
            tzinfo=_zone(offset),
        )
        return _within(Time((moment - _EPOCH) // _MICROSECOND, oddity))
    except (ValueError, OverflowError):
        return None


def _zone(offset: str | None) -> timezone:
    if offset is None or offset in "Zz":
        return UTC
    digits = offset[1:].replace(":", "")
    if int(digits[2:]) > 59:
        raise ValueError(offset)
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-shift if offset[0] == "-" else shift)
