"""What the events of one run add up to, and the state that follows; in any order."""

from typing import Any

import pytest

from tests.integration.http.test_traps import D, run
from tests.integration.http.worlds import FACET, Json, asked, dataset, happened, run_id
from tests.property.service import Service

DATASET = "/namespaces/db/datasets/d"
GONE = {"_deleted": True}


def noted(kind: str, at: str, **facets: Json) -> Json:
    """An event of run 1 with run facets."""
    whole = {name: FACET | facet for name, facet in facets.items()}
    return happened(kind, 1, at) | {"run": {"runId": run_id(1), "facets": whole}}


def test_inputs_and_outputs_are_the_union_over_a_runs_events(database_url: str) -> None:
    events = [
        happened("START", 1, "10:00:00", inputs=[dataset("a")]),
        happened("RUNNING", 1, "10:01:00", inputs=[dataset("b")], outputs=[dataset("c")]),
        happened("COMPLETE", 1, "10:02:00", outputs=[dataset("e")]),
    ]
    reads, writes = asked(
        database_url, events, run(1, "inputDatasetVersions", "outputDatasetVersions")
    )
    names = [[one["datasetVersionId"]["name"] for one in side] for side in (reads, writes)]
    assert names == [["a", "b"], ["c", "e"]]


def test_of_one_facet_the_latest_event_wins_whole(database_url: str) -> None:
    events = [
        noted("START", "10:00:00", env={"a": 1, "b": 2}),
        noted("COMPLETE", "10:01:00", env={"b": 3}),
        noted("RUNNING", "10:00:30", env={"a": 4}, other={"c": 5}),
    ]
    [facets] = asked(database_url, events, run(1, "facets"))
    assert facets == {"env": FACET | {"b": 3}, "other": FACET | {"c": 5}}


@pytest.mark.parametrize(("at", "description"), [("10:00:00", "text"), ("10:00:01", None)])
def test_a_value_beats_a_tombstone_of_the_same_time(
    database_url: str, at: str, description: str | None
) -> None:
    events = [
        happened("FAIL", 1, at, outputs=[dataset("d", documentation=GONE)]),
        happened(
            "START", 1, "10:00:00", outputs=[dataset("d", documentation={"description": "text"})]
        ),
    ]

    async def ask(service: Service) -> Any:
        return (await service.get(DATASET))["description"]

    assert asked(database_url, events, ask) == description


def test_deleted_counts_on_job_and_dataset_facets_only(database_url: str) -> None:
    events = [noted("START", "10:00:00", env={"a": 1}), noted("RUNNING", "10:01:00", env=GONE)]
    [facets] = asked(database_url, events, run(1, "facets"))
    assert facets == {"env": FACET | GONE}


def test_a_declaration_replaces_only_the_direction_that_it_fills(database_url: str) -> None:
    def declared(at: str, **sides: Any) -> Json:
        event = happened("START", 1, at, **sides)
        del event["run"], event["eventType"]
        return event

    events = [
        declared("10:00:00", inputs=[dataset("a")], outputs=[dataset("b")]),
        declared("11:00:00", inputs=[dataset("c")]),
        happened("COMPLETE", 1, "12:00:00"),
    ]

    async def ask(service: Service) -> Any:
        path = "/namespaces/tests/jobs/job"
        jobs = [await service.get(path, asOf="2026-03-01T10:30:00Z"), await service.get(path)]
        graph = await service.get("/lineage", nodeId="job:tests:job")
        stale = [edge["stale"] for node in graph["graph"] for edge in node["inEdges"]]
        return [[one["name"] for one in job["inputs"] + job["outputs"]] for job in jobs], stale

    # Never stale, though a run completed that has none of it.
    assert asked(database_url, events, ask) == ([["a", "b"], ["c", "b"]], [False, False])


@pytest.mark.parametrize(
    ("ends", "state", "conflict"),
    [
        (["COMPLETE 10:01:00", "START 10:02:00"], "COMPLETED", False),
        (["COMPLETE 10:01:00", "RUNNING 10:02:00", "OTHER 10:03:00"], "COMPLETED", False),
        (["FAIL 10:01:00", "COMPLETE 10:02:00"], "COMPLETED", True),
        (["COMPLETE 10:01:00", "ABORT 10:02:00"], "ABORTED", True),
        (["COMPLETE 10:01:00", "ABORT 10:01:00"], "ABORTED", True),
        (["ABORT 10:01:00", "FAIL 10:01:00"], "FAILED", True),
        (["COMPLETE 10:01:00", "COMPLETE 10:02:00"], "COMPLETED", False),
    ],
)
def test_a_terminal_state_beats_others_and_the_latest_of_those_counts(
    database_url: str, ends: list[str], state: str, conflict: bool
) -> None:
    events = [happened("START", 1, "10:00:00", inputs=D)]
    events += [happened(kind, 1, at) for kind, at in map(str.split, ends)]
    assert asked(database_url, events, run(1, "state", "conflict")) == [state, conflict]


def test_edges_of_a_failed_run_stay_marked(database_url: str) -> None:
    events = [happened("START", 1, "10:00:00", inputs=D), happened("FAIL", 1, "10:01:00")]

    async def ask(service: Service) -> Any:
        found = []
        for at in ("2026-03-01T10:00:30Z", None):
            graph = await service.get("/lineage", nodeId="dataset:db:d", asOf=at)
            found += [edge["confirmed"] for node in graph["graph"] for edge in node["inEdges"]]
        return found

    assert asked(database_url, events, ask) == [True, False]
