"""What a DatasetEvent says its dataset was made of: edges straight from dataset to dataset."""

from typing import Any

from catchment.cli.lineage import draw
from tests.integration.http.worlds import FACET, Json, asked, dataset, happened
from tests.property.service import Service


def source(name: str, **members: Any) -> Json:
    return dataset(name) | {"type": "DATASET"} | members


def said(at: str, name: str, *inputs: Json, **facet: Any) -> Json:
    """A DatasetEvent with the lineage facet of its dataset."""
    return {
        "eventTime": f"2026-03-01T{at}Z",
        "producer": "https://example.org/tests",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent",
        "dataset": dataset(name, lineage={"inputs": list(inputs)} | facet),
    }


async def nodes(product: Service, node: str, **params: Any) -> list[str]:
    graph = await product.get("/lineage", nodeId=node, **params)
    assert not graph["truncated"]
    return [one["id"].rpartition(":")[2] for one in graph["graph"]]


async def edges(product: Service, node: str, **params: Any) -> list[tuple[str, str]]:
    """(origin, destination), as both ends have it."""
    graph = await product.get("/lineage", nodeId=node, **params)
    inward, outward = (
        sorted(
            (edge["origin"].rpartition(":")[2], edge["destination"].rpartition(":")[2])
            for one in graph["graph"]
            for edge in one[side]
        )
        for side in ("inEdges", "outEdges")
    )
    assert inward == outward
    return inward


LOAD = happened(
    "COMPLETE", 1, "10:00:00", job="load", inputs=[dataset("raw")], outputs=[dataset("table")]
)
VIEW = said("10:01:00", "view", source("table"))
SCORE = happened(
    "COMPLETE", 2, "10:02:00", job="score", inputs=[dataset("view")], outputs=[dataset("scores")]
)


def test_what_a_dataset_says_it_was_made_of_is_an_edge_without_a_job(database_url: str) -> None:
    async def ask(product: Service) -> Any:
        graph = await product.get("/lineage", nodeId="dataset:db:view", direction="upstream")
        [node] = [one for one in graph["graph"] if one["id"] == "dataset:db:view"]
        named = await product.get("/namespaces/db/datasets/table")
        return node["inEdges"], named["createdAt"]

    again = said("10:03:00", "view", source("table"))
    assert asked(database_url, [VIEW, again], ask) == (
        [
            {
                "origin": "dataset:db:table",
                "destination": "dataset:db:view",
                "basis": "declared",
                "firstSeen": "2026-03-01T10:01:00Z",
                "lastSeen": "2026-03-01T10:03:00Z",
                "stale": False,
                "confirmed": True,
            }
        ],
        "2026-03-01T10:01:00Z",
    )


def test_every_walk_goes_along_an_edge_without_a_job(database_url: str) -> None:
    async def ask(product: Service) -> Any:
        return (
            await nodes(product, "dataset:db:scores", direction="upstream"),
            await nodes(product, "dataset:db:raw", direction="downstream"),
            await nodes(product, "dataset:db:view"),
            await nodes(product, "job:tests:load"),
            await nodes(product, "dataset:db:view", direction="upstream", depth=1),
            await nodes(product, "dataset:db:view", direction="downstream"),
        )

    *whole, near, down = asked(database_url, [LOAD, VIEW, SCORE], ask)
    everything = ["raw", "scores", "table", "view", "load", "score"]
    assert whole == [everything] * 4
    assert near == ["table", "view"]
    assert down == ["scores", "view", "score"]


def test_the_latest_word_of_a_dataset_replaces_what_it_said_before(database_url: str) -> None:
    events = [
        VIEW,
        said("10:05:00", "view", source("other")),
        said("10:06:00", "view"),
        said("10:07:00", "view", source("table")),
        said("10:08:00", "view", _deleted=True),
    ]

    async def ask(product: Service) -> Any:
        return [
            await edges(product, "dataset:db:view", asOf=f"2026-03-01T10:{minute}:30Z")
            for minute in ("00", "01", "05", "06", "07", "08")
        ] + [await edges(product, "dataset:db:table", direction="downstream")]

    table, other = [("table", "view")], [("other", "view")]
    assert asked(database_url, events, ask) == [[], table, other, [], table, [], []]


