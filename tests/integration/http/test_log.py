"""The log over HTTP: what is about a node, in order and in pages; and numbers out of its range."""

import json
import threading
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest

from catchment.api.min_seq import MIN_SEQ_WAIT_SECONDS_MAX
from tests.integration.cli.test_commands import catchment, says
from tests.integration.http.conftest import Collector, StartCollector, event
from tests.integration.http.test_answers import problem

HUGE = "99999999999999999999999"


def name(namespace: str, of: str) -> dict[str, str]:
    return {"namespace": namespace, "name": of}


def stored(server: Collector, **members: Any) -> int:
    answer = server.post(event(**members))
    assert answer.status_code == 201, answer.text
    seq: int = answer.json()["seq"]
    return seq


def about(server: Collector, node: str, **params: Any) -> list[int]:
    answer = server.client.get("/api/v1/events", params={"nodeId": node, **params})
    assert answer.status_code == 200, answer.text
    return [entry["seq"] for entry in answer.json()["events"]]


def test_events_about_a_node(server: Collector) -> None:
    job, other, a, b, c = (name("about", one) for one in ("j", "k", "a", "b", "c"))
    run, bare = {"runId": str(uuid4())}, {"runId": "no uuid"}
    start = stored(server, job=job, run=run, eventType="START", inputs=[], outputs=[])
    aside = stored(server, job=other, run=bare, inputs=[c], outputs=[])
    end = stored(server, job=job, run=run, inputs=[a], outputs=[b])
    declares = stored(server, job=job, run=None, eventType=None, inputs=[b], outputs=[])
    later = {"eventTime": "2026-03-01T13:00:00Z", "run": None, "eventType": None}
    says_nothing = stored(server, job=job, inputs=[], outputs=[], **later)
    dataset = stored(server, job=None, run=None, eventType=None, dataset=b, inputs=[], outputs=[])
    assert about(server, "job:about:j") == [start, end, declares, says_nothing]
    assert about(server, f"run:{run['runId']}") == [start, end]
    assert about(server, "run:no uuid") == [aside]
    assert about(server, "dataset:about:a") == [start, end]
    assert about(server, "dataset:about:b") == [start, end, declares, dataset]
    assert about(server, "dataset:about:c") == [aside]
    listed = catchment("events", "list", "--node", "dataset:about:c", "--json", url=server.url)
    assert [entry["seq"] for entry in json.loads(says(listed, 0))["events"]] == [aside]


def test_events_of_a_run_under_two_jobs(server: Collector) -> None:
    run, a, b = {"runId": str(uuid4())}, name("two", "a"), name("two", "b")
    first = stored(server, job=name("two", "j"), run=run, eventType="START", inputs=[a], outputs=[])
    second = stored(server, job=name("two", "k"), run=run, inputs=[], outputs=[b])
    third = stored(server, job=name("two", "l"), run=run, inputs=[], outputs=[])
    assert about(server, "job:two:j") == [first]
    assert about(server, f"run:{run['runId']}") == [first, second, third]
    for dataset in ("dataset:two:a", "dataset:two:b"):
        assert about(server, dataset) == [first, second, third]


