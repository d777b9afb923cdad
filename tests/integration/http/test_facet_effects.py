"""What the graph does with facets: one test for each sentence of docs/reference/facets.md.

What is only shown is in `test_facet_rows`; columns, versions, sources, tags and search have tests
of their own beside these.
"""

from typing import Any
from uuid import uuid4

import pytest

from tests.integration.http.conftest import Collector
from tests.integration.http.test_facet_rows import SIBLING, carrying, stored
from tests.unit.events.strict.samples import Json

BASE = {"_producer": "https://example.org/p", "_schemaURL": "https://example.org/s"}
UUID = "0190a000-0000-7000-8000-00000000000{}"


def get(server: Collector, path: str, **params: str) -> Any:
    answer = server.client.get(f"/api/v1{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def given(server: Collector, entity: str, **facets: Json) -> tuple[Json, Json, Json, Json]:
    """The event, and its run, job and output as answers have them, after these facets came."""
    whole = {name: BASE | facet for name, facet in facets.items()}
    sent = carrying(entity, whole)
    assert stored(server, sent) == []
    return sent, *answers(server, sent)


def answers(server: Collector, sent: Json) -> tuple[Json, Json, Json]:
    run = get(server, f"/jobs/runs/{sent['run']['runId']}")
    job = get(server, f"/namespaces/tests/jobs/{sent['job']['name']}")
    return run, job, get(server, f"/namespaces/db/datasets/{sent['outputs'][0]['name']}")


def edges(server: Collector, sent: Json) -> set[tuple[str, str]]:
    """(basis, direction) of the edges of the event's job."""
    node = f"job:tests:{sent['job']['name']}"
    graph = get(server, "/lineage", nodeId=node, depth="1")["graph"]
    [found] = [one for one in graph if one["id"] == node]
    return {(edge["basis"], side) for side in ("inEdges", "outEdges") for edge in found[side]}


def test_parent_is_the_parent_of_the_run_and_names_the_root(server: Collector) -> None:
    flow = {"namespace": "tests", "name": "flow"}
    root = {"run": {"runId": UUID.format(2)}, "job": flow}
    parent = {"run": {"runId": UUID.format(1)}, "job": flow, "root": root}
    _, run, job, _ = given(server, "run", parent=parent)
    assert (run["parentRun"], run["rootRun"]) == (UUID.format(1), UUID.format(2))
    assert job["parentJobName"] == "flow"
    assert get(server, f"/jobs/runs/{UUID.format(2)}")["state"] == "NEW"


def test_job_dependencies_name_jobs_and_are_no_data_flow(server: Collector) -> None:
    other = {"job": {"namespace": "tests", "name": "only waited for"}}
    sent, *_ = given(server, "run", jobDependencies={"upstream": [other], "downstream": [other]})
    assert edges(server, sent) == {("inputs-outputs", "inEdges"), ("inputs-outputs", "outEdges")}
    assert get(server, "/namespaces/tests/jobs/only waited for")["latestRun"] is None


def test_nominal_time_gives_the_run_its_nominal_times(server: Collector) -> None:
    times = {
        "nominalStartTime": "2026-03-01T02:00:00+02:00",
        "nominalEndTime": "2026-03-02T00:00:00Z",
    }
    _, run, _, _ = given(server, "run", nominalTime=times)
    assert run["nominalStartTime"] == "2026-03-01T00:00:00Z"
    assert run["nominalEndTime"] == "2026-03-02T00:00:00Z"


def test_error_message_does_not_make_a_run_fail(server: Collector) -> None:
    said = {"message": "x", "programmingLanguage": "python"}
    _, run, _, _ = given(server, "run", errorMessage=said)
    assert run["state"] == "COMPLETED"


@pytest.mark.parametrize(
    ("processing", "shown"), [("BATCH", "BATCH"), ("STREAMING", "STREAM"), ("SERVICE", "SERVICE")]
)
def test_job_type_says_the_type_and_gives_labels(
    server: Collector, processing: str, shown: str
) -> None:
    kind = {"processingType": processing, "integration": "SPARK", "jobType": "TASK"}
    _, _, job, _ = given(server, "job", jobType=kind)
    assert (job["type"], job["labels"]) == (shown, ["TASK", "SPARK"])


def test_documentation_is_the_description(server: Collector) -> None:
    _, _, job, _ = given(server, "job", documentation={"description": "nightly"})
    _, _, _, dataset = given(server, "dataset", documentation={"description": "all orders"})
    assert (job["description"], dataset["description"]) == ("nightly", "all orders")


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("sql", {"query": "select 1"}, {"query": "select 2"}),
        ("sourceCode", {"language": "py", "sourceCode": "1"}, {"language": "py", "sourceCode": ""}),
        ("sourceCodeLocation", {"type": "git", "url": "a:b"}, {"type": "git", "url": "a:c"}),
    ],
)
def test_code_is_part_of_what_makes_a_version_of_the_job(
    server: Collector, name: str, first: Json, second: Json
) -> None:
    sent, _, before, _ = given(server, "job", **{name: first})
    for hour, code, same in ((13, first, True), (14, second, False)):
        job = sent["job"] | {"facets": {name: BASE | code}}
        again = {"job": job, "run": {"runId": str(uuid4())}}
        assert server.post(sent | again | {"eventTime": f"2026-03-01T{hour}:00:00Z"}).is_success
        _, job, _ = answers(server, sent)
        assert (job["currentVersion"] == before["currentVersion"]) is same
    assert job["location"] == (second.get("url"))


