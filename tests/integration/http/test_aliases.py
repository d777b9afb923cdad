"""Names of one dataset: symlinks make one node of them, whenever they come and whoever is asked."""

import asyncio
from itertools import pairwise
from typing import Any

import asyncpg
import pytest

from catchment.lineage.aliases import CLAIMANTS_MAX
from tests.conftest import TEMPLATE, PostgresServer
from tests.integration.http.conftest import collector
from tests.integration.http.test_keys import new_key
from tests.integration.http.worlds import FACET, Json, asked, dataset, happened, run_id
from tests.property.service import Service

PATH = {"namespace": "s3://bucket", "name": "warehouse/orders"}
TABLE = {"namespace": "hive://meta", "name": "sales.orders"}
TABLE_ID = "dataset:hive://meta:sales.orders"
PATH_ID = "dataset:s3://bucket:warehouse/orders"


def symlinks(*identifiers: Json) -> Json:
    return FACET | {"identifiers": list(identifiers)}


def linked(name: Json, *identifiers: Json, **facets: Json) -> Json:
    return name | {"facets": {"symlinks": symlinks(*identifiers), **facets}}


def as_table(name: Json) -> Json:
    return name | {"type": "TABLE"}


def as_place(name: Json) -> Json:
    return name | {"type": "LOCATION"}


def claimed(at: str, name: Json, *identifiers: Json) -> Json:
    """A DatasetEvent that says nothing but other names."""
    return {
        "eventTime": f"2026-03-01T{at}Z",
        "producer": "https://example.org/tests",
        "dataset": linked(name, *identifiers),
    }


WRITER = happened("COMPLETE", 1, "10:00:00", job="spark", outputs=[PATH])
READER = happened(
    "COMPLETE", 2, "11:00:00", job="report", inputs=[TABLE], outputs=[dataset("report")]
)


async def upstream(product: Service, node: str = "dataset:db:report", **params: Any) -> list[str]:
    graph = await product.get("/lineage", nodeId=node, direction="upstream", **params)
    return sorted(one["id"] for one in graph["graph"])


@pytest.mark.parametrize("at", ["09:00:00", "10:30:00", "23:00:00"])
def test_a_symlink_joins_two_names_whenever_it_was_said(database_url: str, at: str) -> None:
    events = [WRITER, READER, claimed(at, PATH, as_table(TABLE))]
    ends = ["dataset:db:report", TABLE_ID, "job:tests:report", "job:tests:spark"]
    assert asked(database_url, events, upstream) == ends
    before = asked(database_url, events, lambda p: upstream(p, asOf="2026-03-01T11:00:00Z"))
    assert before == ends  # a name says what something is, not when


def test_without_aliases_each_name_is_its_own(database_url: str) -> None:
    events = [WRITER, READER, claimed("09:00:00", PATH, as_table(TABLE))]
    found = asked(database_url, events, lambda p: upstream(p, aliases="false"))
    assert found == ["dataset:db:report", TABLE_ID, "job:tests:report"]


def test_the_node_that_is_asked_for_keeps_its_name(database_url: str) -> None:
    async def ask(product: Service) -> Any:
        graphs = [
            await product.get("/lineage", nodeId=node, direction="both")
            for node in (TABLE_ID, PATH_ID)
        ]
        return [{one["id"] for one in graph["graph"]} for graph in graphs]

    events = [WRITER, READER, claimed("09:00:00", PATH, as_table(TABLE))]
    by_table, by_path = asked(database_url, events, ask)
    assert by_table - by_path == {TABLE_ID}
    assert by_path - by_table == {PATH_ID}
    assert len(by_table) == len(by_path) == 4


def test_what_is_said_of_one_name_is_said_of_the_dataset(database_url: str) -> None:
    schema = FACET | {"fields": [{"name": "id", "type": "int"}]}
    events = [
        happened("COMPLETE", 1, "10:00:00", outputs=[linked(PATH, as_table(TABLE), schema=schema)]),
        READER,
    ]

    async def ask(product: Service) -> Any:
        table = await product.get("/namespaces/hive%3A%2F%2Fmeta/datasets/sales.orders")
        path = await product.get("/namespaces/s3%3A%2F%2Fbucket/datasets/warehouse%2Forders")
        listed = await product.get("/namespaces/s3%3A%2F%2Fbucket/datasets")
        return table, path, listed["datasets"][0]

    table, path, listed = asked(database_url, events, ask)
    assert [field["name"] for field in table["fields"]] == ["id"]
    assert table["aliases"] == path["aliases"] == [TABLE, PATH]
    assert (table["aliasOf"], path["aliasOf"]) == (None, TABLE)
    assert (table["name"], path["name"]) == (TABLE["name"], PATH["name"])
    assert listed == path


