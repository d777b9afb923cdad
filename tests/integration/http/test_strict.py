"""Strict mode refuses what is not valid, and validation says the same beforehand."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catchment.access.keys import new_key
from tests.conftest import TEMPLATE, PostgresServer
from tests.integration.http.conftest import NDJSON, Collector, StartCollector, collector, event
from tests.integration.http.test_answers import problem
from tests.integration.http.test_metrics import figures

WRONG = {"eventType": "start", "run": {"runId": "run-1"}}
PROBLEMS = [
    {
        "pointer": "/eventType",
        "reason": "must be `START`, `RUNNING`, `COMPLETE`, `ABORT`, `FAIL` or `OTHER`",
    },
    {
        "pointer": "/run/runId",
        "reason": "must be a UUID, as 01890a5d-ac96-774b-bcce-b302099a8057",
    },
]


@pytest.fixture(scope="module")
def strict(postgres_server: PostgresServer) -> Iterator[Collector]:
    with (
        postgres_server.database(TEMPLATE) as url,
        collector(database_url=url, validation="strict") as running,
    ):
        yield running


def dead_letters(server: Collector) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.client.get("/api/v1/dead-letters").json()["deadLetters"]
    return found


def test_what_is_not_valid_is_refused_and_kept_as_a_dead_letter(strict: Collector) -> None:
    sent = event(**WRONG)
    answer = problem(strict.post(sent), 422)
    assert sorted(answer["errors"], key=str) == PROBLEMS  # type: ignore[call-overload]  # JSON
    assert "strict mode" in str(answer["detail"])
    assert strict.post(sent).status_code == 422
    [letter] = [one for one in dead_letters(strict) if "strict mode" in one["reason"]]
    assert sorted(letter["problems"], key=str) == PROBLEMS
    assert letter["count"] == 2
    assert strict.client.get(f"/api/v1/events/{letter['seq']}").json() == sent
    found = figures(strict.client.get("/metrics").text)
    assert found['catchment_dead_letters_total{reason="strict"}'] == 2


def test_what_is_valid_is_stored(strict: Collector) -> None:
    assert strict.post(event()).status_code == 201
    tombstone = {"_producer": "https://a.org", "_schemaURL": "https://a.org", "_deleted": True}
    about = {"namespace": "db", "name": "a", "facets": {"schema": tombstone}}
    dropped = event(dataset=about)
    for member in ("run", "job", "inputs", "outputs", "eventType"):
        del dropped[member]
    assert strict.post(dropped).status_code == 201


def test_in_a_batch_each_has_its_own_fate(strict: Collector) -> None:
    before = len(dead_letters(strict))
    answer = strict.batch([event(), event(**WRONG, producer="https://b.org"), event()]).json()
    assert answer["summary"] | {"retriable": 0} == {
        "received": 3,
        "successful": 2,
        "failed": 1,
        "retriable": 0,
        "non_retriable": 1,
    }
    [failed] = answer["failed_events"]
    assert failed["index"] == 1
    assert "/eventType: must be `START`" in failed["reason"]
    assert len(dead_letters(strict)) == before + 1


def test_large_events_are_checked_too(strict: Collector) -> None:
    facet = {"_producer": "us", "_schemaURL": "https://a.org", "text": "x" * 300_000}
    job = {"namespace": "tests", "name": "job", "facets": {"large": facet}}
    answer = problem(strict.post(event(job=job)), 422)
    assert [one["pointer"] for one in answer["errors"]] == ["/job/facets/large/_producer"]  # type: ignore[attr-defined]  # JSON


def test_lenient_is_the_default_and_lists_what_it_minds(server: Collector) -> None:
    seq = server.post(event(**WRONG)).json()["seq"]
    noted = server.client.get(f"/api/v1/events/{seq}/meta").json()["problems"]
    assert {one["pointer"] for one in noted} == {"/eventType", "/run/runId"}


def ask(server: Collector, body: Any, **headers: str) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = server.post(content, "/api/v1/validate", **headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_one_event_is_validated_and_not_stored(server: Collector) -> None:
    before = len(server.entries())
    assert ask(server, event()) == {"valid": True, "problems": []}
    told = ask(server, event(**WRONG))
    assert told["valid"] is False
    assert sorted(told["problems"], key=str) == PROBLEMS
    assert len(server.entries()) == before


def test_of_many_events_each_is_named_by_its_index(server: Collector) -> None:
    some = [event(), event(**WRONG), 7]
    pointers = {"/1/eventType", "/1/run/runId", "/2"}
    assert {one["pointer"] for one in ask(server, some)["problems"]} == pointers
    lines = "\n".join(map(json.dumps, some)).encode()
    told = ask(server, gzip.compress(lines), **NDJSON, content_encoding="gzip")
    assert {one["pointer"] for one in told["problems"]} == pointers
    assert ask(server, [event()] * 200) == {"valid": True, "problems": []}
    assert ask(server, [{}] * 200)["problems"][100]["reason"].endswith("(problems_max)")


@pytest.mark.parametrize("body", [b"", b"{", b"[1", b"\xff", b'{"a":NaN}', b"null"])
def test_what_is_no_json_is_not_valid(server: Collector, body: bytes) -> None:
    told = ask(server, body)
    assert told["valid"] is False
    assert told["problems"]


def test_bounds_are_those_of_the_doors(start: StartCollector) -> None:
    server = start(body_bytes_max=10_000, batch_events_max=2)
    path = "/api/v1/validate"
    assert "body_bytes_max" in str(problem(server.post(b" " * 10_001, path), 413)["detail"])
    assert "batch_events_max" in str(problem(server.post(b"[1,2,3]", path), 413)["detail"])
    problem(server.post(b"{}", path, content_type="text/plain"), 415)
    problem(server.client.get(path), 405)
    refused = [name for name in figures(server.client.get("/metrics").text) if "refused" in name]
    assert refused == []  # no event was offered


def test_who_may_ingest_or_read_may_ask(start: StartCollector, tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    keys = {}
    for scope in ("ingest", "read", "raw"):
        keys[scope], key_id, digest = new_key()
        with file.open("a") as out:
            out.write(f'[[keys]]\nid = "{key_id}"\nsha256 = "{digest.hex()}"\n')
            out.write(f'scopes = ["{scope}"]\nnamespaces = []\n')
    server = start(auth="keys", keys_file=file)
    statuses = {
        scope: server.post(b"{}", "/api/v1/validate", authorization=f"Bearer {key}").status_code
        for scope, key in keys.items()
    }
    assert statuses == {"ingest": 200, "read": 200, "raw": 403}
    assert server.post(b"{}", "/api/v1/validate").status_code == 401
