"""marquez-python makes all its read calls against the real server.

It is Marquez's own client: https://github.com/MarquezProject/marquez/tree/main/clients/python.
"""

import warnings
from typing import Any
from uuid import UUID

import pytest

from tests.integration.http import contract_world as world
from tests.integration.http.conftest import Collector

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its own affair
    from marquez_client import MarquezClient
    from marquez_client.errors import APIError

PAGE = {"limit": 1, "offset": 1}


@pytest.fixture(scope="module")
def client(server: Collector) -> Any:
    world.fill(server)
    return MarquezClient(server.url)


def test_namespaces(client: Any) -> None:
    names = [one["name"] for one in client.list_namespaces()["namespaces"]]
    assert names == sorted({world.SPACE, "models", "odd"})
    assert [one["name"] for one in client.list_namespaces(**PAGE)["namespaces"]] == names[1:2]
    found = client.get_namespace(world.SPACE)
    assert found["name"] == world.SPACE
    assert {"ownerName", "description", "createdAt", "updatedAt"} <= found.keys()


def test_datasets(client: Any) -> None:
    found = client.list_datasets(world.SPACE)
    names = [one["name"] for one in found["datasets"]]
    assert (names, found["totalCount"]) == (
        sorted([world.TABLE, "raw orders", "only declared"]),
        3,
    )
    assert [one["name"] for one in client.list_datasets(world.SPACE, **PAGE)["datasets"]] == (
        names[1:2]
    )
    dataset = client.get_dataset(world.SPACE, world.TABLE)
    assert dataset["id"] == {"namespace": world.SPACE, "name": world.TABLE}
    assert dataset["type"] == "DB_TABLE"
    assert dataset["physicalName"] == world.TABLE
    assert dataset["sourceName"] == "lake"
    assert dataset["description"] == "Orders, a row each."
    assert [field["name"] for field in dataset["fields"]][:2] == ["order", "order.id"]


def test_versions_of_datasets(client: Any) -> None:
    found = client.list_dataset_versions(world.SPACE, world.TABLE)["versions"]
    assert len(client.list_dataset_versions(world.SPACE, world.TABLE, limit=1)["versions"]) == 1
    for one in found:
        version = client.get_dataset_version(world.SPACE, world.TABLE, one["version"])
        assert version == one
        assert version["id"] == {"namespace": world.SPACE, "name": world.TABLE}
        assert version["createdByRun"]["id"] in {world.LOADED, world.LATE}
    # What a dataset says is its current version can be asked for.
    current = client.get_dataset("models", world.MODEL)["currentVersion"]
    assert client.get_dataset_version("models", world.MODEL, current)["version"] == current


def test_jobs(client: Any) -> None:
    found = client.list_jobs(world.SPACE)
    names = [one["name"] for one in found["jobs"]]
    assert {world.JOB, "train", "stream", "stop", "never ran", "dag"} == set(names)
    assert found["totalCount"] == len(names)
    assert [one["name"] for one in client.list_jobs(world.SPACE, **PAGE)["jobs"]] == names[1:2]
    job = client.get_job(world.SPACE, world.JOB)
    assert job["id"] == {"namespace": world.SPACE, "name": world.JOB}
    assert job["type"] == "BATCH"
    assert job["inputs"] == [{"namespace": world.SPACE, "name": "raw orders"}]
    assert job["outputs"] == [{"namespace": world.SPACE, "name": world.TABLE}]
    assert job["location"] == "https://example.org/code?token=secret"
    assert job["description"] == "Loads what was ordered."


def test_runs(client: Any) -> None:
    found = client.list_job_runs(world.SPACE, "train")
    assert [one["id"] for one in found["runs"]] == [world.FAILED, world.TRAINED]
    assert found["totalCount"] == 2
    paged = client.list_job_runs(world.SPACE, "train", **PAGE)["runs"]
    assert [one["id"] for one in paged] == [world.TRAINED]
    run = client.get_job_run(world.LOADED)
    assert (run["id"], run["state"]) == (world.LOADED, "COMPLETED")
    assert run["nominalStartTime"] == "2026-03-01T00:00:00Z"
    assert run["nominalEndTime"] == "2026-03-02T00:00:00Z"
    assert (run["startedAt"], run["endedAt"]) == ("2026-03-01T10:00:00Z", "2026-03-01T10:05:00Z")
    assert run["durationMs"] == 300_000
    assert run["args"] == {}
    UUID(client.get_job_run(client.get_job(world.SPACE, world.JOB)["latestRun"]["id"])["id"])


@pytest.mark.parametrize("with_downstream", [True, False, None])
def test_column_lineage(client: Any, with_downstream: bool | None) -> None:
    own = f"datasetField:{world.SPACE}:{world.TABLE}:{world.FIELD}"
    raw = f"datasetField:{world.SPACE}:raw orders:key"
    asked = {"depth": 3, "with_downstream": with_downstream}
    graphs = [
        client.get_column_lineage_by_dataset(world.SPACE, world.TABLE, **asked),
        client.get_column_lineage_by_dataset_field(world.SPACE, world.TABLE, world.FIELD, **asked),
        client.get_column_lineage_by_job(world.SPACE, world.JOB, **asked),
    ]
    for found in graphs:
        assert {own, raw} <= {node["id"] for node in found["graph"]}
    below = client.get_column_lineage_by_dataset_field(world.SPACE, "raw orders", "key", **asked)
    assert (own in {node["id"] for node in below["graph"]}) == bool(with_downstream)


def test_column_lineage_of_a_version(client: Any) -> None:
    found = client.get_column_lineage_by_dataset(world.SPACE, world.TABLE, version="v/1 %")
    assert f"datasetField:{world.SPACE}:raw orders:key" in {node["id"] for node in found["graph"]}


def test_events(client: Any) -> None:
    # Marquez has no such path; here it is the log. That of a namespace is not there either.
    assert len(client.list_events()["events"]) == 13
    assert len(client.list_events(limit=2)["events"]) == 2
    with pytest.raises(APIError):
        client.list_events("models")


def test_what_there_is_not(client: Any) -> None:
    for call, *names in (
        (client.get_namespace, "nowhere"),
        (client.get_dataset, world.SPACE, "none"),
        (client.get_job, world.SPACE, "none"),
        (client.get_job_run, world.NO_VERSION),
        (client.get_dataset_version, world.SPACE, world.TABLE, world.NO_VERSION),
    ):
        with pytest.raises(APIError):
            call(*names)