def test_the_node_that_is_asked_for_has_its_times(database_url: str) -> None:
    events = [WRITER, READER, claimed("09:00:00", PATH, as_table(TABLE))]

    async def ask(product: Service) -> Any:
        graph = await product.get("/lineage", nodeId=TABLE_ID)
        [node] = [one for one in graph["graph"] if one["id"] == TABLE_ID]
        return node["data"]["createdAt"], node["data"]["updatedAt"]

    assert asked(database_url, events, ask) == ("2026-03-01T09:00:00Z", "2026-03-01T11:00:00Z")


def test_a_read_is_bound_to_what_was_written_under_another_name(database_url: str) -> None:
    events = [WRITER, READER, claimed("12:00:00", PATH, as_table(TABLE))]

    async def ask(product: Service) -> Any:
        run = f"run:{run_id(2)}"
        graph = await product.get("/provenance", nodeId=run)
        up = [(edge["origin"], edge["destination"]) for edge in graph["edges"]]
        [version] = [end for end, _ in up if end.startswith(PATH_ID)]
        down = await product.get("/provenance", nodeId=version, direction="downstream")
        runs = await product.get("/runlineage/upstream", runId=run_id(2))
        table = await product.get("/namespaces/hive%3A%2F%2Fmeta/datasets/sales.orders")
        return up, version, [one["id"] for one in down["nodes"]], runs["runs"], table

    up, version, down, runs, table = asked(database_url, events, ask)
    assert sorted(up) == sorted([(version, f"run:{run_id(2)}"), (f"run:{run_id(1)}", version)])
    assert f"run:{run_id(2)}" in down
    [read] = runs[0]["inputs"]
    assert (read["name"], read["producedByRunId"]) == (TABLE["name"], run_id(1))
    assert read["version"] == table["currentVersion"] == version.rpartition("#")[2]


def test_the_version_that_was_read_is_no_skew_under_another_name(database_url: str) -> None:
    events = [
        happened("START", 1, "10:00:00", job="spark", outputs=[PATH]),
        happened("START", 2, "10:00:01", job="report", inputs=[TABLE]),
        happened("COMPLETE", 1, "10:00:03", job="spark"),
        claimed("12:00:00", PATH, as_table(TABLE)),
    ]

    async def ask(product: Service) -> Any:
        graph = await product.get("/provenance", nodeId=f"run:{run_id(2)}")
        return [(edge["binding"], edge["skew"]) for edge in graph["edges"] if edge["binding"]]

    assert asked(database_url, events, ask) == [("unconfirmed", False)]


def test_columns_follow_all_names(database_url: str) -> None:
    def mapped(source: Json) -> Json:
        columns = {"c": {"inputFields": [source | {"field": "c"}]}}
        return {"columnLineage": FACET | {"fields": columns}}

    raw, report = dataset("raw"), dataset("report")
    events = [
        happened("COMPLETE", 1, "10:00:00", inputs=[raw], outputs=[PATH | {"facets": mapped(raw)}]),
        happened(
            "COMPLETE",
            2,
            "11:00:00",
            "j",
            inputs=[TABLE],
            outputs=[report | {"facets": mapped(TABLE)}],
        ),
        claimed("12:00:00", TABLE, as_place(PATH)),
    ]  # fmt: skip

    async def ask(product: Service) -> Any:
        node = "datasetField:db:report:c"
        whole = await product.get("/column-lineage", nodeId=node)
        apart = await product.get("/column-lineage", nodeId=node, aliases="false")
        return [sorted(one["id"] for one in graph["graph"]) for graph in (whole, apart)]

    whole, apart = asked(database_url, events, ask)
    middle = "datasetField:hive://meta:sales.orders:c"
    assert whole == ["datasetField:db:raw:c", "datasetField:db:report:c", middle]
    assert apart == ["datasetField:db:report:c", middle]


def test_a_place_of_several_tables_joins_none_of_them(database_url: str) -> None:
    other = {"namespace": "hive://meta", "name": "sales.refunds"}
    events = [
        WRITER,
        READER,
        claimed("12:00:00", TABLE, as_place(PATH)),
        claimed("12:01:00", other, as_place(PATH)),
    ]
    found = asked(database_url, events, upstream)
    assert found == ["dataset:db:report", TABLE_ID, "job:tests:report"]


def test_a_place_of_one_table_under_two_names_is_that_tables(database_url: str) -> None:
    glue = {"namespace": "arn:aws:glue", "name": "table/sales/orders"}
    events = [
        WRITER,
        READER,
        claimed("12:00:00", TABLE, as_place(PATH)),
        claimed("12:01:00", glue, as_place(PATH), as_table(TABLE)),
    ]
    assert "job:tests:spark" in asked(database_url, events, upstream)


