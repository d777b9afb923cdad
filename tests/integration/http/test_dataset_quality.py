"""What runs found of a dataset stands with it, for the quality column of Marquez's client."""

import asyncio
import json
from typing import Any

from catchment.events.decode import Reader
from catchment.lineage.assertion import BUILDERS
from catchment.lineage.ports import EventEntry, Source
from catchment.postgres.asking import FOREVER_US
from catchment.postgres.connect import open_read_pool, open_write_pool
from catchment.postgres.read import Questions
from catchment.postgres.write import PostgresWriter
from tests.integration.http.worlds import FACET, Json, asked, dataset, happened
from tests.property.service import Service

TABLE = "/namespaces/db/datasets/orders"


def checked(success: bool) -> Json:
    """A read that tests one column, and says how much it read."""
    result = {"assertion": "not_null", "column": "id", "success": success}
    assertions = FACET | {"assertions": [result]}
    found = {"dataQualityAssertions": assertions, "inputStatistics": FACET | {"rowCount": 3}}
    return dataset("orders") | {"inputFacets": found}


def measured(rows: int) -> Json:
    """As `dataQualityMetrics`."""
    return {"rowCount": rows, "columnMetrics": {}}


def read(run: int, at: str, table: Json | None = None) -> Json:
    return happened("COMPLETE", run, at, job=f"reads {run}", inputs=[table or dataset("orders")])


def written(run: int, at: str, **facets: Json) -> Json:
    return happened("COMPLETE", run, at, job="writes", outputs=[dataset("orders", **facets)])


async def tables(service: Service) -> Any:
    """The table by itself, at two earlier times, and in its list."""
    page = (await service.get("/namespaces/db/datasets"))["datasets"]
    then = [f"2026-03-01T{at}:30:00Z" for at in ("10", "11")]
    return [await service.get(TABLE, asOf=at) for at in (None, *then)], page


def test_the_latest_results_stand_with_the_dataset(database_url: str) -> None:
    events = [
        written(1, "10:00:00", dataQualityMetrics=measured(1)),
        read(2, "11:00:00", checked(success=True)),
        read(3, "12:00:00", checked(success=False)),
        read(4, "13:00:00"),
    ]
    (now, at_first, between), page = asked(database_url, events, tables)
    result = {"assertion": "not_null", "column": "id", "success": False}
    assert page == [now]
    assert set(now["facets"]) == {"dataQualityAssertions", "dataQualityMetrics"}
    assert now["facets"]["dataQualityAssertions"]["assertions"] == [result]
    assert now["facets"]["dataQualityMetrics"]["rowCount"] == 1
    assert set(at_first["facets"]) == {"dataQualityMetrics"}
    assert between["facets"]["dataQualityAssertions"]["assertions"] == [result | {"success": True}]


def test_metrics_are_those_that_were_measured_last(database_url: str) -> None:
    by_read = dataset("orders") | {"inputFacets": {"dataQualityMetrics": FACET | measured(2)}}
    events = [
        written(1, "10:00:00", dataQualityMetrics=measured(1)),
        read(2, "11:00:00", by_read),
        written(3, "12:00:00", dataQualityMetrics=measured(3)),
    ]
    (now, _, between), _ = asked(database_url, events, tables)
    rows = [one["facets"]["dataQualityMetrics"]["rowCount"] for one in (now, between)]
    assert rows == [3, 2]


def test_results_are_looked_for_in_five_reads_and_one_write(database_url: str) -> None:
    events = [
        written(1, "10:00:00", ours={"of": "the first"}),
        read(2, "10:10:00", checked(success=True)),
        *(read(3 + n, f"10:2{n}:00") for n in range(4)),
    ]
    (five, *_), _ = asked(database_url, events, tables)
    assert set(five["facets"]) == {"dataQualityAssertions", "ours"}
    (six, *_), _ = asked(database_url, [*events, read(9, "10:29:00")], tables)
    assert set(six["facets"]) == {"ours"}
    (again, *_), _ = asked(database_url, [*events, written(8, "11:00:00")], tables)
    assert set(again["facets"]) == {"dataQualityAssertions"}


async def queries_for(database_url: str) -> list[int]:
    """How many statements a page of one dataset takes, and a page of a hundred."""
    writing = await open_write_pool(database_url, connections_max=2)
    reader = Reader(BUILDERS)
    names = [f"table {n}" for n in range(100)]
    outputs = [dataset(name, ours={"n": name}) for name in names]
    events = [happened("COMPLETE", 900, "09:00:00", outputs=outputs)]
    for n, name in enumerate(names):
        checked_one = checked(success=True) | {"name": name}
        events.append(happened("COMPLETE", n, "10:00:00", job=f"reads {n}", inputs=[checked_one]))
    entries = [EventEntry(reader.read(json.dumps(one).encode()), Source.HTTP) for one in events]
    await PostgresWriter(writing).write(entries)
    counts = []
    for wanted in (1, 100):
        # One connection, so that all of its statements are counted.
        reading = await open_read_pool(database_url, connections_max=1, statement_timeout_ms=9_000)
        questions = Questions(reading)
        ids, _ = await questions.names.page(False, "db", wanted, 0)
        nodes = await questions.names.nodes(False, ids)
        asked_for: list[Any] = []
        async with reading.acquire() as connection:
            connection.add_query_logger(asked_for.append)
        rows = await questions.details.datasets(nodes, FOREVER_US)
        assert len(rows) == wanted
        for row in rows.values():
            assert set(row.facets) == {"dataQualityAssertions", "ours"}
        counts.append(len(asked_for))
        await reading.close()
    await writing.close()
    return counts


def test_a_page_of_many_asks_no_more_often_than_one(database_url: str) -> None:
    one, many = asyncio.run(queries_for(database_url))
    assert one == many > 0
