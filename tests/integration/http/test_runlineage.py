"""From a run to what it read and who wrote it, whatever order the events came in."""

from typing import Any

import pytest

from catchment.api import runlineage
from tests.integration.http.test_versions import derived
from tests.integration.http.worlds import Json, asked, dataset, happened, run_id, versioned
from tests.property.service import Service

PATH = "/runlineage/upstream"
D = [dataset("d")]


def reader(at: str, inputs: list[Json] | None = None, **members: Any) -> list[Json]:
    """Run 9 reads d; it goes on until the end of the day."""
    return [
        happened("START", 9, at, "read", D if inputs is None else inputs, **members),
        happened("COMPLETE", 9, "23:00:00", "read"),
    ]


def inputs_of_9(database_url: str, events: list[Json]) -> list[tuple[Any, Any]]:
    async def ask(service: Service) -> Any:
        return await service.get(PATH, runId=run_id(9))

    first = asked(database_url, events, ask)["runs"][0]
    assert first["run"]["id"] == run_id(9)
    return [
        (one["version"], one["producedByRunId"] and int(one["producedByRunId"][-12:]))
        for one in first["inputs"]
    ]


def test_the_latest_confirmed_at_the_start_is_what_was_read(database_url: str) -> None:
    events = [
        happened("COMPLETE", 1, "08:00:00", outputs=D),
        happened("COMPLETE", 2, "09:00:00", outputs=D),
        # Began before and ended after; failed; wrote only afterwards.
        happened("START", 3, "09:30:00", outputs=D),
        happened("COMPLETE", 3, "10:30:00"),
        happened("FAIL", 4, "09:45:00", outputs=D),
        happened("COMPLETE", 5, "11:00:00", outputs=D),
        *reader("10:00:00"),
    ]
    assert inputs_of_9(database_url, events) == [(derived(2), 2)]


def test_a_complete_at_the_very_start_counts(database_url: str) -> None:
    events = [happened("COMPLETE", 1, "10:00:00", outputs=D), *reader("10:00:00")]
    assert inputs_of_9(database_url, events) == [(derived(1), 1)]


def test_fail_after_complete_unconfirms(database_url: str) -> None:
    events = [
        happened("COMPLETE", 1, "08:00:00", outputs=D),
        happened("COMPLETE", 2, "09:00:00", outputs=D),
        happened("FAIL", 2, "09:00:01"),
        *reader("10:00:00"),
    ]
    assert inputs_of_9(database_url, events) == [(derived(1), 1)]


def test_an_output_named_again_after_the_end_is_of_the_same_write(database_url: str) -> None:
    events = [
        happened("COMPLETE", 1, "08:00:00", outputs=D),
        happened("COMPLETE", 2, "09:00:00", outputs=D),
        happened("OTHER", 2, "12:00:00", outputs=D),
        happened("COMPLETE", 3, "11:00:00", outputs=D),
        *reader("10:00:00"),
    ]
    assert inputs_of_9(database_url, events) == [(derived(2), 2)]


def test_without_a_confirmed_one_it_is_the_latest_unconfirmed(database_url: str) -> None:
    events = [
        happened("FAIL", 1, "08:00:00", outputs=D),
        happened("START", 2, "09:00:00", outputs=D),
        happened("COMPLETE", 2, "10:30:00", outputs=D),
        happened("COMPLETE", 3, "11:00:00", outputs=D),
        *reader("10:00:00"),
    ]
    assert inputs_of_9(database_url, events) == [(derived(2), 2)]


def test_what_was_written_later_was_not_read(database_url: str) -> None:
    events = [happened("COMPLETE", 1, "12:00:00", outputs=D), *reader("10:00:00")]
    assert inputs_of_9(database_url, events) == [(None, None)]


def test_never_its_own_output(database_url: str) -> None:
    own = reader("10:00:00", outputs=D)
    assert inputs_of_9(database_url, own) == [(None, None)]
    before = happened("COMPLETE", 1, "08:00:00", outputs=D)
    assert inputs_of_9(database_url, [before, *own]) == [(derived(1), 1)]
    named = reader("10:00:00", [versioned("d", "v1")], outputs=[versioned("d", "v1")])
    assert inputs_of_9(database_url, named) == [("v1", None)]


