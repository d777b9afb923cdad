"""Where hours and days begin, in zones whose clocks are put on and back."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from catchment.api.stats import bounds_us
from catchment.errors import BadQuestion

HOUR_US = 3_600_000_000


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def us(moment: datetime) -> int:
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))


def lengths(bounds: list[int]) -> list[float]:
    return [(end - start) / HOUR_US for start, end in pairwise(bounds)]


@pytest.mark.parametrize(
    ("zone", "now", "hours"),
    [
        ("UTC", "2026-03-30T10:17", [24] * 7),
        ("Europe/Berlin", "2026-03-30T10:17", [24, 24, 24, 24, 24, 23, 24]),
        ("Europe/Berlin", "2026-10-25T00:30", [24, 24, 24, 24, 24, 24, 25]),
        ("America/Havana", "2026-03-10T12:00", [24, 24, 24, 24, 23, 24, 24]),  # put on at midnight
        ("America/Havana", "2026-11-03T12:00", [24, 24, 24, 24, 25, 24, 24]),  # midnight twice
        ("Australia/Lord_Howe", "2026-04-06T12:00", [24, 24, 24, 24, 24, 24.5, 24]),
    ],
)
def test_days_are_those_of_the_calendar(zone: str, now: str, hours: list[float]) -> None:
    bounds = bounds_us("week", zone, at(now))
    assert lengths(bounds) == hours
    assert bounds[-2] <= us(at(now)) < bounds[-1]


def test_a_day_begins_at_midnight_over_there() -> None:
    bounds = bounds_us("WEEK", "Asia/Kathmandu", at("2026-05-05T18:20"))
    assert bounds[-2] == us(at("2026-05-05T18:15"))
    assert bounds_us("WEEK", "Asia/Kathmandu", at("2026-05-05T18:10"))[-1] == bounds[-2]


@pytest.mark.parametrize(
    ("zone", "now", "last"),
    [
        (None, "2026-03-29T00:59:59.999999", "2026-03-29T00:00"),
        (None, "2026-03-29T01:00", "2026-03-29T01:00"),
        ("Asia/Kolkata", "2026-03-29T01:29", "2026-03-29T00:30"),
        ("Asia/Kathmandu", "2026-03-29T01:29", "2026-03-29T01:15"),
        ("Europe/Berlin", "2026-10-25T00:30", "2026-10-25T00:00"),  # 02:30, the first time
        ("Europe/Berlin", "2026-10-25T01:30", "2026-10-25T01:00"),  # and the second
        ("Australia/Lord_Howe", "2026-04-04T15:10", "2026-04-04T14:30"),  # 01:40 for a second time
    ],
)
def test_there_are_24_whole_hours_and_now_is_in_the_last(
    zone: str | None, now: str, last: str
) -> None:
    bounds = bounds_us("DAY", zone, at(now))
    assert lengths(bounds) == [1] * 24
    assert bounds[-2] == us(at(last))
    assert bounds[-2] <= us(at(now)) < bounds[-1]


@pytest.mark.parametrize(
    ("period", "zone"),
    [
        ("WEEK", None),
        ("WEEK", ""),
        ("DAY", "Nowhere/At_all"),
        ("DAY", "../etc/passwd"),
        ("DAY", "/etc/localtime"),
        ("DAY", "\0"),
        ("DAY", "x" * 5_000),
        ("DAY", "Europe"),
        ("DAY", "\udcff"),
    ],
)
def test_what_is_no_zone_is_said_to_be_none(period: str, zone: str | None) -> None:
    with pytest.raises(BadQuestion, match="timezone"):
        bounds_us(period, zone, at("2026-03-29T01:00"))
