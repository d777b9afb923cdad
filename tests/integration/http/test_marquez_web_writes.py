"""What Marquez's web client writes, searches and counts, as it does it, and what it reads of it."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.integration.http import contract_world as world
from tests.integration.http.conftest import Collector
from tests.integration.http.test_marquez_web import (
    JOB,
    SPACE,
    TABLE,
    TEXT,
    ask,
    filled,
    has,
    is_dataset,
    is_job,
    segment,
)

__all__ = ["filled"]

Json = dict[str, Any]
TAG = "höchst geheim/é %"
FIELD = segment(world.FIELD)


def send(server: Collector, method: str, path: str, body: Json | None = None) -> httpx.Response:
    """As the client's `fetch` does: a JSON content type and an Accept, whether or not a body."""
    url = httpx.URL(server.url).copy_with(raw_path=f"/api/v1{path}".encode())
    headers = {"accept": "application/json", "content-type": "application/json"}
    request = server.client.build_request(method, url, json=body, headers=headers)
    answer = server.client.send(request)
    assert answer.status_code in (200, 201, 204), answer.text
    if answer.status_code != 204:
        assert answer.headers["content-type"] == "application/json"
        answer.json()
    return answer


def test_tags_of_all(filled: Collector) -> None:
    made = send(filled, "PUT", f"/tags/{segment(TAG)}", {"name": TAG, "description": "Odd."})
    assert made.json() == {"name": TAG, "description": "Odd."}
    found = ask(filled, "/tags")["tags"]
    for one in found:
        has(one, name=TEXT, description=(str, type(None)))
    assert {"name": TAG, "description": "Odd."} in found


@pytest.mark.parametrize(
    "place",
    [f"/namespaces/{SPACE}/datasets/{TABLE}", f"/namespaces/{SPACE}/jobs/{JOB}"],
)
def test_tags_of_a_node(filled: Collector, place: str) -> None:
    before = ask(filled, place)["tags"]
    send(filled, "POST", f"{place}/tags/{segment(TAG)}")
    assert ask(filled, place)["tags"] == sorted([*before, TAG])
    send(filled, "POST", f"{place}/tags/{segment(TAG)}")
    assert ask(filled, place)["tags"] == sorted([*before, TAG])
    send(filled, "DELETE", f"{place}/tags/{segment(TAG)}")
    assert ask(filled, place)["tags"] == before


def test_tags_of_a_field(filled: Collector) -> None:
    place = f"/namespaces/{SPACE}/datasets/{TABLE}"

    def tags() -> list[str]:
        dataset = ask(filled, place)
        is_dataset(dataset)
        return next(one["tags"] for one in dataset["fields"] if one["name"] == world.FIELD)

    send(filled, "POST", f"{place}/fields/{FIELD}/tags/{segment(TAG)}")
    assert TAG.upper() in {tag.upper() for tag in tags()}
    send(filled, "DELETE", f"{place}/fields/{FIELD}/tags/{segment(TAG)}")
    assert tags() == []


def test_field_tags_of_the_facet(filled: Collector) -> None:
    fields = ask(filled, f"/namespaces/{SPACE}/datasets/{TABLE}")["fields"]
    assert next(one["tags"] for one in fields if one["name"] == "paid") == ["x"]


@pytest.mark.parametrize("state", ["COMPLETED", "FAILED", "RUNNING", "ABORTED", "NEW"])
def test_jobs_by_state(filled: Collector, state: str) -> None:
    for path in ("/jobs", f"/namespaces/{SPACE}/jobs"):
        found = ask(filled, f"{path}?limit=20&offset=0&lastRunStates={state}")
        for job in found["jobs"]:
            is_job(job)
            assert job["latestRun"]["state"] == state
        assert found["totalCount"] == len(found["jobs"])
        everyone = ask(filled, f"{path}?limit=20&offset=0")["jobs"]
        assert found["jobs"] == [
            job for job in everyone if job["latestRun"] and job["latestRun"]["state"] == state
        ]


@pytest.mark.parametrize("sort", ["NAME", "UPDATE_AT"])
@pytest.mark.parametrize("filtered", ["", "&filter=JOB", "&filter=DATASET"])
def test_search(filled: Collector, sort: str, filtered: str) -> None:
    found = ask(filled, f"/search?q={quote('ORDERS')}&sort={sort}&limit=100{filtered}")
    has(found, totalCount=(int,), results=(list,))
    for one in found["results"]:
        has(one, name=TEXT, namespace=TEXT, nodeId=TEXT, type=TEXT, updatedAt=TEXT)
        assert one["type"] in ("JOB", "DATASET")
        kind = one["type"].lower()
        assert one["nodeId"] == f"{kind}:{one['namespace']}:{one['name']}"
        assert not filtered or filtered.endswith(one["type"])
    keys = [one["name" if sort == "NAME" else "updatedAt"] for one in found["results"]]
    assert keys == sorted(keys, reverse=sort != "NAME")
    names = {one["name"] for one in found["results"]}
    assert (world.TABLE in names) == (filtered != "&filter=JOB")
    assert (world.JOB in names) == (filtered != "&filter=DATASET")


@pytest.mark.parametrize(("period", "intervals"), [("DAY", 24), ("WEEK", 7)])
@pytest.mark.parametrize("what", ["lineage-events", "jobs", "datasets", "sources"])
def test_stats(filled: Collector, period: str, intervals: int, what: str) -> None:
    found: Any = ask(
        filled, f"/stats/{what}?period={period}&timezone={quote('Europe/Rome', safe='')}"
    )
    assert isinstance(found, list)
    assert len(found) == intervals
    counts = ("fail", "start", "complete", "abort") if what == "lineage-events" else ("count",)
    for one in found:
        has(one, startInterval=TEXT, endInterval=TEXT)
        has(one, **dict.fromkeys(counts, (int,)))
    assert [one["endInterval"] for one in found[:-1]] == [one["startInterval"] for one in found[1:]]
    if what != "lineage-events":
        assert [one["count"] for one in found] == sorted(one["count"] for one in found)


@pytest.mark.parametrize("kind", ["jobs", "datasets"])
def test_deletes(filled: Collector, kind: str) -> None:
    name = "stop" if kind == "jobs" else "only declared"
    place = f"/namespaces/{SPACE}/{kind}"
    before = ask(filled, f"{place}?limit=20&offset=0")["totalCount"]
    gone = send(filled, "DELETE", f"{place}/{segment(name)}")
    assert gone.status_code == 200
    assert gone.json()["name"] == name  # else the client stays where it is
    found = ask(filled, f"{place}?limit=20&offset=0")
    assert name not in [one["name"] for one in found[kind]]
    assert found["totalCount"] == before - 1