def test_a_named_version_is_what_was_read_whoever_wrote_another(database_url: str) -> None:
    v1 = [versioned("d", "v1")]
    reads = reader("10:00:00", v1)
    later = happened("COMPLETE", 2, "09:30:00", outputs=D)
    nobody = inputs_of_9(database_url, [later, *reads])
    assert nobody == [("v1", None)]
    first = happened("COMPLETE", 1, "08:00:00", outputs=v1)
    assert inputs_of_9(database_url, [first, later, *reads]) == [("v1", 1)]
    # Of several writers: the latest that had completed when the reader began.
    others = [
        happened("COMPLETE", 3, "09:00:00", outputs=v1),
        happened("FAIL", 4, "09:15:00", outputs=v1),
        happened("COMPLETE", 5, "11:00:00", outputs=v1),
    ]
    assert inputs_of_9(database_url, [first, later, *others, *reads]) == [("v1", 3)]
    assert inputs_of_9(database_url, [others[2], *reads]) == [("v1", 5)]


def test_a_version_that_its_writer_named_is_shown_by_that_name(database_url: str) -> None:
    events = [
        happened("COMPLETE", 1, "08:00:00", outputs=[versioned("d", "v7")]),
        *reader("10:00:00"),
    ]
    assert inputs_of_9(database_url, events) == [("v7", 1)]


def chain(length: int) -> list[Json]:
    """Run n reads what run n - 1 wrote, and what nobody wrote; the first reads the last's."""
    return [
        happened(
            "COMPLETE",
            n,
            f"10:{n:02}:00",
            f"job{n}",
            [dataset(f"d{(n - 1) % length}"), dataset("raw")],
            [dataset(f"d{n}")],
        )
        for n in range(length)
    ]


def test_the_walk_goes_level_by_level_and_ends(database_url: str) -> None:
    # A cycle by named versions: the first run says that it read what the last one writes.
    events = chain(5)
    events[0]["inputs"][0] |= versioned("d4", "round")
    events[4]["outputs"] = [versioned("d4", "round")]

    async def ask(service: Service) -> Any:
        return [
            await service.get(PATH, runId=run_id(4), depth=depth) for depth in (None, 0, 1, 4, 5)
        ] + [await service.get(PATH, runId=run_id(99))]

    *found, unknown = asked(database_url, events, ask)
    assert unknown is None
    ways = [[int(run["run"]["id"][-12:]) for run in answer["runs"]] for answer in found]
    assert ways == [[4, 3, 2, 1, 0], [4], [4, 3], [4, 3, 2, 1, 0], [4, 3, 2, 1, 0]]
    assert not any(answer["truncated"] for answer in found)
    last = found[0]["runs"][0]
    assert last["job"]["namespace"] == "tests"
    assert last["job"]["name"] == "job4"
    assert last["job"]["version"] is not None
    assert last["run"] == {
        "id": run_id(4),
        "start": "2026-03-01T10:04:00Z",
        "end": "2026-03-01T10:04:00Z",
        "status": "COMPLETED",
    }
    producers = [(one["name"], one["producedByRunId"]) for one in last["inputs"]]
    assert producers == [("d3", run_id(3)), ("raw", None)]
    assert found[0]["runs"][4]["inputs"][0]["producedByRunId"] == run_id(4)


def test_an_answer_that_is_cut_says_where_to_go_on(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runlineage, "RUNS_MAX", 3)
    names = [dataset(f"d{n}") for n in range(5)]
    events = [happened("COMPLETE", n, "08:00:00", outputs=[names[n]]) for n in range(5)]

    async def ask(service: Service) -> Any:
        return await service.get(PATH, runId=run_id(9))

    found = asked(database_url, events + reader("10:00:00", names), ask)
    assert [int(run["run"]["id"][-12:]) for run in found["runs"]] == [9, 0, 1]
    assert found["truncated"]
    assert found["frontier"] == [f"run:{run_id(n)}" for n in (2, 3, 4)]
