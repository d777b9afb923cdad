"""Deletes are soft: what is deleted is not shown, nor walked through; a later event undoes it."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.integration.http.conftest import Collector, event

API = "/api/v1"
EARLY = "2026-03-01T12:00:00Z"
_worlds = count()


def later() -> str:
    """A time after every delete of this test."""
    return (datetime.now(UTC) + timedelta(minutes=1)).isoformat()


class World:
    """a -> first -> b -> second -> c, in namespaces of their own."""

    def __init__(self, server: Collector) -> None:
        self.server = server
        number = next(_worlds)
        self.jobs, self.data = f"jobs-{number}", f"s3://data:{number}"
        self.step("first", "a", "b")
        self.step("second", "b", "c")

    def step(self, job: str, source: str, target: str, at: str = EARLY) -> None:
        sent = event(
            eventTime=at,
            job={"namespace": self.jobs, "name": job},
            inputs=[{"namespace": self.data, "name": source}],
            outputs=[{"namespace": self.data, "name": target}],
        )
        assert self.server.post(sent).status_code == 201

    def path(self, *parts: str) -> str:
        return "/".join((API, "namespaces", *(quote(part, safe="") for part in parts)))

    def get(self, *parts: str, **params: str) -> httpx.Response:
        return self.server.client.get(self.path(*parts), params=params)

    def delete(self, *parts: str) -> Any:
        answer = self.server.client.delete(self.path(*parts))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def graph(self, node: str, **params: str) -> set[str]:
        asked = {"nodeId": node} | params
        answer = self.server.client.get(f"{API}/lineage", params=asked)
        assert answer.status_code == 200, answer.text
        ids = {one["id"] for one in answer.json()["graph"]}
        edges = [edge for one in answer.json()["graph"] for edge in one["inEdges"]]
        assert {edge[end] for edge in edges for end in ("origin", "destination")} <= ids
        return {name.removeprefix(f"dataset:{self.data}:").removeprefix(f"job:{self.jobs}:")
                for name in ids}  # fmt: skip

    def node(self, name: str) -> str:
        return f"dataset:{self.data}:{name}"


@pytest.fixture
def world(server: Collector) -> World:
    return World(server)


def names(answer: httpx.Response, of: str) -> tuple[list[str], int]:
    return [one["name"] for one in answer.json()[of]], answer.json()["totalCount"]


def test_a_deleted_dataset_is_answered_once_more_and_then_not_shown(world: World) -> None:
    gone = world.delete(world.data, "datasets", "b")
    assert (gone["name"], gone["deleted"]) == ("b", True)
    assert world.get(world.data, "datasets", "b").status_code == 404
    assert world.get(world.data, "datasets", "b", "versions").status_code == 404
    assert names(world.get(world.data, "datasets"), "datasets") == (["a", "c"], 2)
    assert world.get(world.jobs, "jobs", "first").json()["outputs"] == []
    assert world.server.client.delete(world.path(world.data, "datasets", "b")).status_code == 404


def test_no_path_leads_over_what_is_deleted(world: World) -> None:
    whole = {"a", "first", "b", "second", "c"}
    assert world.graph(world.node("c")) == whole
    world.delete(world.data, "datasets", "b")
    for direction in ({}, {"direction": "upstream"}, {"direction": "both"}):
        assert world.graph(world.node("c"), **direction) == {"second", "c"}
    assert world.graph(f"job:{world.jobs}:first") == {"a", "first"}
    assert world.graph(world.node("c"), asOf="2026-03-02T00:00:00Z") == whole


def test_no_path_leads_over_a_deleted_dataset_without_a_job(world: World) -> None:
    facet = {"_producer": "https://example.org/p", "_schemaURL": "https://example.org/s"}
    for name, source in (("d", "c"), ("e", "d")):
        made_of = {"namespace": world.data, "name": source, "type": "DATASET"}
        facets = {"lineage": facet | {"inputs": [made_of]}}
        dataset = {"namespace": world.data, "name": name, "facets": facets}
        common = {"producer": "https://example.org/p", "eventTime": EARLY}
        assert world.server.post(common | {"dataset": dataset}).status_code == 201
    whole = {"a", "first", "b", "second", "c", "d", "e"}
    assert world.graph(world.node("e"), direction="upstream") == whole
    assert world.graph(world.node("a")) == whole
    world.delete(world.data, "datasets", "d")
    assert world.graph(world.node("e"), direction="upstream") == {"e"}
    assert world.graph(world.node("a")) == whole - {"d", "e"}
    assert world.graph(world.node("a"), asOf="2026-03-02T00:00:00Z") == whole


def test_a_deleted_job_takes_its_edges_along(world: World) -> None:
    answered = world.delete(world.jobs, "jobs", "second")
    assert (answered["name"], len(answered["latestRuns"])) == ("second", 1)
    assert names(world.get(world.jobs, "jobs"), "jobs") == (["first"], 1)
    listed = world.server.client.get(f"{API}/jobs", params={"limit": 1000}).json()["jobs"]
    assert [one["name"] for one in listed if one["namespace"] == world.jobs] == ["first"]
    for direction in ({}, {"direction": "downstream"}):
        assert world.graph(world.node("a"), **direction) == {"a", "first", "b"}
    run_id = answered["latestRun"]["id"]
    run = world.server.client.get(f"{API}/jobs/runs/{run_id}")
    assert run.json()["state"] == "COMPLETED", "what happened stays what happened"


def test_an_event_of_a_later_time_brings_it_back_and_one_of_an_earlier_does_not(
    world: World,
) -> None:
    world.delete(world.data, "datasets", "b")
    world.step("third", "a", "b", at="2026-03-05T00:00:00Z")
    assert world.get(world.data, "datasets", "b").status_code == 404
    world.step("third", "a", "b", at=later())
    back = world.get(world.data, "datasets", "b").json()
    assert (back["name"], back["deleted"]) == ("b", False)
    assert world.graph(world.node("c")) == {"a", "first", "third", "b", "second", "c"}


def test_a_deleted_namespace_is_hidden_with_what_comes_to_light_later(world: World) -> None:
    assert world.get(world.data).json()["isHidden"] is False
    assert world.delete(world.data)["isHidden"] is True
    assert names(world.get(world.data, "datasets"), "datasets") == ([], 0)
    world.step("fourth", "a", "unheard of", at="2026-03-05T00:00:00Z")
    assert names(world.get(world.data, "datasets"), "datasets") == ([], 0)
    listed = world.server.client.get(f"{API}/namespaces", params={"limit": 1000}).json()
    [shown] = [one for one in listed["namespaces"] if one["name"] == world.data]
    assert shown["isHidden"] is True
    world.step("first", "a", "b", at=later())
    assert names(world.get(world.data, "datasets"), "datasets") == (["a", "b"], 2)
    assert world.get(world.data).json()["isHidden"] is False


def test_columns_are_not_drawn_through_what_is_deleted(server: Collector) -> None:
    number = next(_worlds)
    data = f"db-{number}"

    def mapped(job: str, source: str, target: str) -> None:
        field = {"inputFields": [{"namespace": data, "name": source, "field": "x"}]}
        facet = {"_producer": "https://example.org/p", "_schemaURL": "https://example.org/s"}
        facets = {"columnLineage": facet | {"fields": {"x": field}}}
        sent = event(
            job={"namespace": "columns", "name": f"{job}-{number}"},
            inputs=[{"namespace": data, "name": source}],
            outputs=[{"namespace": data, "name": target, "facets": facets}],
        )
        assert server.post(sent).status_code == 201

    mapped("first", "a", "b")
    mapped("second", "b", "c")

    def columns(**params: str) -> list[str]:
        asked = {"nodeId": f"datasetField:{data}:c:x"} | params
        found = server.client.get(f"{API}/column-lineage", params=asked).json()["graph"]
        return [node["data"]["dataset"] for node in found]

    assert columns() == ["a", "b", "c"]
    assert server.client.delete(f"{API}/namespaces/{data}/datasets/a").status_code == 200
    assert columns() == ["b", "c"]
    assert columns(asOf="2026-03-02T00:00:00Z") == ["a", "b", "c"]


def test_between_two_deletes_it_is_gone(world: World) -> None:
    world.delete(world.data, "datasets", "b")
    between = datetime.now(UTC).isoformat()
    world.delete(world.data)
    assert world.get(world.data, "datasets", "b", asOf=between).status_code == 404
    assert world.graph(f"job:{world.jobs}:first", asOf=between) == {"a", "first"}


def test_a_delete_that_a_time_to_come_undoes_says_so(world: World) -> None:
    world.step("first", "a", "b", at="2999-01-01T00:00:00Z")
    assert world.delete(world.data, "datasets", "b")["deleted"] is False
    assert world.get(world.data, "datasets", "b").status_code == 200


def test_search_finds_the_living_among_the_deleted(server: Collector) -> None:
    names = [*(f"hidden_{n:02d}" for n in range(12)), "hidden_zz_live"]
    outputs = [{"namespace": "searched", "name": name} for name in names]
    job = {"namespace": "searching", "name": "j"}
    assert server.post(event(job=job, inputs=[], outputs=outputs)).status_code == 201
    for name in names[:-1]:
        path = f"{API}/namespaces/searched/datasets/{name}"
        assert server.client.delete(path).status_code == 200
    asked = {"q": "hidden", "limit": "10"}
    found = server.client.get(f"{API}/search", params=asked).json()
    assert [one["name"] for one in found["results"]] == ["hidden_zz_live"]


def test_a_delete_is_an_entry_of_the_log(world: World) -> None:
    world.delete(world.jobs, "jobs", "first")
    last = world.server.entries()[-1]
    assert (last["kind"], last["source"]) == ("delete", "control")
    assert "nodeId" not in last
