"""Batches: every element has its own fate, and nobody waits for a neighbour's big one."""

import json
import threading
import time
from typing import Any

import pytest

from tests.integration.http.conftest import Collector, StartCollector, event

GOOD = {"received": 2, "successful": 2, "failed": 0, "retriable": 0, "non_retriable": 0}


def ndjson(events: list[Any]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in events)


@pytest.mark.parametrize("path", ["/api/v1/lineage/batch", "/lineage/batch"])
def test_an_array_is_stored_by_every_path(server: Collector, path: str) -> None:
    answer = server.post(json.dumps([event(), event()]), path)
    assert answer.status_code == 200
    assert answer.json() == {"status": "success", "summary": GOOD, "failed_events": []}


def test_ndjson_is_stored_blank_lines_and_all(server: Collector) -> None:
    body = b"\xef\xbb\xbf\n" + ndjson([event()]) + b"\r\n\n" + ndjson([event()]).rstrip()
    answer = server.batch(body, content_type="application/x-ndjson")
    assert answer.json()["summary"] == GOOD


def test_an_empty_batch_is_fine(server: Collector) -> None:
    for body, kind in ((b"[]", "application/json"), (b"\n", "application/x-ndjson")):
        answer = server.batch(body, content_type=kind)
        assert (answer.status_code, answer.json()["summary"]["received"]) == (200, 0)


def test_repeats_are_successful(server: Collector) -> None:
    batch = [event(), event()]
    batch.append(batch[0])
    for _ in range(2):
        assert server.batch(batch).json()["summary"]["successful"] == 3


def test_one_bad_element_costs_no_other(server: Collector) -> None:
    events = [json.dumps(event()) for _ in range(1_000)]
    events[500] = '{"eventTime": NaN, "poison": 1}'
    answer = server.batch(("[" + ",".join(events) + "]").encode()).json()
    assert answer["status"] == "partial_success"
    assert answer["summary"] == {
        "received": 1_000,
        "successful": 999,
        "failed": 1,
        "retriable": 0,
        "non_retriable": 1,
    }
    [failed] = answer["failed_events"]
    assert (failed["index"], failed["retriable"]) == (500, False)
    assert "eventTime" in failed["reason"]


@pytest.mark.parametrize("poison", ["{bad}", "1", "", "[]", '"\ud800"', "{'a':1}", "nul"])
def test_broken_elements_end_at_their_comma(server: Collector, poison: str) -> None:
    good = json.dumps(event())
    body = f"[{good},{poison},{good}]".encode("utf-8", "surrogatepass")
    summary = server.batch(body).json()["summary"]
    assert (summary["received"], summary["successful"], summary["failed"]) == (3, 2, 1)


def test_bad_elements_become_dead_letters(server: Collector) -> None:
    body = b'{"only": "here"}'
    server.batch(b"[" + body + b"," + body + b"]")
    letters = server.client.get("/api/v1/dead-letters", params={"limit": 1000}).json()
    bodies = [
        (server.client.get(f"/api/v1/events/{one['seq']}").content, one["count"])
        for one in letters["deadLetters"]
    ]
    assert (body, 2) in bodies


def test_all_failed_is_a_partial_success_with_none(server: Collector) -> None:
    answer = server.batch([{"n": n} for n in range(1_500)]).json()
    assert answer["status"] == "partial_success"
    assert answer["summary"]["successful"] == 0
    assert answer["summary"]["non_retriable"] == 1_500
    assert [one["index"] for one in answer["failed_events"]] == list(range(1_000))


@pytest.mark.parametrize("body", [b"{}", b"", b"[", b"[1", b"[}]", b'["', b"nonsense"])
def test_what_cannot_be_told_apart_is_400(server: Collector, body: bytes) -> None:
    assert server.batch(body).status_code == 400


def test_over_the_bound_of_events_is_413_and_nothing_is_stored(server: Collector) -> None:
    before = server.post(event()).json()["seq"]
    answer = server.batch(b"[" + b",".join([b"{}"] * 10_001) + b"]")
    assert answer.status_code == 413
    assert "batch_events_max" in answer.json()["detail"]
    assert server.post(event()).json()["seq"] == before + 1


def test_a_big_batch_lets_its_neighbours_pass(server: Collector) -> None:
    big = ndjson([event(job={"namespace": "big", "name": f"j{n % 50}"}) for n in range(10_000)])
    answers: list[Any] = []
    worker = threading.Thread(
        target=lambda: answers.append(
            server.client.post(
                "/lineage/batch", content=big, headers={"content-type": "application/x-ndjson"}
            ).json()
        )
    )
    worker.start()
    waits = []
    while worker.is_alive():
        begun = time.perf_counter()
        assert server.post(event()).status_code == 201
        waits.append(time.perf_counter() - begun)
    assert answers[0]["summary"]["successful"] == 10_000
    assert len(waits) > 5
    # A write of 500 may be under way, and one is made of neighbours' chunks; never the whole batch.
    assert sorted(waits)[len(waits) // 2] < 1.0


def test_a_batch_that_does_not_fit_the_queue_is_retriable_in_part(start: StartCollector) -> None:
    server = start(queue_events_max=300)
    answer = server.batch([event() for _ in range(5_000)])
    assert answer.status_code == 200
    summary = answer.json()["summary"]
    assert summary["successful"] >= 250
    assert summary["retriable"] == summary["failed"] == 5_000 - summary["successful"]
    assert len(server.entries()) == summary["successful"]
