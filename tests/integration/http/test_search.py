"""Search over HTTP: what is found by what, in which order, and what a question may hold."""

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import TEMPLATE, PostgresServer
from tests.integration.http.conftest import JSON, Collector, collector, event
from tests.integration.http.test_answers import problem
from tests.integration.http.test_keys import new_key
from tests.integration.http.worlds import asked, happened
from tests.integration.http.worlds import dataset as named
from tests.property.service import Service

FACET = {"_producer": "https://example.org/p", "_schemaURL": "https://example.org/s"}
Json = dict[str, Any]


def dataset(name: str, namespace: str = "db", **facets: Json) -> Json:
    whole = {key: FACET | value for key, value in facets.items()}
    return {"namespace": namespace, "name": name, "facets": whole}


def described(text: str) -> Json:
    return {"documentation": {"description": text}}


def columns(*names: str) -> Json:
    return {"schema": {"fields": [{"name": name, "type": "bigint"} for name in names]}}


OUTPUTS = [
    dataset("orders"),
    dataset("orders_daily", **columns("customer_id", "amount")),
    dataset("warehouse.orders", "other", **described("All that was ever Bought")),
    dataset("reorders"),
    dataset("100%_done"),
    dataset("100x_done"),
    dataset("back\\slash"),
    dataset("Grüße/Überblick", **described("日本語 text")),
    dataset("tagged", tags={"tags": [{"key": "PII", "value": "high", "source": "x"}]}),
    dataset("nested", schema={"fields": [{"name": "outer", "fields": [{"name": "inner_z"}]}]}),
    dataset("ns:with:colons/x"),
]


@pytest.fixture(scope="module")
def world(server: Collector) -> Collector:
    job = {"namespace": "etl", "name": "load_orders", "facets": described("Nightly load")}
    job["facets"] = {key: FACET | value for key, value in described("Nightly load").items()}
    assert server.post(event(job=job, inputs=[], outputs=OUTPUTS)).status_code == 201
    later = event(
        eventTime="2026-04-01T00:00:00Z", job={"namespace": "etl", "name": "later_orders"}
    )
    assert server.post(later | {"inputs": [], "outputs": []}).status_code == 201
    return server


def ask(server: Collector, q: str, **params: Any) -> Json:
    answer = server.client.get("/api/v1/search", params={"q": q, **params})
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    assert found["totalCount"] == len(found["results"])
    return found


def names(server: Collector, q: str, **params: Any) -> list[str]:
    return [one["name"] for one in ask(server, q, **params)["results"]]


def test_what_is_named_so_comes_first(world: Collector) -> None:
    assert names(world, "orders") == [
        "orders",
        "orders_daily",
        "later_orders",
        "load_orders",
        "warehouse.orders",
        "reorders",
    ]
    assert names(world, "ORDERS", limit=2) == ["orders", "orders_daily"]


def test_a_result_is_in_the_shape_of_marquez(world: Collector) -> None:
    [found] = ask(world, "warehouse.orders")["results"]
    assert found == {
        "type": "DATASET",
        "name": "warehouse.orders",
        "updatedAt": "2026-03-01T12:00:00Z",
        "namespace": "other",
        "nodeId": "dataset:other:warehouse.orders",
    }
    [colons] = ask(world, "with:col")["results"]
    assert colons["nodeId"] == "dataset:db:ns:with:colons/x"


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("customer_id", ["orders_daily"]),
        ("CUSTOMER", ["orders_daily"]),
        ("stomer", ["orders_daily"]),
        ("bought ever", ["warehouse.orders"]),
        ("nightly", ["load_orders"]),
        ("pii", ["tagged"]),
        ("inner_z", ["nested"]),
        ("daily amount", ["orders_daily"]),
        ("orders customer amount", ["orders_daily"]),
        ("orders nightly", ["load_orders"]),
        ("100%", ["100%_done"]),
        ("100_", []),
        ("%", ["100%_done"]),
        ("_done", ["100%_done", "100x_done"]),
        ("\\", ["back\\slash"]),
        (".*", []),
        ("[a-z]", []),
        ("über", ["Grüße/Überblick"]),
        ("grüsse", []),
        ("日本", ["Grüße/Überblick"]),
        ("bigint", []),
        ("example.org", []),
        ("orders zzyzx", []),
        ("ta", ["tagged"]),
        ("ag", []),
        ("", []),
        ("  ", []),
    ],
)
def test_words_are_found(world: Collector, q: str, expected: list[str]) -> None:
    assert names(world, q) == expected


def test_a_facet_that_holds_no_more_is_not_found(server: Collector) -> None:
    for minute, text in (("10", "firstsaid"), ("20", "thensaid")):
        sent = event(eventTime=f"2026-03-02T12:{minute}:00Z", inputs=[],
            outputs=[dataset("changing", **described(text))])  # fmt: skip
        assert server.post(sent).status_code == 201
    assert names(server, "thensaid") == ["changing"]
    assert names(server, "firstsaid") == []


def test_own_facets_are_found_behind_those_of_many_others(server: Collector) -> None:
    facets = columns("shared_by_all")
    for start in range(0, 1_200, 400):
        many = [dataset(f"t{n}", "big", **facets) for n in range(start, start + 400)]
        assert server.post(event(inputs=[], outputs=many)).status_code == 201
    few = [dataset(f"s{n}", "small", **facets) for n in range(5)]
    assert server.post(event(inputs=[], outputs=few)).status_code == 201
    asked_for = {"q": "shared_by_all", "namespace": "small"}
    found = server.client.get("/api/v1/search", params=asked_for).json()
    assert (found["totalCount"], found["truncated"]) == (5, False)