def test_a_later_facet_takes_no_name_back(database_url: str) -> None:
    """Symlinks add up: that one is not said again says nothing, nor does a tombstone."""
    gone = {"namespace": PATH["namespace"], "name": PATH["name"]}
    events = [
        WRITER,
        READER,
        claimed("12:00:00", PATH, as_table(TABLE)),
        claimed("13:00:00", PATH),
        claimed("14:00:00", PATH)
        | {"dataset": gone | {"facets": {"symlinks": FACET | {"_deleted": True}}}},
    ]
    assert "job:tests:spark" in asked(database_url, events, upstream)


def test_a_place_is_left_when_too_many_come_to_claim_it(database_url: str) -> None:
    tables = [{"namespace": "hive", "name": f"t{n:03}"} for n in range(CLAIMANTS_MAX + 1)]
    claims = [claimed("12:00:00", one, as_place(PATH), as_table(tables[0])) for one in tables]

    async def ask(product: Service) -> Any:
        path = await product.get("/namespaces/s3%3A%2F%2Fbucket/datasets/warehouse%2Forders")
        return path["aliasOf"], len(path["aliases"])

    assert asked(database_url, claims[:-1], ask) == (tables[0], CLAIMANTS_MAX + 1)
    assert asked(database_url, claims, ask) == (None, 0)


def test_aliases_that_several_writers_bring_at_once_end_as_one(database_url: str) -> None:
    """A chain of claims, each by another writer: however they meet, one name stands for all."""
    chain = [{"namespace": "hive", "name": f"t{n:02}"} for n in range(24)]
    events = [
        claimed("12:00:00", one, as_table(other)) for one, other in pairwise(chain)
    ]  # fmt: skip

    async def ask(product: Service) -> Any:
        listed = await product.get("/namespaces/hive/datasets")
        return {len(one["aliases"]) for one in listed["datasets"]}

    assert asked(database_url, events, ask) == {len(chain)}


OURS, THEIRS = {"namespace": "ours", "name": "t"}, {"namespace": "theirs", "name": "a"}
HIDDEN = {"namespace": "theirs", "name": "b"}
VERSION = "v7-of-theirs"
VERSIONED = {"version": FACET | {"datasetVersion": VERSION}}


def test_whoever_sees_some_namespaces_sees_no_name_of_others(
    postgres_server: PostgresServer,
) -> None:
    with (
        postgres_server.database(TEMPLATE) as url,
        collector(database_url=url, auth="keys") as world,
    ):
        whole = new_key(url, "read", "ingest")
        some = new_key(url, "read", namespaces=("ours", "tests"))
        for event in (
            happened("COMPLETE", 1, "10:00:00", "w", outputs=[THEIRS | {"facets": VERSIONED}]),
            happened("COMPLETE", 2, "11:00:00", "r", inputs=[OURS]),
            claimed("12:00:00", OURS, as_table(THEIRS)),
            happened("COMPLETE", 3, "10:10:00", "far", inputs=[THEIRS], outputs=[HIDDEN]),
            happened("COMPLETE", 4, "10:20:00", "farther", inputs=[HIDDEN]),
        ):
            assert world.post(event, authorization=f"Bearer {whole}").status_code == 201

        def said(key: str, path: str = "lineage", **params: str) -> str:
            answer = world.client.get(
                f"/api/v1/{path}", params=params, headers={"authorization": f"Bearer {key}"}
            )
            assert answer.status_code == 200, answer.text
            return answer.text

        def nodes(key: str, **params: str) -> str:
            return said(key, nodeId="dataset:ours:t", **params)

        assert "theirs" in nodes(whole)
        assert "job:tests:w" in nodes(whole)
        assert "theirs" not in nodes(some)
        # Cut, with jobs that were reached over nothing that the key sees.
        for limit in ("1", "2", "3", "4"):
            assert "theirs" not in nodes(some, limit=limit)
        assert VERSION in said(whole, "runlineage/upstream", runId=run_id(2))
        assert VERSION not in said(some, "runlineage/upstream", runId=run_id(2))
        assert VERSION not in said(some, "provenance", nodeId=f"run:{run_id(2)}")


def test_one_name_is_looked_up_by_its_index(database_url: str) -> None:
    """However many datasets there are: no table is read as a whole for their names."""

    async def plan() -> str:
        connection = await asyncpg.connect(database_url)
        try:
            await connection.execute("set enable_seqscan = off")
            lines = await connection.fetch(
                "explain select * from names_of('{1,2}', 'infinity') where (select any_aliases())"
            )
        finally:
            await connection.close()
        return "\n".join(line[0] for line in lines)

    text = asyncio.run(plan())
    assert "Seq Scan" not in text, text
    assert "dataset_alias" in text
