"""What the spool does with each answer, of a real server that misbehaves."""

import json
from itertools import pairwise
from pathlib import Path
from time import monotonic

import pytest

from tests.emitters.spool.conftest import MakeSpool, numbered
from tests.emitters.spool.peer import BATCH, Peer, Reply, accepted

SINGLE = "/api/v1/lineage"


def dead_letters(folder: Path) -> list[dict[str, str]]:
    lines = [line for path in folder.glob("*.dead.jsonl") for line in path.open()]
    return [json.loads(line) for line in lines]


def test_events_go_in_one_compressed_batch_and_the_segment_is_removed(
    peer: Peer, make: MakeSpool, tmp_path: Path
) -> None:
    spool = make(peer.downstream)
    for n in range(100):
        spool.append(numbered(n))
    assert spool.flush(5)
    assert peer.numbers() == list(range(100))
    assert set(peer.paths()) == {BATCH}
    assert len(peer.requests) < 10
    assert peer.requests[-1].headers["Content-Encoding"] == "gzip"
    assert spool.close()
    assert list((tmp_path / "spool").iterdir()) == []
    stats = spool.stats()
    assert (stats.appended, stats.shipped, stats.waiting) == (100, 100, 0)


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_peer_without_batches_gets_single_posts(peer: Peer, make: MakeSpool, status: int) -> None:
    peer.decide = lambda path, _: Reply(status) if path == BATCH else None
    spool = make(peer.downstream)
    for n in range(20):
        spool.append(numbered(n))
    assert spool.flush(5)
    assert peer.numbers() == list(range(20))
    assert peer.paths().count(BATCH) == 1


def test_something_that_answers_200_to_everything_is_not_believed(
    peer: Peer, make: MakeSpool
) -> None:
    peer.script.append(Reply(200, b"<html>welcome</html>"))
    spool = make(peer.downstream)
    spool.append(numbered(1))
    assert spool.flush(5)
    assert peer.paths() == [BATCH, SINGLE]


def test_a_peer_without_gzip_gets_plain_bodies(peer: Peer, make: MakeSpool) -> None:
    peer.script.append(Reply(415))
    spool = make(peer.downstream)
    for n in range(20):
        spool.append(numbered(n))
    assert spool.flush(5)
    assert peer.numbers() == list(range(20))
    assert "Content-Encoding" not in peer.requests[1].headers


def test_too_much_at_once_is_sent_in_smaller_batches(peer: Peer, make: MakeSpool) -> None:
    peer.decide = lambda path, events: (
        Reply(413) if path == BATCH and sum(map(len, events)) > 5_000 else None
    )
    spool = make(peer.downstream, linger_seconds=0.2)
    for n in range(100):
        spool.append(numbered(n))
    assert spool.flush(5)
    assert sorted(peer.numbers()) == list(range(100))
    assert spool.stats().shipped == 100
    refusals = [request for request in peer.requests if request.status == 413]
    assert len(refusals) < 20


def test_one_poison_event_costs_nobody_else(peer: Peer, make: MakeSpool, tmp_path: Path) -> None:
    def decide(_path: str, events: list[bytes]) -> Reply | None:
        poisoned = any(json.loads(event)["n"] == 7 for event in events)
        problem = {"title": "Unprocessable", "detail": "no identity"}
        return Reply(422, problem) if poisoned else None

    peer.decide = decide
    spool = make(peer.downstream)
    for n in range(30):
        spool.append(numbered(n))
    assert spool.flush(5)
    assert sorted(peer.numbers()) == [n for n in range(30) if n != 7]
    (letter,) = dead_letters(tmp_path / "spool")
    assert letter["reason"] == "422 no identity"
    assert json.loads(letter["event"])["n"] == 7
    stats = spool.stats()
    assert (stats.shipped, stats.dead, stats.waiting) == (29, 1, 0)


def test_each_verdict_of_a_batch_counts(peer: Peer, make: MakeSpool, tmp_path: Path) -> None:
    failed = [
        {"index": 1, "reason": "no readable eventTime", "retriable": False},
        {"index": 2, "reason": "the database is away", "retriable": True},
    ]
    events = [numbered(n) for n in range(4)]
    peer.script.append(accepted(events, failed))
    spool = make(peer.downstream, linger_seconds=0.2)
    for event in events:
        spool.append(event)
    assert spool.flush(5)
    assert peer.numbers() == [0, 3, 2]
    assert [letter["reason"] for letter in dead_letters(tmp_path / "spool")] == [
        "no readable eventTime"
    ]


