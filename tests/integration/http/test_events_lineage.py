"""Run events by their eventTime, whatever order they came in."""

from typing import Any

from tests.integration.http.worlds import Json, asked, dataset, happened
from tests.property.service import Service

PATH = "/events/lineage"


def day(time: str) -> str:
    return f"2026-03-01T{time}Z"


def others() -> list[Json]:
    """Events that are no run's; Marquez's client cannot read them."""
    job = {"namespace": "tests", "name": "job"}
    return [
        {"eventTime": day("10:00:00"), "producer": "https://example.org/p", "job": job},
        {
            "eventTime": day("10:00:00"),
            "producer": "https://example.org/p",
            "dataset": dataset("d"),
        },
    ]


def numbers(page: Json) -> list[int]:
    return [int(one["run"]["runId"][-12:]) for one in page["events"]]


def world() -> list[Json]:
    times = ("10:00:00", "10:00:00.0005", "10:00:00.001", "10:00:01", "11:00:00", "12:00:00.999999")
    return [happened("START", n, at) for n, at in enumerate(times)] + others()


def test_they_are_listed_by_event_time_without_gaps(database_url: str) -> None:
    async def ask(service: Service) -> Any:
        whole = await service.get(PATH)
        upwards = await service.get(PATH, sortDirection="ASC")
        assert upwards["events"] == whole["events"][::-1]
        singles = [await service.get(PATH, limit=1, offset=n) for n in range(7)]
        assert [one for page in singles for one in page["events"]] == whole["events"]
        assert {page["totalCount"] for page in singles} == {6}
        return whole

    whole = asked(database_url, world(), ask)
    assert numbers(whole)[:4] == [5, 4, 3, 2]
    assert sorted(numbers(whole)[4:]) == [0, 1]
    assert (whole["totalCount"], whole["totalCountExact"], whole["truncated"]) == (6, True, False)


def test_after_is_inclusive_and_before_exclusive_to_the_microsecond(database_url: str) -> None:
    stretches = {
        ("10:00:00", "10:00:01"): [0, 1, 2],
        ("10:00:00.000500", "10:00:00.001"): [1],
        ("10:00:00.000501", "10:00:00.001001"): [2],
        ("10:00:00.000100", "10:00:00.000500"): [],
        (None, "10:00:00.000500"): [0],
        ("12:00:00.999999", None): [5],
        ("11:00:00", "12:00:00.999999"): [4],
        ("12:00:00", "11:00:00"): [],
    }

    async def ask(service: Service) -> Any:
        found = []
        for after, before in stretches:
            given = {"after": after and day(after), "before": before and day(before)}
            page = await service.get(PATH, **given)
            assert page["totalCount"] == len(page["events"])
            found.append(sorted(numbers(page)))
        return found

    assert asked(database_url, world(), ask) == list(stretches.values())


def test_bytes_are_as_received(database_url: str) -> None:
    odd = [happened("START", n, f"10:00:0{n}") | {"odd": 10**30 + n} for n in range(3)]

    async def ask(service: Service) -> Any:
        page = await service.get(PATH)
        return page["events"]

    assert asked(database_url, odd, ask) == odd[::-1]
