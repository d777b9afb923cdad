"""Runs that are not meant to end, and events that show all that there is, in any order."""

from typing import Any

import pytest

from tests.integration.http.test_versions import DATASET, JOB, brief, derived, versions
from tests.integration.http.worlds import FACET, Json, asked, dataset, happened, run_id, typed
from tests.property.service import Service

D = [dataset("d")]
WHOLE = {"eventContentMode": "COMPLETE_SNAPSHOT", "windowDuration": "PT1M"}


def stream(kind: str, run: int, at: str, **sides: Any) -> Json:
    return happened(kind, run, at, **sides) | {"job": typed("STREAMING")}


def shot(run: int, at: str, kind: str = "RUNNING", job: str = "job", **sides: Any) -> Json:
    return happened(kind, run, at, **sides) | {"job": typed("streaming", job, **WHOLE)}


def bound(run: int) -> Any:
    async def ask(service: Service) -> Any:
        answer = await service.get("/runlineage/upstream", runId=run_id(run), depth=0)
        return [(one["version"], one["producedByRunId"]) for one in answer["runs"][0]["inputs"]]

    return ask


@pytest.mark.parametrize("kind", ["STREAMING", "service", "Streaming"])
def test_streaming_and_service_writes_are_confirmed_at_sight(database_url: str, kind: str) -> None:
    events = [
        happened("COMPLETE", 1, "09:00:00", "other", outputs=D),
        happened("START", 2, "10:00:00", outputs=D) | {"job": typed(kind)},
        # It goes on, and names its output again and again.
        happened("RUNNING", 2, "14:00:00", outputs=D) | {"job": typed(kind)},
        happened("START", 8, "11:00:00", "read", D),
        happened("START", 9, "09:30:00", "read", D),
    ]

    async def ask(service: Service) -> Any:
        times = ("2026-03-01T09:59:59Z", "2026-03-01T10:00:00Z", None)
        current = [(await service.get(DATASET, asOf=at))["currentVersion"] for at in times]
        page = await versions()(service)
        return brief(page), current, await bound(8)(service), await bound(9)(service)

    shown, current, after, before = asked(database_url, events, ask)
    assert shown == [(derived(2), [run_id(2)], True), (derived(1), [run_id(1)], True)]
    assert current == [derived(1), derived(2), derived(2)]
    assert after == [(derived(2), run_id(2))]
    assert before == [(derived(1), run_id(1))]


def test_a_stream_that_fails_has_written_all_the_same(database_url: str) -> None:
    events = [stream("START", 2, "10:00:00", outputs=D), stream("FAIL", 2, "12:00:00")]
    page = asked(database_url, events, versions())
    assert brief(page) == [(derived(2), [run_id(2)], True)]


def test_the_job_type_that_wins_decides_what_a_run_is(database_url: str) -> None:
    events = [
        stream("START", 2, "10:00:00", outputs=D),
        happened("RUNNING", 2, "11:00:00") | {"job": typed("BATCH")},
    ]
    page = asked(database_url, events, versions())
    assert brief(page) == [(derived(2), [run_id(2)], False)]


def test_a_named_version_of_a_stream_is_bound_to_it(database_url: str) -> None:
    named = [dataset("d", version={"datasetVersion": "v1"})]
    events = [
        stream("START", 2, "10:00:00", outputs=named),
        stream("RUNNING", 2, "15:00:00", outputs=named),
        happened("COMPLETE", 3, "11:30:00", "later", outputs=named),
        happened("START", 9, "11:00:00", "read", named),
    ]
    assert asked(database_url, events, bound(9)) == [("v1", run_id(2))]


def test_a_streaming_read_binds_at_its_first_event_naming_the_input(database_url: str) -> None:
    reads = {"job": typed("STREAMING", "read")}
    events = [
        happened("COMPLETE", 1, "09:00:00", outputs=D),
        happened("COMPLETE", 2, "11:00:00", outputs=D),
        happened("COMPLETE", 3, "13:00:00", outputs=D),
        happened("START", 9, "10:00:00") | reads,
        happened("RUNNING", 9, "12:00:00", inputs=D) | reads,
        happened("RUNNING", 9, "14:00:00", inputs=D) | reads,
    ]
    assert asked(database_url, events, bound(9)) == [(derived(2), run_id(2))]


