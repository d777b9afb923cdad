"""Where datasets lie: what their dataSource facets say, else the names of their namespaces."""

from itertools import permutations
from typing import Any
from urllib.parse import quote

import asyncpg
import pytest

from catchment.postgres.statements import SQL
from tests.integration.http.conftest import Collector, event

FACET = {"_producer": "https://example.org/p", "_schemaURL": "https://example.org/s"}


def dataset(namespace: str, name: str, source: str | None = None, uri: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"namespace": namespace, "name": name}
    if source is not None:
        found["facets"] = {"dataSource": FACET | {"name": source, "uri": uri}}
    return found


def said(minute: int, *outputs: dict[str, Any]) -> dict[str, Any]:
    time = f"2026-03-01T12:{minute:02}:00Z"
    return event(eventTime=time, inputs=[], outputs=list(outputs))


def page(world: Collector, **params: Any) -> list[dict[str, Any]]:
    answer = world.client.get("/api/v1/sources", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["sources"]
    return found


def one(world: Collector, name: str) -> Any:
    return world.client.get(f"/api/v1/sources/{quote(name, safe='')}")


@pytest.fixture(scope="module")
def world(server: Collector) -> Collector:
    """`lake` in two namespaces, its URI moved; a source with secrets; `bare` shows none."""
    for sent in (
        said(20, dataset("s3://bucket", "b", "lake", "s3://bucket/new")),
        said(10, dataset("s3://bucket", "a", "lake", "s3://bucket/old")),
        said(15, dataset("hdfs", "c", "lake", "")),
        said(
            5, dataset("hdfs", "d", "pg://u:secret@h/x?y#z", "jdbc:postgresql://u:p@h/d?password=p")
        ),
        said(1, dataset("bare", "e")),
    ):
        assert server.post(sent).status_code == 201
    return server


def test_a_source_has_the_shape_that_marquez_gives_it(world: Collector) -> None:
    assert one(world, "lake").json() == {
        "type": "S3",
        "name": "lake",
        "createdAt": "2026-03-01T12:10:00Z",
        "updatedAt": "2026-03-01T12:20:00Z",
        "connectionUrl": "s3://bucket/new",
        "description": None,
    }
    assert one(world, "bare").json() == {
        "type": "UNKNOWN",
        "name": "bare",
        "createdAt": "2026-03-01T12:01:00Z",
        "updatedAt": "2026-03-01T12:01:00Z",
        "connectionUrl": "",
        "description": None,
    }


def test_sources_are_paged_by_name(world: Collector) -> None:
    names = ["bare", "hdfs", "lake", "pg://u@h/x?y#z", "s3://bucket"]
    assert [found["name"] for found in page(world)] == names
    paged = [page(world, limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    assert [[found["name"] for found in rows] for rows in paged] == [
        names[:2], names[2:4], names[4:], []
    ]  # fmt: skip
    assert all(one(world, found["name"]).json() == found for found in page(world))


def test_no_secret_is_shown_nor_told_apart_by(world: Collector) -> None:
    found = one(world, "pg://u@h/x?y#z").json()
    assert (found["type"], found["connectionUrl"]) == (
        "POSTGRESQL",
        "jdbc:postgresql://u@h/d?password=[redacted]",
    )
    assert one(world, "pg://u:secret@h/x?y#z").json() == found


def test_a_dataset_says_the_source_that_is_found(world: Collector) -> None:
    for namespace, name in (("s3://bucket", "a"), ("hdfs", "c"), ("hdfs", "d"), ("bare", "e")):
        path = f"/api/v1/namespaces/{quote(namespace, safe='')}/datasets/{name}"
        source = world.client.get(path).json()["sourceName"]
        assert one(world, source).json()["name"] == source


def test_what_is_not_there(world: Collector) -> None:
    answer = one(world, "never")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert world.client.get("/api/v1/sources", params={"limit": -1}).status_code == 400
    # A namespace of jobs only is where nothing lies.
    assert one(world, "tests").status_code == 404


def test_the_order_of_events_does_not_matter(start: Any) -> None:
    world, answers = start(), []
    for n, order in enumerate(permutations(range(3))):
        name = f"source-{n}"
        sent = [said(i, dataset(f"space-{n}", "a", name, f"s{i}://x")) for i in range(3)]
        for index in order:
            assert world.post(sent[index]).status_code == 201
        answers.append(one(world, name).json() | {"name": ""})
    batch = [said(i, dataset("space", "a", "source", f"s{i}://x")) for i in (2, 0, 1)]
    assert world.batch(batch).json()["summary"]["failed"] == 0
    answers.append(one(world, "source").json() | {"name": ""})
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["connectionUrl"] == "s2://x"


async def test_one_source_is_found_without_a_scan_of_them(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(
            "set enable_seqscan = off; set plan_cache_mode = force_generic_plan"
        )
        await connection.execute(f"prepare asked (text, text[]) as {SQL['one_source']}")
        plan = await connection.fetch("explain execute asked ('a', null)")
    finally:
        await connection.close()
    text = "\n".join(row[0] for row in plan)
    assert "source_name" in text, text
    assert "dataset_name" in text, text
