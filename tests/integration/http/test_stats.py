"""Figures by event time: of hours and days, in any order, of one's own namespaces."""

import asyncio
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from catchment import resources
from catchment.postgres.statements import SQL
from catchment.postgres.write.tally import EVENTS_PER_STRETCH
from tests.conftest import TEMPLATE, PostgresServer
from tests.integration.http.conftest import JSON, Collector, collector, event
from tests.integration.http.test_keys import new_key

STATS = "/api/v1/stats"
KINDS = ("start", "complete", "fail", "abort")
KINDS_OF_EVENTS = ("START", "COMPLETE", "FAIL", "ABORT", "RUNNING")
HOUR = timedelta(hours=1)
Answer = list[dict[str, Any]]


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def said(at: datetime, kind: str, n: int = 0, **members: Any) -> dict[str, Any]:
    """An event whose bytes follow from what it says, so that it can be repeated."""
    return event(eventTime=iso(at), eventType=kind, run={"runId": str(UUID(int=n))}, **members)


def ask(
    server: Collector, what: str, period: str = "DAY", zone: str = "UTC", **headers: str
) -> Answer:
    found = server.client.get(
        f"{STATS}/{what}", params={"period": period, "timezone": zone}, headers=headers
    )
    assert found.status_code == 200, found.text
    answer: Answer = found.json()
    return answer


def counts(answer: Answer) -> list[int]:
    return [one["count"] for one in answer]


def expected_events(sent: list[dict[str, Any]], answer: Answer) -> Answer:
    """What the answer should be, from the events, by the bounds of its own intervals."""
    distinct = {json.dumps(one): one for one in sent}.values()
    times = [(datetime.fromisoformat(e["eventTime"]), e["eventType"].lower()) for e in distinct]
    return [
        one | {kind: sum(kind == its and start <= at < end for at, its in times) for kind in KINDS}
        for one in answer
        for start, end in [bounds(one)]
    ]


def bounds(one: dict[str, Any]) -> tuple[datetime, datetime]:
    return (
        datetime.fromisoformat(one["startInterval"]),
        datetime.fromisoformat(one["endInterval"]),
    )


def expected_names(firsts: list[datetime], answer: Answer) -> list[int]:
    return [sum(first < bounds(one)[1] for first in firsts) for one in answer]


def world(end: datetime) -> list[dict[str, Any]]:
    """Events of nine days and to come, at the edges of intervals too; later ones name old jobs."""
    hour = end.replace(minute=0, second=0, microsecond=0)
    edges = [hour - n * HOUR + timedelta(microseconds=us) for n in (0, 1, 23) for us in (-1, 0, 1)]
    quarters = [hour - 2 * HOUR + timedelta(minutes=15 * n) for n in range(4)]
    ages = [end - timedelta(hours=5 * n) for n in range(44)]
    far = [end + timedelta(days=30), datetime(1, 1, 1, tzinfo=UTC), end - timedelta(days=400)]
    far.append(datetime(9999, 12, 31, 23, 59, 59, 0, UTC))
    return [
        said(
            at,
            ("START", "COMPLETE", "FAIL", "ABORT", "RUNNING", "OTHER")[n % 6],
            n,
            job={"namespace": f"etl {n % 3}", "name": f"job {n % 7}"},
            inputs=[{"namespace": f"db {n % 2}", "name": f"in {n % 11}"}],
            outputs=[],
        )
        for n, at in enumerate(edges + quarters + ages + far)
    ]


def firsts(sent: list[dict[str, Any]], of: str) -> list[datetime]:
    """The earliest time of everything that is named."""
    found: dict[Any, datetime] = {}
    for one in sent:
        at = datetime.fromisoformat(one["eventTime"])
        job, [read] = one["job"], one["inputs"]
        thing = {"jobs": (job["namespace"], job["name"]), "sources": read["namespace"],
                 "datasets": (read["namespace"], read["name"])}[of]  # fmt: skip
        found[thing] = min(at, found.get(thing, at))
    return list(found.values())


ASKED = [("DAY", "UTC"), ("DAY", "Asia/Kathmandu"), ("WEEK", "Europe/Berlin"),
         ("WEEK", "America/St_Johns"), ("week", "Asia/Kathmandu")]  # fmt: skip


