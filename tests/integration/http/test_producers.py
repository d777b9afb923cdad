"""Producers over HTTP: counted once an event, by what a key may see, without secrets."""

import json
from typing import Any

from tests.conftest import TEMPLATE, PostgresServer
from tests.integration.http.conftest import JSON, Collector, collector, event
from tests.integration.http.test_keys import new_key
from tests.integration.http.worlds import asked, happened
from tests.property.service import Service

Json = dict[str, Any]
AIRFLOW, SPARK = "https://example.org/airflow", "https://example.org/spark"
SECRET = "https://u:hunter2@example.org/spark?token=hunter2"


def producers(server: Collector, **params: Any) -> list[Json]:
    answer = server.client.get("/api/v1/producers", params=params)
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["producers"]
    return found


def test_producers_are_counted_once_an_event(server: Collector) -> None:
    assert producers(server) == []
    late = event(producer=AIRFLOW, eventTime="2026-03-02T00:00:00Z")
    other = event(producer=AIRFLOW, run=None, eventType=None, job=None,
        dataset={"namespace": "db", "name": "a"}, inputs=[], outputs=[])  # fmt: skip
    odd = event(producer=SPARK, eventType="NO SUCH TYPE", eventTime="2026-03-04T00:00:00Z")
    nobody = event(producer=None, eventTime="2026-03-03T00:00:00Z")
    for sent in (late, late, other, odd, nobody):
        assert server.post(sent).is_success
    server.batch([late, late, {"dead": 1}])
    assert producers(server) == [
        {"producer": SPARK, "events": 1, "lastSeen": "2026-03-04T00:00:00Z", "problems": 1},
        {"producer": None, "events": 1, "lastSeen": "2026-03-03T00:00:00Z", "problems": 1},
        {"producer": AIRFLOW, "events": 2, "lastSeen": "2026-03-02T00:00:00Z", "problems": 0},
    ]
    assert [one["producer"] for one in producers(server, limit=1, offset=2)] == [AIRFLOW]


def test_a_producer_may_be_anything(server: Collector) -> None:
    long = "https://example.org/" + "x" * 20_000
    url = "https://u:hunter2@odd.example.org/x?token=hunter2"
    for producer in (long, url, '"\\\x00', "https://odd.example.org/\U0001f600"):
        assert server.post(event(producer=producer)).status_code == 201
    surrogate = json.dumps(event(producer="SENT")).replace('"SENT"', '"odd:\\ud800"')
    assert server.post(surrogate).status_code == 201
    names = [one["producer"] for one in producers(server)]
    assert long[:8_192] in names
    assert "https://u@odd.example.org/x?token=hunter2" in names
    assert '"\\\x00' in names
    assert "odd:\\ud800" in names


def test_any_order_gives_the_same_producers(database_url: str) -> None:
    sent = [
        happened(kind, run, f"12:{minute:02}:00", producer=producer)
        for minute, (kind, run, producer) in enumerate(
            [("START", 1, AIRFLOW), ("COMPLETE", 1, SPARK), ("START", 2, AIRFLOW), ("X", 2, SPARK)]
        )
    ]

    async def ask(service: Service) -> Any:
        return await service.get("/producers")

    found = asked(database_url, [*sent, *sent], ask)["producers"]
    assert [(one["producer"], one["events"], one["problems"]) for one in found] == [
        (SPARK, 2, 1),
        (AIRFLOW, 2, 0),
    ]


def test_a_limited_key_is_told_of_what_it_sees(postgres_server: PostgresServer) -> None:
    with postgres_server.database(TEMPLATE) as url:
        keys = {
            "all": new_key(url, "admin"),
            "team": new_key(url, "read", namespaces=("team-*",)),
            "reader": new_key(url, "read"),
        }
        with collector(database_url=url, auth="keys") as server:

            def headers(whose: str) -> dict[str, str]:
                return {"authorization": f"Bearer {keys[whose]}"}

            for space, producer in (("team-a", AIRFLOW), ("b", AIRFLOW), ("b", SECRET)):
                body = json.dumps(event(producer=producer, job={"namespace": space, "name": "j"}))
                path = "/api/v1/lineage"
                sent = server.client.post(path, content=body, headers=headers("all") | JSON)
                assert sent.status_code == 201
            seen = server.client.get("/api/v1/producers", headers=headers("team")).json()
            assert [(one["producer"], one["events"]) for one in seen["producers"]] == [(AIRFLOW, 1)]
            all_of_them = server.client.get("/api/v1/producers", headers=headers("reader")).json()
            assert sorted(one["producer"] for one in all_of_them["producers"]) == [
                AIRFLOW,
                "https://u@example.org/spark?token=[redacted]",
            ]
            assert server.client.get("/api/v1/producers").status_code == 401