def test_the_same_word_of_a_run_or_a_job_is_no_edge(database_url: str) -> None:
    facet = {"lineage": {"inputs": [source("nowhere")]}}
    run = happened("COMPLETE", 1, "10:00:00", job="load", outputs=[dataset("view", **facet)])
    job = {key: run[key] for key in ("producer", "schemaURL", "job", "outputs")}
    events = [run, job | {"eventTime": "2026-03-01T10:05:00Z"}]

    async def ask(product: Service) -> Any:
        shown = await product.get("/namespaces/db/datasets/view")
        known = await product.get("/namespaces/db/datasets")
        return (
            [one["name"] for one in known["datasets"]],
            shown["facets"]["lineage"]["inputs"],
            await nodes(product, "dataset:db:view"),
        )

    assert asked(database_url, events, ask) == (["view"], [source("nowhere")], ["view", "load"])


def test_an_edge_without_a_job_is_of_all_names_of_its_datasets(database_url: str) -> None:
    claim = {"identifiers": [dataset("also table") | {"type": "TABLE"}]}
    names = said("09:00:00", "table", source("raw"))
    names["dataset"]["facets"]["symlinks"] = FACET | claim
    events = [names, said("10:01:00", "view", source("also table"))]

    async def ask(product: Service) -> Any:
        return (
            await edges(product, "dataset:db:view", direction="upstream"),
            await edges(product, "dataset:db:table", direction="downstream"),
            await edges(product, "dataset:db:view", direction="upstream", aliases="false"),
        )

    up, down, apart = asked(database_url, events, ask)
    assert up == [("also table", "view"), ("raw", "also table")]
    assert down == [("table", "view")]
    assert apart == [("also table", "view")]


def test_columns_that_a_dataset_maps_are_edges_of_no_job(database_url: str) -> None:
    identity = {"type": "DIRECT", "subtype": "IDENTITY", "description": "", "masking": False}
    made = source("table", field="a", transformations=[identity])
    mapped = said("10:01:00", "view", source("table", field="f"), fields={"x": {"inputs": [made]}})
    below = happened("COMPLETE", 2, "10:02:00", outputs=[dataset("raw")])
    columns = {"a": {"inputFields": [dataset("raw") | {"field": "r"}]}}
    below["outputs"] = [dataset("table", columnLineage={"fields": columns})]

    async def ask(product: Service) -> Any:
        up = await product.get("/column-lineage", nodeId="datasetField:db:view:x", depth=20)
        down = await product.get(
            "/column-lineage", nodeId="datasetField:db:raw:r", direction="downstream"
        )
        early = await product.get(
            "/column-lineage", nodeId="dataset:db:view", asOf="2026-03-01T10:00:00Z"
        )
        return up, [one["id"] for one in down["graph"]], early["graph"]

    up, down, early = asked(database_url, [mapped, below], ask)
    ids = ["datasetField:db:raw:r", "datasetField:db:table:a", "datasetField:db:view:x"]
    assert [one["id"] for one in up["graph"]] == ids
    assert down == ids
    assert early == []
    [edge] = up["graph"][2]["inEdges"]
    assert (edge["jobs"], edge["stale"], edge["transformations"]) == ([], False, [identity])
    [influence] = up["influences"]
    ends = (influence["origin"], influence["destination"], influence["jobs"])
    assert ends == ("datasetField:db:table:f", "dataset:db:view", [])


def test_a_cut_answer_goes_on_over_edges_without_a_job(database_url: str) -> None:
    chain = [said(f"10:{n:02}:00", f"d{n:02}", source(f"d{n - 1:02}")) for n in range(1, 9)]

    async def ask(product: Service) -> Any:
        met: set[str] = set()
        todo, asks = ["dataset:db:d08"], 0
        while todo:
            graph = await product.get("/lineage", nodeId=todo.pop(), direction="upstream", limit=3)
            met |= {one["id"].rpartition(":")[2] for one in graph["graph"]}
            assert len(graph["graph"]) <= 3
            todo += graph["frontier"]
            asks += 1
        return sorted(met), asks

    found, asks = asked(database_url, chain, ask)
    assert found == [f"d{n:02}" for n in range(9)]
    assert asks > 2


def test_the_terminal_draws_an_edge_without_a_job(database_url: str) -> None:
    async def ask(product: Service) -> Any:
        graph = await product.get("/lineage", nodeId="dataset:db:view", direction="upstream")
        tree = draw({one["id"]: one for one in graph["graph"]}, "dataset:db:view", "upstream")
        [table] = tree.children
        return str(table.label), [str(child.label) for child in table.children]

    label, below = asked(database_url, [LOAD, VIEW], ask)
    assert (label, below) == ("dataset db  table", ["job tests  load"])