@pytest.mark.parametrize("status", [500, 502, 503, 408, 429, 401, 403, 407])
def test_what_may_pass_later_is_sent_again(
    peer: Peer, make: MakeSpool, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    peer.script.extend([Reply(status)] * 3)
    spool = make(peer.downstream)
    spool.append(numbered(1))
    assert spool.flush(5)
    assert peer.numbers() == [1]
    assert spool.stats().dead == 0
    assert len(caplog.records) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_may_not_send_is_waited_for_where_events_go_singly_too(
    peer: Peer, make: MakeSpool, status: int
) -> None:
    answers = iter([Reply(status)] * 3)
    peer.decide = lambda path, _: Reply(404) if path == BATCH else next(answers, None)
    spool = make(peer.downstream)
    spool.append(numbered(1))
    assert spool.flush(5)
    assert peer.numbers() == [1]
    assert spool.stats().dead == 0


def test_a_redirect_loses_nothing(peer: Peer, make: MakeSpool) -> None:
    peer.script.append(Reply(302, headers={"Location": "/elsewhere"}))
    spool = make(peer.downstream)
    spool.append(numbered(1))
    assert spool.flush(5)
    assert peer.numbers() == [1]


def test_a_peer_that_asks_for_peace_is_left_in_peace(peer: Peer, make: MakeSpool) -> None:
    peer.script.append(Reply(429, headers={"Retry-After": "1"}))
    spool = make(peer.downstream)
    spool.append(numbered(1))
    assert spool.flush(5)  # though somebody is waiting
    first, second = peer.requests
    assert second.at - first.at >= 1.0


def test_the_circuit_opens_and_closes(peer: Peer, make: MakeSpool) -> None:
    peer.decide = lambda *_: Reply(503)
    spool = make(peer.downstream, breaker_seconds_min=0.6, breaker_seconds_max=0.6)
    spool.append(numbered(1))
    assert not spool.flush(2)
    times = [request.at for request in peer.requests]
    gaps = [later - sooner for sooner, later in pairwise(times)]
    assert max(gaps[:3]) < 0.4
    assert min(gaps[5:]) > 0.4
    peer.decide = None
    assert spool.flush(2)


def test_the_place_is_where_the_official_transport_would_post(peer: Peer, make: MakeSpool) -> None:
    spool = make(
        {
            "type": "http",
            "url": peer.url + "/proxy/",
            "endpoint": "v1/lineage",
            "auth": {"type": "api_key", "apiKey": "k-1"},
            "custom_headers": {"X-Team": "data"},
        }
    )
    spool.append(numbered(1))
    spool.flush(1)
    assert peer.paths()[0] == "/proxy/v1/lineage/batch"
    headers = peer.requests[0].headers
    assert headers["Authorization"] == "Bearer k-1"
    assert headers["X-Team"] == "data"


@pytest.fixture
def no_tls(peer: Peer) -> str:
    return peer.url.replace("http:", "https:")


@pytest.fixture
def no_such_host() -> str:
    return "http://nowhere.invalid"


@pytest.mark.parametrize("kind", ["refused", "black_hole", "no_tls", "no_such_host"])
def test_a_collector_that_is_away_costs_no_time(
    kind: str, make: MakeSpool, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    spool = make({"type": "http", "url": request.getfixturevalue(kind)})
    slowest = 0.0
    for n in range(500):
        start = monotonic()
        spool.append(numbered(n))
        slowest = max(slowest, monotonic() - start)
    assert slowest < 0.1
    assert not spool.flush(0.2)
    assert spool.stats().waiting == 500
    assert len(caplog.records) <= 1


def test_a_slow_collector_is_waited_for_by_nobody(peer: Peer, make: MakeSpool) -> None:
    peer.decide = lambda _path, events: Reply(201, b"", after_seconds=0.3) if events else None
    spool = make(peer.downstream)
    start = monotonic()
    for n in range(200):
        spool.append(numbered(n))
    assert monotonic() - start < 0.25
    assert spool.flush(5)
