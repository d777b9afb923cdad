"""Tags: what events give, what people give and take, and the list of all."""

from typing import Any

import httpx

from tests.integration.http.conftest import Collector, event

FACET = {"_producer": "https://example.org/p", "_schemaURL": "https://example.org/s"}
API = "/api/v1"
DATASET = f"{API}/namespaces/tagged/datasets/orders%2Fv1"
JOB = f"{API}/namespaces/tagging/jobs/etl"


def tag(key: str, field: str | None = None) -> dict[str, str]:
    return {"key": key, "value": "true"} | ({"field": field} if field else {})


def sent(time: str = "2026-03-01T12:00:00Z") -> dict[str, Any]:
    schema = {"fields": [{"name": "id", "type": "int"},
                         {"name": "who", "fields": [{"name": "mail"}]}]}  # fmt: skip
    facets = {
        "schema": FACET | schema,
        "tags": FACET | {"tags": [tag("gold"), tag("PII", "who.mail")]},
    }
    return event(
        eventTime=time,
        job={"namespace": "tagging", "name": "etl"},
        inputs=[],
        outputs=[{"namespace": "tagged", "name": "orders/v1", "facets": facets}],
    )


def on_columns(answer: httpx.Response) -> dict[str, list[str]]:
    assert answer.status_code == 200, answer.text
    return {field["name"]: field["tags"] for field in answer.json()["fields"]}


def test_people_give_and_take_tags_beside_those_of_events(server: Collector) -> None:
    client = server.client
    server.post(sent())
    assert client.get(DATASET).json()["tags"] == ["gold"]
    assert client.post(f"{DATASET}/tags/a%20b%2Fc").json()["tags"] == ["a b/c", "gold"]
    assert client.delete(f"{DATASET}/tags/gold").json()["tags"] == ["a b/c"]
    columns = on_columns(client.post(f"{DATASET}/fields/id/tags/KEY"))
    assert columns == {"id": ["KEY"], "who": [], "who.mail": ["PII"]}
    columns = on_columns(client.delete(f"{DATASET}/fields/who.mail/tags/PII"))
    assert columns == {"id": ["KEY"], "who": [], "who.mail": []}
    assert client.post(f"{JOB}/tags/nightly").json()["tags"] == ["nightly"]

    # A person's word counts more than what producers go on to say.
    server.post(sent("2026-12-31T12:00:00Z"))
    shown = client.get(DATASET)
    assert shown.json()["tags"] == ["a b/c"]
    assert on_columns(shown)["who.mail"] == []
    before = client.get(DATASET, params={"asOf": "2026-03-02T00:00:00Z"})
    assert before.json()["tags"] == ["gold"]
    assert on_columns(before)["who.mail"] == ["PII"]

    graph = client.get(f"{API}/lineage", params={"nodeId": "job:tagging:etl"}).json()["graph"]
    [node] = [one["data"] for one in graph if one["type"] == "DATASET"]
    assert node["tags"] == ["a b/c"]
    assert {field["name"]: field["tags"] for field in node["fields"]}["id"] == ["KEY"]

    kinds = [entry["kind"] for entry in server.entries()]
    assert kinds.count("tag") == 5

    names = [one["name"] for one in client.get(f"{API}/tags").json()["tags"]]
    assert names == ["KEY", "PII", "a b/c", "gold", "nightly"]
    page = client.get(f"{API}/tags", params={"limit": 2, "offset": 1}).json()["tags"]
    assert [one["name"] for one in page] == ["PII", "a b/c"]


def test_a_tag_may_be_described_before_it_is_on_anything(server: Collector) -> None:
    said = server.client.put(f"{API}/tags/fresh", json={"description": "not\u0000 old"})
    assert said.json() == {"name": "fresh", "description": "not\u0000 old"}
    assert said.json() in server.client.get(f"{API}/tags").json()["tags"]
    again = server.client.put(f"{API}/tags/fresh", json={"description": None})
    assert again.json() in server.client.get(f"{API}/tags").json()["tags"]


def test_what_is_not_there_cannot_be_tagged(server: Collector) -> None:
    server.post(sent())
    for path in (
        f"{API}/namespaces/tagged/datasets/none/tags/x",
        f"{API}/namespaces/tagging/jobs/none/tags/x",
        f"{DATASET}/fields/none/tags/x",
    ):
        for method in ("POST", "DELETE"):
            answer = server.client.request(method, path)
            assert answer.status_code == 404, answer.text
    blank = server.client.post(f"{DATASET}/tags/%20")
    assert (blank.status_code, blank.json()["errors"][0]["pointer"]) == (422, "/tag")
    long = server.client.post(f"{DATASET}/tags/{'x' * 1_025}")
    assert "1024 characters" in long.json()["detail"]
