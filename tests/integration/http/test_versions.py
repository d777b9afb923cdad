"""Versions of datasets and jobs, from the rules, whatever order the events came in."""

from typing import Any
from uuid import UUID

import pytest

from catchment.lineage.keys import dataset_name
from catchment.postgres.read import versions as read_versions
from tests.integration.http.worlds import (
    FACET,
    Ask,
    Json,
    asked,
    dataset,
    happened,
    run_id,
    versioned,
)
from tests.property.service import Service, segment

DATASET = "/namespaces/db/datasets/d"
JOB = "/namespaces/tests/jobs/job"
FAR = "00000000-0000-0000-0000-000000000000"


def derived(run: int, name: str = "d") -> str:
    """The id of a version that a run wrote without a name for it."""
    both = zip(UUID(run_id(run)).bytes, dataset_name("db", name).key, strict=True)
    return str(UUID(bytes=bytes(a ^ b for a, b in both)))


def versions(*pages: tuple[int, int]) -> Ask:
    """Pages of d's versions, and each version as it is found by its own address."""

    async def ask(service: Service) -> Any:
        found = []
        for limit, offset in pages or [(100, 0)]:
            page = await service.get(f"{DATASET}/versions", limit=limit, offset=offset)
            for version in page["versions"]:
                alone = await service.get(f"{DATASET}/versions/{segment(version['version'])}")
                assert alone == version
            found.append(page)
        return found[0] if len(found) == 1 else found

    return ask


def brief(page: Json) -> list[tuple[str, list[str], bool]]:
    return [(v["version"], v["createdByRuns"], v["confirmed"]) for v in page["versions"]]


def test_a_write_is_a_version_and_the_newest_comes_first(database_url: str) -> None:
    fields = [{"name": "id", "type": "int"}]
    rich = dataset(
        "d",
        schema={"fields": fields},
        lifecycleStateChange={"lifecycleStateChange": "OVERWRITE"},
        dataSource={"name": "warehouse", "uri": "postgres://h"},
    )
    events = [
        happened("START", 1, "10:00:00"),
        happened("COMPLETE", 1, "10:10:00", outputs=[dataset("d")]),
        happened("START", 2, "11:00:00", outputs=[rich]),
        happened("FAIL", 3, "09:00:00", outputs=[dataset("d")]),
        happened("COMPLETE", 4, "12:00:00", outputs=[dataset("other")]),
        happened("COMPLETE", 5, "12:00:00", inputs=[dataset("d")]),
    ]
    page = asked(database_url, events, versions())
    assert page["totalCount"] == 3
    assert brief(page) == [
        (derived(2), [run_id(2)], False),
        (derived(1), [run_id(1)], True),
        (derived(3), [run_id(3)], False),
    ]
    newest, plain, _ = page["versions"]
    assert newest["createdByRun"]["id"] == run_id(2)
    assert newest["createdByRun"]["state"] == "RUNNING"
    assert newest["lifecycleState"] == "OVERWRITE"
    assert newest["sourceName"] == "warehouse"
    assert [field["name"] for field in newest["fields"]] == ["id"]
    assert newest["facets"]["schema"]["fields"] == fields
    assert newest["createdAt"] == newest["updatedAt"] == "2026-03-01T11:00:00Z"
    assert newest["currentSchemaVersion"] is not None
    assert (plain["lifecycleState"], plain["fields"], plain["facets"]) == (None, [], {})
    assert plain["currentSchemaVersion"] is None


def test_a_named_version_is_one_whoever_writes_it(database_url: str) -> None:
    events = [
        happened("COMPLETE", 1, "10:00:00", outputs=[versioned("d", "v1")]),
        happened("COMPLETE", 2, "11:00:00", outputs=[dataset("d")]),
        happened("FAIL", 3, "12:00:00", outputs=[versioned("d", "v1")]),
        happened("FAIL", 4, "09:00:00", outputs=[versioned("d", "v0/ä")]),
        # The latest event names another version, so the first is none of this run's.
        happened("START", 5, "13:00:00", outputs=[versioned("d", "passing")]),
        happened("COMPLETE", 5, "13:30:00", outputs=[versioned("d", "v2")]),
    ]
    pages = asked(database_url, events, versions((100, 0), (1, 0), (1, 1), (2, 2), (5, 9)))
    whole = brief(pages[0])
    assert whole == [
        ("v2", [run_id(5)], True),
        ("v1", [run_id(3), run_id(1)], True),
        (derived(2), [run_id(2)], True),
        ("v0/ä", [run_id(4)], False),
    ]
    assert [brief(page) for page in pages[1:]] == [whole[:1], whole[1:2], whole[2:], []]
    assert {page["totalCount"] for page in pages} == {4}
    assert pages[0]["versions"][1]["createdAt"] == "2026-03-01T10:00:00Z"
    assert pages[0]["versions"][1]["createdByRun"]["id"] == run_id(3)


def test_many_writes_of_one_instant_are_paged_without_gaps(database_url: str) -> None:
    events = [
        happened("COMPLETE", n, f"10:0{n % 2}:00", outputs=[dataset("d", schema={"v": n % 3})])
        for n in range(1, 13)
    ]
    single = [(1, offset) for offset in range(13)]
    whole, *pages = asked(database_url, events, versions((100, 0), *single))
    assert len({version["version"] for version in whole["versions"]}) == 12
    assert [version for page in pages for version in page["versions"]] == whole["versions"]