@pytest.mark.parametrize(
    ("order", "batch"),
    [("forth", 500), ("back", 1), ("back", 7), ("shuffled", 13), ("shuffled", 500)],
)
def test_counts_are_those_of_the_events_in_any_order(
    postgres_server: PostgresServer, order: str, batch: int
) -> None:
    sent = world(datetime.now(UTC))
    given = sent * 2 if order == "shuffled" else [*sent, *sent[:5]]
    if order == "back":
        given = sorted(given, key=lambda one: str(one["eventTime"]), reverse=True)
    elif order == "shuffled":
        random.Random(batch).shuffle(given)
    with postgres_server.database(TEMPLATE) as url, collector(database_url=url) as server:
        for start in range(0, len(given), batch):
            answer = server.batch(given[start : start + batch]).json()
            assert answer["summary"]["failed"] == 0, answer
        for period, zone in ASKED:
            found = ask(server, "lineage-events", period, zone)
            assert len(found) == (24 if period == "DAY" else 7)
            assert found == expected_events(sent, found)
            for what in ("jobs", "datasets", "sources"):
                names = ask(server, what, period, zone)
                assert counts(names) == expected_names(firsts(sent, what), names)

        assert asyncio.run(recounted_otherwise(url)) == []


COUNTED = """
    select at, namespace, starts, completes, fails, aborts, jobs, datasets
    from {} where starts + completes + fails + aborts + jobs + datasets > 0"""


