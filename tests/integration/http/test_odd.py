"""Events that are odd in one place: that is listed, the rest is used, and all can be read back."""

import json
from typing import Any

import pytest

from tests.integration.http.conftest import Collector, event

FACET = {"_producer": "https://example.com/p", "_schemaURL": "https://example.com/s"}
A, B, C, Z = ({"namespace": "odd", "name": name} for name in "abcz")


def stored(server: Collector, sent: bytes | dict[str, Any]) -> dict[str, Any]:
    """The entry that the event became, with its problems."""
    answer = server.post(sent)
    assert answer.status_code == 201, answer.text
    meta: dict[str, Any] = server.client.get(f"/api/v1/events/{answer.json()['seq']}/meta").json()
    return meta


def reachable(server: Collector, node: str, direction: str) -> set[str]:
    answer = server.client.get("/api/v1/lineage", params={"nodeId": node, "direction": direction})
    assert answer.status_code == 200, answer.text
    return {found["id"] for found in answer.json()["graph"]}


@pytest.mark.parametrize(
    "time",
    ["9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"],
)
def test_a_time_that_no_calendar_has_is_no_event_time(server: Collector, time: str) -> None:
    assert server.post(event(eventTime=time)).status_code == 422
    question = {"nodeId": "job:n:j", "asOf": time}
    assert server.client.get("/api/v1/lineage", params=question).status_code in (400, 404)


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_the_first_and_the_last_time_can_be_read_back(server: Collector, time: str) -> None:
    job = {"namespace": "times", "name": time}
    assert stored(server, event(eventTime=time, job=job, inputs=[A]))["eventTime"] == time
    for path in ("/events", "/namespaces", "/jobs", "/namespaces/times/jobs"):
        assert server.client.get(f"/api/v1{path}").status_code == 200
    question = {"nodeId": f"job:times:{time}"}
    assert server.client.get("/api/v1/lineage", params=question).status_code == 200


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b", "a\x1ab"])
def test_a_facet_of_any_name_costs_nothing(server: Collector, name: str) -> None:
    sent = event()
    sent["run"]["facets"] = {name: {"v": 1}}
    problems = stored(server, sent)["problems"]
    shown = name.encode("utf-8", "backslashreplace").decode()
    assert {"pointer": f"/run/facets/{shown}/_producer", "reason": "missing"} in problems


def test_a_version_of_any_spelling_is_kept(server: Collector) -> None:
    version = {**FACET, "datasetVersion": "v\0\ud800"}
    job = {"namespace": "odd", "name": "versions"}
    sent = event(eventType="COMPLETE", job=job, outputs=[{**Z, "facets": {"version": version}}])
    stored(server, sent)
    answer = server.client.get("/api/v1/namespaces/odd/datasets/z")
    assert answer.json()["currentVersion"] == "v\0\\ud800"


@pytest.mark.parametrize("odd", ["NaN", "-Infinity", "1e999", "9" * 5_000, r'"\ud83d"'])
def test_one_odd_value_does_not_empty_its_facet(server: Collector, odd: str) -> None:
    job = {"namespace": "odd", "name": f"lineage {odd[:20]}", "facets": {"lineage": "LINEAGE"}}
    body = json.dumps(event(eventType="COMPLETE", job=job, inputs=[A, B], outputs=[C]))
    entry = {**C, "type": "DATASET", "inputs": [{**A, "type": "DATASET"}]}
    lineage = json.dumps({**FACET, "entries": [entry]})[:-1] + f', "odd": {odd}}}'
    meta = stored(server, body.replace('"LINEAGE"', lineage).encode())
    lenient = odd in ("NaN", "-Infinity", r'"\ud83d"')
    assert [found["pointer"] for found in meta["problems"]] == ([""] if lenient else [])
    assert "dataset:odd:c" not in reachable(server, "dataset:odd:b", "downstream")


def test_facets_that_cannot_be_used_are_listed(server: Collector) -> None:
    sent = event(inputs=[{**A, "facets": {"schema": {**FACET, "fields": "x"}}}])
    sent["outputs"] = [{**C, "facets": {"columnLineage": {**FACET, "fields": [1]}}}]
    sent["run"]["facets"] = {
        "parent": {**FACET, "run": {"runId": 5}, "job": {"namespace": "n", "name": "j"}},
        "nominalTime": {**FACET, "nominalStartTime": "yesterday"},
    }
    sent["job"]["facets"] = {"lineage": {**FACET, "entries": {}}}
    assert {found["pointer"] for found in stored(server, sent)["problems"]} == {
        "/inputs/0/facets/schema/fields",
        "/outputs/0/facets/columnLineage/fields",
        "/run/facets/parent/run/runId",
        "/run/facets/nominalTime/nominalStartTime",
        "/job/facets/lineage/entries",
    }


def test_explicit_lineage_speaks_for_the_whole_run(server: Collector) -> None:
    """Under whichever job it stands: products under the run's other jobs are no evidence either."""
    entry = {"namespace": "whole", "name": "out 1", "type": "DATASET", "inputs": []}
    lineage = {**FACET, "entries": [entry]}
    first = event(job={"namespace": "whole", "name": "j1", "facets": {"lineage": lineage}})
    ends = {"inputs": "in 3", "outputs": "out 3"}
    sides = {side: [{"namespace": "whole", "name": name}] for side, name in ends.items()}
    second = event(eventType="COMPLETE", job={"namespace": "whole", "name": "j2"}, **sides)
    second["run"] = first["run"]
    for sent in (second, first):
        stored(server, sent)
    assert "dataset:whole:out 3" not in reachable(server, "dataset:whole:in 3", "downstream")
