"""Column lineage as Marquez's clients read it, and what is said beyond."""

from typing import Any

import asyncpg
import pytest

from catchment.postgres.statements import SQL
from tests.integration.http.conftest import Collector, event

FACET = {"_producer": "https://example.org/p", "_schemaURL": "https://example.org/s"}
SUM = {"type": "DIRECT", "subtype": "AGGREGATION", "description": "sum(x)", "masking": False}
FILTER = {"type": "INDIRECT", "subtype": "FILTER", "description": "", "masking": False}


def column(name: str, field: str | None, *said: dict[str, Any]) -> dict[str, Any]:
    source = {"namespace": "db", "name": name, "transformations": list(said)}
    return source if field is None else source | {"field": field}


def output(name: str, fields: dict[str, list[Any]], *wide: dict[str, Any]) -> dict[str, Any]:
    mapping = {key: {"inputFields": sources} for key, sources in fields.items()}
    schema = [{"name": key, "type": "bigint"} for key in fields]
    facets = {
        "columnLineage": FACET | {"fields": mapping, "dataset": list(wide)},
        "schema": FACET | {"fields": schema},
    }
    return {"namespace": "db", "name": name, "facets": facets}


@pytest.fixture(scope="module")
def world(server: Collector) -> Collector:
    """raw.x, raw.y -> mid.z (and raw.w filters mid) -> top.t; mid.new is of unknown make."""
    mid = output(
        "mid",
        {"z": [column("raw", "x", SUM), column("raw", "y", FILTER)], "new": [column("raw", None)]},
        column("raw", "w", FILTER),
    )
    top = output("top", {"t": [column("mid", "z")]})
    for job, written in (("first", mid), ("second", top)):
        sent = event(job={"namespace": "etl", "name": job}, inputs=[], outputs=[written])
        assert server.post(sent).status_code == 201
    assert server.post(event(job={"namespace": "etl", "name": "third"})).status_code == 201
    return server


def ask(world: Collector, node_id: str, **params: Any) -> dict[str, Any]:
    answer = world.client.get("/api/v1/column-lineage", params={"nodeId": node_id, **params})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ids(found: dict[str, Any]) -> list[str]:
    return [node["id"].removeprefix("datasetField:db:") for node in found["graph"]]


def test_a_column_has_the_shape_that_marquez_gives_it(world: Collector) -> None:
    found = ask(world, "datasetField:db:mid:z")
    assert ids(found) == ["mid:z", "raw:x", "raw:y"]
    made, direct, _ = found["graph"]
    nothing = {"transformationDescription": None, "transformationType": None}
    source = {"namespace": "db", "dataset": "raw", "datasetVersion": None}
    assert made["data"] == {
        **(source | {"dataset": "mid"}),
        "field": "z",
        "fieldType": "bigint",
        **nothing,
        "inputFields": [
            {**source, "field": "x"}
            | {"transformationDescription": "sum(x)", "transformationType": "AGGREGATION"},
            {**source, "field": "y", **nothing, "transformationType": "FILTER"},
        ],
    }
    assert direct["data"] == {
        **source, "field": "x", "fieldType": "", **nothing, "inputFields": []
    }  # fmt: skip
    inward = made["inEdges"][0]
    assert (inward["origin"], inward["destination"]) == (made["id"], direct["id"])
    assert (inward["kind"], inward["transformations"]) == ("DIRECT", [SUM])
    assert (inward["jobs"], inward["stale"]) == (["job:etl:first"], False)
    [outward] = direct["outEdges"]
    assert (outward["origin"], outward["destination"]) == (direct["id"], made["id"])
    assert made["inEdges"][1]["kind"] == "INDIRECT"


def test_what_made_a_whole_dataset_is_no_column_of_it(world: Collector) -> None:
    found = ask(world, "dataset:db:mid")
    assert ids(found) == ["mid:new", "mid:z", "raw:x", "raw:y"]
    said = [(e["origin"], e["destination"], e["kind"]) for e in found["influences"]]
    assert said == [
        ("dataset:db:raw", "datasetField:db:mid:new", "DIRECT"),
        ("datasetField:db:raw:w", "dataset:db:mid", "INDIRECT"),
    ]
    assert ids(ask(world, "datasetField:db:raw:w", direction="downstream")) == ["raw:w"]


@pytest.mark.parametrize("true", ["true", "True"])
def test_downstream_is_asked_for_as_clients_write_it(world: Collector, true: str) -> None:
    everything = ["mid:z", "raw:x", "raw:y", "top:t"]
    assert ids(ask(world, "datasetField:db:mid:z", withDownstream=true)) == everything
    assert ids(ask(world, "datasetField:db:mid:z", withDownstream="False")) == everything[:-1]
    assert ids(ask(world, "datasetField:db:top:t", depth=1)) == ["mid:z", "top:t"]


