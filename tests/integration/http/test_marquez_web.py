"""Every question that Marquez's web client asks, as it asks it, and what it reads of the answer.

Names stand percent-encoded in one segment, as `encodeURIComponent` makes them; the node ids of
lineage are made of encoded parts that the router has decoded once.
"""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.integration.http import contract_world as world
from tests.integration.http.conftest import Collector

Json = dict[str, Any]
# What `encodeURIComponent` leaves as it is, beyond letters and digits.
_UNRESERVED = "-_.!~*'()"
TEXT, MAYBE, NUMBER = (str,), (str, type(None)), (int, type(None))
STATES = {"NEW", "RUNNING", "COMPLETED", "FAILED", "ABORTED"}


def segment(name: str) -> str:
    return quote(name, safe=_UNRESERVED)


SPACE, TABLE, JOB = segment(world.SPACE), segment(world.TABLE), segment(world.JOB)


@pytest.fixture(scope="module")
def filled(server: Collector) -> Collector:
    world.fill(server)
    return server


def ask(server: Collector, path: str) -> Json:
    """GET exactly this; every success body must be JSON, else the client reads `Success`."""
    # As a browser does, and unlike httpx, which would encode some of it once more.
    url = httpx.URL(server.url).copy_with(raw_path=f"/api/v1{path}".encode())
    answer = server.client.send(server.client.build_request("GET", url))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    found: Json = answer.json()
    return found


def has(found: Json, **types: tuple[type, ...]) -> None:
    for name, kinds in types.items():
        assert name in found, (name, found)
        assert type(found[name]) in kinds, (name, found[name])


def is_run(run: Json) -> None:
    has(run, id=TEXT, state=TEXT, createdAt=TEXT, startedAt=MAYBE, endedAt=MAYBE)
    has(run, durationMs=NUMBER, facets=(dict,))
    assert run["state"] in STATES


def is_job(job: Json) -> None:
    assert job["id"] == {"namespace": job["namespace"], "name": job["name"]}
    has(job, name=TEXT, namespace=TEXT, type=TEXT, createdAt=TEXT, updatedAt=TEXT)
    has(job, location=MAYBE, description=MAYBE, parentJobName=MAYBE, tags=(list,))
    has(job, latestRun=(dict, type(None)), latestRuns=(list, type(None)))
    assert job["latestRuns"] != []  # an empty list blanks the whole page
    for run in job["latestRuns"] or ():
        is_run(run)
    assert (job["latestRun"] is None) == (job["latestRuns"] is None)


def is_dataset(dataset: Json) -> None:
    has(dataset, name=TEXT, type=TEXT, updatedAt=TEXT, sourceName=MAYBE, description=MAYBE)
    has(dataset, tags=(list,), fields=(list,), columnLineage=(list, type(None)), facets=(dict,))
    has(dataset, deleted=(bool,), lastModifiedAt=TEXT)
    for field in dataset["fields"]:
        has(field, name=TEXT, type=MAYBE, description=MAYBE, tags=(list,))


def test_namespaces(filled: Collector) -> None:
    found = ask(filled, "/namespaces")["namespaces"]
    for one in found:
        has(one, name=TEXT, isHidden=(bool,))
    assert world.SPACE in [one["name"] for one in found]


@pytest.mark.parametrize(
    "path",
    [
        "/jobs?limit=20&offset=0",
        "/jobs?limit=10&offset=0",
        f"/namespaces/{SPACE}/jobs?limit=20&offset=0",
    ],
)
def test_jobs(filled: Collector, path: str) -> None:
    found = ask(filled, path)
    has(found, jobs=(list,), totalCount=(int,))
    for job in found["jobs"]:
        is_job(job)
    by_name = {job["name"]: job for job in found["jobs"] if job["namespace"] == world.SPACE}
    assert by_name["never ran"]["latestRuns"] is None
    assert [run["state"] for run in by_name["train"]["latestRuns"]] == ["FAILED", "COMPLETED"]
    assert by_name["stream"]["type"] == "STREAM"
    assert by_name[world.JOB]["parentJobName"] == "dag"


def test_pages_of_jobs_do_not_overlap(filled: Collector) -> None:
    total = ask(filled, "/jobs?limit=1&offset=0")["totalCount"]
    pages = [ask(filled, f"/jobs?limit=1&offset={n}")["jobs"] for n in range(total)]
    names = [(job["namespace"], job["name"]) for [job] in pages]
    assert len(set(names)) == total
    assert ask(filled, f"/jobs?limit=20&offset={total}")["jobs"] == []


def test_a_job(filled: Collector) -> None:
    job = ask(filled, f"/namespaces/{SPACE}/jobs/{JOB}")
    is_job(job)
    assert job["name"] == world.JOB
    assert job["description"] == "Loads what was ordered."
    assert job["tags"] == ["daily"]
    assert job["location"] == "https://example.org/code?token=secret"


@pytest.mark.parametrize("limit", [10, 14])
def test_runs(filled: Collector, limit: int) -> None:
    path = f"/namespaces/{SPACE}/jobs/{segment('train')}/runs?limit={limit}&offset=0"
    found = ask(filled, path)
    has(found, runs=(list,), totalCount=(int,))
    for run in found["runs"]:
        is_run(run)
    assert {run["id"] for run in found["runs"]} == {world.TRAINED, world.FAILED}
    [trained] = [run for run in found["runs"] if run["id"] == world.TRAINED]
    assert trained["durationMs"] == 3_600_250