def test_tags_are_those_of_job_dataset_and_columns(server: Collector) -> None:
    tag = {"key": "tier", "value": "gold"}
    _, run, _, _ = given(server, "run", tags={"tags": [tag]})
    _, _, job, _ = given(server, "job", tags={"tags": [tag]})
    of_column = {"tags": [tag, {"key": "pii", "value": "true", "field": "id"}]}
    _, _, _, dataset = given(server, "dataset", tags=of_column, schema={"fields": [{"name": "id"}]})
    assert run["facets"]["tags"]["tags"] == [tag]
    assert len(job["tags"]) == len(dataset["tags"]) == 1
    assert len(dataset["fields"][0]["tags"]) == 1


def test_lineage_of_a_job_gives_its_edges_in_place_of_each_input_to_each_output(
    server: Collector,
) -> None:
    sent = carrying("job", {})
    out = sent["outputs"][0] | {"type": "DATASET", "inputs": []}
    sent["job"]["facets"] = {"lineage": BASE | {"entries": [out]}}
    assert stored(server, sent) == []
    node = f"dataset:db:{sent['outputs'][0]['name']}"
    graph = get(server, "/lineage", nodeId=node, direction="upstream")["graph"]
    assert [one["type"] for one in graph] == ["DATASET", "JOB"]
    assert edges(server, sent) == {("inputs-outputs", "inEdges"), ("explicit", "outEdges")}


def test_lineage_of_a_dataset_is_shown_and_gives_no_edge(server: Collector) -> None:
    source = {"namespace": "db", "name": "source of lineage", "type": "DATASET"}
    _, _, _, dataset = given(server, "dataset", lineage={"inputs": [source]})
    assert dataset["facets"]["lineage"]["inputs"] == [source]
    assert server.client.get("/api/v1/namespaces/db/datasets/source of lineage").status_code == 404


def test_schema_gives_columns_and_the_version_of_the_schema(server: Collector) -> None:
    fields = [{"name": "id", "type": "int", "fields": [{"name": "part"}]}]
    sent, _, _, dataset = given(server, "dataset", schema={"fields": fields})
    assert [field["name"] for field in dataset["fields"]] == ["id", "id.part"]
    path = f"/namespaces/db/datasets/{sent['outputs'][0]['name']}/versions"
    [version] = get(server, path)["versions"]
    assert version["currentSchemaVersion"]