def test_job_versions_of_streaming_runs_exist_before_they_end(database_url: str) -> None:
    events = [
        stream("START", 2, "10:00:00", outputs=D),
        happened("START", 3, "10:00:00", "batch", outputs=D),
    ]

    async def ask(service: Service) -> Any:
        job = await service.get(JOB)
        before = await service.get(JOB, asOf="2026-03-01T09:00:00Z")
        page = await service.get(f"{JOB}/versions")
        run = await service.get(f"/jobs/runs/{run_id(2)}")
        other = await service.get("/namespaces/tests/jobs/batch")
        found = [job["currentVersion"], run["jobVersion"]["version"], before["currentVersion"]]
        return found, page["versions"], other["currentVersion"]

    (current, of_run, before), page, batch = asked(database_url, events, ask)
    assert [one["version"] for one in page] == [current] == [of_run]
    assert page[0]["outputs"] == [{"namespace": "db", "name": "d"}]
    assert (before, batch) == (None, None)


def stale_edges(**given: str) -> Any:
    async def ask(service: Service) -> Any:
        graph = await service.get("/lineage", nodeId="job:tests:job", **given)
        edges = [edge for node in graph["graph"] for edge in node["inEdges"]]
        names = {"job:tests:job": "job"}
        return {
            (names.get(one["origin"], one["origin"][11:]), one["stale"])
            if one["destination"] == "job:tests:job"
            else (one["destination"][11:], one["stale"])
            for one in edges
        }

    return ask


def test_complete_snapshot_removes_nothing_and_what_it_leaves_out_is_stale(
    database_url: str,
) -> None:
    a, b, c, d = (dataset(name) for name in "abcd")
    events = [
        shot(2, "10:00:00", "START", inputs=[a], outputs=[c]),
        shot(2, "11:00:00", inputs=[b], outputs=[c, d]),
        # Names nothing, and shows not all: neither is a snapshot.
        shot(2, "12:00:00"),
        stream("RUNNING", 2, "12:30:00", inputs=[a]),
    ]

    async def ask(service: Service) -> Any:
        then = "2026-03-01T10:59:00Z"
        return await stale_edges()(service), await stale_edges(asOf=then)(service)

    now, then = asked(database_url, events, ask)
    assert now == {("a", True), ("b", False), ("c", False), ("d", False)}
    # Of a run its latest snapshot alone is known: before it nothing is said to be stale.
    assert then == {("a", False), ("c", False)}


def test_a_run_that_completed_later_says_what_holds(database_url: str) -> None:
    a, b, c = (dataset(name) for name in "abc")
    events = [
        shot(2, "11:00:00", inputs=[b], outputs=[c]),
        happened("COMPLETE", 3, "12:00:00", inputs=[a], outputs=[c]),
    ]
    found = asked(database_url, events, stale_edges())
    assert found == {("a", False), ("b", True), ("c", False)}
    # And of a run that completed, what its snapshot left out does not hold.
    events = [
        shot(2, "10:00:00", "START", inputs=[a, b], outputs=[c]),
        shot(2, "11:00:00", "COMPLETE", inputs=[b], outputs=[c]),
    ]
    found = asked(database_url, events, stale_edges())
    assert found == {("a", True), ("b", False), ("c", False)}


def made_of(name: str, *sources: str) -> Json:
    """A dataset whose column x is made of that of each of these."""
    inputs = [{"namespace": "db", "name": source, "field": "x"} for source in sources]
    return dataset(name, columnLineage=FACET | {"fields": {"x": {"inputFields": inputs}}})


def test_columns_of_edges_that_a_snapshot_leaves_out_are_stale_too(database_url: str) -> None:
    events = [
        shot(2, "10:00:00", "START", outputs=[made_of("c", "a"), made_of("d", "a")]),
        shot(2, "11:00:00", outputs=[made_of("d", "b")]),
    ]

    async def ask(service: Service) -> Any:
        node = "job:tests:job"
        graph = await service.get("/column-lineage", nodeId=node, direction="both")
        edges = [edge for node in graph["graph"] for edge in node["inEdges"]]
        return {(one["origin"][16:], one["destination"][16:], one["stale"]) for one in edges}

    found = asked(database_url, events, ask)
    # What c was made of is stale; what d was made of before is no edge: its facet won whole.
    assert found == {("c:x", "a:x", True), ("d:x", "b:x", False)}
