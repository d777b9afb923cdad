"""Edges between jobs: data handed over without a dataset leads on, control does not."""

from typing import Any

from tests.integration.http.worlds import FACET, Json, asked, dataset, happened
from tests.property.service import Service


def job(name: str, **facets: Json) -> Json:
    return {"namespace": "tests", "name": name, "facets": facets}


def as_source(name: str) -> Json:
    return {"namespace": "tests", "name": name, "type": "JOB"}


def stated(*entries: Json) -> Json:
    return FACET | {"entries": list(entries)}


def handed(at: str, run: int, name: str, origin: str, **sides: Any) -> Json:
    """A run of a job that got its data from another job, in memory."""
    facet = stated({"type": "JOB", "inputs": [as_source(origin)]})
    event = happened("COMPLETE", run, at, **sides)
    return event | {"job": job(name, lineage=facet)}


def waits(at: str, run: int, name: str, upstream: list[str], downstream: list[str]) -> Json:
    depends = FACET | {
        "upstream": [{"job": job(one)} for one in upstream],
        "downstream": [{"job": job(one)} for one in downstream],
    }
    event = happened("COMPLETE", run, at, job=name)
    event["run"]["facets"] = {"jobDependencies": depends}
    return event


LOAD = happened("COMPLETE", 1, "10:00:00", job="load", inputs=[dataset("raw")])
MIDDLE = handed("10:01:00", 2, "clean", "load")
TRAIN = handed("10:02:00", 3, "train", "clean", outputs=[dataset("model")])


async def nodes(product: Service, node: str, **params: Any) -> list[str]:
    graph = await product.get("/lineage", nodeId=node, **params)
    return sorted(one["id"].rpartition(":")[2] for one in graph["graph"])


def test_data_that_jobs_hand_over_leads_from_the_model_to_its_sources(database_url: str) -> None:
    async def ask(product: Service) -> Any:
        return (
            await nodes(product, "dataset:db:model", direction="upstream"),
            await nodes(product, "dataset:db:raw", direction="downstream"),
            await nodes(product, "job:tests:clean"),
            await nodes(product, "job:tests:clean", direction="upstream"),
            await nodes(product, "dataset:db:model", direction="upstream", depth=2),
        )

    up, down, around, above, near = asked(database_url, [LOAD, MIDDLE, TRAIN], ask)
    assert up == down == around == ["clean", "load", "model", "raw", "train"]
    assert above == ["clean", "load", "raw"]
    assert near == ["clean", "model", "train"]


def test_an_edge_between_jobs_says_since_when(database_url: str) -> None:
    async def ask(product: Service) -> Any:
        graph = await product.get("/lineage", nodeId="job:tests:clean", direction="upstream")
        [node] = [one for one in graph["graph"] if one["id"] == "job:tests:clean"]
        return node["inEdges"]

    assert asked(database_url, [LOAD, MIDDLE, TRAIN], ask) == [
        {
            "origin": "job:tests:load",
            "destination": "job:tests:clean",
            "basis": "explicit",
            "firstSeen": "2026-03-01T10:01:00Z",
            "lastSeen": None,
            "stale": False,
            "confirmed": True,
        }
    ]


def test_what_is_handed_over_for_one_output_is_not_in_the_others(database_url: str) -> None:
    entry = dataset("a") | {"type": "DATASET", "inputs": [as_source("load")]}
    outputs = [dataset("a"), dataset("b")]
    event = happened("COMPLETE", 2, "10:01:00", outputs=outputs)
    event["job"] = job("split", lineage=stated(entry))

    async def ask(product: Service) -> Any:
        return [
            await nodes(product, f"dataset:db:{name}", direction="upstream") for name in ("a", "b")
        ] + [await nodes(product, "dataset:db:raw", direction="downstream")]

    of_a, of_b, down = asked(database_url, [LOAD, event], ask)
    assert of_a == ["a", "load", "raw", "split"]
    assert of_b == ["b", "split"]
    assert down == ["a", "load", "raw", "split"]


def test_control_is_drawn_and_leads_nowhere(database_url: str) -> None:
    written = happened("COMPLETE", 4, "10:05:00", job="after", inputs=[dataset("raw")])
    events = [LOAD, written, waits("10:06:00", 5, "after", ["load"], ["far"])]

    async def ask(product: Service) -> Any:
        graph = await product.get("/lineage", nodeId="dataset:db:raw")
        return [
            (edge["origin"], edge["destination"], edge["basis"])
            for one in graph["graph"]
            for edge in one["inEdges"]
            if edge["origin"].startswith("job:")
        ], [one["id"] for one in graph["graph"]]

    edges, met = asked(database_url, events, ask)
    assert edges == [("job:tests:load", "job:tests:after", "control")]
    assert "job:tests:far" not in met


def test_asof_before_a_link_was_stated_there_is_none(database_url: str) -> None:
    async def ask(product: Service) -> Any:
        return await nodes(
            product, "job:tests:clean", direction="upstream", asOf="2026-03-01T10:00:30Z"
        )

    early = happened("START", 9, "10:00:10", job="clean")
    assert asked(database_url, [LOAD, early, MIDDLE], ask) == ["clean"]