def test_column_lineage_gives_edges_of_columns_and_of_datasets(server: Collector) -> None:
    source = {"namespace": "db", "name": "not among the inputs", "field": "key"}
    sent, *_ = given(server, "dataset", columnLineage={"fields": {"id": {"inputFields": [source]}}})
    node = f"datasetField:db:{sent['outputs'][0]['name']}:id"
    ids = {one["id"] for one in get(server, "/column-lineage", nodeId=node)["graph"]}
    assert "datasetField:db:not among the inputs:key" in ids
    assert ("column", "inEdges") in edges(server, sent)


def test_version_names_what_was_written(server: Collector) -> None:
    _, run, _, dataset = given(server, "dataset", version={"datasetVersion": "v7"})
    [write] = run["outputDatasetVersions"]
    assert write["datasetVersionId"]["version"] == dataset["currentVersion"] == "v7"


def test_data_source_names_the_source(server: Collector) -> None:
    where = {"name": "warehouse of facets", "uri": "postgres://db:5432"}
    _, _, _, dataset = given(server, "dataset", dataSource=where)
    assert dataset["sourceName"] == where["name"]
    source = get(server, "/sources/warehouse of facets")
    assert source["connectionUrl"] == where["uri"]


def test_dataset_type_is_the_type(server: Collector) -> None:
    _, _, _, dataset = given(server, "dataset", datasetType={"datasetType": "MODEL"})
    assert dataset["type"] == "MODEL"


def test_lifecycle_state_change_is_the_state_of_the_version(server: Collector) -> None:
    sent, *_ = given(server, "dataset", lifecycleStateChange={"lifecycleStateChange": "TRUNCATE"})
    path = f"/namespaces/db/datasets/{sent['outputs'][0]['name']}/versions"
    [version] = get(server, path)["versions"]
    assert version["lifecycleState"] == "TRUNCATE"


def test_a_broken_facet_costs_nothing_of_what_others_give(server: Collector) -> None:
    sent = carrying("run", {"parent": {"run": 1}, "nominalTime": BASE | {"nominalStartTime": "x"}})
    source = {"namespace": "db", "name": sent["inputs"][0]["name"], "field": "key"}
    sent["outputs"][0]["facets"] = {
        "schema": BASE | {"fields": [{"name": "id"}, {"type": "int"}, 5]},
        "columnLineage": BASE
        | {"fields": {"id": {"inputFields": [source, {"name": "x"}]}, "bad": 1}},
        "documentation": BASE | {"description": ["no text"]},
        "ours": SIBLING,
    }
    sent["job"]["facets"] = {"sql": BASE | {"query": 1}, "jobType": BASE | {"processingType": "X"}}
    problems = stored(server, sent)
    lost = {one["pointer"] for one in problems if one["reason"].endswith("left out of the graph")}
    assert lost == {
        "/run/facets/parent/run",
        "/run/facets/parent/job",
        "/run/facets/nominalTime/nominalStartTime",
        "/outputs/0/facets/schema/fields/1/name",
        "/outputs/0/facets/schema/fields/2",
        "/outputs/0/facets/columnLineage/fields/id/inputFields/1/namespace",
        "/outputs/0/facets/columnLineage/fields/id/inputFields/1/field",
        "/outputs/0/facets/columnLineage/fields/bad",
    }
    assert {one["pointer"] for one in problems} - lost == {
        "/run/facets/parent/_producer",
        "/run/facets/parent/_schemaURL",
        "/outputs/0/facets/documentation/description",
        "/job/facets/sql/query",
        "/job/facets/jobType/integration",
    }
    run, _, dataset = answers(server, sent)
    assert run["state"] == "COMPLETED"
    assert [field["name"] for field in dataset["fields"]] == ["id"]
    assert dataset["facets"] == sent["outputs"][0]["facets"]
    assert dataset["columnLineage"][0]["inputFields"][0]["field"] == "key"
    assert edges(server, sent) == {("column", "inEdges"), ("column", "outEdges")}
