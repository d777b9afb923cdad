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


def declares(at: str, name: str, **facet: Json) -> Json:
    """A JobEvent with a lineage facet."""
    return {
        "eventTime": f"2026-03-01T{at}Z",
        "producer": "https://example.org/tests",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent",
        "job": job(name, **facet),
    }


def from_job(origin: str) -> Json:
    return stated({"type": "JOB", "inputs": [as_source(origin)]})


async def linked(product: Service, minute: str) -> list[tuple[str, str]]:
    """(origin, since when) of the links into the job `clean` at that minute."""
    graph = await product.get(
        "/lineage",
        nodeId="job:tests:clean",
        direction="upstream",
        asOf=f"2026-03-01T10:{minute}:30Z",
    )
    [node] = [one for one in graph["graph"] if one["id"] == "job:tests:clean"]
    ends = [(edge["origin"], edge["firstSeen"][11:16]) for edge in node["inEdges"]]
    assert {origin for origin, _ in ends} == {
        one["id"] for one in graph["graph"] if one["type"] == "JOB" and one is not node
    }
    return sorted((origin.rpartition(":")[2], since) for origin, since in ends)


def test_links_that_a_job_event_declares_hold_until_the_next_replaces_them(
    database_url: str,
) -> None:
    events = [
        declares("10:00:00", "clean", lineage=from_job("old")),
        declares("10:01:00", "clean"),
        declares("10:02:00", "clean", lineage=from_job("new")),
        declares("10:03:00", "clean", lineage=stated()),
        declares("10:04:00", "clean", lineage=from_job("old")),
        declares("10:05:00", "clean", lineage=FACET | {"_deleted": True}),
    ]

    async def ask(product: Service) -> Any:
        return [await linked(product, f"{minute:02}") for minute in range(6)]

    old, new = [("old", "10:00")], [("new", "10:02")]
    assert asked(database_url, events, ask) == [old, old, new, [], old, []]


def test_a_declaration_takes_back_no_link_that_a_run_showed(database_url: str) -> None:
    events = [
        declares("10:00:00", "clean", lineage=from_job("load")),
        MIDDLE,
        declares("10:02:00", "clean", lineage=from_job("other")),
    ]

    async def ask(product: Service) -> Any:
        return [await linked(product, minute) for minute in ("00", "01", "02")]

    since_declared = [("load", "10:00")]
    assert asked(database_url, events, ask) == [
        since_declared,
        since_declared,
        [("load", "10:01"), ("other", "10:02")],
    ]