def test_events_about_a_node_come_in_pages(server: Collector) -> None:
    seqs = [stored(server, job=name("paged", f"j{n % 3}"), inputs=[name("paged", "in")])
            for n in range(7)]  # fmt: skip
    found: list[int] = []
    after = -1
    while True:
        params = {"nodeId": "dataset:paged:in", "limit": "2", "after": str(after)}
        page = server.client.get("/api/v1/events", params=params).json()
        found += [entry["seq"] for entry in page["events"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert found == seqs
    assert about(server, "dataset:paged:in", kind="dead-letter") == []
    assert about(server, "dataset:paged:in", kind="event", limit=0) == []


@pytest.mark.parametrize(
    ("node", "status"),
    [("dataset:no:where", 404), ("run:never", 404), ("job:about", 400), ("nonsense", 400)],
)
def test_a_node_that_there_is_not(server: Collector, node: str, status: int) -> None:
    problem(server.client.get("/api/v1/events", params={"nodeId": node}), status)


@pytest.mark.parametrize("seq", [HUGE, str(2**63), str(2**63 - 1), "-1", f"-{HUGE}"])
def test_seqs_that_no_entry_has_are_404(server: Collector, seq: str) -> None:
    for path in (f"/api/v1/events/{seq}", f"/api/v1/events/{seq}/meta"):
        assert seq in str(problem(server.client.get(path), 404)["detail"])


@pytest.mark.parametrize("path", ["events", "dead-letters"])
def test_pages_from_beyond_the_log_are_refused_or_empty(server: Collector, path: str) -> None:
    server.post(b'{"dead": 1}')
    for after in (HUGE, str(2**63), "-2"):
        said = problem(server.client.get(f"/api/v1/{path}?after={after}"), 400)
        assert "after" in str(said["errors"])
    last = server.client.get(f"/api/v1/{path}?after={2**63 - 1}").json()
    none = server.client.get(f"/api/v1/{path}?limit=0").json()
    for page in (last, none):
        assert page["next"] is None
        assert page["deadLetters" if path == "dead-letters" else "events"] == []


def test_min_seq_waits_for_an_entry(start: StartCollector) -> None:
    server = start()
    first = stored(server)
    for path in ("/jobs", "/lineage?nodeId=dataset:db:a", f"/events/{first}", "/namespaces"):
        mark = "&" if "?" in path else "?"
        assert server.client.get(f"/api/v1{path}{mark}minSeq={first}").status_code == 200
        problem(server.client.get(f"/api/v1{path}{mark}minSeq=-1"), 400)
    timer = threading.Timer(0.5, lambda: server.post(event(job=name("later", "j"))))
    timer.start()
    found = server.client.get(f"/api/v1/namespaces/later/jobs/j?minSeq={first + 1}")
    timer.join()
    assert found.status_code == 200
    begun = monotonic()
    late = server.client.get(f"/api/v1/jobs?minSeq={HUGE}")
    assert HUGE in str(problem(late, 503)["detail"])
    assert late.headers["retry-after"] == "1"
    assert MIN_SEQ_WAIT_SECONDS_MAX <= monotonic() - begun < MIN_SEQ_WAIT_SECONDS_MAX + 3


def test_answers_are_json_whatever_facets_hold(server: Collector) -> None:
    def strict(lexeme: str) -> None:
        raise AssertionError(lexeme)

    hostile = '{"_producer":"p","_schemaURL":"s","x":[NaN,Infinity,-Infinity,1e999,1.50,"NaN"]}'
    sent = json.dumps(event(job=name("odd", "j"), run={"runId": str(uuid4()), "facets": {"f": 7}},
        inputs=[name("odd", "a") | {"inputFacets": {"f": 7}}],
        outputs=[name("odd", "b") | {"facets": {"schema": 8}}]))  # fmt: skip
    schema = '{"_producer":"p","_schemaURL":"s","fields":[{"name":"n","d":NaN,"e":1.50}]}'
    body = sent.replace('"f": 7', f'"f": {hostile}').replace('"schema": 8', f'"schema": {schema}')
    assert server.post(body).status_code == 201
    run = json.loads(sent)["run"]["runId"]
    paths = (f"jobs/runs/{run}", "namespaces/odd/datasets/b", "namespaces/odd/jobs/j/runs",
             "namespaces/odd/datasets", "lineage?nodeId=dataset:odd:b")  # fmt: skip
    for path in paths:
        answer = server.client.get(f"/api/v1/{path}")
        assert answer.status_code == 200
        found = json.loads(answer.text, parse_constant=strict)
        if path.startswith("namespaces/odd/datasets/b"):
            assert '"fields":[{"d":null,"e":1.50,"name":"n"}]' in answer.text
            assert [field["name"] for field in found["fields"]] == ["n"]
        elif path.startswith("jobs/"):
            # Of the run; and of the read, among its `facets` and among its `inputFacets`.
            assert answer.text.count('"x":[null,null,null,1e999,1.50,"NaN"]') == 3


def test_a_name_with_a_lone_surrogate_is_addressed_by_its_bytes(server: Collector) -> None:
    sent = json.dumps(event(job=name("odd", "J"))).replace('"J"', '"x\\ud800y"')
    assert server.post(sent).status_code == 201
    assert server.client.get("/api/v1/namespaces/odd/jobs/x%ED%A0%80y").status_code == 200
    for path in ("x%EF%BF%BDy", "x%FFy", "x%ED%A0y"):
        problem(server.client.get(f"/api/v1/namespaces/odd/jobs/{path}"), 404)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"{", "application/json"), (b"1", "application/json"), (b"{} {}", "application/json"),
     (b"{}", "text/plain"), (b"{}", "application/x-ndjson"), (b"{}", "text/json")],
)  # fmt: skip
def test_what_a_body_is_refused_for_is_listed(
    server: Collector, body: bytes, content_type: str
) -> None:
    answer = server.post(body, content_type=content_type)
    said = problem(answer, 400 if content_type == "application/json" else 415)
    listed = said["errors"][0]  # type: ignore[index]
    assert listed["pointer"] == ""
    assert listed["reason"]


@pytest.mark.parametrize("path", ["/api/v1/lineage", "/lineage", "/api/v1/lineage/batch"])
def test_a_slash_too_many_is_told(server: Collector, path: str) -> None:
    said = problem(server.post(event(), path + "/"), 404)
    assert f"{path} is meant" in str(said["detail"])
