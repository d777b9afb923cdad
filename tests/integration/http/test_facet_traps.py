"""Facets as they come in the wild: older versions, other names, junk, huge numbers, tombstones."""

import json
from typing import Any

import pytest

from catchment.events.strict import problems_of
from tests.integration.http.conftest import Collector, event
from tests.integration.http.test_facet_effects import BASE, answers, edges
from tests.integration.http.test_facet_rows import PLACES, carrying, shown, stored
from tests.unit.events.strict.samples import Json

SPEC = "https://openlineage.io/spec/facets"


def versioned(url: str, **members: Any) -> Json:
    """A facet of a version of its own."""
    return {"_producer": "https://example.org/p", "_schemaURL": f"{SPEC}/{url}"} | members


LINK = {
    "run": {"runId": "0190a000-0000-7000-8000-000000000001"},
    "job": {"namespace": "tests", "name": "flow"},
}
SOURCE = {"namespace": "db", "name": "older", "field": "key"}
OLDER = {
    "parent 1-0-1, without a root": (
        "run",
        "parent",
        versioned("1-0-1/ParentRunFacet.json#/$defs/ParentRunFacet", **LINK),
    ),
    "columnLineage 1-1-0, with a type of its own": (
        "dataset",
        "columnLineage",
        versioned(
            "1-1-0/ColumnLineageDatasetFacet.json",
            fields={
                "id": {
                    "inputFields": [SOURCE],
                    "transformationDescription": "as it is",
                    "transformationType": "IDENTITY",
                }
            },
        ),
    ),
    "jobType 2-0-3, without a pattern": (
        "job",
        "jobType",
        versioned(
            "2-0-3/JobTypeJobFacet.json",
            processingType="BATCH",
            integration="AIRFLOW",
            jobType="DAG",
        ),
    ),
}


@pytest.mark.parametrize("which", OLDER)
def test_older_versions_are_valid_and_understood(server: Collector, which: str) -> None:
    entity, name, facet = OLDER[which]
    sent = carrying(entity, {name: facet})
    assert problems_of(json.dumps(sent).encode()) == ()
    assert stored(server, sent) == []
    run, job, dataset = answers(server, sent)
    understood = {
        "parent": run["parentRun"] == LINK["run"]["runId"],
        "columnLineage": bool(dataset["columnLineage"]),
        "jobType": job["labels"] == ["DAG", "AIRFLOW"],
    }
    assert understood[name]


def test_a_known_facet_under_another_name_is_one_without_a_model(server: Collector) -> None:
    facet = versioned("1-0-1/GcpDataprocRunFacet.json#/$defs/GcpDataprocRunFacet", appId=7)
    sent = carrying("run", {"gcp_dataproc_spark": facet})
    assert problems_of(json.dumps(sent).encode()) == ()
    assert stored(server, sent) == []
    assert all(one == {"gcp_dataproc_spark": facet} for one in shown(server, "run", sent))
    [problem] = stored(server, carrying("run", {"gcp_dataproc": facet}))
    assert problem["pointer"] == "/run/facets/gcp_dataproc/appId"


@pytest.mark.parametrize(
    ("entity", "name"), [("input", "icebergScanReport"), ("output", "icebergCommitReport")]
)
def test_a_snapshot_id_keeps_all_its_digits(server: Collector, entity: str, name: str) -> None:
    snapshot = 2**53 + 1
    huge = int("9" * 30)
    facet = BASE | {"snapshotId": snapshot, "metadata": {"huge": huge}}
    sent = carrying(entity, {name: facet})
    assert stored(server, sent) == []
    for answer in shown(server, entity, sent):
        assert answer[name]["snapshotId"] == snapshot
        assert answer[name]["metadata"]["huge"] == huge


def test_junk_in_lineage_gives_no_edge_and_keeps_those_of_inputs_and_outputs(
    server: Collector,
) -> None:
    sent = carrying("job", {"lineage": BASE | {"entries": "junk"}})
    assert stored(server, sent) == [
        {
            "pointer": "/job/facets/lineage/entries",
            "reason": "must be an array, not a string; left out of the graph",
        }
    ]
    assert edges(server, sent) == {("inputs-outputs", "inEdges"), ("inputs-outputs", "outEdges")}


@pytest.mark.parametrize("entity", PLACES)
def test_what_every_facet_needs_is_asked_of_all(server: Collector, entity: str) -> None:
    place = f"{PLACES[entity]}/ours"
    nested = {"inner": BASE}
    assert {one["pointer"] for one in stored(server, carrying(entity, {"ours": nested}))} == {
        f"{place}/_producer",
        f"{place}/_schemaURL",
    }
    junk = {"_producer": "me", "_schemaURL": 7}
    [producer, url] = stored(server, carrying(entity, {"ours": junk}))
    assert producer["pointer"] == f"{place}/_producer"
    assert producer["reason"].startswith("must be a URI with a scheme")
    assert url == {"pointer": f"{place}/_schemaURL", "reason": "must be a string, not a number"}


def test_a_producer_that_is_no_uri_is_a_problem(server: Collector) -> None:
    pointers = {one["pointer"] for one in stored(server, event(producer="airflow", schemaURL="x"))}
    assert pointers == {"/producer", "/schemaURL"}


def test_a_tombstone_hides_its_facet_and_needs_no_more(server: Collector) -> None:
    fields = {"schema": BASE | {"fields": [{"name": "id"}]}}
    sent = carrying("dataset", fields)
    sent["job"]["facets"] = {"ownership": BASE | {"owners": [{"name": "team"}]}}
    assert stored(server, sent) == []
    later = json.loads(json.dumps(sent)) | {"eventTime": "2026-03-01T12:00:01Z"}
    later["outputs"][0]["facets"] = {"schema": BASE | {"_deleted": True}}
    later["job"]["facets"] = {"ownership": BASE | {"_deleted": True}}
    assert stored(server, later) == []
    _, job, dataset = answers(server, sent)
    assert (dataset["fields"], dataset["facets"], job["facets"]) == ([], {}, {})


def test_a_tombstone_means_nothing_on_a_run(server: Collector) -> None:
    sent = carrying("run", {"externalQuery": BASE | {"_deleted": True}})
    pointers = {one["pointer"] for one in stored(server, sent)}
    assert pointers == {
        f"/run/facets/externalQuery/{member}" for member in ("externalQueryId", "source")
    }
    for answer in shown(server, "run", sent):
        assert answer["externalQuery"]["_deleted"] is True


def test_the_same_problem_is_listed_once_and_all_of_them_are_bounded(server: Collector) -> None:
    careless = {"schema": {"fields": [{"type": "int"} for _ in range(2_000)]}}
    sent = event(
        inputs=[{"namespace": "db", "name": str(n), "facets": careless} for n in range(50)]
    )
    assert [one["pointer"] for one in stored(server, sent)] == [
        "/inputs/0/facets/schema",
        "/inputs/0/facets/schema/fields/0",
    ]
    few = {"schema": {"fields": [{"type": "int"} for _ in range(200)]}}
    sent = event(inputs=[{"namespace": "db", "name": str(n), "facets": few} for n in range(50)])
    assert [one["pointer"] for one in stored(server, sent)] == [
        "/inputs/0/facets/schema/_producer",
        "/inputs/0/facets/schema/_schemaURL",
        "/inputs/0/facets/schema/fields/0/name",
    ]
    many = carrying("run", {f"facet {n}": {} for n in range(500)})
    listed = stored(server, many)
    assert len(listed) == 101
    assert "problems_max" in listed[-1]["reason"]