def test_a_job_begins_with_its_own_columns(world: Collector) -> None:
    assert ids(ask(world, "job:etl:second")) == ["mid:z", "raw:x", "raw:y", "top:t"]
    assert ids(ask(world, "job:etl:first")) == ["mid:z", "raw:x", "raw:y"]
    given = {"kind": "datasetField", "namespace": "db", "name": "top", "field": "t", "depth": "0"}
    answer = world.client.get("/api/v1/column-lineage", params=given).json()
    assert ids(answer) == ["top:t"]


def test_what_has_no_columns_is_known_all_the_same(world: Collector) -> None:
    assert ask(world, "dataset:db:a")["graph"] == []
    assert ask(world, "job:etl:third")["graph"] == []
    assert ids(ask(world, "datasetField:db:mid:new")) == ["mid:new"]


@pytest.mark.parametrize(
    ("node_id", "params", "status"),
    [
        ("dataset:db:never", {}, 404),
        ("datasetField:db:mid:never", {}, 404),
        ("datasetField:db:never:z", {}, 404),
        ("job:etl:never", {}, 404),
        ("run:x", {}, 400),
        ("datasetField:db", {}, 400),
        ("datasetField:" + ":" * 70, {}, 400),
        ("dataset:db:mid#7d1f7f4c-0000-0000-0000-000000000000", {}, 404),
        ("dataset:db:mid#7d1f7f4c-0000-0000-0000-000000000000", {"withDownstream": "True"}, 400),
        ("dataset:db:mid", {"depth": -1}, 400),
    ],
)
def test_what_is_not_there_or_no_question(
    world: Collector, node_id: str, params: dict[str, Any], status: int
) -> None:
    answer = world.client.get("/api/v1/column-lineage", params={"nodeId": node_id, **params})
    assert answer.status_code == status, answer.text


def test_a_version_is_as_it_was_when_it_was_written(start: Any) -> None:
    world = start()
    for minute, source in (("10", "x"), ("20", "y")):
        written = output("mid", {"z": [column("raw", source)]})
        sent = event(eventTime=f"2026-03-01T12:{minute}:00Z", inputs=[], outputs=[written])
        assert world.post(sent).status_code == 201
        version = world.client.get("/api/v1/namespaces/db/datasets/mid").json()["currentVersion"]
        if source == "x":
            first = version
    assert ids(ask(world, f"dataset:db:mid#{first}")) == ["mid:z", "raw:x"]
    both = ask(world, f"dataset:db:mid#{version}")
    assert ids(both) == ["mid:z", "raw:x", "raw:y"]
    assert [edge["stale"] for edge in both["graph"][0]["inEdges"]] == [True, False]


def test_an_answer_that_was_cut_says_how_to_go_on(world: Collector) -> None:
    cut = ask(world, "datasetField:db:top:t", limit=2)
    assert (ids(cut), cut["truncated"]) == (["mid:z", "top:t"], True)
    assert cut["frontier"] == ["datasetField:db:mid:z"]
    least = ask(world, "datasetField:db:mid:z", limit=1)
    assert (ids(least), least["frontier"]) == (
        ["mid:z"],
        ["datasetField:db:raw:x", "datasetField:db:raw:y"],
    )


def test_an_answer_of_too_many_edges_is_cut(start: Any) -> None:
    """As edges grow with the square of the nodes, a bound of nodes is no bound of an answer."""
    world = start(graph_nodes_max=5)
    names = [f"c{n}" for n in range(5)]
    both = [SUM, FILTER]
    mapping = {name: [column("all", other, *both) for other in names] for name in names}
    sent = event(inputs=[], outputs=[output("all", mapping)])
    assert world.post(sent).status_code == 201
    found = ask(world, "datasetField:db:all:c0")
    # Of three columns there are 3 x 3 x 2 edges; of four there would be 32, and 25 may be.
    assert ids(found) == ["all:c0", "all:c1", "all:c2"]
    assert sum(len(node["inEdges"]) for node in found["graph"]) == 18
    assert found["truncated"] is True
    assert found["frontier"] == [f"datasetField:db:all:c{n}" for n in (1, 2, 3, 4)]
    assert ids(ask(world, "datasetField:db:all:c3")) == ["all:c0", "all:c1", "all:c3"]


async def test_no_table_is_scanned_for_columns(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        # In an empty table a scan is cheapest; forbidden, it is left only where no index serves.
        await connection.execute(
            "set enable_seqscan = off; set plan_cache_mode = force_generic_plan"
        )
        types = "integer[], integer, timestamptz, text, integer, integer, boolean"
        await connection.execute(f"prepare asked ({types}) as {SQL['column_pairs']}")
        given = "'{1}', 8, 'infinity', 'o', 1000, 2, true"
        plan = await connection.fetch(f"explain execute asked ({given})")
    finally:
        await connection.close()
    text = "\n".join(row[0] for row in plan)
    assert "Seq Scan" not in text, text
    assert "io_pair_input" in text
