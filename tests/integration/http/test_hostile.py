"""Hostile bodies: each is answered, none with a 5xx; what can be placed is kept byte for byte."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.http.conftest import Collector, event

KNOWN = json.dumps(event())


def inside(text: str) -> bytes:
    """An event that is fine but for what its run's facet holds."""
    body = json.dumps(event())
    return body[:-1].encode() + b', "odd": ' + text.encode("utf-8", "surrogatepass") + b"}"


STORED = {
    "NaN": inside("NaN"),
    "Infinity": inside("[Infinity, -Infinity]"),
    "4,000 digits": inside("9" * 4_000),
    "a huge exponent": inside("1e999999"),
    "duplicate keys": inside('{"a": 1, "a": 2}'),
    "escaped NUL": inside('"\\u0000"'),
    "escaped lone surrogate": inside('"\\ud800"'),
    "a million keys": inside("{" + ",".join(f'"{n}":0' for n in range(1_000_000)) + "}"),
    "depth 120": inside("[" * 120 + "]" * 120),
    "NUL in a name": json.dumps(event(job={"namespace": "n", "name": "a\0b"})).encode(),
    "surrogate in a name": (
        b'{"eventTime":"2026-01-01T00:00:00Z","job":{"namespace":"\\ud83d","name":"x"}}'
    ),
    "odd unicode": json.dumps(
        event(job={"namespace": "\u202e\u2028é", "name": "🦆" * 100})
    ).encode(),
    "long names": json.dumps(event(job={"namespace": "n" * 8_192, "name": "j" * 8_192})).encode(),
    "an input without a name": json.dumps(event(inputs=[{"namespace": "x"}, 1, None])).encode(),
    "inputs that are no array": json.dumps(event(inputs={"a": 1})).encode(),
    "facets that are no object": json.dumps(
        event(job={"namespace": "n", "name": "x", "facets": [1]})
    ).encode(),
    "10,000 inputs": json.dumps(
        event(inputs=[{"namespace": "db", "name": f"t{n}"} for n in range(10_000)])
    ).encode(),
    "year 9999": json.dumps(event(eventTime="9999-12-31T23:59:59.999998Z")).encode(),
    "year 1": json.dumps(event(eventTime="0001-01-01T00:00:00Z")).encode(),
    "no zone": json.dumps(event(eventTime="2026-01-01T00:00:00")).encode(),
    "no UUID": json.dumps(event(run={"runId": "manual__2026-01-01"})).encode(),
}

REFUSED = {
    "depth 100,000": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "depth 100,000, open": b"[" * 100_000,
    "UTF-16": KNOWN.encode("utf-16"),
    "UTF-32": KNOWN.encode("utf-32"),
    "invalid UTF-8": KNOWN.encode().replace(b"job", b"j\xffb", 1),
    "a raw lone surrogate": inside('"\ud800"'),
    "a raw NUL": KNOWN.encode().replace(b"job", b"j\0b", 1),
    "a control character": KNOWN.encode().replace(b"job", b"j\nb", 1),
    "half an event": KNOWN.encode()[:-20],
    "two events": (KNOWN + KNOWN).encode(),
    "a comment": b"// hello\n" + KNOWN.encode(),
    "32 MiB of brackets": b"[" * (32 * 1024**2),
    "32 MiB of quotes": b'"' * (32 * 1024**2),
    "32 MiB of backslashes": b'{"' + b"\\" * (32 * 1024**2 - 2),
}


@pytest.mark.parametrize("name", STORED)
def test_what_can_be_placed_is_stored_and_returned_verbatim(server: Collector, name: str) -> None:
    body = STORED[name]
    answer = server.post(body)
    assert answer.status_code == 201, answer.text[:500]
    assert server.client.get(f"/api/v1/events/{answer.json()['seq']}").content == body
    assert server.batch(b"[" + body + b"]").json()["summary"]["successful"] == 1


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_placed_is_a_4xx(server: Collector, name: str) -> None:
    answer = server.post(REFUSED[name])
    assert 400 <= answer.status_code < 500, answer.text[:500]
    assert answer.json()["detail"]


@pytest.mark.parametrize("name", REFUSED)
def test_nor_does_it_cost_the_rest_of_a_batch(server: Collector, name: str) -> None:
    body = REFUSED[name]
    if len(body) > 1_000_000 or name in {"half an event", "depth 100,000, open"}:
        pytest.skip("where an element ends cannot be told, or the body is too large")
    if name.startswith("UTF"):
        pytest.skip("its bytes hold brackets and commas by accident")
    good = json.dumps(event()).encode()
    answer = server.batch(
        good + b"\n" + body.replace(b"\n", b" ") + b"\n" + good, content_type="application/x-ndjson"
    )
    assert answer.status_code == 200, answer.text[:500]
    assert answer.json()["summary"]["successful"] >= 1
    assert answer.json()["summary"]["non_retriable"] >= 1


@pytest.mark.parametrize(
    "name", ["32 MiB of brackets", "32 MiB of quotes", "32 MiB of backslashes", "a million keys"]
)
@pytest.mark.parametrize("path", ["/api/v1/lineage", "/api/v1/lineage/batch"])
def test_neighbours_are_served_meanwhile(server: Collector, name: str, path: str) -> None:
    body = (REFUSED | STORED)[name]
    if path.endswith("batch"):
        body = b"[" + body[: 32 * 1024**2 - 2] + b"]"
    answers: list[Any] = []
    worker = threading.Thread(target=lambda: answers.append(server.post(body, path)))
    worker.start()
    waits = [*_waits(server, worker)]
    assert answers[0].status_code < 500
    assert max(waits, default=0.0) < 1.0


def _waits(server: Collector, worker: threading.Thread) -> Iterator[float]:
    while worker.is_alive():
        begun = time.perf_counter()
        assert server.client.get("/health/live").status_code == 200
        yield time.perf_counter() - begun
        time.sleep(0.01)