def test_a_huge_schema_is_stored_in_time_and_not_searched(server: Collector) -> None:
    huge = dataset("huge", **columns(*(f"wide_{n:06d}" for n in range(150_000))))
    sent = event(inputs=[], outputs=[huge])
    assert len(json.dumps(sent)) > 5_000_000
    assert server.post(sent).status_code == 201
    found = server.client.get("/api/v1/search", params={"q": "wide_000007"}).json()
    assert found["totalCount"] == 0
    assert server.client.get("/api/v1/search", params={"q": "huge"}).json()["totalCount"] == 1


def test_filters(world: Collector) -> None:
    assert names(world, "orders", filter="job") == ["later_orders", "load_orders"]
    assert names(world, "orders", filter="DATASET", namespace="other") == ["warehouse.orders"]
    assert names(world, "orders", namespace="nowhere") == []
    assert names(world, "orders", after="2026-03-02") == ["later_orders"]
    assert "later_orders" not in names(world, "orders", before="2026-04-01")
    assert "later_orders" in names(world, "orders", before="2026-04-02T00:00:00Z")
    assert names(world, "customer_id", filter="JOB") == []
    assert names(world, "customer_id", after="2026-03-02") == []
    assert names(world, "orders", limit=0) == []


def test_the_best_can_be_sorted(world: Collector) -> None:
    assert names(world, "orders", sort="name", filter="JOB") == ["later_orders", "load_orders"]
    by_name = names(world, "orders", sort="NAME")
    assert by_name == sorted(by_name)
    assert names(world, "orders", sort="UPDATE_AT")[0] == "later_orders"


@pytest.mark.parametrize(
    "params",
    [{"q": "x", "sort": "SIZE"}, {"q": "x", "filter": "RUN"}, {"q": "x", "before": "yesterday"},
     {"q": "x" * 1_025}, {"q": "x " * 17}, {"q": "x", "limit": "-1"}, {"q": "x", "limit": "1e9"},
     {}],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(server: Collector, params: Json) -> None:
    problem(server.client.get("/api/v1/search", params=params), 400)


@pytest.mark.parametrize("q", ["\x00", "a\x00b", "%00", "\x1a", "'; drop table job; --", "\\%_"])
def test_odd_characters_find_nothing(server: Collector, q: str) -> None:
    assert names(server, q) == []


def test_a_name_of_any_length_is_found(server: Collector) -> None:
    tail = uuid4().hex
    long = "l" * 4_000 + tail
    assert server.post(event(inputs=[], outputs=[dataset(long)])).status_code == 201
    assert names(server, "l" * 1_000) == [long]
    assert names(server, tail) == [long]


def test_any_order_finds_the_same(database_url: str) -> None:
    sent = [
        happened("START", 1, "12:00:00", outputs=[named("a", **columns("early_column"))]),
        happened("COMPLETE", 1, "12:05:00", outputs=[named("a", **columns("late_column"))]),
        happened("START", 2, "12:03:00", inputs=[named("b", **described("between both"))]),
        happened("COMPLETE", 2, "12:04:00", job="other_job", outputs=[named("a_column")]),
        happened("COMPLETE", 3, "12:01:00", inputs=[named("b", **described("long ago"))]),
    ]
    questions = ("column", "early_column", "late", "between", "ago", "job", "a", "b both")

    async def ask(service: Service) -> Any:
        return {q: await service.get("/search", q=q) for q in questions}

    found = asked(database_url, [*sent, *sent[::2]], ask)
    got = {q: [one["name"] for one in answer["results"]] for q, answer in found.items()}
    assert got == {
        "column": ["a_column", "a"],
        "early_column": [],
        "late": ["a"],
        "between": ["b"],
        "ago": [],
        "job": ["job", "other_job"],
        "a": ["a", "a_column"],
        "b both": ["b"],
    }


def test_nobody_finds_what_is_not_shown(postgres_server: PostgresServer) -> None:
    with postgres_server.database(TEMPLATE) as url:
        keys = {
            "admin": new_key(url, "admin"),
            "reader": new_key(url, "read"),
            "team": new_key(url, "read", "raw", namespaces=("team-*",)),
        }
        secret = described("see https://u:hunter2@host/x")
        outputs = [dataset("ours", "team-db", **secret), dataset("theirs", "db", **secret)]
        with collector(database_url=url, auth="keys") as server:

            def get(whose: str, **params: Any) -> list[str]:
                headers = {"authorization": f"Bearer {keys[whose]}"}
                answer = server.client.get("/api/v1/search", params=params, headers=headers)
                assert answer.status_code == 200, answer.text
                return sorted(one["name"] for one in answer.json()["results"])

            body = json.dumps(event(inputs=[], outputs=outputs))
            headers = JSON | {"authorization": f"Bearer {keys['admin']}"}
            sent = server.client.post("/api/v1/lineage", content=body, headers=headers)
            assert sent.status_code == 201
            assert get("admin", q="hunter2") == ["ours", "theirs"]
            assert get("reader", q="hunter2") == []
            assert get("reader", q="host") == ["ours", "theirs"]
            assert get("team", q="hunter2") == ["ours"]
            assert get("team", q="theirs") == get("team", q="job") == []
            assert get("team", q="theirs", namespace="db") == []
            assert server.client.get("/api/v1/search", params={"q": "x"}).status_code == 401
