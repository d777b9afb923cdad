"""A renamed dataset is one with what it was before, from the end of the run that renamed it."""

import asyncio
import json
from typing import Any

import asyncpg
import pytest

from tests.integration.http.worlds import Json, asked, dataset, happened, run_id
from tests.property.service import Service, service

DATASETS = "/namespaces/db/datasets"


def renamed(new: str, old: str) -> list[Json]:
    before = {"namespace": "db", "name": old}
    change = {"lifecycleStateChange": "RENAME", "previousIdentifier": before}
    return [dataset(new, lifecycleStateChange=change)]


OLD, NEW = [dataset("orders_v1")], [dataset("sales")]
WRITTEN = happened("COMPLETE", 1, "10:00:00", job="load", outputs=OLD)
RENAMED = happened("COMPLETE", 2, "11:00:00", job="rename", outputs=renamed("sales", "orders_v1"))
READ = happened(
    "COMPLETE", 3, "12:00:00", job="report", inputs=NEW, outputs=[dataset("report")]
)  # fmt: skip


def upstream(*times: str) -> Any:
    """Node ids above the report at these times and now."""

    async def ask(service: Service) -> Any:
        found = []
        for at in (*times, None):
            as_of = at and f"2026-03-01T{at}Z"
            graph = await service.get(
                "/lineage", nodeId="dataset:db:report", direction="upstream", asOf=as_of
            )
            found.append(sorted(node["id"].split(":")[-1] for node in graph["graph"]))
        return found

    return ask


def test_what_was_made_under_the_old_name_is_above_what_reads_the_new_one(
    database_url: str,
) -> None:
    all_of_it = ["load", "rename", "report", "report", "sales"]
    assert asked(database_url, [WRITTEN, RENAMED, READ], upstream()) == [all_of_it]


def names(*times: str) -> Any:
    """All names of what is called sales at these times and now."""

    async def ask(service: Service) -> Any:
        found = []
        for at in (*times, None):
            one = await service.get(f"{DATASETS}/sales", asOf=at and f"2026-03-01T{at}Z")
            found.append([alias["name"] for alias in one["aliases"]])
        return found

    return ask


def test_a_rename_holds_from_the_end_of_its_run(database_url: str) -> None:
    started = happened("START", 2, "10:15:00", outputs=renamed("sales", "orders_v1"), job="rename")
    found = asked(database_url, [WRITTEN, started, RENAMED], names("10:59:59", "11:00:00"))
    assert found == [[], ["orders_v1", "sales"], ["orders_v1", "sales"]]


@pytest.mark.parametrize("end", ["FAIL", "ABORT"])
def test_a_late_failure_undoes_a_rename(database_url: str, end: str) -> None:
    # The end says nothing of names, and comes in a batch of its own.
    undone = happened(end, 2, "11:30:00", job="rename")
    found = asked(database_url, [WRITTEN, RENAMED, READ, undone], names("11:00:00"))
    assert found == [[], []]


def test_the_new_name_stands_for_all_and_both_are_told(database_url: str) -> None:
    async def ask(service: Service) -> Any:
        found = []
        for name in ("orders_v1", "sales"):
            for at in ("10:30:00", "11:30:00"):
                one = await service.get(f"{DATASETS}/{name}", asOf=f"2026-03-01T{at}Z")
                found.append((one["aliasOf"], [alias["name"] for alias in one["aliases"]]))
        return found

    before, after, _, new = asked(database_url, [WRITTEN, RENAMED], ask)
    assert before == (None, [])
    assert after[0] == {"namespace": "db", "name": "sales"}
    assert new[0] is None
    assert sorted(after[1]) == sorted(new[1])


def test_a_name_that_was_taken_back_stands_again(database_url: str) -> None:
    back = happened("COMPLETE", 5, "13:00:00", outputs=renamed("orders_v1", "sales"))

    async def ask(service: Service) -> Any:
        one = await service.get(f"{DATASETS}/sales")
        return one["aliasOf"]

    assert asked(database_url, [RENAMED, back], ask) == {"namespace": "db", "name": "orders_v1"}


