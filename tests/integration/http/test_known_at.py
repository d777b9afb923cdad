"""`knownAt`: what was known when an entry was the last of the log, whatever came to light later."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx
import pytest

from catchment.api import known_at
from catchment.postgres import scratch
from tests.conftest import TEMPLATE, PostgresServer
from tests.integration.http.conftest import collector
from tests.integration.http.test_keys import new_key
from tests.integration.http.test_provenance import D, node, reads, runs
from tests.integration.http.test_versions import derived
from tests.integration.http.worlds import Json, dataset, happened, run_id, versioned
from tests.property.service import Service, service

VERSIONS = "/namespaces/db/datasets/d/versions"
TRAINED, LATE_WRITE, FAILED, NAMED, ELSEWHERE, LINKED = range(1, 7)


def _history() -> list[Json]:
    """A model is trained; then one thing after the other comes to light about its past."""
    links = {"identifiers": [{"namespace": "hive", "name": "d", "type": "TABLE"}]}
    linked = dataset("d", symlinks=links)
    hive = {"namespace": "hive", "name": "d"}
    return [
        happened("COMPLETE", 1, "08:00:00", "load", [], D),
        happened("COMPLETE", 2, "09:00:00", "train", D, [versioned("model", "1")]),
        # Another load, between the two.
        happened("COMPLETE", 3, "08:30:00", "load", [], D),
        # It did not end well after all.
        happened("FAIL", 3, "08:40:00", "load", [], D),
        # The first one says which version it wrote.
        happened("RUNNING", 1, "07:59:00", "load", [], [versioned("d", "first")]),
        # Somebody had written another table, which turns out to be the same one.
        happened("COMPLETE", 4, "08:50:00", "hive", [], [hive]),
        {"eventTime": "2026-03-01T12:00:00Z", "producer": "https://e.org/p", "dataset": linked},
    ]


def _asked(database_url: str, ask: Callable[[Service], Awaitable[None]], **bounds: int) -> None:
    async def run() -> None:
        async with service(database_url, **bounds) as product:
            await product.empty()
            for event in _history():
                await product.write([json.dumps(event).encode()], 1, 1)
            await ask(product)

    asyncio.run(run())


def test_what_came_to_light_later_does_not_count(database_url: str) -> None:
    bound = {
        TRAINED: (f"dataset:db:d#{derived(1)}", 1),
        LATE_WRITE: (f"dataset:db:d#{derived(3)}", 3),
        FAILED: (f"dataset:db:d#{derived(1)}", 1),
        NAMED: ("dataset:db:d#first", 1),
        ELSEWHERE: ("dataset:db:d#first", 1),
    }

    async def ask(product: Service) -> None:
        for seq, (version, writer) in bound.items():
            answer = await product.get("/provenance", nodeId=node("model"), knownAt=seq)
            assert reads(answer) == [(version, 2, "inferred")]
            assert (runs(answer), answer["knownAt"]) == ([writer, 2] if writer < 2 else [2, 3], seq)
        now = await product.get("/provenance", nodeId=node("model"))
        [(version, _, _)] = reads(now)
        assert version.startswith("dataset:hive:d#")
        assert now["knownAt"] is None
        last = await product.get("/provenance", nodeId=node("model"), knownAt=LINKED)
        assert last == now | {"knownAt": LINKED}
        # What it is asked about may be later known than what the answer is of.
        then = {"nodeId": node("d"), "asOf": "2026-03-01T08:35:00Z"}
        for seq, run in ((TRAINED, 1), (LATE_WRITE, 3)):
            answer = await product.get("/provenance", **then, knownAt=seq)
            assert runs(answer) == [run]

    _asked(database_url, ask)


def test_runs_and_versions_as_they_were_known(database_url: str) -> None:
    async def ask(product: Service) -> None:
        states = [
            (await product.get(f"/jobs/runs/{run_id(3)}", knownAt=seq) or {}).get("state")
            for seq in range(LINKED + 1)
        ]
        assert states == [None, None, "COMPLETED", *["FAILED"] * 4]
        of_early = [
            (await product.get(f"/jobs/runs/{run_id(1)}", knownAt=seq))["startedAt"]
            for seq in (TRAINED, NAMED)
        ]
        assert of_early == ["2026-03-01T08:00:00Z", "2026-03-01T07:59:00Z"]
        listed = [
            [
                (one["version"], one["confirmed"])
                for one in (await product.get(VERSIONS, knownAt=seq))["versions"]
            ]
            for seq in (TRAINED, LATE_WRITE, FAILED, NAMED)
        ]
        first, third = derived(1), derived(3)
        assert listed == [
            [(first, True)],
            [(third, True), (first, True)],
            [(third, False), (first, True)],
            [(third, False), ("first", True)],
        ]
        assert await product.get(f"{VERSIONS}/first", knownAt=FAILED) is None
        assert (await product.get(f"{VERSIONS}/first", knownAt=NAMED))["version"] == "first"

    _asked(database_url, ask)


def test_a_time_is_the_last_entry_logged_by_then(database_url: str) -> None:
    async def ask(product: Service) -> None:
        model = {"nodeId": node("model")}
        for seq, logged in enumerate(await product.logged()):
            answer = await product.ask("/provenance", **model, knownAt=logged)
            if seq < TRAINED:
                assert answer.status_code == 404
            else:
                assert answer.headers["X-Catchment-Known-At"] == str(seq)
        last = await product.get("/provenance", **model, knownAt="2999-01-01T00:00:00Z")
        assert last["knownAt"] == LINKED
        assert await product.get("/provenance", **model, knownAt="1999-01-01T00:00:00Z") is None
        assert await product.get(f"/jobs/runs/{run_id(1)}", knownAt="1999-01-01T00:00:00Z") is None

    _asked(database_url, ask)


def test_what_cannot_be_answered_is_said(database_url: str) -> None:
    async def ask(product: Service) -> None:
        wrong = {
            str(LINKED + 1): "beyond the end of the log, which has 7 entries, from 0",
            "9" * 40: "beyond the end of the log, which has 7 entries, from 0",
            "-1": "not a time like 2026-01-31T09:00:00Z",
            "": "not a time like 2026-01-31T09:00:00Z",
            "6": "more than 4 entries of the log (known_at_events_max) would have to be read "
            "again: ask for less depth, or for what is nearer",
        }
        for path in ("/provenance", VERSIONS, f"{VERSIONS}/first"):
            for text, reason in wrong.items():
                answer = await product.ask(path, nodeId=node("model"), knownAt=text)
                assert answer.status_code == 400, (path, text)
                assert answer.json()["errors"] == [{"pointer": "/knownAt", "reason": reason}]
        assert (await product.ask(VERSIONS, knownAt=FAILED)).status_code == 200
        # What is near can be asked for all the same.
        run = await product.get(f"/jobs/runs/{run_id(3)}", knownAt=LINKED)
        assert run["state"] == "FAILED"

    _asked(database_url, ask, known_at_events_max=4)


def test_a_question_about_the_past_changes_nothing(database_url: str) -> None:
    async def ask(product: Service) -> None:
        before = [await product.get("/events", after=-1), await product.get("/namespaces")]
        for seq in range(LINKED + 1):
            await asyncio.gather(
                *[product.ask("/provenance", nodeId=node("d"), knownAt=seq) for _ in range(3)]
            )
        assert await product.head() == LINKED + 1
        assert [await product.get("/events", after=-1), await product.get("/namespaces")] == before
        # Nor does it stand in the way of those who write.
        another = happened("COMPLETE", 9, "10:00:00", "load", [], D)
        [outcome] = await product.write([json.dumps(another).encode()], 1, 1)
        assert outcome.seq == LINKED + 1

    _asked(database_url, ask)


def test_a_limited_key_sees_no_more_of_the_past(postgres_server: PostgresServer) -> None:
    with postgres_server.database(TEMPLATE) as url:
        writer = new_key(url, "ingest")
        team = new_key(url, "read", namespaces=("tests",))
        with collector(database_url=url, auth="keys") as server:
            seqs = [
                server.post(event, authorization=f"Bearer {writer}").json()["seq"]
                for event in _history()
            ]

            def ask(path: str, **params: Any) -> Any:
                headers = {"authorization": f"Bearer {team}"}
                given = params | {"knownAt": seqs[NAMED]}
                return server.client.get(f"/api/v1{path}", params=given, headers=headers)

            assert ask("/provenance", nodeId=node("model")).status_code == 404
            assert ask(VERSIONS).status_code == 404
            answer = ask("/provenance", nodeId=f"run:{run_id(2)}").json()
            assert [one["id"] for one in answer["nodes"]] == [f"run:{run_id(2)}"]


def test_what_was_only_mentioned_was_known(database_url: str) -> None:
    facet = {"inputs": [{"namespace": "db", "name": "raw", "type": "DATASET"}]}
    made = dataset("report", lineage=facet)
    event = {"eventTime": "2026-03-01T12:00:00Z", "producer": "https://e.org/p", "dataset": made}

    async def ask() -> None:
        async with service(database_url) as product:
            await product.empty()
            await product.write([json.dumps(event).encode()], 1, 1)
            before = await product.get("/namespaces/db/datasets/raw/versions")
            wrote = happened("COMPLETE", 1, "13:00:00", outputs=[dataset("raw")])
            await product.write([json.dumps(wrote).encode()], 1, 1)
            assert before == await product.get("/namespaces/db/datasets/raw/versions", knownAt=0)

    asyncio.run(ask())


def test_a_question_that_fails_leaves_the_next_one_an_answer(database_url: str) -> None:
    """The connection dies in the midst of it, or a statement takes too long."""
    kill = (
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where application_name = 'catchment scratch' and datname = current_database()"
    )

    async def ask(product: Service) -> None:
        connection = await asyncpg.connect(database_url)
        for after_seconds in (0.0, 0.02, 0.05, 0.1):
            first = asyncio.create_task(product.ask("/provenance", nodeId=node("model"), knownAt=5))
            await asyncio.sleep(after_seconds)
            await connection.execute(kill)
            assert (await first).status_code in (200, 503)
            # One that lay idle may be found dead once; then it is a new one.
            answers = [
                await product.ask("/provenance", nodeId=node("model"), knownAt=5) for _ in range(2)
            ]
            assert answers[0].status_code in (200, 503)
            assert answers[1].status_code == 200
        await connection.close()

    _asked(database_url, ask)


def test_who_waits_too_long_is_told_so_and_who_asked_is_not_disturbed(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch, "WAIT_SECONDS_MAX", 0.05)

    async def ask(product: Service) -> None:
        def question() -> Awaitable[httpx.Response]:
            return product.ask("/provenance", nodeId=node("model"), knownAt=5)

        assert (await question()).status_code == 200
        answers = await asyncio.gather(*[question() for _ in range(8)])
        told = [answer.json()["detail"] for answer in answers if answer.status_code == 503]
        assert {answer.status_code for answer in answers} == {200, 503}
        assert all("under way" in detail for detail in told)

    _asked(database_url, ask)


def test_a_question_that_takes_too_long_gives_way(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_at, "QUESTION_SECONDS_MAX", 0.01)

    async def ask(product: Service) -> None:
        answer = await product.ask("/provenance", nodeId=node("model"), knownAt=5)
        assert answer.status_code == 503
        assert "ask for less depth" in answer.json()["detail"]
        monkeypatch.setattr(known_at, "QUESTION_SECONDS_MAX", 60.0)
        again = await product.ask("/provenance", nodeId=node("model"), knownAt=5)
        assert again.status_code == 200

    _asked(database_url, ask)


def test_nobody_waits_for_a_question_whose_caller_has_gone(
    postgres_server: PostgresServer,
) -> None:
    with postgres_server.database(TEMPLATE) as url, collector(database_url=url) as server:
        many = [
            happened("COMPLETE", n, "10:00:00", f"j{n}", D, [dataset("out")])
            for n in range(1, 2_001)
        ]
        assert server.batch(many).status_code == 200
        heavy = f"/api/v1/provenance?nodeId={quote(node('out'))}&knownAt=1999"
        light = "/api/v1/namespaces/db/datasets/elsewhere/versions?knownAt=0"

        def seconds(asked: str, status: int) -> float:
            began = time.monotonic()
            assert server.client.get(asked).status_code == status
            return time.monotonic() - began

        seconds(light, 404)  # its tables are made
        whole_seconds = seconds(heavy, 200)
        with (
            httpx.Client(base_url=server.url, timeout=whole_seconds / 10) as impatient,
            pytest.raises(httpx.ReadTimeout),
        ):
            impatient.get(heavy)
        # It did not wait for the end of the one before, which would be nearly all of it.
        assert seconds(light, 404) < whole_seconds / 2


def test_the_bound_says_nothing_of_runs_that_a_key_does_not_see(
    postgres_server: PostgresServer,
) -> None:
    with postgres_server.database(TEMPLATE) as url:
        writer, others = new_key(url, "ingest"), new_key(url, "read", namespaces=("other",))
        whole = new_key(url, "read")
        with collector(database_url=url, auth="keys", known_at_events_max=1) as server:
            last = [
                server.post(event, authorization=f"Bearer {writer}").json()["seq"]
                for event in _history()
            ][-1]

            def status(key: str, path: str, **params: Any) -> int:
                headers = {"authorization": f"Bearer {key}"}
                given = params | {"knownAt": last}
                return server.client.get(
                    f"/api/v1{path}", params=given, headers=headers
                ).status_code

            for key, expected in ((whole, 400), (others, 404)):
                assert status(key, f"/jobs/runs/{run_id(1)}") == expected
                assert status(key, "/provenance", nodeId=f"run:{run_id(1)}") == expected
