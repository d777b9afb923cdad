"""Assets as datasets, and the graph that a real collector makes of them."""

from typing import Any

import pytest

from tests.emitters.prefect.conftest import Done, Scripts, facets, post
from tests.integration.http.conftest import Collector

DAILY = ("postgres://warehouse.example.org:5432", "shop.public.daily")
RAW = ("s3://lake", "raw/orders.csv")
MODEL = ("file", "/models/churn.pkl")


@pytest.fixture(scope="module")
def done(scripts: Scripts) -> Done:
    found = scripts.run("assets.py")
    assert (found.code, found.stdout) == (0, ""), found.stderr
    return found


def names(elements: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["namespace"], one["name"]) for one in elements]


def test_what_is_known_at_the_start_is_said_then(done: Done) -> None:
    start = done.one("shop.daily", "START")
    assert (names(start["inputs"]), start["outputs"]) == ([RAW], [])
    assert names(done.one("shop.look", "START")["inputs"]) == [DAILY]


def test_what_a_task_writes(done: Done) -> None:
    (output,) = done.one("shop.daily", "COMPLETE")["outputs"]
    assert (output["namespace"], output["name"]) == DAILY
    said = output["facets"]
    assert said["documentation"]["description"] == "Orders by day."
    assert said["ownership"]["owners"] == [{"name": "sales"}]
    assert said["prefect_asset"]["url"] == "https://example.org/d"
    assert said["version"]["datasetVersion"] == "v1"
    assert [one["name"] for one in said["schema"]["fields"]] == ["day", "total"]
    (source,) = said["columnLineage"]["fields"]["total"]["inputFields"]
    assert (source["namespace"], source["name"], source["field"]) == (*RAW, "amount")
    assert output["outputFacets"]["outputStatistics"]["rowCount"] == 7
    rest = output["outputFacets"]["prefect_asset_metadata"]["metadata"]
    assert rest == {"api_token": "***", "note": "as always", "share": 0.5}


def test_models(done: Done) -> None:
    end = done.one("shop.model", "COMPLETE")
    (output,) = end["outputs"]
    assert (output["namespace"], output["name"]) == MODEL
    assert output["facets"]["datasetType"]["datasetType"] == "MODEL"
    assert output["outputFacets"]["catchment_model"]["metrics"] == [{"name": "auc", "value": 0.9}]
    # Through the memory of a task without assets, in the version that was written.
    (read,) = end["inputs"]
    assert (read["namespace"], read["name"]) == DAILY
    assert read["facets"]["version"]["datasetVersion"] == "v1"
    start = facets(done.one("shop.model", "START"))
    assert start["prefect_materializedBy"]["name"] == "sklearn"


def test_what_is_cached_was_not_written(done: Done) -> None:
    first, second = done.of("shop.copied", "COMPLETE")
    assert names(first["outputs"]) == [("file", "/lake/copy.csv")]
    assert second["outputs"] == []


def test_reads_that_prefect_does_not_see(done: Done) -> None:
    (read,) = done.one("shop.score", "COMPLETE")["inputs"]
    assert (read["namespace"], read["name"]) == MODEL
    assert read["facets"]["version"]["datasetVersion"] == "sha256:0"
    # In the flow itself, after all tasks.
    assert names(done.one("shop", "COMPLETE")["inputs"]) == [RAW]


def test_what_a_task_says_in_words(done: Done) -> None:
    end = done.one("shop.in_words", "COMPLETE")
    (read,), (written,) = end["inputs"], end["outputs"]
    assert read["name"].endswith("/in.csv")
    assert read["facets"]["version"]["datasetVersion"].startswith("sha256:")
    assert written["facets"]["version"]["datasetVersion"].startswith("sha256:")
    assert written["facets"]["datasetType"]["datasetType"] == "MODEL"
    shown = facets(end)["executionParameters"]["parameters"]
    assert {(one["key"], one["value"]) for one in shown} == {
        ("path", "said.pkl"), ("depth", "2"), ("leaves", "3"),
    }  # fmt: skip


def test_the_graph(done: Done, server: Collector) -> None:
    post(server, done.bodies)
    answer = server.client.get(
        "/api/v1/provenance", params={"nodeId": f"dataset:{MODEL[0]}:{MODEL[1]}#sha256:1"}
    ).json()
    nodes = {node["id"]: node["data"] for node in answer["nodes"]}
    version = nodes[f"dataset:{MODEL[0]}:{MODEL[1]}#sha256:1"]
    assert version["confirmed"]
    assert version["statistics"]["size"] == 12
    trained = f"run:{done.one('shop.model', 'START')['run']['runId']}"
    assert nodes[trained]["state"] == "COMPLETED"
    assert nodes[trained]["code"]["path"] == "tests/emitters/prefect/flows/assets.py"
    assert len(nodes[trained]["code"]["commit"]) == 40
    made = f"run:{done.one('shop.daily', 'START')['run']['runId']}"
    daily = f"dataset:{DAILY[0]}:{DAILY[1]}#v1"
    assert {one["name"] for one in nodes.values() if "name" in one} == {
        MODEL[1],
        DAILY[1],
        RAW[1],
    }
    bindings = {(one["origin"], one["destination"]): one["binding"] for one in answer["edges"]}
    assert bindings[daily, trained] == "explicit"
    assert (made, daily) in bindings