def test_a_read_is_bound_under_the_names_that_the_dataset_had_when_it_was_read(
    database_url: str,
) -> None:
    """Each night a table is made aside and put in the place of the one that is read."""
    nights = [
        happened("COMPLETE", 1, "01:00:00", job="load", outputs=[dataset("sales_new")]),
        happened("COMPLETE", 2, "01:10:00", job="swap", outputs=renamed("sales", "sales_new")),
        happened("COMPLETE", 3, "02:00:00", job="load", outputs=[dataset("sales_new")]),
    ]
    early = happened("COMPLETE", 4, "00:50:00", job="report", inputs=NEW)
    first = happened("COMPLETE", 5, "01:05:00", job="report", inputs=NEW)
    second = happened("COMPLETE", 6, "01:30:00", job="report", inputs=NEW)

    async def ask(service: Service) -> Any:
        found = []
        for run in (4, 5, 6):
            graph = await service.get("/provenance", nodeId=f"run:{run_id(run)}")
            runs = [one["id"] for one in graph["nodes"] if one["type"] == "RUN"]
            found.append([one for one in runs if one != f"run:{run_id(run)}"])
        return found

    before, aside, swapped = asked(database_url, [*nights, early, first, second], ask)
    assert before == aside == []  # made aside, and not yet what is read
    assert swapped == [f"run:{run_id(2)}", f"run:{run_id(1)}"]


def test_columns_lead_over_a_rename(database_url: str) -> None:
    def made(name: str, source: str) -> Json:
        field = {"namespace": "db", "name": source, "field": "x"}
        return dataset(name, columnLineage={"fields": {"x": {"inputFields": [field]}}})

    events = [
        happened("COMPLETE", 1, "10:00:00", outputs=[made("orders_v1", "raw")]),
        RENAMED,
        happened("COMPLETE", 3, "12:00:00", inputs=NEW, outputs=[made("report", "sales")]),
    ]

    async def ask(service: Service) -> Any:
        graph = await service.get("/column-lineage", nodeId="datasetField:db:report:x")
        return sorted(node["id"] for node in graph["graph"])

    assert "datasetField:db:raw:x" in asked(database_url, events, ask)


def test_a_dataset_that_is_renamed_from_itself_is_itself(database_url: str) -> None:
    async def ask(service: Service) -> Any:
        return (await service.get(f"{DATASETS}/sales"))["aliases"]

    event = happened("COMPLETE", 2, "11:00:00", outputs=renamed("sales", "sales"))
    assert asked(database_url, [event], ask) == []


def test_a_rename_leads_to_the_run_that_made_what_was_renamed(database_url: str) -> None:
    loaded = happened("COMPLETE", 1, "10:00:00", job="load", outputs=OLD, inputs=[dataset("raw")])

    async def ask(service: Service) -> Any:
        graph = await service.get("/provenance", nodeId="dataset:db:report")
        apart = await service.get(
            "/lineage", nodeId="dataset:db:report", direction="upstream", aliases="false"
        )
        return (
            sorted(one["id"][-1] for one in graph["nodes"] if one["type"] == "RUN"),
            [one["id"].split(":")[-1] for one in apart["graph"] if one["type"] == "DATASET"],
        )

    runs, apart = asked(database_url, [loaded, RENAMED, READ], ask)
    assert runs == ["1", "2", "3"]
    assert sorted(apart) == ["orders_v1", "raw", "report", "sales"]


@pytest.mark.parametrize("later", ["COMPLETE", "RUNNING"])
@pytest.mark.parametrize("first", ["START", "COMPLETE"])
def test_a_run_whose_old_name_was_never_written_down_goes_on(
    database_url: str, first: str, later: str
) -> None:
    """As versions of the schema before 18 left it: the fold knows of it, and no table does."""

    async def run() -> Any:
        async with service(database_url) as product:
            await product.empty()
            begun = happened(first, 1, "10:00:00", outputs=renamed("sales", "orders_v1"))
            await product.write([json.dumps(begun).encode()], 1, 1)
            connection = await asyncpg.connect(database_url)
            await connection.execute("delete from dataset where name = 'orders_v1'")
            await connection.execute("truncate rename, rename_said, io_set, io_member, io_pair")
            await connection.close()
            ended = happened(later, 1, "11:00:00")
            # As after a start: nothing is remembered.
            product.writers = product.fresh_writers()
            await product.write([json.dumps(ended).encode()], 1, 1)
            old = await product.get(f"{DATASETS}/orders_v1")
            return old["createdAt"], [one["name"] for one in old["aliases"]]

    created, aliases = asyncio.run(run())
    assert created == "2026-03-01T10:00:00Z"
    done = "COMPLETE" in (first, later)
    assert aliases == (["orders_v1", "sales"] if done else [])