async def recounted_otherwise(url: str) -> list[Any]:
    """Rows of the counts that are not those that the migration would make of what is stored."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("create table kept as table tally; drop table tally")
        [migration] = resources.migrations_dir().glob("*_tally_events.sql")
        await connection.execute(migration.read_text())
        kept, made = COUNTED.format("kept"), COUNTED.format("tally")
        return list(
            await connection.fetch(f"({kept} except {made}) union all ({made} except {kept})")
        )
    finally:
        await connection.close()


def test_writers_that_meet_count_each_name_once(postgres_server: PostgresServer) -> None:
    """Two collectors, each with caches of its own, name the same things at ever earlier times."""
    sent = world(datetime.now(UTC))
    with (
        postgres_server.database(TEMPLATE) as url,
        collector(database_url=url) as one,
        collector(database_url=url) as other,
    ):
        asyncio.run(_both(one, other, sent))
        for what in ("jobs", "datasets", "sources"):
            names = ask(one, what)
            assert counts(names) == expected_names(firsts(sent, what), names)
        found = ask(other, "lineage-events")
        assert found == expected_events(sent, found)
        assert asyncio.run(recounted_otherwise(url)) == []


async def _both(one: Collector, other: Collector, sent: list[dict[str, Any]]) -> None:
    def post(server: Collector, seed: int) -> None:
        mine = list(sent)
        random.Random(seed).shuffle(mine)
        for start in range(0, len(mine), 9):
            assert server.batch(mine[start : start + 9]).json()["summary"]["failed"] == 0

    await asyncio.gather(*[asyncio.to_thread(post, s, n) for n, s in enumerate((one, other))])


def test_what_is_no_run_event_is_not_counted(server: Collector) -> None:
    before = ask(server, "lineage-events", "WEEK")
    at = iso(datetime.now(UTC))
    job = event(eventTime=at, job={"namespace": "tests", "name": "declared"})
    del job["run"], job["eventType"]
    dataset = {"eventTime": at, "dataset": {"namespace": "db", "name": "d"}}
    assert server.post(job).status_code == 201
    assert server.post(
        {**dataset, "producer": "https://example.org/p", "schemaURL": "x"}
    ).is_success
    assert server.post(event(eventTime=at, eventType="NOVEL")).status_code == 201
    assert server.post(b"{}").status_code == 422
    assert ask(server, "lineage-events", "WEEK") == before


@pytest.mark.parametrize(
    "query",
    ["", "period=YEAR", "period=WEEK", "period=DAY&timezone=Nowhere/At_all",
     "period=DAY&timezone=%00", "period=WEEK&timezone=../etc/passwd"],
)  # fmt: skip
@pytest.mark.parametrize("what", ["lineage-events", "jobs", "datasets", "sources"])
def test_what_is_no_period_or_zone_is_refused(server: Collector, what: str, query: str) -> None:
    found = server.client.get(f"{STATS}/{what}?{query}")
    assert found.status_code == 400, found.text
    assert found.headers["content-type"] == "application/problem+json"


def test_there_are_no_figures_of_other_things(server: Collector) -> None:
    assert server.client.get(f"{STATS}/runs?period=DAY").status_code in (400, 404)


@pytest.fixture(scope="module")
def limited(postgres_server: PostgresServer) -> Iterator[tuple[Collector, dict[str, str]]]:
    with postgres_server.database(TEMPLATE) as url:
        keys = {
            "admin": new_key(url, "admin"),
            "team": new_key(url, "read", namespaces=("team-*",)),
            "nobody": new_key(url, "read", namespaces=("other",)),
        }
        with collector(database_url=url, auth="keys") as server:
            for n, namespace in enumerate(("team-etl", "hidden", "hidden", "team-b")):
                one = said(
                    datetime.now(UTC),
                    "START",
                    n,
                    job={"namespace": namespace, "name": f"job {n}"},
                    inputs=[{"namespace": "hidden-db", "name": f"{n}"}],
                    outputs=[{"namespace": "team-db", "name": "out"}] if n == 1 else [],
                )
                headers = {"authorization": f"Bearer {keys['admin']}"} | JSON
                sent = server.client.post(
                    "/api/v1/lineage", content=json.dumps(one), headers=headers
                )
                assert sent.status_code == 201, sent.text
            yield server, keys


@pytest.mark.parametrize(
    ("who", "figures"),
    [("admin", (4, 4, 5, 2)), ("team", (2, 2, 1, 1)), ("nobody", (0, 0, 0, 0))],
)
def test_a_key_sees_figures_of_its_namespaces_only(
    limited: tuple[Collector, dict[str, str]], who: str, figures: tuple[int, ...]
) -> None:
    server, keys = limited
    given = {"authorization": f"Bearer {keys[who]}"}
    starts = sum(one["start"] for one in ask(server, "lineage-events", "WEEK", **given))
    names = [counts(ask(server, what, **given))[-1] for what in ("jobs", "datasets", "sources")]
    assert (starts, *names) == figures


QUESTIONS = ["events_of_intervals", "names_of_intervals"]
FILL = """
    insert into tally
      select now() - n * interval '15 minutes', s, 1, 1, 1, 1, 1, 1
      from generate_series(0, 30) s, generate_series(1, 3000) n;
    insert into tally select 'infinity', s, 0, 0, 0, 0, 9, 9 from generate_series(0, 30) s;
    insert into namespace select s, md5(s::text)::uuid, now(), s from generate_series(1, 30) s;
    insert into event (seq, batch, n, kind, source, sha256)
      select n, 1, 1, 0, 0, '' from generate_series(0, 9999) n;
    update head set n = 10000;
    analyze tally; analyze namespace; analyze event; set plan_cache_mode = force_generic_plan"""


@pytest.mark.parametrize("query", QUESTIONS)
async def test_neither_the_log_nor_the_names_are_read(database_url: str, query: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(FILL)
        types = "timestamptz[], text[]" + (", bigint" if "$3" in SQL[query] else "")
        await connection.execute(f"prepare asked ({types}) as {SQL[query]}")
        plan = await connection.fetch(
            "explain execute asked (array[now() - interval '1 day', now()], null"
            + (", 1024)" if "$3" in SQL[query] else ")")
        )
    finally:
        await connection.close()
    text = "\n".join(row[0] for row in plan)
    assert "tally_pkey" in text, text
    for table in ("tally", "event", "job", "dataset"):
        assert f"Seq Scan on {table}" not in text, text


def test_counts_go_on_over_the_ends_of_stretches(postgres_server: PostgresServer) -> None:
    """Events are counted a stretch of the log at a time, and readers count the rest."""
    end = datetime.now(UTC)
    sent = [
        said(end - timedelta(minutes=n % 1_300), KINDS_OF_EVENTS[n % 5], n)
        for n in range(2 * EVENTS_PER_STRETCH + 70)
    ]
    with postgres_server.database(TEMPLATE) as url, collector(database_url=url) as server:
        begun = 0
        # Up to one before an end, onto it, one beyond it, and over one in the middle of a batch.
        for upto in (EVENTS_PER_STRETCH - 1, EVENTS_PER_STRETCH, EVENTS_PER_STRETCH + 1, len(sent)):
            assert server.batch(sent[begun:upto]).json()["summary"]["failed"] == 0
            begun = upto
            found = ask(server, "lineage-events")
            assert found == expected_events(sent[:upto], found), upto
        assert asyncio.run(events_counted(url)) > EVENTS_PER_STRETCH
        assert asyncio.run(recounted_otherwise(url)) == []


async def events_counted(url: str) -> int:
    """How many events the rows of counts hold, the rest being left to readers."""
    connection = await asyncpg.connect(url)
    try:
        query = "select sum(starts + completes + fails + aborts) from tally where namespace = 0"
        return int(await connection.fetchval(query))
    finally:
        await connection.close()