@pytest.mark.parametrize("kind", ["run", "job"])
def test_facets_of_a_run(filled: Collector, kind: str) -> None:
    facets = ask(filled, f"/jobs/runs/{world.LOADED}/facets?type={kind}")["facets"]
    assert ("nominalTime" if kind == "run" else "documentation") in facets


def test_datasets(filled: Collector) -> None:
    found = ask(filled, f"/namespaces/{SPACE}/datasets?limit=20&offset=0")
    has(found, datasets=(list,), totalCount=(int,))
    for dataset in found["datasets"]:
        is_dataset(dataset)
    names = [dataset["name"] for dataset in found["datasets"]]
    assert names == sorted([world.TABLE, "raw orders", "only declared"])


def test_a_dataset(filled: Collector) -> None:
    dataset = ask(filled, f"/namespaces/{SPACE}/datasets/{TABLE}")
    is_dataset(dataset)
    assert dataset["name"] == world.TABLE
    assert dataset["sourceName"] == "lake"
    assert dataset["tags"] == ["pii"]
    source = {"namespace": world.SPACE, "dataset": "raw orders", "field": "key"}
    way = {"transformationDescription": None, "transformationType": "IDENTITY"}
    made = {"name": world.FIELD, "inputFields": [source | way]} | way
    assert dataset["columnLineage"] == [made]
    assert ask(filled, f"/namespaces/{SPACE}/datasets/raw%20orders")["columnLineage"] is None
    assert [field["name"] for field in dataset["fields"]] == ["order", "order.id", "order.note",
                                                              "paid"]  # fmt: skip
    assert ask(filled, f"/namespaces/{SPACE}/datasets/only%20declared")["fields"] == []


def test_versions(filled: Collector) -> None:
    path = f"/namespaces/{SPACE}/datasets/{TABLE}/versions?limit=10&offset=0"
    found = ask(filled, path)
    has(found, versions=(list,), totalCount=(int,))
    for version in found["versions"]:
        has(version, version=TEXT, createdAt=TEXT, fields=(list,), lifecycleState=MAYBE)
        has(version, facets=(dict,), createdByRun=(dict,))
        is_run(version["createdByRun"])
    assert world.LOADED in [version["createdByRun"]["id"] for version in found["versions"]]


def node_id(kind: str, *parts: str) -> str:
    return quote(":".join((kind, *parts)), safe=_UNRESERVED)


@pytest.mark.parametrize("kind", ["DATASET", "JOB"])
@pytest.mark.parametrize("encode", [True, False])
def test_lineage(filled: Collector, kind: str, encode: bool) -> None:
    name = world.TABLE if kind == "DATASET" else world.JOB
    asked = node_id(kind.lower(), world.SPACE, name)
    if not encode:  # colons and slashes stand in a query as they are
        asked = asked.replace("%3A", ":").replace("%2F", "/")
    graph = ask(filled, f"/lineage?nodeId={asked}&depth=2")["graph"]
    by_id = {node["id"]: node for node in graph}
    assert f"{kind.lower()}:{world.SPACE}:{name}" in by_id
    for node in graph:
        data = node["data"]
        assert node["id"] == f"{node['type'].lower()}:{data['namespace']}:{data['name']}"
        for edge in node["inEdges"]:
            assert edge["destination"] == node["id"]
            assert edge in by_id[edge["origin"]]["outEdges"]
        for edge in node["outEdges"]:
            assert edge["origin"] == node["id"]
        if node["type"] == "DATASET":
            has(data, fields=(list,), tags=(list,))
        else:
            has(data, latestRun=(dict, type(None)))
            assert data["latestRun"] is None or data["latestRun"]["state"] in STATES


def test_lineage_of_what_there_is_not(filled: Collector) -> None:
    answer = filled.client.get("/api/v1/lineage", params={"nodeId": "job:no:where", "depth": 2})
    assert answer.status_code == 404
    assert answer.json()["status"] == 404


def test_columns(filled: Collector) -> None:
    asked = node_id("dataset", world.SPACE, world.TABLE)
    graph = ask(filled, f"/column-lineage?nodeId={asked}&depth=10&withDownstream=true")["graph"]
    by_id = {node["id"]: node for node in graph}
    own = f"datasetField:{world.SPACE}:{world.TABLE}:{world.FIELD}"
    raw = f"datasetField:{world.SPACE}:raw orders:key"
    assert {own, raw} <= set(by_id)
    for node in graph:
        data = node["data"]
        has(data, namespace=TEXT, dataset=TEXT, field=TEXT)
        assert node["id"] == f"datasetField:{data['namespace']}:{data['dataset']}:{data['field']}"
    # Reversed, as Marquez has them: the client reads where a column comes from as `destination`.
    assert [edge["destination"] for edge in by_id[own]["inEdges"]] == [raw]
    assert len(by_id[raw]["outEdges"]) == 1


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_events(filled: Collector, direction: str) -> None:
    between = "before=2026-03-02T00:00:00.000Z&after=2026-03-01T00:00:00.000Z"
    path = f"/events/lineage?limit=50&{between}&offset=0&sortDirection={direction}"
    found = ask(filled, path)
    has(found, events=(list,), totalCount=(int,))
    times = [one["eventTime"] for one in found["events"]]
    assert times == sorted(times, reverse=direction == "desc")
    # Neither a JobEvent nor a DatasetEvent: the client reads the run of each.
    assert found["totalCount"] == len(times) == 8
    for one in found["events"]:
        has(one, eventType=TEXT, eventTime=TEXT, job=(dict,), run=(dict,))
        has(one["run"], runId=TEXT)
        has(one["job"], namespace=TEXT, name=TEXT)