def test_beyond_what_is_counted_a_client_can_still_page(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_versions, "COUNTED_MAX", 3)
    events = [happened("COMPLETE", n, f"10:0{n}:00", outputs=[dataset("d")]) for n in range(1, 6)]
    pages = asked(database_url, events, versions((2, 0), (2, 2), (2, 4)))
    assert [len(page["versions"]) for page in pages] == [2, 2, 1]
    assert [page["totalCount"] for page in pages] == [3, 5, 5]
    assert not any(page["totalCountExact"] for page in pages)


def test_states_that_change_confirm_and_unconfirm(database_url: str) -> None:
    events = [
        happened("COMPLETE", 1, "10:00:00", outputs=[dataset("d")]),
        happened("FAIL", 1, "10:00:01"),
        happened("START", 2, "11:00:00", outputs=[dataset("d")]),
        happened("COMPLETE", 2, "23:00:00"),
    ]

    async def ask(service: Service) -> Any:
        page = await versions()(service)
        return brief(page), (await service.get(DATASET))["currentVersion"]

    shown, current = asked(database_url, events, ask)
    assert shown == [(derived(2), [run_id(2)], True), (derived(1), [run_id(1)], False)]
    assert current == derived(2)


def test_what_nobody_wrote_is_unknown(database_url: str) -> None:
    events = [
        happened("COMPLETE", 1, "10:00:00", outputs=[versioned("d", "v1")]),
        happened("COMPLETE", 2, "10:00:00", inputs=[versioned("d", "v9")]),
    ]

    async def ask(service: Service) -> Any:
        # A run whose write has a name has no version by id; a run that only read has none at all.
        asked_for = ("v9", "v", derived(1), derived(2), FAR)
        found = [await service.get(f"{DATASET}/versions/{v}") for v in asked_for]
        unknown = await service.get("/namespaces/db/datasets/none/versions")
        return [*found, unknown, await service.get(f"{JOB}/versions/{FAR}")]

    assert asked(database_url, events, ask) == [None] * 7


def located(url: str) -> Json:
    code = {"sourceCodeLocation": FACET | {"type": "git", "url": url}}
    return {"namespace": "tests", "name": "job", "facets": code}


def test_versions_of_a_job_are_those_its_runs_ended_with(database_url: str) -> None:
    a, b, c = dataset("a"), dataset("b"), dataset("c")
    old, new = "https://example.org/1", "https://example.org/2"
    ends: Json = {"inputs": [a], "outputs": [b]}
    events = [
        happened("START", 1, "10:00:00", **ends) | {"job": located(old)},
        happened("COMPLETE", 1, "10:10:00") | {"job": located(old)},
        happened("FAIL", 2, "11:00:00", **ends) | {"job": located(old)},
        happened("ABORT", 3, "12:00:00", **ends) | {"job": located(new)},
        # What passes: until the later event comes, this run has other outputs.
        happened("START", 4, "13:00:00", inputs=[a], outputs=[c]) | {"job": located(new)},
        happened("COMPLETE", 4, "13:10:00", outputs=[b]) | {"job": located(new)},
        happened("START", 5, "14:00:00", **ends) | {"job": located(new)},
        happened("COMPLETE", 6, "15:00:00", job="other", **ends),
    ]

    async def ask(service: Service) -> Any:
        page = await service.get(f"{JOB}/versions")
        for version in page["versions"]:
            assert await service.get(f"{JOB}/versions/{version['version']}") == version
        pages = [await service.get(f"{JOB}/versions", limit=1, offset=n) for n in range(4)]
        assert [one for page in pages for one in page["versions"]] == page["versions"]
        assert {one["totalCount"] for one in pages} == {3}
        job = await service.get(JOB)
        run = await service.get(f"/jobs/runs/{run_id(4)}")
        return page, job["currentVersion"], run["jobVersion"]["version"]

    page, current, of_run = asked(database_url, events, ask)
    assert page["totalCount"] == 3
    newest, middle, oldest = page["versions"]
    assert current == of_run == newest["version"] == newest["id"]["version"]
    assert [one["name"] for one in newest["outputs"]] == ["b", "c"]
    assert (newest["location"], middle["location"], oldest["location"]) == (new, new, old)
    assert oldest["createdAt"] == "2026-03-01T10:00:00Z"
    assert oldest["latestRun"]["id"] == run_id(2)
    assert middle["latestRun"]["state"] == "ABORTED"
    assert (oldest["inputs"], oldest["outputs"]) == (
        [{"namespace": "db", "name": "a"}],
        [{"namespace": "db", "name": "b"}],
    )


def test_the_current_version_is_found_behind_many_running_runs(database_url: str) -> None:
    events = [happened("COMPLETE", 1, "09:00:00", outputs=[dataset("d")])]
    events += [happened("START", n, f"10:{n}:00") for n in range(10, 22)]

    async def ask(service: Service) -> Any:
        job = await service.get(JOB)
        found = await service.get(f"{JOB}/versions/{job['currentVersion']}")
        return found["latestRun"]["id"], (await service.get(JOB, asOf="2026-03-01T08:00:00Z"))

    found, before = asked(database_url, events, ask)
    assert found == run_id(1)
    assert before["currentVersion"] is None
